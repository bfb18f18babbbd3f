"""A session's figures follow from its state."""

from __future__ import annotations

from tests.views.journals import D, Journal, finished, opened
from ytc_tui.adapters.instruments import load_instruments
from ytc_tui.engine.figures import executions_of, order_counts, session_figures
from ytc_tui.model.history import MAX_SESSIONS, History
from ytc_tui.model.orders import OrderRole


def test_of_a_finished_session() -> None:
    state = finished().state
    figures = session_figures(state, D("0.1"))
    assert (figures.start_balance, figures.end_balance) == (D(10000), D("10035.1824"))
    assert figures.return_share == D("0.00351824")
    (trade,) = figures.trades
    assert (trade.trade_id, trade.net, trade.exit_reason) == ("T0001", D("35.1824"), "target")


def test_executions_and_counts_of_orders() -> None:
    state = finished().state
    executions = executions_of(state, load_instruments(None))
    assert [(each.role, each.price, each.asked) for each in executions] == [
        (OrderRole.ENTRY, D("100.4"), D("100.5")),
        (OrderRole.TARGET, D(104), D(104)),
        (OrderRole.TARGET, D(104), D(104)),
    ]
    assert {each.stop_distance for each in executions} == {D("2.4")}
    counts = order_counts(state)
    assert (counts.sent, counts.filled, counts.rejected, counts.unfilled, counts.by_hand) == (5, 3, 0, 2, 0)


def test_a_session_without_trades_has_figures_too() -> None:
    assert session_figures(opened().state, D("0.1")).trades == ()
    assert session_figures(Journal().state, D("0.1")).return_share == 0


def test_a_history_is_bounded() -> None:
    history = History()
    for _ in range(MAX_SESSIONS + 5):
        history = history.with_session(session_figures(opened().state, D("0.1")))
    assert len(history.sessions) == MAX_SESSIONS
