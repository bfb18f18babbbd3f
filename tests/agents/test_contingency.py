from __future__ import annotations

from dataclasses import replace

from tests.agents.builders import context, result
from ytc_tui.agents.base import EmergencyView
from ytc_tui.agents.contingency import SPEC, consider
from ytc_tui.model.conditions import CONDITIONS

FLATTENED = EmergencyView(
    cause="session_loss",
    reason="session P&L -3.1 % <= -3 %",
    final=True,
    verified=True,
    orders_cancelled=3,
    positions_closed=1,
    still_open=(),
)


def test_a_quiet_session_reports_what_is_armed_and_nothing_else() -> None:
    told = result(consider, context())
    assert told["emergency_response"] is None
    assert {"session_loss_limit", "connection_lost"} <= set(told["armed"]["reactions"]["shutdown"])
    assert told["armed"]["max_session_loss_pct"] == "3.0000"


def test_a_verified_final_flatten_is_halted_and_asks_for_nobody() -> None:
    told = result(consider, context(emergency=FLATTENED))["emergency_response"]
    assert told["actions_taken"] == [
        "entries latched: session P&L -3.1 % <= -3 %",
        "3 orders cancelled",
        "1 positions closed at the market",
        "the venue was read again: flat",
    ]
    assert (told["system_status"], told["requires_human_intervention"]) == ("halted", False)


def test_what_the_venue_did_not_confirm_is_not_reported_as_done() -> None:
    stuck = replace(
        FLATTENED, verified=False, orders_cancelled=0, positions_closed=0, still_open=("BTCUSDT 1",)
    )
    told = result(consider, context(emergency=stuck))["emergency_response"]
    assert told["actions_taken"] == ["entries latched: session P&L -3.1 % <= -3 %"]
    assert told["still_open"] == ["BTCUSDT 1"]
    assert told["requires_human_intervention"]


def test_an_operators_verified_flatten_is_recovered() -> None:
    told = result(consider, context(emergency=replace(FLATTENED, final=False, cause="operator")))
    assert told["emergency_response"]["system_status"] == "recovered"


def test_the_whole_matrix_is_told_once() -> None:
    told = result(consider, context())["armed"]["reactions"]
    assert sorted(code for codes in told.values() for code in codes) == sorted(CONDITIONS)
    assert SPEC.number == "16"
