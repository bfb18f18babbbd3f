"""Transition tables: valid moves work, illegal pairs raise, ends stay ends."""

from __future__ import annotations

import pytest

from ytc_tui.model.orders import ORDER_TABLE, WORKING_STATES, OrderState, OrderTrigger
from ytc_tui.model.session import (
    PHASE_TABLE,
    STATUS_TABLE,
    Phase,
    PhaseTrigger,
    SessionStatus,
    StatusTrigger,
)
from ytc_tui.model.tables import IllegalTransition, next_state

PATH = [
    (Phase.INIT, PhaseTrigger.CONFIGURED, Phase.PRE_MARKET),
    (Phase.PRE_MARKET, PhaseTrigger.MARKET_OPEN, Phase.SESSION_OPEN),
    (Phase.SESSION_OPEN, PhaseTrigger.ANALYSIS_DELIVERED, Phase.ACTIVE_TRADING),
    (Phase.ACTIVE_TRADING, PhaseTrigger.TRADING_OVER, Phase.POST_MARKET),
    (Phase.POST_MARKET, PhaseTrigger.REPORTED, Phase.SHUTDOWN),
]


@pytest.mark.parametrize(("before", "trigger", "after"), PATH)
def test_the_session_walks_its_phases(before: Phase, trigger: PhaseTrigger, after: Phase) -> None:
    assert next_state(PHASE_TABLE, before, trigger) is after


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("trigger", list(PhaseTrigger))
def test_every_other_pair_raises(phase: Phase, trigger: PhaseTrigger) -> None:
    if (phase, trigger) not in PHASE_TABLE:
        with pytest.raises(IllegalTransition, match=phase.value):
            next_state(PHASE_TABLE, phase, trigger)


def test_nothing_leaves_shutdown() -> None:
    assert not [pair for pair in PHASE_TABLE if pair[0] is Phase.SHUTDOWN]


@pytest.mark.parametrize("status", [SessionStatus.COMPLETED, SessionStatus.EMERGENCY_STOP])
def test_an_ended_status_stays(status: SessionStatus) -> None:
    assert not [pair for pair in STATUS_TABLE if pair[0] is status]


@pytest.mark.parametrize("status", [SessionStatus.INITIALIZED, SessionStatus.RUNNING, SessionStatus.PAUSED])
def test_an_emergency_is_reached_from_every_living_status(status: SessionStatus) -> None:
    assert next_state(STATUS_TABLE, status, StatusTrigger.EMERGENCY) is SessionStatus.EMERGENCY_STOP


@pytest.mark.parametrize("state", [OrderState.CANCELED, OrderState.EXPIRED])
def test_a_late_fill_after_the_end_is_booked(state: OrderState) -> None:
    assert next_state(ORDER_TABLE, state, OrderTrigger.FILL_REST) is OrderState.FILLED
    assert next_state(ORDER_TABLE, state, OrderTrigger.FILL_PART) is state


def test_unknown_ends_by_evidence_only() -> None:
    ways_out = {
        trigger
        for (state, trigger), after in ORDER_TABLE.items()
        if state is OrderState.UNKNOWN and after is not state
    }
    assert ways_out == {
        OrderTrigger.ACK,
        OrderTrigger.REJECT,
        OrderTrigger.CANCEL_DONE,
        OrderTrigger.EXPIRE,
        OrderTrigger.FILL_PART,
        OrderTrigger.FILL_REST,
    }


def test_a_fill_is_accepted_wherever_the_order_may_live() -> None:
    for state in WORKING_STATES:
        assert (state, OrderTrigger.FILL_REST) in ORDER_TABLE


def test_a_rejected_order_does_not_come_back() -> None:
    assert not [pair for pair in ORDER_TABLE if pair[0] is OrderState.REJECTED]
