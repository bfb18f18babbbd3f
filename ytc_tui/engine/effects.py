"""Effects: what the kernel does once an event is durable.

Decides which events reach outside. Imports the gate and the model. Invariants: `SubmitOrder` takes
only what the risk gate approved; the same event always has the same effects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.engine.decide.lifecycle import LAST_OWN_LINE, LAST_OWN_LINES, SHUTDOWN
from ytc_tui.engine.ports import Notice
from ytc_tui.engine.risk.gate import ApprovedOrder, recall
from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.proposals import ProposalState
from ytc_tui.model.session import Phase, Severity
from ytc_tui.model.state import OrderRecord, State
from ytc_tui.model.tasks import TaskMessage
from ytc_tui.model.timers import ArmedTimer, TimerPurpose, timer_name


@dataclass(frozen=True, slots=True)
class RunAgent:
    """Ask an agent. It reaches nothing outside, so a decider may ask with no entry before it."""

    task: TaskMessage
    not_before_ns: int = 0


@dataclass(frozen=True, slots=True)
class SubmitOrder:
    """An approved order, with the decision that it belongs to and, for an entry, what that approved.
    `again`: it may have left before, so that what keeps it here now says nothing of its fate."""

    approved: ApprovedOrder
    decision_id: str = ""
    most: Decimal | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class CancelOrder:
    client_id: str


@dataclass(frozen=True, slots=True)
class ReadVenue:
    """Read positions, open orders and account again."""


@dataclass(frozen=True, slots=True)
class FinishSession:
    """Carry out the outside's lines of the shutdown checklist."""


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Let `TimerFired(name, epoch)` be an input after `after_s` seconds of wall time."""

    name: str
    epoch: int
    after_s: float


@dataclass(frozen=True, slots=True)
class ForgetTimer:
    name: str


@dataclass(frozen=True, slots=True)
class Notify:
    notice: Notice


Effect = RunAgent | SubmitOrder | CancelOrder | ReadVenue | FinishSession | SetTimer | ForgetTimer | Notify


def effects_of(state: State, event: ev.Event) -> Iterator[Effect]:
    """The effects of `event`, which was just applied to `state`."""
    match event:
        case ev.TaskAnswered() | ev.AnswerRepeated():  # in most journals nearly every event is one
            return
        case ev.TaskRetried(task_id):
            yield RunAgent(state.tasks[task_id].task, event.not_before_ns)
        case ev.OrderIntended():
            yield _submit(state, state.orders[event.order.client_id])
        case ev.CancelAsked(client_id):
            yield CancelOrder(id_at_venue(state, client_id))
        case ev.ExternalCancelAsked(_, client_id):
            yield CancelOrder(client_id)
        case ev.ChecklistStepDone(checklist, step):
            if checklist == SHUTDOWN and step == LAST_OWN_LINE:
                yield FinishSession()
        case ev.PhaseChanged(_, Phase.SESSION_OPEN | Phase.POST_MARKET):
            yield ReadVenue()
        case ev.HandoffProposed(handoff):
            if handoff.needs_approval:
                yield _set(state.timers[timer_name(TimerPurpose.HANDOFF, handoff.handoff_id)])
        case ev.HandoffDecided(handoff_id):
            if state.handoffs[handoff_id].handoff.needs_approval:
                yield ForgetTimer(timer_name(TimerPurpose.HANDOFF, handoff_id))
        case ev.TradeProposed(proposal, ProposalState.PENDING):
            yield _set(state.timers[timer_name(TimerPurpose.PROPOSAL, proposal.proposal_id)])
        case ev.ProposalDecided(proposal_id):
            yield ForgetTimer(timer_name(TimerPurpose.PROPOSAL, proposal_id))
        case ev.AlertRaised(alert_id):
            alert = state.alerts[alert_id]
            news = alert.count == 1 or alert.again_ns == alert.last_ns
            if news and event.severity is not Severity.INFO:
                yield Notify(Notice(alert.last_ns, event.severity, event.code, event.message))
        case ev.SessionEnded(reason):
            message = f"session ended: {reason}; balance {event.end_balance}"
            yield Notify(Notice(state.now_ns, Severity.INFO, "session ended", message))
        case _:
            return


def _submit(state: State, record: OrderRecord, again: bool = False) -> SubmitOrder:
    trade = state.trades.get(record.trade_id) if record.request.role is OrderRole.ENTRY else None
    most = trade.planned_quantity if trade is not None else None
    return SubmitOrder(recall(record.request, record.approval_id), record.decision_id, most, again)


def id_at_venue(state: State, client_id: str) -> str:
    """The id under which the venue holds our order: its own, unless it was linked to another."""
    return next((theirs for theirs, ours in state.links.items() if ours == client_id), client_id)


def _set(timer: ArmedTimer) -> SetTimer:
    return SetTimer(timer.name, timer.epoch, timer.after_s)


def raises_risk(effect: Effect) -> bool:
    return isinstance(effect, SubmitOrder) and not effect.approved.order.reduce_only


def pending_effects(state: State) -> Iterator[Effect]:
    """What a restart must take up again: intents without an answer, cancels, tasks, timers (which wait their
    whole time anew), the closing lines."""
    for record in state.working_orders():
        if record.state is OrderState.INTENT:
            yield _submit(state, record, again=True)
        elif record.state is OrderState.CANCELING:
            yield CancelOrder(id_at_venue(state, record.request.client_id))
    for found in state.discrepancies.values():
        if found.cancel_ns:
            yield CancelOrder(found.client_id)
    for task in state.tasks.values():
        yield RunAgent(task.task, task.not_before_ns)
    yield from map(_set, state.timers.values())
    lines = state.checklists.get(SHUTDOWN, ())
    if lines and lines[-1].step in LAST_OWN_LINES and not state.ended:
        yield FinishSession()
