"""Tasks: which agents are due, in which order, and how their answers are taken.

Decides requests, retries and failures (spec 000, semantics.md 8). Imports ids, the situation and the
model. Invariants: an agent is asked only after every agent that it needs and that is due in the
same minute has answered; an answer outside its contract is a failure, never half taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

from ytc_tui.engine.decide.alarms import alert, react
from ytc_tui.engine.decide.answers import MAX_DEPTH, content_problem, is_deep
from ytc_tui.engine.effects import RunAgent
from ytc_tui.engine.ids import task_id
from ytc_tui.engine.situation import Situation
from ytc_tui.errors import words_of
from ytc_tui.model import events as ev
from ytc_tui.model.codec import Plain, canonical, from_text, plain, plain_text
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.session import Phase, SessionStatus
from ytc_tui.model.state import State
from ytc_tui.model.tasks import ResponseMessage, ResponseStatus, TaskMessage
from ytc_tui.model.workflow import Step, Trigger, When

MAX_ANSWER_BYTES = 64 * 1024
_MAX_PROBLEM = 200
_RETRY_DELAY_S = 2
# Agents that look for new trades; they rest while the session is paused (semantics.md 6).
_SCANNING = frozenset({"setup_scanner", "entry_execution"})
# By whether a phase begins, a minute closed, and with it bars of the higher and of the trading timeframe.
_TRIGGERS = {
    (begins, closed, higher, trading): tuple(
        trigger
        for trigger, met in (
            (Trigger.PHASE, begins),
            (Trigger.HIGHER_CLOSE, closed and higher),
            (Trigger.TRADING_CLOSE, closed and trading),
            (Trigger.LOWER_CLOSE, closed),
        )
        if met
    )
    for begins, closed, higher, trading in product((False, True), repeat=4)
}
# By whether setups stand and positions are open.
_UNMET = {
    (setups, positions): tuple(
        when for when, met in ((When.READY_SETUPS, setups), (When.OPEN_POSITIONS, positions)) if not met
    )
    for setups, positions in product((False, True), repeat=2)
}


def due_steps(sit: Situation) -> tuple[Step, ...]:
    """The steps that this instant makes due, each agent once; those that wait for setups or positions only
    while there are some."""
    market, state = sit.market, sit.state
    begun = state.phase_since_ns == sit.at_ns
    triggers = _TRIGGERS[begun, market.minute_closed, market.htf_closed, market.ttf_closed]
    return sit.workflow.due(state.phase, triggers, _UNMET[_setups_stand(state), bool(state.positions)])


def _setups_stand(state: State) -> bool:
    scanner = state.agents.get("setup_scanner")
    return scanner is not None and bool(scanner.output.get("active_setups"))


def idle_reason(sit: Situation, step: Step) -> str:
    """Why `step` does not run now although its trigger came; empty when it may."""
    if step.agent not in sit.registry.agents:
        return "disabled"
    state = sit.state
    if state.ended or state.status is not SessionStatus.RUNNING:
        stopped = state.status is SessionStatus.EMERGENCY_STOP and state.phase is not Phase.POST_MARKET
        if state.ended or stopped:
            return "session stopped"
        if state.status is SessionStatus.PAUSED and step.agent in _SCANNING:
            return "paused"
    return _waits_for(sit, step) if step.when is not When.ALWAYS else ""


def _waits_for(sit: Situation, step: Step) -> str:
    state = sit.state
    match step.when:
        case When.READY_SETUPS:
            if not _setups_stand(state):
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


def decide_due(sit: Situation) -> Iterator[RunAgent]:
    """Every due agent whose needs in this minute have answered is asked."""
    steps = due_steps(sit)
    number = sit.state.tasks_requested + len(sit.asked)
    for step in steps:
        if _asked(sit, step.agent) or idle_reason(sit, step):
            continue
        for need in sit.registry.agents[step.agent].spec.needs:
            if _owed(sit, steps, need):
                break
        else:
            number += 1
            yield RunAgent(_task(sit, step, number))


def _asked(sit: Situation, agent: str) -> bool:
    """Whether `agent` was asked at this instant already, or still owes an answer."""
    if agent in sit.asked:
        return True
    record = sit.state.agents.get(agent)
    if record is None:
        return False
    if record.requested_ns == sit.at_ns and record.runs > 0:
        return True
    return bool(sit.state.tasks) and record.task_id in sit.state.tasks


def _owed(sit: Situation, steps: Sequence[Step], need: str) -> bool:
    """Whether `need` runs at this instant too, and has not answered yet."""
    record = sit.state.agents.get(need)
    if (
        record is not None
        and record.last_run_ns == sit.at_ns == record.requested_ns
        and need not in sit.asked
    ):
        return False
    for step in steps:
        if step.agent == need:
            return not idle_reason(sit, step)
    return False


def _task(sit: Situation, step: Step, number: int) -> TaskMessage:
    state = sit.state
    spec = sit.registry.agents[step.agent].spec
    known = [state.agents.get(need) for need in spec.needs]
    return TaskMessage(
        task_id(state.session_id, number),
        step.agent,
        spec.task_type,
        spec.priority,
        _reason(state.phase, step.on),
        tuple([record.task.task_id for record in known if record is not None and record.task is not None]),
        sit.policy.timeout_of(step.agent, spec.timeout_s),
    )


@cache
def _reason(phase: Phase, trigger: Trigger) -> Plain:
    """Why a task was asked, as its data."""
    return plain({"phase": phase.value, "trigger": trigger.value})


def decide_answer(sit: Situation, response: ResponseMessage) -> Iterator[ev.Event]:
    """An agent answered: taken, retried, or given up with an alert."""
    task = sit.asked.get(response.agent_name)
    if task is not None and task.task_id == response.task_id:
        yield from _at_once(sit, task, _settled(sit, response))
    elif response.task_id in sit.state.tasks:
        yield from _in_the_end(sit, sit.state.tasks[response.task_id].task, _settled(sit, response))


def _at_once(sit: Situation, task: TaskMessage, response: ResponseMessage) -> Iterator[ev.Event]:
    """One entry for a task that was answered at once; a failure is told as request and report."""
    if response.status is ResponseStatus.FAILURE:
        yield ev.TaskRequested(task)
        yield from _in_the_end(sit, task, response)
    elif _repeats(sit, task, response):
        yield ev.AnswerRepeated(task.task_id, task.agent_target, task.data, task.dependencies)
    else:
        yield ev.TaskAnswered(task, response.status, response.result, response.errors, response.next_actions)


def _repeats(sit: Situation, task: TaskMessage, response: ResponseMessage) -> bool:
    """Whether this answer is the agent's last one again, down to the byte, to a task of the same kind."""
    known = sit.state.agents.get(task.agent_target)
    if known is None or known.task is None or response.result is not known.output or not known.bare:
        return False
    before = known.task
    alike = (before.task_type, before.priority, before.timeout) == (
        task.task_type,
        task.priority,
        task.timeout,
    )
    return alike and response.bare


def _in_the_end(sit: Situation, task: TaskMessage, response: ResponseMessage) -> Iterator[ev.Event]:
    """What becomes of a task that is on record as requested."""
    if response.status is ResponseStatus.FAILURE:
        spec = sit.registry.spec(response.agent_name)
        retries = spec.retries if spec.retries is not None else sit.policy.agent_retries
        if task.retry_count < retries:
            delay_ns = _RETRY_DELAY_S * NS_PER_S * 2**task.retry_count
            yield ev.TaskRetried(
                response.task_id,
                response.agent_name,
                task.retry_count + 1,
                "; ".join(response.errors),
                sit.at_ns + delay_ns,
            )
            return
    yield ev.TaskReported(response)


def _settled(sit: Situation, response: ResponseMessage) -> ResponseMessage:
    """`response` as the journal will give it back, or the failure that an answer outside its contract is.

    What is decided from an answer must not differ after a restart, down to the digits of its floats. A result
    that is the agent's last one again is that one itself.
    """
    known = sit.state.agents.get(response.agent_name)
    try:
        text = _read(response.result)
        size = len(text.encode())
        if size > MAX_ANSWER_BYTES:
            raise ValueError(f"{size} bytes > {MAX_ANSWER_BYTES}")
        last = known.output if known is not None else {}
        result = last if canonical(last) == text else from_text(text)
        if result is not last and is_deep(text, result):
            raise ValueError(f"it nests deeper than {MAX_DEPTH} levels")
        problem = content_problem(sit, result)
        if problem:
            raise ValueError(problem)
    except (TypeError, ValueError, RecursionError) as error:
        problem = f"answer refused: {error}"[:_MAX_PROBLEM].encode(errors="replace").decode()
        return ResponseMessage(
            response.task_id, response.agent_name, ResponseStatus.FAILURE, errors=(problem,)
        )
    return ResponseMessage(
        response.task_id,
        response.agent_name,
        response.status,
        result,
        response.errors,
        next_actions=response.next_actions,
    )


def _read(result: Mapping[str, Any]) -> str:
    """The text of an agent's result; ValueError for whatever its objects do when they are read."""
    try:
        return plain_text(result)
    except Exception as error:
        raise ValueError(words_of(error)) from None


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
