"""The gates before any setup: what they say, and that they say it until the situation changes."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.analysis.series import demo_bars, minutes_of
from ytc_tui.analysis.background import background, data_step, distance, place_of
from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.signals import GateStep, SetupKind
from ytc_tui.model.structure import ZoneRole

ALL, PULLBACKS = tuple(SetupKind), (SetupKind.PB, SetupKind.CPB)


def fed(count: int, start: int = 0) -> SymbolAnalysis:
    market = SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())
    for bar in demo_bars()[start : start + count]:
        market.on_minute(bar)
    return market


def test_data_are_fresh_and_enough_or_it_is_said_what_they_are_not() -> None:
    market = fed(600)
    assert data_step(market, market.now_ns) == GateStep("data", True, "fresh and enough")
    late = data_step(market, market.now_ns + NS_PER_MIN)
    assert (late.ok, late.why) == (False, "the bar of the last minute is missing")
    young = fed(5)
    assert data_step(young, young.now_ns).why == "too few bars since the first one"
    for bar in demo_bars()[700:705]:
        market.on_minute(bar)
    assert data_step(market, market.now_ns).why == "too few bars since a hole in the data"


def test_without_zones_there_is_no_structure() -> None:
    flat = SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())
    for bar in minutes_of([100.0] * 90):
        flat.on_minute(bar)
    structure, _, _ = background(flat, ALL, 0.4)
    assert structure == GateStep("structure", False, "no support or resistance is known")


def test_a_trend_is_a_gate_only_for_setups_that_need_one() -> None:
    told = set()
    market = fed(0)
    for bar in demo_bars()[:6000]:
        if market.on_minute(bar).ttf is None or market.atr_ttf is None:
            continue
        trend, every = background(market, PULLBACKS, 0.4)[1], background(market, ALL, 0.4)[1]
        assert trend.ok == bool(market.trend.direction.sign)
        assert every.ok
        assert str(market.trend.direction) in trend.why
        assert ("PB and CPB need an uptrend or a downtrend" in trend.why) == (not trend.ok)
        told.add(market.trend.direction)
    assert len(told) > 2


def test_the_environment_names_what_fits_it() -> None:
    market = fed(3000)
    for least, fits in ((0.0, "fits TST, BOF, BPB, PB and CPB"), (1.01, "fits no setup that is on (TST")):
        step = background(market, ALL, least)[2]
        assert fits in step.why
        assert step.ok == (least == 0.0)
    assert not background(market, (), 0.0)[2].ok


def test_words_stay_until_a_longer_bar_closes_and_hold_no_moving_number() -> None:
    market = fed(1500)
    before = background(market, ALL, 0.4)
    changed = minutes = 0
    for bar in demo_bars()[1500:2700]:
        closed = market.on_minute(bar)
        now = background(market, ALL, 0.4)
        if closed.ttf is None:
            assert now is before
        changed += now != before
        minutes += 1
        assert not re.search(r"\d", now[1].why + now[2].why)
        before = now
    assert 0 < changed < minutes / 4


@pytest.mark.parametrize("start", [0, 2000, 5000])
def test_the_nearest_zones_are_those_of_a_plain_search(start: int) -> None:
    market = fed(3000, start)
    prices = [zone.low for zone in market.zones] + [zone.high for zone in market.zones]
    between = [(low + high) / 2 for low, high in pairwise(sorted(prices))]
    for price in (*prices, *between, min(prices) - 1.0, max(prices) + 1.0):
        place = place_of(market, price)
        ahead = [z for z in market.zones if z.role is ZoneRole.RESISTANCE and z.high >= price]
        behind = [z for z in market.zones if z.role is ZoneRole.SUPPORT and z.low <= price]
        assert place.resistance == min(ahead, key=lambda zone: distance(zone, price), default=None)
        assert place.support == min(behind, key=lambda zone: distance(zone, price), default=None)
        assert market.zone_map.above(price) == next((z for z in market.zones if z.low > price), None)
        below = max((z.high for z in market.zones if z.high < price), default=None)
        found = market.zone_map.below(price)
        assert (None if found is None else found.high) == below
