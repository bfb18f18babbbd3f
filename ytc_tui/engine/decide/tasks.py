"""Tasks: which agents are due, in which order, and how their answers are taken.

Decides requests, retries and failures (spec 000, semantics.md 8). Imports ids, the situation and the
model. Invariants: an agent is asked only after every agent that it needs and that is due in the
same minute has answered; an answer outside its contract is a failure, never half taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ytc_tui.engine.decide.alarms import alert, react
from ytc_tui.engine.decide.answers import content_problem
from ytc_tui.engine.ids import task_id
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.codec import canonical, plain
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.session import Phase, SessionStatus
from ytc_tui.model.tasks import ResponseMessage, ResponseStatus, TaskMessage
from ytc_tui.model.workflow import Step, Trigger, When

MAX_ANSWER_BYTES = 64 * 1024
_MAX_PROBLEM = 200
_RETRY_DELAY_S = 2
# Agents that look for new trades; they rest while the session is paused (semantics.md 6).
_SCANNING = frozenset({"setup_scanner", "entry_execution"})


def due_steps(sit: Situation) -> list[Step]:
    """The steps that this instant makes due, in workflow order, each agent once."""
    workflow, phase, market = sit.workflow, sit.state.phase, sit.market
    steps: list[Step] = []
    if sit.state.phase_since_ns == sit.at_ns:
        steps += workflow.due(phase, Trigger.PHASE)
    if market.minute_closed:
        if market.htf_closed:
            steps += workflow.due(phase, Trigger.HIGHER_CLOSE)
        if market.ttf_closed:
            steps += workflow.due(phase, Trigger.TRADING_CLOSE)
        steps += workflow.due(phase, Trigger.LOWER_CLOSE)
    return list({step.agent: step for step in reversed(steps)}.values())[::-1]


def idle_reason(sit: Situation, step: Step) -> str:
    """Why `step` does not run now although its trigger came; empty when it may."""
    state = sit.state
    if step.agent not in sit.registry.agents:
        return "disabled"
    if state.ended or (state.status is SessionStatus.EMERGENCY_STOP and state.phase is not Phase.POST_MARKET):
        return "session stopped"
    if step.agent in _SCANNING and state.status is SessionStatus.PAUSED:
        return "paused"
    match step.when:
        case When.READY_SETUPS:
            scanner = state.agents.get("setup_scanner")
            if scanner is None or not scanner.output.get("active_setups"):
                return "no setup"
        case When.OPEN_POSITIONS:
            if not state.positions:
                return "no open position"
        case When.NEWS_MOVED:
            record = state.agents.get(step.agent)
            since_ns = record.last_run_ns if record is not None else 0
            if since_ns and not sit.policy.news.moved(since_ns, sit.at_ns):
                return "no news window begins or ends"
        case When.ALWAYS:
            pass
    return ""


def decide_due(sit: Situation) -> Iterator[ev.Event]:
    """Requests for every due agent whose needs in this minute have answered."""
    steps = due_steps(sit)
    if not steps:
        return
    asking = [step for step in steps if not _asked(sit, step.agent)]
    if not asking:
        return
    runs = {step.agent for step in steps if not idle_reason(sit, step)}
    number = sit.state.tasks_requested
    for step in asking:
        if step.agent not in runs:
            continue
        needs = sit.registry.spec(step.agent).needs
        if all(_answered(sit, need) for need in needs if need in runs):
            number += 1
            yield _request(sit, step, number)


def _asked(sit: Situation, agent: str) -> bool:
    """Whether `agent` was asked at this instant already, or still owes an answer."""
    record = sit.state.agents.get(agent)
    if record is None:
        return False
    return (record.requested_ns == sit.at_ns and record.runs > 0) or record.task_id in sit.state.tasks


def _answered(sit: Situation, agent: str) -> bool:
    record = sit.state.agents.get(agent)
    return record is not None and record.last_run_ns == sit.at_ns and record.requested_ns == sit.at_ns


def _request(sit: Situation, step: Step, number: int) -> ev.TaskRequested:
    spec = sit.registry.spec(step.agent)
    known = (sit.state.agents.get(need) for need in spec.needs)
    return ev.TaskRequested(
        TaskMessage(
            task_id=task_id(sit.state.session_id, number),
            agent_target=step.agent,
            task_type=spec.task_type,
            priority=spec.priority,
            data={"phase": sit.state.phase.value, "trigger": step.on.value},
            dependencies=tuple(record.task_id for record in known if record is not None and record.task_id),
            timeout=sit.policy.timeout_of(step.agent, spec.timeout_s),
        )
    )


def decide_answer(sit: Situation, response: ResponseMessage) -> Iterator[ev.Event]:
    """An agent answered: taken, retried, or given up with an alert."""
    held = sit.state.tasks.get(response.task_id)
    if held is None:
        return
    response = _settled(sit, response)
    if response.status is not ResponseStatus.FAILURE:
        yield ev.TaskReported(response)
        return
    spec = sit.registry.spec(response.agent_name)
    retries = spec.retries if spec.retries is not None else sit.policy.agent_retries
    if held.task.retry_count < retries:
        delay_ns = _RETRY_DELAY_S * NS_PER_S * 2**held.task.retry_count
        yield ev.TaskRetried(
            response.task_id,
            response.agent_name,
            held.task.retry_count + 1,
            "; ".join(response.errors),
            sit.at_ns + delay_ns,
        )
        return
    yield ev.TaskReported(response)


def _settled(sit: Situation, response: ResponseMessage) -> ResponseMessage:
    """`response` as the journal will give it back, or the failure that an answer outside its contract is.

    What is decided from an answer must not differ after a restart, down to the digits of its floats.
    """
    try:
        result = plain(response.result)
        size = len(canonical(result).encode())
        if size > MAX_ANSWER_BYTES:
            raise ValueError(f"{size} bytes > {MAX_ANSWER_BYTES}")
        problem = content_problem(sit, result)
        if problem:
            raise ValueError(problem)
    except (TypeError, ValueError, RecursionError) as error:
        problem = f"answer refused: {error}"[:_MAX_PROBLEM].encode(errors="replace").decode()
        return ResponseMessage(
            response.task_id, response.agent_name, ResponseStatus.FAILURE, errors=(problem,)
        )
    return replace(response, result=result)


def decide_reported(sit: Situation, response: ResponseMessage) -> Iterator[ev.Event]:
    """A settled task: a failure is an alert, and a critical agent's failure stops new risk."""
    if response.result.get("blocking"):
        message = f"{response.agent_name} blocks the session: {'; '.join(response.errors)}"
        yield alert(f"blocked-{response.agent_name}", "blocked", message)
    if response.status is not ResponseStatus.FAILURE:
        return
    name = response.agent_name
    code = "critical_agent_failed" if sit.registry.spec(name).critical else "agent_failed"
    message = f"{name} failed: {'; '.join(response.errors)}"
    yield from react(sit, f"agent-{name}", code, message, f"critical agent {name} failed")
