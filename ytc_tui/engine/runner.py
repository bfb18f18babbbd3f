"""Running agents: awaited directly until one really suspends.

Decides how a task becomes an answer: an agent that returns at once costs one call; one that suspends
gets a task, a deadline and a place among at most `max_concurrent` (semantics.md 8). Imports the agents
and the model. Invariant: every request gets exactly one answer; an exception is a failure, not a crash.
"""

from __future__ import annotations

import asyncio
import types
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any, cast

from ytc_tui.agents.base import Agent, AgentAnswer, AgentContext
from ytc_tui.agents.registry import Registry
from ytc_tui.errors import AgentOutputInvalid, words_of
from ytc_tui.model.tasks import ResponseMessage, ResponseStatus, TaskMessage

Contexts = Callable[[TaskMessage], AgentContext]
Stopwatch = Callable[[], int]  # monotonic nanoseconds, for telemetry alone
Observer = Callable[[str, float], None]  # (agent, milliseconds)

_MAX_ERROR_LENGTH = 200
_NS_PER_MS = 1_000_000
# Newest runs of an agent whose durations are kept, for who looks.
_RECENT_RUNS = 20


class AgentRunner:
    """Runs the agents of one registry."""

    def __init__(
        self, registry: Registry, *, max_concurrent: int, stopwatch: Stopwatch, observe: Observer
    ) -> None:
        self._registry = registry
        self._order = {name: place for place, name in enumerate(registry.agents)}
        self._max_concurrent = max_concurrent
        self._stopwatch = stopwatch
        self._observe = observe
        self._runs: Counter[str] = Counter()
        self._total_ms: defaultdict[str, float] = defaultdict(float)
        self._recent_ms: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_RECENT_RUNS))

    def average_ms(self) -> float | None:
        """Mean duration of all runs since this process began, None before the first."""
        runs = self._runs.total()
        return round(sum(self._total_ms.values()) / runs, 4) if runs else None

    def mean_ms(self, agent: str) -> float | None:
        """Mean duration of this agent's runs since this process began, None before the first."""
        runs = self._runs[agent]
        return round(self._total_ms[agent] / runs, 4) if runs else None

    def recent_ms(self, agent: str) -> tuple[float, ...]:
        """Durations of this agent's newest runs since this process began, oldest first."""
        return tuple(self._recent_ms.get(agent, ()))

    def _ran(self, agent: str, begun_ns: int) -> None:
        elapsed_ms = (self._stopwatch() - begun_ns) / _NS_PER_MS
        self._runs[agent] += 1
        self._total_ms[agent] += elapsed_ms
        self._recent_ms[agent].append(elapsed_ms)
        self._observe(agent, elapsed_ms)

    async def run(
        self, tasks: Sequence[TaskMessage], contexts: Contexts, on_suspended: Callable[[TaskMessage], None]
    ) -> list[ResponseMessage]:
        """Answers to `tasks`, in registry order whatever the order of finishing.

        `on_suspended` is told of each task whose agent does not answer at once.
        """
        answers: dict[str, ResponseMessage] = {}
        suspended: list[asyncio.Task[ResponseMessage]] = []
        for task in tasks:
            if suspended:
                await self._place(suspended)
            agent = self._registry.agents[task.agent_target]
            begun_ns = self._stopwatch()
            try:
                consideration = _consideration(agent, contexts(task))
                waits_for = _first_step(consideration)
            except StopIteration as finished:
                answers[task.task_id] = _response(task, finished.value)
                self._ran(task.agent_target, begun_ns)
            except Exception as error:  # an agent's fault is a failed task, never a crash of the engine
                answers[task.task_id] = failure(task, error)
            else:
                finishing = self._finish(task, consideration, waits_for)
                suspended.append(asyncio.create_task(finishing))
                on_suspended(task)
        if suspended:
            for response in await asyncio.gather(*suspended):
                answers[response.task_id] = response
        if len(tasks) > 1:
            tasks = sorted(tasks, key=lambda task: self._order[task.agent_target])
        return [answers[task.task_id] for task in tasks]

    async def _place(self, suspended: Sequence[asyncio.Task[ResponseMessage]]) -> None:
        """Wait until one more agent may suspend: it is not begun before, for it may not stop again."""
        while len(waiting := [task for task in suspended if not task.done()]) >= self._max_concurrent:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)

    async def _finish(
        self, task: TaskMessage, consideration: Coroutine[Any, Any, AgentAnswer], waits_for: object
    ) -> ResponseMessage:
        begun_ns = self._stopwatch()
        try:
            async with asyncio.timeout(task.timeout) as deadline:
                answer = await _resumed(consideration, waits_for)
        except Exception as error:
            if deadline.expired() and isinstance(error, TimeoutError):
                return failure(task, f"no answer within {task.timeout:g} s")
            return failure(task, error)
        self._ran(task.agent_target, begun_ns)
        return _response(task, answer)


def _consideration(agent: Agent, context: AgentContext) -> Coroutine[Any, Any, AgentAnswer]:
    if agent.consider is None:
        raise AgentOutputInvalid(f"{agent.spec.name} is run by the kernel itself")
    return cast(Coroutine[Any, Any, AgentAnswer], agent.consider(context))


def _first_step(consideration: Coroutine[Any, Any, AgentAnswer]) -> object:
    """Run a coroutine until it first suspends, bound to no task; what it then waits for.

    The running task is the engine's own: an agent that could bind itself to it (asyncio.timeout, a
    TaskGroup) could cancel the engine. Such an agent fails here, unless it has suspended before.
    """
    loop = asyncio.get_running_loop()
    engine = asyncio.current_task()
    if engine is None:
        return consideration.send(None)
    asyncio.tasks._leave_task(loop, engine)
    try:
        return consideration.send(None)
    finally:
        asyncio.tasks._enter_task(loop, engine)


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
    if not isinstance(answer.result, dict):
        return failure(task, f"result is {type(answer.result).__name__}, not dict")
    if not isinstance(answer.status, ResponseStatus):
        return failure(task, f"status is {type(answer.status).__name__}, not ResponseStatus")
    errors, next_actions = answer.errors, answer.next_actions
    if errors != () or next_actions != ():
        for name, texts in (("errors", errors), ("next_actions", next_actions)):
            if not isinstance(texts, tuple | list) or not all(isinstance(text, str) for text in texts):
                return failure(task, f"{name} is not a tuple of texts")
        errors, next_actions = tuple(map(_brief, errors)), tuple(map(_brief, next_actions))
    return ResponseMessage(
        task.task_id, task.agent_target, answer.status, answer.result, errors, 0.0, next_actions
    )


def _brief(text: str) -> str:
    """The start of foreign text, in characters that every encoding of ours has."""
    return text[:_MAX_ERROR_LENGTH].encode(errors="replace").decode()


def failure(task: TaskMessage, error: Exception | str) -> ResponseMessage:
    """The answer of a task that failed, with the error's type and the start of its text."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {words_of(error)}"
    return ResponseMessage(task.task_id, task.agent_target, ResponseStatus.FAILURE, errors=(_brief(text),))
