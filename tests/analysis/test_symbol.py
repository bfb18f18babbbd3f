from __future__ import annotations

import hashlib
import struct
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.analysis.series import bar, demo_bars, fed, minutes_of, random_walk
from ytc_tui.analysis.params import AnalysisParams, SetupParams
from ytc_tui.analysis.setups import scan
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.analysis.timeframes import TimeframeBuilder
from ytc_tui.errors import DataInvalid
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.structure import Regime, StrengthRating, TrendDirection

PARAMS = AnalysisParams()
SETUPS = SetupParams()


def market(params: AnalysisParams = PARAMS) -> SymbolAnalysis:
    return SymbolAnalysis("BTCUSDT", 0.1, params)


def everything(analysis: SymbolAnalysis) -> dict[str, Any]:
    """All that can be read from an analysis, as plain values."""
    return {
        "last": analysis.last,
        "minutes": analysis.minutes,
        "now_ns": analysis.now_ns,
        "ready": analysis.ready,
        "holes": analysis.holes,
        "digest": analysis.digest,
        "trend": analysis.trend,
        "strength": analysis.strength,
        "regime": analysis.regime,
        "zones": analysis.zones,
        "atr": (analysis.atr_ltf, analysis.atr_ttf, analysis.atr_htf),
        "swings": (tuple(analysis.swings_ttf), tuple(analysis.swings_htf)),
        "bars": (tuple(analysis.ltf_bars), tuple(analysis.ttf_bars), tuple(analysis.half_hour_closes)),
        "breakout": (analysis.breakout_age_bars, analysis.breakout_side),
        "scan": scan(analysis, SETUPS),
    }


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 699), max_size=6), st.sampled_from([0.0, 0.01]))
def test_state_depends_on_the_bars_alone_wherever_they_are_cut_and_read(
    seed: int, cuts: list[int], holes: float
) -> None:
    bars = random_walk(seed, 700, hole_chance=holes)
    running = market()
    done = 0
    for cut in sorted(cuts):
        fed(running, bars[done:cut])
        done = max(done, cut)
        assert everything(running) == everything(fed(market(), bars[:done]))
    fed(running, bars[done:])
    assert everything(running) == everything(fed(market(), bars))


def test_later_bars_do_not_change_what_was_seen() -> None:
    bars = demo_bars()[:2000]
    running = market()
    seen = []
    for index, each in enumerate(bars):
        running.on_minute(each)
        if index % 97 == 0:
            seen.append((index, everything(running)))
    for index, state in seen:
        assert everything(fed(market(), bars[: index + 1])) == state


def test_closed_bars_are_those_of_the_builders() -> None:
    analysis = market()
    ttf, htf = TimeframeBuilder(3), TimeframeBuilder(30)
    for each in demo_bars()[:300]:
        closed = analysis.on_minute(each)
        assert closed.ttf == next(iter(ttf.add(each)), None)
        assert closed.htf == next(iter(htf.add(each)), None)
    assert len(analysis.ttf_bars) == 100
    assert len(analysis.half_hour_closes) == 10


def test_digest_is_sha256_over_symbol_and_bars() -> None:
    bars = demo_bars()[:5]
    packed = b"".join(struct.pack("<q5d", *each[1:]) for each in bars)
    expected = hashlib.sha256(b"BTCUSDT" + packed).hexdigest()
    assert fed(market(), bars).digest == expected
    changed = bars[-1]._replace(volume=bars[-1].volume + 1.0)
    assert fed(market(), [*bars[:-1], changed]).digest != expected


def test_ready_needs_the_atr_of_both_timeframes() -> None:
    analysis = market()
    ready = []
    for each in demo_bars()[:60]:
        analysis.on_minute(each)
        ready.append(analysis.ready)
    assert ready == [False] * 44 + [True] * 16  # fifteen TTF bars
    assert analysis.atr_ltf is not None and analysis.atr_ttf is not None


def test_hole_over_five_bars_restarts_the_one_minute_atr_and_readiness() -> None:
    bars = demo_bars()
    analysis = fed(market(), bars[:100])
    fed(analysis, bars[105:106])  # five missing
    assert analysis.ready and analysis.holes == 0
    fed(analysis, bars[112:113])  # six missing
    assert not analysis.ready
    assert analysis.holes == 1
    assert analysis.atr_ltf is None
    fed(analysis, bars[113:126])
    assert not analysis.ready
    fed(analysis, bars[126:127])
    assert analysis.ready
    assert analysis.atr_ltf == fed(market(), bars[112:127]).atr_ltf


def test_hole_over_five_ttf_bars_restarts_swings_trend_and_atr() -> None:
    bars = demo_bars()
    analysis = fed(market(), bars[:600])
    assert len(analysis.swings_ttf) > 10
    fed(analysis, bars[621:660])
    fresh = fed(market(), bars[621:660])
    assert [s.at_ns for s in analysis.swings_ttf] == [s.at_ns for s in fresh.swings_ttf]
    assert (analysis.atr_ltf, analysis.atr_ttf) == (fresh.atr_ltf, fresh.atr_ttf)
    assert analysis.trend.direction is TrendDirection.UNDETERMINED
    assert analysis.zones == fed(market(), [*bars[:600], *bars[621:660]]).zones
    assert analysis.zones


def test_strength_after_a_hole_uses_no_bar_from_before_it() -> None:
    turns = (108, 100, 110, 105, 120, 112)
    closes = [a + (b - a) * i / 9 for a, b in pairwise(turns) for i in range(1, 10)]
    before = minutes_of([100.0 + i % 7 for i in range(90)])
    after = minutes_of(closes, start=150)
    analysis, fresh = fed(market(), before), market()
    rated = 0
    for each in after:
        fed(analysis, [each])
        fed(fresh, [each])
        assert analysis.strength == fresh.strength
        rated += fresh.strength.rating is not StrengthRating.NOT_APPLICABLE
    assert rated > 0
    assert len(fresh.ttf_bars) < PARAMS.strength_bars


def test_depth_is_measured_on_the_bars_after_the_extreme() -> None:
    analysis = market()
    checked = 0
    for each in demo_bars()[:3000]:
        if analysis.on_minute(each).ttf is None or analysis.strength.depth_ratio is None:
            continue
        trend = analysis.trend
        assert trend.extreme is not None and trend.leading is not None
        since = [b for b in analysis.ttf_bars if b.open_ns > trend.extreme.at_ns]
        if trend.direction is TrendDirection.UP:
            back = trend.extreme.price - min(b.low for b in since)
        else:
            back = max(b.high for b in since) - trend.extreme.price
        leg = abs(trend.extreme.price - trend.leading.price)
        assert analysis.strength.depth_ratio == pytest.approx(max(0.0, back) / leg)
        checked += 1
    assert checked > 100


def test_pullback_starts_after_the_extreme_bar() -> None:
    # The bar of the high of 120 opens far below it: its low is no pullback.
    turns = (108, 100, 110, 105, 120)
    closes = [a + (b - a) * i / 9 for a, b in pairwise(turns) for i in range(1, 10)]
    closes += [119.0, 118.8, 118.6, 118.4, 118.2, 118.0, 117.8, 117.6, 117.4]
    analysis = fed(market(), minutes_of(closes, wick=0.0))
    assert analysis.trend.extreme is not None
    assert analysis.trend.extreme.price == 120
    assert analysis.strength.depth_ratio == pytest.approx((120 - 117.4) / 15)


def test_hole_over_five_htf_bars_restarts_htf_swings_and_keeps_zones() -> None:
    bars = demo_bars()
    analysis = fed(market(), bars[:1440])
    zones = len(analysis.zones)
    assert zones > 0 and analysis.atr_htf is not None
    fed(analysis, bars[1440 + 240 : 1440 + 300])
    assert analysis.atr_htf is None
    assert not analysis.swings_htf
    assert analysis.zones


def test_parameter_sets_the_hole() -> None:
    bars = demo_bars()
    analysis = fed(market(AnalysisParams(max_hole_bars=10)), [*bars[:100], *bars[108:109]])
    assert analysis.ready and analysis.holes == 0


def test_wrong_bars_are_refused_and_change_nothing() -> None:
    analysis = fed(market(), demo_bars()[:50])
    before = everything(analysis)
    last = demo_bars()[49]
    with pytest.raises(DataInvalid, match="ETHUSDT"):
        analysis.on_minute(last._replace(symbol="ETHUSDT", open_ns=last.open_ns + NS_PER_MIN))
    for open_ns in (last.open_ns, last.open_ns - NS_PER_MIN):
        with pytest.raises(DataInvalid, match="not later"):
            analysis.on_minute(last._replace(open_ns=open_ns))
    assert everything(analysis) == before


def test_tick_must_be_positive() -> None:
    with pytest.raises(DataInvalid, match="tick"):
        SymbolAnalysis("BTCUSDT", 0.0, PARAMS)


def test_prior_session_levels_reach_the_zones() -> None:
    analysis = fed(market(), demo_bars()[:100])
    before = len(analysis.zones)
    analysis.set_prior_session(30_000.0, 10_000.0, 11_000.0)
    assert len(analysis.zones) == before + 3


def breakout_bars(size: float) -> list[Bar]:
    """Two hours around 1000 with prior high 1010, then three minutes up to 1000 + `size`."""
    bars = [bar(i, 1000, 1001, 999, 1000 + (i % 2) * 0.5) for i in range(120)]
    price = 1000.0
    for i in range(120, 123):
        target = price + size / 3
        bars.append(bar(i, price, target, price, target))
        price = target
    return bars


def test_wide_close_beyond_a_zone_is_a_breakout_for_ten_ttf_bars() -> None:
    analysis = market()
    analysis.set_prior_session(1010.0, 900.0, 950.0)
    fed(analysis, breakout_bars(15.0))
    assert (analysis.breakout_age_bars, analysis.breakout_side) == (0, 1)
    assert analysis.regime is Regime.BREAKOUT_EXPANSION
    after = [bar(i, 1015, 1015.5, 1014.5, 1015) for i in range(123, 153)]
    fed(analysis, after[:27])
    assert analysis.regime is Regime.BREAKOUT_EXPANSION
    fed(analysis, after[27:])
    assert analysis.breakout_age_bars == 10
    assert analysis.regime is not Regime.BREAKOUT_EXPANSION


def test_wide_bar_that_stays_below_the_zone_is_no_breakout() -> None:
    analysis = market()
    analysis.set_prior_session(1020.0, 900.0, 950.0)
    fed(analysis, breakout_bars(15.0))
    assert analysis.breakout_age_bars is None


def test_wide_bar_after_the_zone_was_left_is_no_breakout() -> None:
    analysis = market()
    analysis.set_prior_session(1002.5, 900.0, 950.0)
    quiet = [bar(i, 1000, 1002, 998, 1000 + (i % 2) * 0.5) for i in range(120)]
    leaving = [bar(120 + i, 1001 + i, 1002 + i, 1001 + i, 1002 + i) for i in range(3)]
    rising = [bar(123 + i, 1004 + 5 * i, 1009 + 5 * i, 1004 + 5 * i, 1009 + 5 * i) for i in range(3)]
    fed(analysis, [*quiet, *leaving])
    assert analysis.ttf_bars[-1].close == 1004
    fed(analysis, rising)
    assert analysis.breakout_age_bars is None


def test_recent_bars_are_the_newest_oldest_first() -> None:
    analysis = fed(market(), demo_bars()[:100])
    assert analysis.recent_ltf(3) == demo_bars()[97:100]
    assert analysis.recent_ltf(0) == ()
    assert len(analysis.recent_ttf(1000)) == 33


def test_memory_is_bounded() -> None:
    analysis = fed(market(AnalysisParams(ltf_bars_kept=50, ttf_bars_kept=40)), demo_bars()[:1000])
    assert (len(analysis.ltf_bars), len(analysis.ttf_bars)) == (50, 40)
    assert analysis.minutes == 1000


def test_a_breakout_is_not_carried_over_a_hole() -> None:
    analysis = market()
    analysis.set_prior_session(1010.0, 900.0, 950.0)
    fed(analysis, breakout_bars(15.0))
    assert analysis.breakout_age_bars == 0
    last = analysis.ltf_bars[-1]
    later = [last._replace(open_ns=last.open_ns + (60 + minute) * NS_PER_MIN) for minute in range(9)]
    fed(analysis, later)
    assert analysis.breakout_age_bars is None
    assert analysis.regime is not Regime.BREAKOUT_EXPANSION


@pytest.mark.parametrize("htf_minutes", [15, 30, 60, 240])
def test_closes_for_correlation_are_half_hours_whatever_the_higher_timeframe(htf_minutes: int) -> None:
    params = AnalysisParams(htf_minutes=htf_minutes, correlation_days=30)
    bars = demo_bars()[:600]
    analysis = fed(market(params), bars)
    usual = fed(market(), bars)
    assert tuple(analysis.half_hour_closes) == tuple(usual.half_hour_closes)
    assert analysis.half_hour_closes.maxlen == 30 * 48 + 1
