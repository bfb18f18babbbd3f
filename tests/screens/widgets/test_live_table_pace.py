"""The latest of many values, a few times a second: with a clock that stands still until it is moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from textual.app import App

from ytc_tui.screens.widgets.live_table_pace import Pace


class Timers:
    """Stands for the owner: keeps what was to be called, to be called by hand."""

    def __init__(self) -> None:
        self.pending: list[Callable[[], None]] = []

    def set_timer(self, delay: float, callback: Callable[[], None], *, name: str) -> None:
        self.pending.append(callback)

    def fire(self) -> None:
        self.pending.pop(0)()


def paced() -> tuple[Timers, list[int], Pace[int]]:
    timers, taken = Timers(), list[int]()
    return timers, taken, Pace(cast(Any, timers), taken.append)


def test_the_first_goes_on_at_once_and_of_the_rest_the_latest() -> None:
    timers, taken, pace = paced()
    for value in (1, 2, 3):
        pace.offer(value)
    assert taken == [1]
    timers.fire()
    assert taken == [1, 3]


def test_nothing_runs_when_nothing_is_offered() -> None:
    timers, taken, pace = paced()
    pace.offer(1)
    timers.fire()
    assert timers.pending == []
    pace.offer(2)
    assert taken == [1, 2]


def test_the_gap_holds_after_a_value_that_waited() -> None:
    timers, taken, pace = paced()
    pace.offer(1)
    pace.offer(2)
    timers.fire()
    pace.offer(3)
    assert taken == [1, 2]
    timers.fire()
    assert taken == [1, 2, 3]


async def test_a_real_timer_ends_the_gap() -> None:
    taken: list[int] = []
    app: App[None] = App()
    async with app.run_test() as pilot:
        pace = Pace(app, taken.append, gap_s=0.001)
        pace.offer(1)
        pace.offer(2)
        while len(taken) < 2:
            await pilot.pause()
    assert taken == [1, 2]
