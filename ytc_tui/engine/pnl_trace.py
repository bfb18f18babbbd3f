"""What a session's P&L was at the closes of its minutes, in few points however long it lasts.

Decides how points are thinned out. Standard library only. Invariants: a point is the lowest P&L of its
minutes, so that how near a session came to its limit is never smoothed away; there are at most `MAX_POINTS`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_POINTS = 60


@dataclass(slots=True)
class PnlTrace:
    """`lows` in percent of the start balance, oldest first, each of `closes_each` closes, the last of fewer;
    the first close is at `since_ns` (UTC ns), 0 = there is none. It begins anew with the engine's process."""

    since_ns: int = 0
    closes_each: int = 1
    lows: list[float] = field(default_factory=list)
    _in_last: int = 0

    def add(self, close_ns: int, pnl_pct: float) -> None:
        """Take in the P&L at one more close."""
        self.since_ns = self.since_ns or close_ns
        if self.lows and self._in_last < self.closes_each:
            self.lows[-1] = min(self.lows[-1], pnl_pct)
            self._in_last += 1
            return
        if len(self.lows) == MAX_POINTS:
            self.lows = [min(self.lows[at : at + 2]) for at in range(0, MAX_POINTS, 2)]
            self.closes_each *= 2
        self.lows.append(pnl_pct)
        self._in_last = 1
