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


def monotonic_ns() -> int:
    """Monotonic nanoseconds, the same clock in every process of this machine since it was started."""
    return time.monotonic_ns()


class WallClock:
    """UTC wall time. `read_ns` is what tells it."""

    def __init__(self, read_ns: Callable[[], int] = time.time_ns) -> None:
        self._read_ns = read_ns

    @property
    def paced(self) -> bool:
        return True

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
    def paced(self) -> bool:
        return self._speed is not None and not self._stopped

    @property
    def speed(self) -> int | None:
        return self._speed

    def now_ns(self) -> int:
        """The last instant reached, UTC nanoseconds; 0 before the first."""
        return self._at_ns

    async def sleep_until(self, at_ns: int) -> None:
        """Wait (at_ns - the last instant) / speed real seconds; at full speed or stopped, not at all.

        A wait that was cancelled counts as far as it went.
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
        self._due_s = max(loop.time() if self._due_s is None else self._due_s, loop.time() - MAX_ARREARS_S)
        while self._speed is not None and not self._stopped:
            speed = self._speed
            due_s = self._due_s + (at_ns - self._at_ns) / NS_PER_S / speed
            if due_s <= loop.time():
                # Behind the pace there is no wait, but others on this loop still get their turn.
                self._due_s = due_s
                await asyncio.sleep(0)
                return
            self._nudged.clear()
            try:
                await asyncio.wait_for(self._nudged.wait(), due_s - loop.time())
            except TimeoutError:
                self._due_s = due_s
                return
            except asyncio.CancelledError:
                self._played(loop.time(), speed, at_ns)
                raise
            self._played(loop.time(), speed, at_ns)
        self._due_s = None

    def _played(self, now_s: float, speed: int, at_ns: int) -> None:
        """Book the part of a wait for `at_ns` that is over."""
        assert self._due_s is not None
        reached_ns = self._at_ns + int((now_s - self._due_s) * speed * NS_PER_S)
        self._at_ns = max(self._at_ns, min(reached_ns, at_ns - 1))
        self._due_s = now_s
