"""The clocks behind the Clock port: the wall's, and a paced one for a bars feed.

Decides how long a run really waits; never what it decides. Standard library only.
Invariant: a paced clock's feed time never goes back, and at full speed it never suspends.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

NS_PER_S = 1_000_000_000
# A wall clock that is set while we wait is noticed after at most this long.
MAX_NAP_S = 1.0
# A run that fell behind its pace makes up for at most this much; the rest is forgiven.
MAX_ARREARS_S = 1.0


def stopwatch_ns() -> int:
    """Monotonic nanoseconds for telemetry; only differences mean anything."""
    return time.perf_counter_ns()


class WallClock:
    """UTC wall time. `read_ns` is what tells it."""

    def __init__(self, read_ns: Callable[[], int] = time.time_ns) -> None:
        self._read_ns = read_ns

    def now_ns(self) -> int:
        """UTC nanoseconds since 1970."""
        return self._read_ns()

    async def sleep_until(self, at_ns: int) -> None:
        """Return once the wall clock shows `at_ns`, even if it was set meanwhile."""
        while True:
            left_ns = at_ns - self._read_ns()
            if left_ns <= 0:
                return
            await asyncio.sleep(min(left_ns / NS_PER_S, MAX_NAP_S))


class PacedClock:
    """Feed time, played at `speed` feed seconds a real second; None = as fast as possible.

    The first instant that it is told is where it starts. Belongs to one event loop.
    """

    def __init__(self, speed: int | None) -> None:
        self._speed = speed
        self._at_ns = 0
        self._due_s: float | None = None  # loop time at which the last instant was due
        self._stopped = False
        self._nudged = asyncio.Event()

    @property
    def speed(self) -> int | None:
        return self._speed

    def now_ns(self) -> int:
        """The last instant reached, UTC nanoseconds; 0 before the first."""
        return self._at_ns

    async def sleep_until(self, at_ns: int) -> None:
        """Wait (at_ns - the last instant) / speed real seconds; at full speed or stopped, not at all.

        A wait that was cancelled and is asked for again ends when the first would have.
        """
        if at_ns <= self._at_ns:
            return
        if self._speed is not None and not self._stopped:
            if self._at_ns == 0:
                self._due_s = asyncio.get_running_loop().time()
            else:
                await self._wait(at_ns)
        self._at_ns = max(self._at_ns, at_ns)

    def advance_to(self, at_ns: int) -> None:
        """Be at `at_ns` without waiting, for stretches that are not played (between two sessions)."""
        self._at_ns = max(self._at_ns, at_ns)
        self._due_s = None

    def set_speed(self, speed: int | None) -> None:
        """Change the speed; a wait under way goes on at the new one."""
        self._speed = speed
        self._nudged.set()

    def stop(self) -> None:
        """End the wait under way and every later one, so that a run can be shut down."""
        self._stopped = True
        self._nudged.set()

    async def _wait(self, at_ns: int) -> None:
        loop = asyncio.get_running_loop()
        begun_s = loop.time() if self._due_s is None else max(self._due_s, loop.time() - MAX_ARREARS_S)
        left_s = (at_ns - self._at_ns) / NS_PER_S
        while self._speed is not None and not self._stopped:
            speed = self._speed
            due_s = begun_s + left_s / speed
            self._nudged.clear()
            try:
                # A due time that has passed does not wait, but others on this loop get their turn.
                await asyncio.wait_for(self._nudged.wait(), max(due_s - loop.time(), 1e-9))
            except TimeoutError:
                self._due_s = due_s
                return
            left_s -= (loop.time() - begun_s) * speed
            begun_s = loop.time()
        self._due_s = None
