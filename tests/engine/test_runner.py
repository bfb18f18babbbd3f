"""Running agents: who waits, how many at once, and what a fault of theirs becomes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from tests.sim.proposers import spec_of
from ytc_tui.agents.base import Agent, AgentAnswer, AgentContext
from ytc_tui.agents.registry import Registry
from ytc_tui.engine.runner import AgentRunner
from ytc_tui.model.tasks import Priority, ResponseMessage, ResponseStatus, TaskMessage, TaskType

Consider = Callable[[AgentContext], Awaitable[AgentAnswer]]


async def run(
    considers: dict[str, Consider], *, timeout_s: float = 5.0, suspended: list[str] | None = None
) -> list[ResponseMessage]:
    """The answers of agents that are all asked at once; those that suspend are noted in `suspended`."""
    registry = Registry.build([Agent(spec_of(name), consider) for name, consider in considers.items()])
    runner = AgentRunner(registry, max_concurrent=5, stopwatch=lambda: 0, observe=lambda name, ms: None)
    tasks = [
        TaskMessage(f"task-{name}", name, TaskType.ANALYZE, Priority.NORMAL, timeout=timeout_s)
        for name in reversed(considers)
    ]
    waits = [] if suspended is None else suspended
    return await runner.run(
        tasks, lambda task: cast(AgentContext, None), lambda task: waits.append(task.agent_target)
    )


async def test_at_most_five_agents_are_suspended_at_once_and_answers_keep_their_order() -> None:
    inside, most = 0, 0

    async def waits(context: AgentContext) -> AgentAnswer:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.001)
        inside -= 1
        return AgentAnswer({"ok": True})

    names = [f"agent_{number:02d}" for number in range(12)]
    answers = await run(dict.fromkeys(names, waits))
    assert most == 5
    assert [answer.agent_name for answer in answers] == names
    assert {answer.status for answer in answers} == {ResponseStatus.SUCCESS}


async def test_one_that_suspends_does_not_keep_the_others_from_answering() -> None:
    order: list[str] = []

    async def slow(context: AgentContext) -> AgentAnswer:
        await asyncio.sleep(0)
        order.append("slow")
        return AgentAnswer({})

    async def quick(context: AgentContext) -> AgentAnswer:
        order.append("quick")
        return AgentAnswer({})

    suspended: list[str] = []
    await run({"b_quick": quick, "a_slow": slow}, suspended=suspended)
    assert order == ["quick", "slow"]
    assert suspended == ["a_slow"]


async def test_a_timeout_is_a_failure_that_names_the_deadline() -> None:
    async def never(context: AgentContext) -> AgentAnswer:
        await asyncio.Event().wait()
        return AgentAnswer({})

    [answer] = await run({"never": never}, timeout_s=0.01)
    assert answer.status is ResponseStatus.FAILURE
    assert answer.errors == ("no answer within 0.01 s",)


@pytest.mark.parametrize("suspended_before", [True, False])
async def test_an_agents_own_timeout_ends_only_itself(suspended_before: bool) -> None:
    async def impatient(context: AgentContext) -> AgentAnswer:
        if suspended_before:
            await asyncio.sleep(0)
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()
        return AgentAnswer({})

    async def well(context: AgentContext) -> AgentAnswer:
        await asyncio.sleep(0.02)
        return AgentAnswer({"ok": True})

    answers = {answer.agent_name: answer for answer in await run({"impatient": impatient, "well": well})}
    assert answers["impatient"].status is ResponseStatus.FAILURE
    assert ("TimeoutError" if suspended_before else "RuntimeError") in answers["impatient"].errors[0]
    assert answers["well"].status is ResponseStatus.SUCCESS


async def test_a_task_group_that_fails_ends_only_its_agent() -> None:
    async def gathers(context: AgentContext) -> AgentAnswer:
        await asyncio.sleep(0)

        async def breaks() -> None:
            raise OSError("gone")

        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(1))
            group.create_task(breaks())
        return AgentAnswer({})

    [answer] = await run({"gathers": gathers})
    assert answer.status is ResponseStatus.FAILURE
    assert "ExceptionGroup" in answer.errors[0]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {"proposals": []},
        AgentAnswer(cast(Any, None)),
        AgentAnswer(cast(Any, [1, 2])),
        AgentAnswer({}, status=cast(Any, "splendid")),
        AgentAnswer({}, errors=cast(Any, (1, 2))),
        AgentAnswer({}, errors=cast(Any, 5)),
        AgentAnswer({}, next_actions=cast(Any, 5)),
    ],
)
@pytest.mark.parametrize("suspends", [False, True])
async def test_an_answer_of_another_shape_is_a_failure(answer: object, suspends: bool) -> None:
    async def odd(context: AgentContext) -> AgentAnswer:
        if suspends:
            await asyncio.sleep(0)
        return cast(AgentAnswer, answer)

    [response] = await run({"odd": odd})
    assert response.status is ResponseStatus.FAILURE
    assert response.errors


@pytest.mark.parametrize("suspends", [False, True])
@pytest.mark.parametrize(
    "error",
    [RuntimeError("x" * 5_000), ValueError("lone surrogate \ud800"), RecursionError("deep"), KeyError()],
)
async def test_an_exception_is_a_failure_with_a_short_text(error: Exception, suspends: bool) -> None:
    async def raises(context: AgentContext) -> AgentAnswer:
        if suspends:
            await asyncio.sleep(0)
        raise error

    [response] = await run({"raises": raises})
    assert response.status is ResponseStatus.FAILURE
    assert type(error).__name__ in response.errors[0]
    assert len(response.errors[0]) <= 200
    response.errors[0].encode()
