"""Phases: when the session moves on, and what it hands over.

Decides transitions by the clock and by what was delivered (semantics.md 2, domain.md 1.3).
Invariants: a phase moves only by its table, after its requirements, and with an approved handoff
where one is configured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ytc_tui.engine.decide.alarms import alert, entries_off
from ytc_tui.engine.decide.flatten import flattening
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.codec import canonical
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import PHASE_TABLE, Gate, Phase, PhaseTrigger
from ytc_tui.model.state import GATE_BEFORE_HOURS, HandoffRecord
from ytc_tui.model.tables import next_state
from ytc_tui.model.tasks import AgentStatus, Handoff, HandoffState, HandoffStatus

_AUTOMATIC = "no approval configured"
_BEFORE_REPORT = frozenset({Phase.PRE_MARKET, Phase.SESSION_OPEN, Phase.ACTIVE_TRADING})


def decide_clock(sit: Situation) -> Iterator[ev.Event]:
    """Moves that time allows; called at every minute and whenever something was delivered."""
    state, window = sit.state, sit.window
    if state.ended:
        return
    flat = not (state.positions or state.working)
    if state.ending_when_flat and flat and state.phase in _BEFORE_REPORT:
        yield from decide_abort(sit, state.ending_when_flat)
        return
    match state.phase:
        case Phase.PRE_MARKET | Phase.SESSION_OPEN if sit.at_ns >= window.planned_end_ns:
            yield from decide_abort(sit, "session time over before trading began")
        case Phase.PRE_MARKET:
            if sit.at_ns >= window.open_ns and delivered(sit):
                yield from _hand_over(sit, PhaseTrigger.MARKET_OPEN, "market open")
        case Phase.SESSION_OPEN:
            if sit.at_ns >= window.active_ns and delivered(sit):
                yield from _hand_over(sit, PhaseTrigger.ANALYSIS_DELIVERED, "trend and strength delivered")
        case Phase.ACTIVE_TRADING:
            yield from _trading_hours(sit)
        case Phase.POST_MARKET:
            if _reported(sit) and (sit.feed_over or not flattening(sit)):
                yield from _hand_over(sit, PhaseTrigger.REPORTED, "reports made")
        case Phase.INIT | Phase.SHUTDOWN:
            return


def delivered(sit: Situation) -> bool:
    """Whether every agent that the phase requires has delivered within it."""
    state = sit.state
    for name in sit.workflow.requires(state.phase):
        if name not in sit.registry.agents:
            continue
        record = state.agents.get(name)
        if record is None or not record.runs or record.last_run_ns < state.phase_since_ns:
            return False
        if record.status is AgentStatus.FAILED:
            return False
        if record.output.get("blocking"):
            return False
    return True


def _reported(sit: Situation) -> bool:
    """Whether every agent that the phase requires has run within it; a report that failed ends a
    session too, with a line of the checklist that says so."""
    state = sit.state
    records = [
        state.agents.get(name) for name in sit.workflow.requires(state.phase) if name in sit.registry.agents
    ]
    return all(record is not None and record.last_run_ns >= state.phase_since_ns for record in records)


def _trading_hours(sit: Situation) -> Iterator[ev.Event]:
    state, window = sit.state, sit.window
    if sit.at_ns < window.planned_end_ns:
        return
    over = "feed ends" if window.feed_ends_early else "planned session time is over"
    yield from entries_off(sit, f"{over}: entries off")
    for record in state.working_orders(role=OrderRole.ENTRY):
        if not record.cancel_ns:
            yield ev.CancelAsked(record.request.client_id, "session time is over")
    if state.positions and sit.at_ns >= window.hard_end_ns and not flattening(sit):
        yield ev.FlattenStarted("session_end", "hard end of the session", None, None, final=False)
    if not state.positions and not state.working_orders(role=OrderRole.ENTRY):
        end = "feed ended" if window.feed_ends_early else "session time over"
        yield from _hand_over(sit, PhaseTrigger.TRADING_OVER, end, end_reason=end)


def decide_abort(sit: Situation, reason: str) -> Iterator[ev.Event]:
    """The session ends before its time: straight to the short report, or out of INIT to the end."""
    state = sit.state
    if (state.phase, PhaseTrigger.ABORTED) not in PHASE_TABLE:
        return
    after = next_state(PHASE_TABLE, state.phase, PhaseTrigger.ABORTED)
    yield ev.PhaseChanged(state.phase, after, PhaseTrigger.ABORTED, reason, end_reason=reason)


def _hand_over(
    sit: Situation, trigger: PhaseTrigger, reason: str, end_reason: str = ""
) -> Iterator[ev.Event]:
    """Move on if the handoff is approved; propose it first, and wait where approval is configured."""
    state = sit.state
    after = next_state(PHASE_TABLE, state.phase, trigger)
    record = _current(sit, after)
    if record is None:
        yield from propose(sit, after)
        return
    if record.state is HandoffState.APPROVED:
        yield ev.PhaseChanged(state.phase, after, trigger, reason, end_reason)


def _current(sit: Situation, after: Phase) -> HandoffRecord | None:
    """The newest handoff out of the present stay in this phase; refused ones stand until asked again."""
    state = sit.state
    found = None
    for record in state.handoffs.values():
        handoff = record.handoff
        ours = handoff.from_phase == state.phase and handoff.to_phase == after
        if ours and record.proposed_ns >= state.phase_since_ns:
            found = record
    return found


def propose(sit: Situation, after: Phase) -> Iterator[ev.Event]:
    """The handoff from the present phase to `after`, approved at once where none is asked for."""
    state = sit.state
    plan = sit.workflow.phases.get(state.phase)
    required = sit.workflow.requires(state.phase)
    context = {
        "phase": state.phase.value,
        "session_pnl": str(state.wallet - sit.base_balance()),
        "trades_taken": state.trades_taken,
        "gate": state.gate.value,
    }
    name = f"{state.phase.name}->{after.name}"
    digest = hashlib.sha256(canonical([name, required, context, state.now_ns]).encode()).hexdigest()[:16]
    number = len(state.handoffs) + 1
    handoff = Handoff(
        handoff_id=f"H{number:03d}",
        from_phase=state.phase.value,
        to_phase=after.value,
        task=plan.handoff if plan else "",
        status=HandoffStatus.COMPLETE,
        deliverables=required,
        context=context,
        artifacts=tuple(state.agents[name_].task_id for name_ in required if name_ in state.agents),
        needs_approval=name in sit.policy.approve_handoffs,
        content_hash=digest,
    )
    yield ev.HandoffProposed(handoff, sit.policy.handoff_expiry_s)
    if not handoff.needs_approval:
        yield ev.HandoffDecided(handoff.handoff_id, HandoffState.APPROVED, "orchestrator", _AUTOMATIC)
    else:
        yield alert(
            f"handoff-{handoff.handoff_id}",
            "handoff_waiting",
            f"{name} waits for approval: {handoff.task} (approve {handoff.handoff_id})",
        )


def decide_entered(sit: Situation, event: ev.PhaseChanged) -> Iterator[ev.Event]:
    """What a new phase brings with it: start balance, gate; a handoff out of the one before waits no more."""
    state = sit.state
    for record in list(state.handoffs.values()):
        if record.state is HandoffState.PENDING:
            why = f"the session went on to {event.after} without it"
            yield ev.HandoffDecided(record.handoff.handoff_id, HandoffState.EXPIRED, "orchestrator", why)
    match event.after:
        case Phase.PRE_MARKET:
            yield ev.StartBalanceFixed(state.wallet)
        case Phase.ACTIVE_TRADING:
            if state.gate is Gate.REDUCING and state.gate_reason == GATE_BEFORE_HOURS:
                yield ev.GateChanged(Gate.REDUCING, Gate.ACTIVE, "trading hours")
        case Phase.POST_MARKET:
            yield from entries_off(sit, event.reason)
        case Phase.INIT | Phase.SESSION_OPEN | Phase.SHUTDOWN:
            return


def decide_after_flat(sit: Situation) -> Iterator[ev.Event]:
    """A final flatten ends the session, one at its end hands over."""
    flattened = sit.state.flattening
    if flattened is None:
        return
    if flattened.final:
        yield from decide_abort(sit, flattened.reason)
    elif flattened.cause == "session_end":
        if sit.at_ns >= sit.window.planned_end_ns:
            yield from decide_clock(sit)
        else:
            yield from decide_abort(sit, flattened.reason)
