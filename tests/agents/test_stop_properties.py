"""Whatever the trade and the market: a proposed stop is tighter, protects, and lies on the grid."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from hypothesis import given, settings, strategies as st

from tests.agents.builders import SYMBOL, D, considered, context, market, trade
from tests.analysis.series import random_walk
from ytc_tui.agents.trade_management import consider
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import Side
from ytc_tui.model.trades import OPEN_TRADE_STATES, ExitReason, TradeState


@cache
def walked(seed: int) -> SymbolAnalysis:
    return market(random_walk(seed, 150))


def tenths(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda n: Decimal(n) / 10)


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 15),
    side=st.sampled_from(Side),
    state=st.sampled_from(sorted(OPEN_TRADE_STATES)),
    entry_off=tenths(-600, 600),
    distance=tenths(1, 500),
    tightened=tenths(0, 800),
    mark_off=tenths(-800, 800),
    low_off=tenths(0, 900),
    high_off=tenths(0, 900),
    age=st.integers(0, 149),
    exited=st.sampled_from([D(0), D("0.25"), D("0.5"), D("0.75")]),
    cost_bps=st.sampled_from([D(0), D(8), D("12.5")]),
)
def test_a_proposed_stop_never_widens(
    seed: int,
    side: Side,
    state: TradeState,
    entry_off: Decimal,
    distance: Decimal,
    tightened: Decimal,
    mark_off: Decimal,
    low_off: Decimal,
    high_off: Decimal,
    age: int,
    exited: Decimal,
    cost_bps: Decimal,
) -> None:
    analysis = walked(seed)
    last = analysis.last
    assert last is not None
    entry = Decimal(repr(last.close)) + entry_off
    initial = entry - distance * side.sign
    held = trade(
        side,
        state=state,
        entry_notional=entry,
        initial_stop=initial,
        stop=initial + tightened * side.sign,
        t1=entry + 12 * side.sign,
        exited_quantity=exited,
        opened_ns=analysis.ltf_bars[age].open_ns,
    )
    mark = entry + mark_off
    ctx = context(
        analysis,
        trades=(held,),
        marks={SYMBOL: float(mark)},
        excursions={"T1": (float(entry - low_off), float(entry + high_off))},
        cost_bps=cost_bps,
    )
    found = considered(consider, ctx).result["actions"]
    assert len(found) <= 1
    for action in found:
        price = Decimal(action["price"])
        assert (price - held.stop) * side.sign > 0
        assert (mark - price) * side.sign > 0
        assert price % Decimal("0.1") == 0
        assert ExitReason(action["basis"]) in (ExitReason.BREAKEVEN_STOP, ExitReason.TRAILING_STOP)
