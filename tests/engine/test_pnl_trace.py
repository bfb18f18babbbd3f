"""The P&L of a session in few points."""

from __future__ import annotations

from random import Random

from hypothesis import given, strategies as st

from ytc_tui.engine.pnl_trace import MAX_POINTS, PnlTrace


@given(st.integers(0, 1_500), st.randoms(use_true_random=False))
def test_points_are_few_and_each_is_the_lowest_of_its_closes(count: int, chance: Random) -> None:
    closes = [chance.uniform(-5.0, 5.0) for _ in range(count)]
    trace = PnlTrace()
    for number, pnl_pct in enumerate(closes, start=1):
        trace.add(number, pnl_pct)
    assert len(trace.lows) <= MAX_POINTS
    each = trace.closes_each
    assert trace.lows == [min(closes[at : at + each]) for at in range(0, len(closes), each)]
    assert trace.since_ns == (1 if closes else 0)
    assert each == 1 or len(trace.lows) > MAX_POINTS // 2
