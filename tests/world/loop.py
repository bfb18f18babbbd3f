"""An event loop whose time is virtual and whose order of ready callbacks follows from a seed.

Nothing waits: when nobody is ready, time jumps to the next timer. A run is told to die at a step, and a
loop in which nobody is ready and no timer is armed is a deadlock. Threads have no place in it.
"""

from __future__ import annotations

import asyncio
import selectors
from random import Random
from typing import Any

MAX_STEPS = 200_000
# The loop's own step, which typeshed does not know.
_RUN_ONCE: Any = vars(asyncio.BaseEventLoop)["_run_once"]


class Killed(BaseException):
    """The process is gone."""


class Deadlock(AssertionError):
    """Everybody waits and nothing will come."""


class _JumpingSelector(selectors.SelectSelector):
    """Waits for nothing: time jumps over what the loop would have waited."""

    loop: WorldLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Deadlock(f"after {self.loop.steps} steps")
        if timeout > 0:
            self.loop.now_s += timeout
        return []


class WorldLoop(asyncio.SelectorEventLoop):
    """A loop of `seed`. `kill_at` is the step at which Killed is raised, 0 for never."""

    def __init__(self, seed: int, now_s: float = 0.0, kill_at: int = 0) -> None:
        selector = _JumpingSelector()
        super().__init__(selector)
        selector.loop = self
        self.now_s = now_s
        self.steps = 0
        self.kill_at = kill_at
        self._chance = Random(seed)

    def time(self) -> float:
        return self.now_s

    def jump(self, seconds: float) -> None:
        """The machine slept."""
        self.now_s += seconds

    def _run_once(self) -> None:
        self.steps += 1
        if self.steps == self.kill_at:
            raise Killed
        if self.steps > MAX_STEPS:
            raise Deadlock(f"{MAX_STEPS} steps and no end")
        ready: Any = vars(self)["_ready"]
        if len(ready) > 1:
            order = list(ready)
            self._chance.shuffle(order)
            ready.clear()
            ready.extend(order)
        _RUN_ONCE(self)

    def _write_to_self(self) -> None:
        """Nobody else is there to wake this loop up."""
