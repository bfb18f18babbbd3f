"""Bookkeeping of tasks, setups, decisions, handoffs, alerts and commands. Imports the model and
its own folder.

Invariant: every counter that a screen or a rule reads moves here and nowhere else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from ytc_tui.engine.apply.asked import note_asked
from ytc_tui.engine.apply.timers import arm_timer, disarm_timer
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Verb
from ytc_tui.model.state import (
    AGENT_FAILED,
    ALERT_QUIET_NS,
    AgentRecord,
    AlertRecord,
    HandoffRecord,
    State,
    TaskRecord,
)
from ytc_tui.model.tables import next_state
from ytc_tui.model.tasks import (
    HANDOFF_TABLE,
    AgentStatus,
    HandoffState,
    HandoffTrigger,
    ResponseMessage,
    ResponseStatus,
    TaskMessage,
)
from ytc_tui.model.timers import TimerPurpose

WorkEvent = (
    ev.TaskAnswered
    | ev.AnswerRepeated
    | ev.TaskRequested
    | ev.TaskReported
    | ev.TaskRetried
    | ev.SetupDetected
    | ev.DecisionMade
    | ev.HandoffProposed
    | ev.HandoffDecided
    | ev.AlertRaised
    | ev.AlertAcknowledged
    | ev.CommandTaken
    | ev.CommandRefused
)

_HANDOFF_TRIGGERS = {
    HandoffState.APPROVED: HandoffTrigger.APPROVE,
    HandoffState.REJECTED: HandoffTrigger.REJECT,
    HandoffState.EXPIRED: HandoffTrigger.EXPIRE,
}


def apply_work(state: State, event: WorkEvent, at_ns: int) -> None:
    match event:
        case ev.TaskAnswered(task):
            agent = _answered(state, task, at_ns, event.errors)
            agent.output = event.result
            agent.bare = event.status is ResponseStatus.SUCCESS and not (event.errors or event.next_actions)
        case ev.AnswerRepeated():
            before = state.agents[event.agent].task
            if before is None:
                raise ValueError(f"{event.agent} has no answer yet that it could repeat")
            _answered(state, event.task(before), at_ns, ())
        case ev.TaskRequested(task):
            state.tasks[task.task_id] = TaskRecord(task, at_ns)
            _asked(state, task, at_ns).status = AgentStatus.RUNNING
        case ev.TaskReported(response):
            _settle(state, response, at_ns)
        case ev.TaskRetried():
            record = state.tasks[event.task_id]
            record.task = replace(record.task, retry_count=event.retry_count)
            record.not_before_ns = event.not_before_ns
            state.agents[event.agent].failures += 1
        case ev.SetupDetected(setup):
            state.setups_seen[setup.setup_id] = at_ns
            _count(state.detected, setup.kind.value)
        case ev.DecisionMade():
            state.decisions_made += 1
            note_asked(state, event.verdicts, at_ns)
            if event.refused_by:
                _count(state.refused, event.refused_by)
                state.setup_refusals[event.setup_id] = event.refused_by
            else:
                state.approved += 1
                _count(state.setup_attempts, event.setup_id)
                state.setup_refusals.pop(event.setup_id, None)
        case ev.HandoffProposed(handoff):
            state.handoffs[handoff.handoff_id] = HandoffRecord(handoff, HandoffState.PENDING, at_ns)
            if handoff.needs_approval:
                arm_timer(state, TimerPurpose.HANDOFF, handoff.handoff_id, event.expires_wall_s)
        case ev.HandoffDecided():
            held = state.handoffs[event.handoff_id]
            held.state = next_state(HANDOFF_TABLE, held.state, _HANDOFF_TRIGGERS[event.state])
            held.decided_by, held.reason = event.actor, event.reason
            disarm_timer(state, TimerPurpose.HANDOFF, event.handoff_id)
        case ev.AlertRaised():
            _raise(state, event, at_ns)
        case ev.AlertAcknowledged():
            alert = state.alerts[event.alert_id]
            alert.acknowledged_by, alert.acknowledged_ns = event.actor, at_ns
        case ev.CommandTaken(command):
            state.commands[command.command_id] = ""
            if command.verb is Verb.RESUME:
                # A named operator looked at the rejects: the count begins anew (semantics.md 5).
                state.rejects_in_row = 0
        case ev.CommandRefused(command):
            state.commands[command.command_id] = event.reason
        case _:
            assert_never(event)


def _asked(state: State, task: TaskMessage, at_ns: int) -> AgentRecord:
    state.tasks_requested += 1
    agent = state.agents.get(task.agent_target)
    if agent is None:
        agent = state.agents[task.agent_target] = AgentRecord()
    agent.task = task
    agent.requested_ns = at_ns
    return agent


def _answered(state: State, task: TaskMessage, at_ns: int, errors: tuple[str, ...]) -> AgentRecord:
    """A task was asked and answered at one instant."""
    agent = _asked(state, task, at_ns)
    agent.runs += 1
    agent.last_run_ns = at_ns
    agent.errors = errors
    agent.status = AgentStatus.COMPLETED
    return agent


def _settle(state: State, response: ResponseMessage, at_ns: int) -> None:
    state.tasks.pop(response.task_id, None)
    agent = state.agents.setdefault(response.agent_name, AgentRecord())
    agent.runs += 1
    agent.last_run_ns = at_ns
    agent.errors = response.errors
    agent.bare = False
    if response.status is ResponseStatus.FAILURE:
        agent.status = AgentStatus.FAILED
        agent.failures += 1
        _count(state.errors_by_type, f"{AGENT_FAILED}{response.agent_name}")
    else:
        agent.status = AgentStatus.COMPLETED
        agent.output = response.result


def _raise(state: State, event: ev.AlertRaised, at_ns: int) -> None:
    """One alert per code: a repeat raises its count, so a storm stays one line; one that comes again after
    a quiet time is open again."""
    known = state.alerts.get(event.alert_id)
    if known is None:
        state.alerts[event.alert_id] = AlertRecord(
            event.alert_id, at_ns, event.severity, event.code, event.message, last_ns=at_ns
        )
        state.alert_codes[event.code] = event.alert_id
        return
    known.count += 1
    if at_ns - known.last_ns >= ALERT_QUIET_NS:
        known.again_ns, known.acknowledged_by, known.acknowledged_ns = at_ns, "", 0
    known.last_ns = at_ns
    known.message = event.message


def _count(counters: dict[str, int], key: str) -> None:
    counters[key] = counters.get(key, 0) + 1
