from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.agents.builders import ACCOUNT, D, closed, context, result, trade
from tests.agents.histories import session
from tests.analysis.metrics.results import ended
from ytc_tui.agents.performance_analytics import LEAST_SESSIONS, consider
from ytc_tui.model.history import Execution, History, OrderCounts
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.own import OwnNote
from ytc_tui.model.session import Phase


def told(*trades: Any, **changes: Any) -> dict[str, Any]:
    return result(consider, context(trades=trades, phase=Phase.POST_MARKET, **changes))


def test_a_session_without_trades_is_told_honestly() -> None:
    found = told()
    assert found["session_stats"]["trades_taken"] == 0
    assert found["session_stats"]["win_rate"] is None
    assert found["by_setup_type"] == found["by_direction"] == found["by_hour"] == {}
    assert found["r_distribution"] == []
    assert found["cumulative_stats"]["sessions"] == 1
    assert found["cumulative_stats"]["recovery_factor"] is None


def test_figures_by_hand() -> None:
    found = told(
        closed("2", "2.5", trade_id="T1"),
        closed("-1", "0.5", trade_id="T2", side=Side.SELL),
        trade(trade_id="T3"),
    )
    stats = found["session_stats"]
    assert (stats["trades_taken"], stats["win_rate"]) == (2, "0.5000")
    assert (stats["avg_winner"], stats["avg_loser"], stats["expectancy_r"]) == ("2.0000", "-1.0000", "0.5000")
    assert (stats["profit_factor"], stats["total_r"], stats["net_pnl"]) == ("2.0000", "1.0000", "10.0000")
    assert stats["mean_hold_s"] == 180
    assert found["by_direction"] == {
        "long": {"trades": 1, "win_rate": "1.0000", "avg_r": "2.0000", "total_r": "2.0000"},
        "short": {"trades": 1, "win_rate": "0.0000", "avg_r": "-1.0000", "total_r": "-1.0000"},
    }
    assert found["by_setup_type"]["PB"]["trades"] == 2
    assert found["r_distribution"] == [
        {"from_r": "-1.0000", "trades": 1}, {"from_r": "2.0000", "trades": 1},
    ]  # fmt: skip
    assert found["excursions"]["losers_mfe_r"] == "0.5000"


def test_how_orders_were_executed() -> None:
    fills = (
        Execution(
            OrderRole.ENTRY, "BTCUSDT", Side.BUY, D(1), D("1000.5"), D(1000), None, None, D("0.1"), D(10)
        ),
        Execution(OrderRole.EXIT, "BTCUSDT", Side.SELL, D(1), D(990)),
    )
    found = told(executions=fills, order_counts=OrderCounts(4, 2, 1, 1, 0))["execution"]
    assert (found["orders_sent"], found["orders_rejected"], found["orders_unfilled"]) == (4, 1, 1)
    assert (found["compared"], found["mean_slippage_ticks"], found["mean_slippage_r"]) == (
        1, "5.0000", "0.0500",
    )  # fmt: skip


def test_sessions_before_this_one_count_in_the_cumulative_figures() -> None:
    history = History((session(0, [ended("1")], "100"), session(1, [ended("-1")], "-300")))
    account = replace(ACCOUNT, session_pnl=D(50), session_pnl_pct=D("0.5"))
    found = told(closed("2", "2"), history=history, account=account)["cumulative_stats"]
    assert (found["sessions"], found["total_trades"]) == (3, 3)
    assert (found["total_profit"], found["max_drawdown"]) == ("-150.0000", "300.0000")
    assert (found["max_drawdown_pct"], found["recovery_factor"]) == ("-3.0000", "-0.5000")
    assert (found["sharpe"], found["sortino"]) == (None, None)


def test_ratios_of_returns_need_enough_sessions() -> None:
    past = [session(n, change=str((-1) ** n * 10 + 2)) for n in range(LEAST_SESSIONS)]
    enough = told(history=History(tuple(past[1:])))["cumulative_stats"]
    assert enough["sessions"] == LEAST_SESSIONS
    assert float(enough["sharpe"]) > 0
    assert float(enough["sortino"]) > float(enough["sharpe"])
    assert told(history=History(tuple(past[2:])))["cumulative_stats"]["sharpe"] is None


def test_expectancy_by_tag_and_mistake_code_with_the_sample() -> None:
    notes = (
        OwnNote("N001", "T1", 0, "", ("plan",), (), "ada"),
        OwnNote("N002", "T2", 0, "", ("plan", "fomo"), ("chased",), "ada"),
        OwnNote("N003", "", 5, "", ("mood",), (), "ada"),
    )
    trades = closed("2", "2.5", trade_id="T1"), closed("-1", "0.5", trade_id="T2")
    found = told(*trades, notes=notes)
    tags = {name: (row["trades"], row["expectancy_r"]) for name, row in found["by_tag"].items()}
    assert tags == {"plan": (2, "0.5000"), "fomo": (1, "-1.0000")}
    assert found["by_mistake"]["chased"]["trades"] == 1
    # A session without notes says nothing of them: its report is what it was before there were any.
    assert not {"by_tag", "by_mistake"} & set(told(*trades))
