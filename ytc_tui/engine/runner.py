"""Running agents: awaited directly until one really suspends.

Decides how a task becomes an answer: an agent that returns at once costs one call; one that suspends
gets a task, a deadline and a place among at most `max_concurrent` (semantics.md 8). Imports the agents
and the model. Invariant: every request gets exactly one answer; an exception is a failure, not a crash.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any, cast

from ytc_tui.agents.base import Agent, AgentAnswer, AgentContext
from ytc_tui.agents.registry import Registry
from ytc_tui.errors import AgentOutputInvalid
from ytc_tui.model.tasks import ResponseMessage, ResponseStatus, TaskMessage

Contexts = Callable[[TaskMessage], AgentContext]
Stopwatch = Callable[[], int]  # monotonic nanoseconds, for telemetry alone
Observer = Callable[[str, float], None]  # (agent, milliseconds)

_MAX_ERROR_LENGTH = 200
_NS_PER_MS = 1_000_000


class AgentRunner:
    """Runs the agents of one registry."""

    def __init__(
        self, registry: Registry, *, max_concurrent: int, stopwatch: Stopwatch, observe: Observer
    ) -> None:
        self._registry = registry
        self._max_concurrent = max_concurrent
        self._stopwatch = stopwatch
        self._observe = observe
        self._runs = 0
        self._total_ms = 0.0

    def average_ms(self) -> float | None:
        """Mean duration of the runs since this process began, None before the first."""
        return round(self._total_ms / self._runs, 4) if self._runs else None

    def _ran(self, agent: str, begun_ns: int) -> None:
        elapsed_ms = (self._stopwatch() - begun_ns) / _NS_PER_MS
        self._runs += 1
        self._total_ms += elapsed_ms
        self._observe(agent, elapsed_ms)

    async def run(self, tasks: Sequence[TaskMessage], contexts: Contexts) -> list[ResponseMessage]:
        """Answers to `tasks`, in registry order whatever the order of finishing."""
        answers: dict[str, ResponseMessage] = {}
        suspended: list[tuple[TaskMessage, Coroutine[Any, Any, AgentAnswer], object]] = []
        for task in tasks:
            agent = self._registry.agents[task.agent_target]
            begun_ns = self._stopwatch()
            try:
                consideration = _consideration(agent, contexts(task))
                waits_for = consideration.send(None)
            except StopIteration as finished:
                answers[task.task_id] = _response(task, finished.value)
                self._ran(task.agent_target, begun_ns)
            except Exception as error:  # an agent's fault is a failed task, never a crash of the engine
                answers[task.task_id] = failure(task, error)
            else:
                suspended.append((task, consideration, waits_for))
        if suspended:
            places = asyncio.Semaphore(self._max_concurrent)
            late = [self._finish(task, waiting, on, places) for task, waiting, on in suspended]
            for response in await asyncio.gather(*late):
                answers[response.task_id] = response
        order = {name: place for place, name in enumerate(self._registry.agents)}
        ranked = sorted(tasks, key=lambda task: order[task.agent_target])
        return [answers[task.task_id] for task in ranked]

    async def _finish(
        self,
        task: TaskMessage,
        consideration: Coroutine[Any, Any, AgentAnswer],
        waits_for: object,
        places: asyncio.Semaphore,
    ) -> ResponseMessage:
        begun_ns = self._stopwatch()
        async with places:
            try:
                answer = await asyncio.wait_for(_resumed(consideration, waits_for), task.timeout)
            except TimeoutError:
                return failure(task, f"no answer within {task.timeout:g} s")
            except Exception as error:
                return failure(task, error)
        self._ran(task.agent_target, begun_ns)
        return _response(task, answer)


def _consideration(agent: Agent, context: AgentContext) -> Coroutine[Any, Any, AgentAnswer]:
    if agent.consider is None:
        raise AgentOutputInvalid(f"{agent.spec.name} is run by the kernel itself")
    return cast(Coroutine[Any, Any, AgentAnswer], agent.consider(context))


@types.coroutine
def _resumed(
    consideration: Coroutine[Any, Any, AgentAnswer], waits_for: object
) -> Generator[Any, Any, AgentAnswer]:
    """Carry on a coroutine that was already started and now waits for `waits_for`."""
    try:
        while True:
            try:
                sent = yield waits_for
            except BaseException as error:
                waits_for = consideration.throw(error)
            else:
                waits_for = consideration.send(sent)
    except StopIteration as finished:
        return cast(AgentAnswer, finished.value)


def _response(task: TaskMessage, answer: object) -> ResponseMessage:
    if not isinstance(answer, AgentAnswer):
        return failure(task, f"answered {type(answer).__name__}, not AgentAnswer")
    return ResponseMessage(
        task.task_id,
        task.agent_target,
        answer.status,
        answer.result,
        tuple(text[:_MAX_ERROR_LENGTH] for text in answer.errors),
        next_actions=answer.next_actions,
    )


def failure(task: TaskMessage, error: Exception | str) -> ResponseMessage:
    """The answer of a task that failed, with the error's type and the start of its text."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return ResponseMessage(
        task.task_id, task.agent_target, ResponseStatus.FAILURE, errors=(text[:_MAX_ERROR_LENGTH],)
    )
