from __future__ import annotations

from typing import Any

import pytest

from tests.agents.builders import closed, context, minute_ns, result
from tests.agents.histories import known
from tests.analysis.metrics.results import ended
from ytc_tui.agents.psychology import consider
from ytc_tui.model.history import OrderCounts
from ytc_tui.model.session import Phase


def told(*trades: Any, **changes: Any) -> dict[str, Any]:
    return result(consider, context(trades=trades, **{"phase": Phase.POST_MARKET, **changes}))


def at(minute: int, r: str, **changes: Any) -> Any:
    times = {"opened_ns": minute_ns(minute), "closed_ns": minute_ns(minute + 2)}
    return closed(r, "1", trade_id=f"T{minute}", **{**times, **changes})


def test_a_calm_session() -> None:
    found = told(at(10, "1"))
    assert (found["state"], found["signs"], found["advice"]) == ("steady", [], [])


@pytest.mark.parametrize(("losses", "state"), [(2, "steady"), (3, "regroup")])
def test_three_losses_in_a_row_ask_for_a_pause(losses: int, state: str) -> None:
    found = told(*(at(30 * n, "-1") for n in range(losses)))
    assert (found["losing_streak"], found["state"]) == (losses, state)


def test_a_streak_goes_on_from_the_session_before() -> None:
    found = told(phase=Phase.SESSION_OPEN, history=known(ended("1"), *[ended("-1")] * 3))
    assert (found["losing_streak"], found["longest_losing_streak"], found["state"]) == (3, 3, "regroup")


def test_nobody_is_asked_in_paper() -> None:
    found = told(phase=Phase.SESSION_OPEN)
    assert len(found["readiness"]) == 5
    assert {line["answer"] for line in found["readiness"]} == {"not asked"}
    assert found["readiness_note"] == "paper: nobody is asked"


def test_a_trade_soon_after_a_loss_counts_and_by_hand_it_is_a_sign() -> None:
    found = told(at(10, "-1"), at(26, "1"), at(60, "1"))
    assert found["trades_after_a_loss"] == {"trades": 1, "by_hand": 0, "avg_r": "1.0000", "within_min": 15}
    assert found["state"] == "steady"
    found = told(at(10, "-1"), at(26, "1", setup_kind="MANUAL"))
    assert found["signs"] == ["1 by hand within 15 minutes of a loss"]
    assert told(at(10, "-1"), at(27, "1"))["trades_after_a_loss"]["trades"] == 0


@pytest.mark.parametrize(("orders", "state"), [(2, "steady"), (3, "regroup")])
def test_repeated_overrides_are_a_sign(orders: int, state: str) -> None:
    found = told(order_counts=OrderCounts(by_hand=orders), commands_refused=4)
    assert found["state"] == state
    assert found["overrides"] == {"trades_by_hand": 0, "orders_by_hand": orders, "commands_refused": 4}
