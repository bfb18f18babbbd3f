"""On any stretch of market data, read at any minute: what analysis says equals a computation from scratch."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from tests.analysis.series import demo_bars, fed
from tests.analysis.test_symbol import SETUPS, everything
from ytc_tui.analysis.outlook import adverse_conditions, future_direction
from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.setups import scan
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import Bar, Side

TICKS = {"BTCUSDT": 0.1, "ETHUSDT": 0.01}
LENGTH = 900


def fresh(symbol: str) -> SymbolAnalysis:
    return SymbolAnalysis(symbol, TICKS[symbol], AnalysisParams())


def stretch(symbol: str, start: int, hole: int) -> list[Bar]:
    """Fifteen hours of the demo; `hole` minutes are left out in the middle."""
    bars = demo_bars(symbol)[start : start + LENGTH]
    return [*bars[: LENGTH // 2], *bars[LENGTH // 2 + hole :]]


symbols = st.sampled_from(sorted(TICKS))
starts = st.integers(0, len(demo_bars()) - LENGTH)
holes = st.sampled_from((0, 0, 3, 20, 60))


@settings(max_examples=12, deadline=None)
@given(symbols, starts, holes, st.lists(st.integers(1, LENGTH - 60), min_size=1, max_size=4))
def test_reading_every_minute_or_never_and_what_comes_later_change_nothing(
    symbol: str, start: int, hole: int, cuts: list[int]
) -> None:
    bars = stretch(symbol, start, hole)
    read = fresh(symbol)
    told = {}
    for number, each in enumerate(bars, start=1):
        read.on_minute(each)
        scan(read, SETUPS)
        if number in cuts:
            told[number] = everything(read)
    for cut, state in told.items():
        assert state == everything(fed(fresh(symbol), bars[:cut]))


@settings(max_examples=12, deadline=None)
@given(symbols, starts, holes)
def test_nothing_is_used_before_it_could_be_known(symbol: str, start: int, hole: int) -> None:
    market = fresh(symbol)
    known: dict[tuple[str, int, int], int] = {}
    for each in stretch(symbol, start, hole):
        market.on_minute(each)
        now = market.now_ns
        for swing in (*market.swings_ttf, *market.swings_htf):
            assert swing.at_ns < swing.known_ns <= now
        newest = market.swings_ttf[-1] if market.swings_ttf else None
        if newest is not None:
            known.setdefault((newest.kind, newest.at_ns, newest.known_ns), now)
        assert all(zone.known_ns <= now and zone.touched_ns <= now for zone in market.zones)
        for setup in scan(market, SETUPS).setups:
            assert setup.anchor_ns < setup.found_ns == now
    # A swing appears with the minute by which it says that it is known, not a minute before or after.
    assert all(first == known_ns for (_, _, known_ns), first in known.items() if not hole)


def everything_shown(market: SymbolAnalysis) -> tuple[object, ...]:
    return (
        future_direction(market),
        adverse_conditions(market),
        market.approach(Side.BUY),
        market.approach(Side.SELL),
    )


@settings(max_examples=12, deadline=None)
@given(symbols, starts, holes, st.integers(1, LENGTH - 60))
def test_outlook_and_approach_equal_those_from_scratch(symbol: str, start: int, hole: int, cut: int) -> None:
    bars = stretch(symbol, start, hole)
    read = fresh(symbol)
    for each in bars[:cut]:
        read.on_minute(each)
        everything_shown(read)
    told = everything_shown(read)
    fed(read, bars[cut:])
    assert told == everything_shown(fed(fresh(symbol), bars[:cut]))
