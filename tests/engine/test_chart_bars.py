"""The bars of a chart on each timeframe, against bars built from every minute there ever was."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given, settings, strategies as st

from tests.analysis.series import random_walk
from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.engine.chart_bars import bars_before, bars_since, has_timeframe, newest_open_ns
from ytc_tui.engine.market import CHART_MINUTES, MarketView
from ytc_tui.engine.ports import Minute
from ytc_tui.model.market import NS_PER_MIN, Bar

SYMBOL = "BTCUSDT"


def market_of(minutes: list[Bar], ttf: int = 3, htf: int = 30) -> MarketView:
    params = AnalysisParams(ttf_minutes=ttf, htf_minutes=htf)
    market = MarketView({}, {SYMBOL: SymbolAnalysis(SYMBOL, 0.1, params)})
    for bar in minutes:
        market.begin_minute(Minute(bar.open_ns, (bar,)))
        market.close_minute(Minute(bar.open_ns, (bar,)))
    return market


def built(minutes: list[Bar], width: int) -> list[Bar]:
    """Every bar of `width` minutes that there ever was, the newest as far as it has come."""
    width_ns = width * NS_PER_MIN
    found = []
    for slot, grouped in groupby(minutes, key=lambda bar: bar.open_ns // width_ns):
        held = list(grouped)
        high, low = max(bar.high for bar in held), min(bar.low for bar in held)
        volume = sum(bar.volume for bar in held)
        found.append(Bar(SYMBOL, slot * width_ns, held[0].open, high, low, held[-1].close, volume))
    return found


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 999),
    st.integers(1, 2_000),
    st.sampled_from([0.0, 0.01, 0.2]),
    st.sampled_from([(3, 30), (5, 240), (15, 60)]),
    st.integers(0, 70),
)
def test_both_parts_hold_every_whole_bar_once(
    seed: int, count: int, holes: float, timeframes: tuple[int, int], back: int
) -> None:
    minutes = random_walk(seed, count, hole_chance=holes)
    market = market_of(minutes, *timeframes)
    for width in (1, *timeframes):
        width_ns = width * NS_PER_MIN
        newest_ns = newest_open_ns(market, SYMBOL, width)
        until_ns = newest_ns - back * width_ns
        older, newer = (part(market, SYMBOL, width, until_ns) for part in (bars_before, bars_since))
        found, every = older + newer, built(minutes, width)
        assert newest_ns == every[-1].open_ns
        assert found == every[len(every) - len(found) :]
        assert all(bar.open_ns < until_ns for bar in older)
        assert all(bar.open_ns >= until_ns for bar in newer)
        kept_ns = minutes[-CHART_MINUTES:][0].open_ns
        assert len(found) >= sum(1 for bar in every if bar.open_ns > kept_ns)


def test_a_day_of_minutes_is_kept_and_longer_bars_for_longer() -> None:
    minutes = random_walk(1, 9_000)
    market = market_of(minutes)
    until_ns = minutes[-1].open_ns + NS_PER_MIN
    counts = [len(bars_before(market, SYMBOL, width, until_ns)) for width in (1, 3, 30)]
    assert counts[0] == CHART_MINUTES
    assert counts[1] >= CHART_MINUTES // 3 - 1
    assert counts[2] > 9_000 // 30 - 2


@pytest.mark.parametrize(("minutes", "has"), [(1, True), (3, True), (30, True), (5, False), (0, False)])
def test_there_are_charts_on_the_three_timeframes(minutes: int, has: bool) -> None:
    assert has_timeframe(market_of([]).analysis[SYMBOL], minutes) is has


def test_before_the_first_bar_there_is_none() -> None:
    market = market_of([])
    assert newest_open_ns(market, SYMBOL, 3) == 0
    assert bars_since(market, SYMBOL, 3, 0) == bars_before(market, SYMBOL, 30, 10**18) == []
