"""The operator's verbs (semantics.md 6).

Decides what each verb does to gate and status, and when it is refused and why. Invariants: the same
command twice acts once; resume never follows an emergency stop; a refusal names what stands in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ytc_tui.engine.decide.flatten import flattening
from ytc_tui.engine.decide.hand import cancel_refusal, decide_hand, hand_refusal, note_of
from ytc_tui.engine.decide.outgoing import cancel_all
from ytc_tui.engine.decide.own import decide_own, own_refusal
from ytc_tui.engine.decide.phases import decide_abort, decide_clock, propose
from ytc_tui.engine.decide.proposals import answer_refusal, decide_answer, is_answer
from ytc_tui.engine.decide.reconcile import decide_reconcile, reconcile_refusal
from ytc_tui.engine.decide.ticket import decide_ticket, ticket_refusal
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import WHEN_FLAT, Command, Ticket, Verb
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import STATUS_TABLE, Gate, Phase, SessionStatus, StatusTrigger
from ytc_tui.model.state import GATE_BEFORE_HOURS, GATE_JOURNAL, GATE_RECONCILE
from ytc_tui.model.tables import next_state
from ytc_tui.model.tasks import HandoffState


def decide_command(sit: Situation, command: Command) -> Iterator[ev.Event]:
    """The events of an operator's command; a repeat of a known id does nothing."""
    if command.command_id in sit.state.commands:
        return
    problem = refusal(sit, command)
    if problem:
        yield ev.CommandRefused(command, problem)
        return
    if is_answer(sit, command):
        yield from decide_answer(sit, command, _reason_of(command))
        return
    if command.ticket is not None:
        yield from decide_ticket(sit, command, command.ticket)
        return
    yield ev.CommandTaken(command)
    yield from _act(sit, command)


def refusal(sit: Situation, command: Command) -> str:
    """Why `command` cannot be carried out now; empty when it can."""
    state = sit.state
    if state.ended:
        return "the session has ended"
    stopped = state.status is SessionStatus.EMERGENCY_STOP
    match command.verb:
        case Verb.RESUME:
            return _resume_refusal(sit, command)
        case Verb.SHUTDOWN if command.target not in ("", WHEN_FLAT):
            return f"no shutdown {command.target!r}: give no target, or {WHEN_FLAT}"
        case Verb.PAUSE | Verb.STOP_ENTRIES | Verb.SHUTDOWN:
            return "the session is in emergency_stop and ends by itself" if stopped else ""
        case Verb.CANCEL:
            return cancel_refusal(sit, command.target) if command.target else ""
        case Verb.FLATTEN:
            return ""
        case Verb.CLOSE | Verb.STOP | Verb.TARGET | Verb.TICKET:
            return _hand_refusal(sit, command)
        case Verb.APPROVE | Verb.REJECT:
            return answer_refusal(sit, command) if is_answer(sit, command) else _handoff_refusal(sit, command)
        case Verb.ACK:
            alert = state.alerts.get(command.target)
            if alert is None:
                return f"no alert {command.target!r}"
            return f"already acknowledged by {alert.acknowledged_by}" if alert.acknowledged_by else ""
        case Verb.LEVEL | Verb.DROP_LEVEL | Verb.ARM_LEVEL | Verb.BIAS | Verb.NOTE:
            return own_refusal(sit, command)
        case Verb.RECONCILE:
            assert command.reconcile is not None  # no such command can be made
            return reconcile_refusal(sit, command, command.reconcile)
        case _:
            assert_never(command.verb)


def _hand_refusal(sit: Situation, command: Command) -> str:
    match command.action:
        case Ticket() as ticket:
            return ticket_refusal(sit, command, ticket)
        case None:
            raise ValueError(f"command {command.command_id}: {command.verb} without its argument")
        case action:
            return hand_refusal(sit, command, action)


def _resume_refusal(sit: Situation, command: Command) -> str:
    state = sit.state
    if state.status is SessionStatus.EMERGENCY_STOP:
        return "no resume after emergency_stop"
    if state.halted:
        return f"halted by a guard ({state.halted}): `ytc guard --clear`, then start the engine anew"
    if sit.journal_away:
        return "the journal cannot accept writes"
    if sit.chain_unchecked:
        return "the whole journal is still being verified"
    unknown = [r.request.client_id for r in state.working_orders() if r.state is OrderState.UNKNOWN]
    if unknown:
        return f"order {unknown[0]} is UNKNOWN: evidence first"
    if unresolved := state.unresolved(sit.at_ns):
        return f"discrepancy {unresolved[0]} is open: see `ytc reconcile`"
    if flattening(sit):
        return "a flatten is under way"
    if state.flattening is not None and not command.reason:
        return "after a flatten, resume needs a reason"
    if state.status is SessionStatus.RUNNING and state.gate is Gate.ACTIVE:
        return "already running"
    return ""


def _handoff_refusal(sit: Situation, command: Command) -> str:
    record = sit.state.handoffs.get(command.target)
    if record is None:
        return f"no handoff or proposal {command.target!r}"
    if record.state is not HandoffState.PENDING:
        return f"handoff {command.target} is already {record.state} (by {record.decided_by})"
    if command.content_hash and command.content_hash != record.handoff.content_hash:
        return f"handoff {command.target} changed since it was read: look again"
    return ""


def _reason_of(command: Command) -> str:
    """Why the gate or the session is as it is; a person's words never read as the engine's own."""
    said = f"{command.verb} by {command.actor}"
    if command.reason.startswith((GATE_JOURNAL, GATE_RECONCILE, GATE_BEFORE_HOURS)):
        return f"{said}: {command.reason}"
    return command.reason or said


def _act(sit: Situation, command: Command) -> Iterator[ev.Event]:
    state = sit.state
    reason = _reason_of(command)
    match command.verb:
        case Verb.STOP_ENTRIES:
            yield from _close_gate(sit, reason)
        case Verb.PAUSE:
            yield from _close_gate(sit, reason)
            if state.status is SessionStatus.RUNNING:
                after = next_state(STATUS_TABLE, state.status, StatusTrigger.PAUSE)
                yield ev.StatusChanged(state.status, after, reason)
        case Verb.RESUME:
            if state.ending_when_flat:
                yield ev.EndingWhenFlat("")
            if state.status is SessionStatus.PAUSED:
                yield ev.StatusChanged(state.status, SessionStatus.RUNNING, reason)
            yield from _open_gate(sit, reason)
        case Verb.CANCEL if command.target:
            yield ev.CancelAsked(command.target, note_of(command))
        case Verb.CANCEL:
            yield from cancel_all(sit, (OrderRole.ENTRY,), reason)
        case Verb.CLOSE | Verb.STOP | Verb.TARGET:
            if command.action is not None and not isinstance(command.action, Ticket):
                yield from decide_hand(sit, command, command.action)
        case Verb.TICKET:
            return  # decided by the gate, before it is taken
        case Verb.FLATTEN:
            if not flattening(sit):
                yield ev.FlattenStarted("operator", reason, None, None, final=False)
        case Verb.SHUTDOWN if command.target == WHEN_FLAT:
            yield from _close_gate(sit, reason)
            yield from cancel_all(sit, (OrderRole.ENTRY,), reason)
            yield ev.EndingWhenFlat(reason)
            yield from decide_clock(sit)
        case Verb.SHUTDOWN:
            yield from _shut_down(sit, reason)
        case Verb.APPROVE:
            yield ev.HandoffDecided(command.target, HandoffState.APPROVED, command.actor, reason)
        case Verb.REJECT:
            yield ev.HandoffDecided(command.target, HandoffState.REJECTED, command.actor, reason)
        case Verb.ACK:
            yield ev.AlertAcknowledged(command.target, command.actor)
        case Verb.LEVEL | Verb.DROP_LEVEL | Verb.ARM_LEVEL | Verb.BIAS | Verb.NOTE:
            yield from decide_own(sit, command)
        case Verb.RECONCILE:
            assert command.reconcile is not None
            yield from decide_reconcile(sit, command, command.reconcile)
        case _:
            assert_never(command.verb)


def _close_gate(sit: Situation, reason: str) -> Iterator[ev.Event]:
    if sit.state.gate is not Gate.HALTED:
        yield ev.GateChanged(sit.state.gate, Gate.REDUCING, reason)


def _open_gate(sit: Situation, reason: str) -> Iterator[ev.Event]:
    """ACTIVE within trading hours, before them back to waiting; a refused handoff is proposed anew."""
    state = sit.state
    trading = state.phase is Phase.ACTIVE_TRADING and sit.at_ns < sit.window.planned_end_ns
    if trading and sit.pnl_pct() > -sit.policy.limits.entries_off_loss_pct:
        if state.gate is not Gate.ACTIVE:
            yield ev.GateChanged(state.gate, Gate.ACTIVE, reason)
    elif state.phase in (Phase.INIT, Phase.PRE_MARKET, Phase.SESSION_OPEN):
        yield ev.GateChanged(state.gate, Gate.REDUCING, GATE_BEFORE_HOURS)
    last = next(reversed(state.handoffs.values()), None)
    refused = last is not None and last.state in (HandoffState.REJECTED, HandoffState.EXPIRED)
    if last is not None and refused and last.handoff.from_phase == state.phase:
        yield from propose(sit, Phase(last.handoff.to_phase))


def _shut_down(sit: Situation, reason: str) -> Iterator[ev.Event]:
    """End of the session: close in paper where configured, then the report.

    A flatten under way becomes the session's end: what it waits for is waited for.
    """
    state = sit.state
    under_way = state.flattening if flattening(sit) else None
    if (state.positions or state.working or under_way) and sit.policy.close_on_shutdown:
        if under_way is None or under_way.cause != "session_end":
            yield ev.FlattenStarted("session_end", reason, None, None, final=False)
        return
    yield from cancel_all(sit, (OrderRole.ENTRY, OrderRole.TARGET), reason)
    yield from decide_abort(sit, reason)
