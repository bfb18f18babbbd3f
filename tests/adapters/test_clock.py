"""Clocks on a loop whose time jumps: what they wait is exact, and the tests wait nothing."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from ytc_tui.adapters.clock import NS_PER_S, PacedClock, WallClock, stopwatch_ns
from ytc_tui.engine.ports import Clock

START_NS = 1_667_260_800 * NS_PER_S  # 2022-11-01 00:00:00 UTC


class JumpingSelector(selectors.SelectSelector):
    """A selector that never waits: it moves its own time instead."""

    def __init__(self) -> None:
        super().__init__()
        self.time_s = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.time_s += max(0.0, timeout or 0.0)
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.jumping = JumpingSelector()
        super().__init__(self.jumping)
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self.jumping.time_s


@pytest.fixture
def loop() -> Iterator[JumpingLoop]:
    loop = JumpingLoop()
    yield loop
    loop.close()


def spent(loop: JumpingLoop, work: Coroutine[Any, Any, None]) -> float:
    begun = loop.time()
    loop.run_until_complete(work)
    return loop.time() - begun


def suspends(work: Coroutine[Any, Any, None]) -> bool:
    """Whether the coroutine gives up control at all."""
    try:
        work.send(None)
    except StopIteration:
        return False
    work.close()
    return True


def test_both_are_clocks() -> None:
    clocks: list[Clock] = [PacedClock(None), WallClock()]
    assert len(clocks) == 2


@pytest.mark.parametrize("speed", [1, 60, 100_000])
def test_a_paced_feed_takes_its_length_over_the_speed(loop: JumpingLoop, speed: int) -> None:
    clock = PacedClock(speed)

    async def play() -> None:
        for minute in range(61):
            await clock.sleep_until(START_NS + minute * 60 * NS_PER_S)

    assert spent(loop, play()) == pytest.approx(3600 / speed, rel=1e-6)
    assert clock.now_ns() == START_NS + 3600 * NS_PER_S


def test_at_full_speed_it_never_suspends() -> None:
    clock = PacedClock(None)
    for minute in range(3):
        assert not suspends(clock.sleep_until(START_NS + minute * 60 * NS_PER_S))
    assert clock.now_ns() == START_NS + 120 * NS_PER_S


def test_work_between_two_instants_is_part_of_the_pace(loop: JumpingLoop) -> None:
    clock = PacedClock(60)

    async def play() -> None:
        await clock.sleep_until(START_NS)
        for minute in range(1, 11):
            await clock.sleep_until(START_NS + minute * 60 * NS_PER_S)
            await asyncio.sleep(0.4)

    assert spent(loop, play()) == pytest.approx(10.4)


def test_a_long_stall_is_not_played_back_in_a_rush(loop: JumpingLoop) -> None:
    clock = PacedClock(60)

    async def play() -> None:
        await clock.sleep_until(START_NS)
        await clock.sleep_until(START_NS + 60 * NS_PER_S)
        await asyncio.sleep(100)
        for minute in range(2, 12):
            await clock.sleep_until(START_NS + minute * 60 * NS_PER_S)

    # 1 s, the stall, then ten minutes at a second each but for the one that is made up.
    assert spent(loop, play()) == pytest.approx(1 + 100 + 9)


def test_a_change_of_speed_reaches_the_wait_under_way(loop: JumpingLoop) -> None:
    clock = PacedClock(1)

    async def play() -> None:
        await clock.sleep_until(START_NS)
        waiting = asyncio.create_task(clock.sleep_until(START_NS + 60 * NS_PER_S))
        await asyncio.sleep(20)
        clock.set_speed(10)
        await waiting

    assert spent(loop, play()) == pytest.approx(20 + 4)
    assert clock.speed == 10


def test_full_speed_and_stop_end_the_wait_under_way(loop: JumpingLoop) -> None:
    async def play(clock: PacedClock, change: str) -> None:
        await clock.sleep_until(START_NS)
        waiting = asyncio.create_task(clock.sleep_until(START_NS + 3600 * NS_PER_S))
        await asyncio.sleep(5)
        clock.set_speed(None) if change == "speed" else clock.stop()
        await waiting
        await clock.sleep_until(START_NS + 7200 * NS_PER_S)

    for change in ("speed", "stop"):
        clock = PacedClock(1)
        assert spent(loop, play(clock, change)) == pytest.approx(5)
        assert clock.now_ns() == START_NS + 7200 * NS_PER_S


def test_a_wait_that_was_interrupted_goes_on_where_it_was(loop: JumpingLoop) -> None:
    clock = PacedClock(1)

    async def play() -> None:
        await clock.sleep_until(START_NS)
        for _ in range(5):
            waiting = asyncio.create_task(clock.sleep_until(START_NS + 60 * NS_PER_S))
            await asyncio.sleep(7)
            waiting.cancel()
            await asyncio.wait({waiting})
        await clock.sleep_until(START_NS + 60 * NS_PER_S)

    assert spent(loop, play()) == pytest.approx(60)
    assert clock.now_ns() == START_NS + 60 * NS_PER_S


def test_others_get_their_turn_while_a_run_is_behind_its_pace(loop: JumpingLoop) -> None:
    clock = PacedClock(100_000)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def play() -> None:
        task = asyncio.create_task(other())
        await clock.sleep_until(START_NS - NS_PER_S)
        loop.jumping.time_s += 100
        for minute in range(100):
            await clock.sleep_until(START_NS + minute * NS_PER_S)
        task.cancel()

    loop.run_until_complete(play())
    assert turns >= 99


def test_stretches_that_are_not_played_cost_nothing(loop: JumpingLoop) -> None:
    clock = PacedClock(1)

    async def play() -> None:
        await clock.sleep_until(START_NS)
        clock.advance_to(START_NS + 86_400 * NS_PER_S)
        await clock.sleep_until(START_NS + 86_410 * NS_PER_S)

    assert spent(loop, play()) == pytest.approx(10)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 10**6), max_size=20))
def test_feed_time_never_goes_back(instants: list[int]) -> None:
    clock = PacedClock(None)
    seen = [0]
    for instant in instants:
        assert not suspends(clock.sleep_until(instant))
        assert clock.now_ns() >= seen[-1]
        seen.append(clock.now_ns())
    assert seen[-1] == max(instants, default=0)


def test_the_wall_clock_waits_until_the_wall_shows_it(loop: JumpingLoop) -> None:
    set_back_s = 0.0

    def read_ns() -> int:
        return START_NS + round((loop.time() - 1000.0 - set_back_s) * NS_PER_S)

    async def wait() -> None:
        nonlocal set_back_s
        waiting = asyncio.create_task(WallClock(read_ns).sleep_until(START_NS + 10 * NS_PER_S))
        await asyncio.sleep(4)
        set_back_s = 3.0
        await waiting

    assert spent(loop, wait()) == pytest.approx(13, abs=1e-6)
    assert not suspends(WallClock(read_ns).sleep_until(START_NS))


def test_the_stopwatch_runs_forward() -> None:
    assert stopwatch_ns() <= stopwatch_ns()
