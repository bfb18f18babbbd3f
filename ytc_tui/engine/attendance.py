"""Whether a person still looks on: when the operator's link counts as down, and how often that is told.

Decides from counts and a monotonic clock alone; pure but for what it remembers. Imports nothing of ours.
Invariants: who was never there is not missed; one absence is told once; a link that flaps is told again only
after a while, with how often it broke.
"""

from __future__ import annotations

from dataclasses import dataclass

# Between two notices, however often the link comes and goes.
AGAIN_S = 300.0


@dataclass(slots=True)
class Attendance:
    """Watches the watchers of one engine. After `after_s` without one it is told; 0 = never."""

    after_s: float
    _seen: bool = False
    _alone_since_s: float | None = None
    _told: bool = False
    _told_s: float | None = None
    _lost_before: int = 0  # lines broken before the present absence
    _lost_told: int = 0  # lines broken at the last notice

    def look(self, now_s: float, watched: int, lost: int, positions: int) -> str:
        """What a person is to be told now, empty for nothing. `watched` clients are attached, `lost` left
        without a word since the engine began, and so many `positions` are open."""
        if watched:
            self._seen, self._told, self._alone_since_s, self._lost_before = True, False, None, lost
            return ""
        # Who broke off before anybody looked was there all the same.
        self._seen = self._seen or lost > 0
        if not self._seen or not self.after_s:
            return ""
        if self._alone_since_s is None:
            self._alone_since_s = now_s
        alone_s = now_s - self._alone_since_s
        broke = lost > self._lost_before
        early = self._told_s is not None and now_s - self._told_s < AGAIN_S
        if self._told or early or alone_s < self.after_s or not (broke or positions):
            return ""
        self._told, self._told_s = True, now_s
        times, self._lost_told = lost - self._lost_told, lost
        return _words(alone_s, broke, times, positions)


def _words(alone_s: float, broke: bool, times: int, positions: int) -> str:
    how = "the line to the desk broke" if broke else "no desk is attached"
    often = f" ({times} times)" if broke and times > 1 else ""
    held = f"{positions} positions are open" if positions != 1 else "1 position is open"
    return f"{how}{often}, nobody has looked for {alone_s:.0f} s; {held}; the engine goes on: `ytc attach`"
