"""Wide closes beyond an HTF zone: what makes the regime a breakout expansion.

Decides what a wide break is (semantics.md 5). Imports zones and the model.
Invariant: a break is known with the TTF bar that closes beyond, and forgotten at a hole.
"""

from __future__ import annotations

from ytc_tui.analysis.zones import ZoneMap
from ytc_tui.model.market import Bar


class BreakoutWatch:
    """The newest wide break: number of its TTF bar (None without one) and side, +1 up, -1 down."""

    __slots__ = ("_close", "_wide_atr", "bar_no", "side")

    def __init__(self, wide_atr: float) -> None:
        self._wide_atr = wide_atr
        self.restart()

    def restart(self) -> None:
        """Forget everything, as after a hole."""
        self._close: float | None = None
        self.bar_no: int | None = None
        self.side = 0

    def add(self, bar: Bar, bar_no: int, atr: float | None, zones: ZoneMap) -> None:
        """Take in a closed TTF bar; `atr` is the one known before it."""
        if atr is not None and self._close is not None and bar.high - bar.low > self._wide_atr * atr:
            side = zones.crossed(self._close, bar.close)
            if side:
                self.bar_no, self.side = bar_no, side
        self._close = bar.close
