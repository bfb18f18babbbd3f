"""How long requests may take, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from tests.world.loop import WorldLoop
from ytc_tui.engine.asking import GRACE_S, Asking, GivenUp, first_of


def played(coroutine: Coroutine[Any, Any, None]) -> None:
    loop = WorldLoop(1)
    try:
        loop.run_until_complete(coroutine)
    finally:
        loop.close()


async def answered(after_s: float) -> str:
    await asyncio.sleep(after_s)
    return "done"


def now_s() -> float:
    return asyncio.get_running_loop().time()


def test_the_limit_follows_the_venue_and_grows_while_nothing_is_answered() -> None:
    async def play() -> None:
        asking = Asking(10.0)
        assert asking.limit_s == 10.0
        for _ in range(20):
            await asking.urgently(answered(0.05))
        quick_s = asking.limit_s
        assert 0.05 < quick_s < 0.15
        for _ in range(20):
            with pytest.raises(TimeoutError):
                await asking.urgently(answered(5.0))
        assert asking.limit_s == pytest.approx(2 * quick_s)
        while asking.limit_s < 1.0:
            with pytest.raises(TimeoutError):
                await asking.urgently(answered(5.0))
        await asking.urgently(answered(0.9))
        assert asking.limit_s > quick_s

    played(play())


def test_what_may_be_asked_again_is_waited_for_a_shorter_time() -> None:
    async def play() -> None:
        asking = Asking(10.0)
        assert asking.soon_s == 10.0
        for _ in range(20):
            await asking.urgently(answered(0.05))
        assert 0.05 < asking.soon_s < asking.limit_s
        begun_s, soon_s = now_s(), asking.soon_s
        with pytest.raises(TimeoutError):
            await asking.urgently(answered(5.0), soon=True)
        assert now_s() - begun_s == pytest.approx(soon_s)

    played(play())


def test_of_requests_that_ask_the_same_the_first_answer_counts() -> None:
    async def failed(after_s: float, name: str) -> str:
        await asyncio.sleep(after_s)
        raise ValueError(name)

    async def play() -> None:
        assert await first_of([answered(3.0), failed(1.0, "a"), answered(2.0)]) == "done"
        assert now_s() == pytest.approx(2.0)
        with pytest.raises(ValueError, match="later"):
            await first_of([failed(1.0, "later"), failed(0.5, "sooner")])
        assert now_s() == pytest.approx(3.0)
        assert len(asyncio.all_tasks()) == 1

    played(play())


def test_something_urgent_ends_what_is_ordinary_and_nothing_else() -> None:
    async def play() -> None:
        asking = Asking(10.0)
        order = asyncio.create_task(asking.patiently(answered(9.0)))
        read = asyncio.create_task(asking.patiently(answered(9.0), grace_s=0.0))
        urgent = asyncio.create_task(asking.urgently(answered(9.0)))
        await asyncio.sleep(1.0)
        asking.hurry()
        with pytest.raises(GivenUp):
            await read
        assert now_s() == pytest.approx(1.0)
        with pytest.raises(GivenUp):
            await order
        assert now_s() == pytest.approx(1.0 + GRACE_S)
        assert await urgent == "done"
        # What begins while it still waits has no more than the grace either.
        with pytest.raises(GivenUp):
            await asking.patiently(answered(2.0))
        assert now_s() == pytest.approx(9.0 + GRACE_S)
        asking.urgent_waits = False
        assert await asking.patiently(answered(2.0)) == "done"

    played(play())


def test_an_order_that_is_answered_within_its_grace_is_kept() -> None:
    async def play() -> None:
        asking = Asking(10.0)
        order = asyncio.create_task(asking.patiently(answered(GRACE_S / 2)))
        await asyncio.sleep(0)
        asking.hurry()
        assert await order == "done"

    played(play())
