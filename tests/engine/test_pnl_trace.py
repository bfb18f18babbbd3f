"""The P&L of a session in few points."""

from __future__ import annotations

from hypothesis import given, strategies as st

from ytc_tui.engine.pnl_trace import MAX_POINTS, PnlTrace


@given(st.lists(st.floats(-5.0, 5.0), max_size=700))
def test_points_are_few_and_each_is_the_lowest_of_its_closes(closes: list[float]) -> None:
    trace = PnlTrace()
    for number, pnl_pct in enumerate(closes, start=1):
        trace.add(number, pnl_pct)
    assert len(trace.lows) <= MAX_POINTS
    each = trace.closes_each
    assert trace.lows == [min(closes[at : at + each]) for at in range(0, len(closes), each)]
    assert trace.since_ns == (1 if closes else 0)
    assert each == 1 or len(trace.lows) > MAX_POINTS // 2
