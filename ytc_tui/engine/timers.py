"""The timers that are armed in this process, by wall time.

Decides which are due, in which order. Imports inputs only. Invariants: a timer fires once; one that is
armed again under its name replaces the earlier. It holds instants and reads no clock: who waits says what
time it is, in seconds of one clock that never goes back.
"""

from __future__ import annotations

from typing import NamedTuple

from ytc_tui.engine.inputs import TimerFired


class _Due(NamedTuple):
    at_s: float
    name: str
    epoch: int


class Timers:
    """What is armed, by name. Nothing here survives the process: state does, and is armed anew."""

    def __init__(self) -> None:
        self._armed: dict[str, _Due] = {}

    def arm(self, name: str, epoch: int, at_s: float) -> None:
        """Let `name` fire at the instant `at_s`, with `epoch`."""
        self._armed[name] = _Due(at_s, name, epoch)

    def forget(self, name: str) -> None:
        """`name` will not fire; nothing happens where it is not armed."""
        self._armed.pop(name, None)

    def next_due(self) -> float | None:
        """The instant at which the next timer fires, None when none is armed."""
        return min(self._armed.values()).at_s if self._armed else None

    def armed(self) -> dict[str, float]:
        """The instant at which each timer fires, by its name."""
        return {name: timer.at_s for name, timer in self._armed.items()}

    def due(self, now_s: float) -> list[TimerFired]:
        """The timers whose instant has come, earliest first; they are not armed any more."""
        fired = sorted(timer for timer in self._armed.values() if timer.at_s <= now_s)
        for timer in fired:
            del self._armed[timer.name]
        return [TimerFired(timer.name, timer.epoch) for timer in fired]
