"""A zone of the higher timeframe while it changes.

Decides what two zones that overlap become (domain.md Y-9). Imports the model only.
Invariant: the outer edges of a merged zone are those of its parts.
"""

from __future__ import annotations

from ytc_tui.model.structure import Swing, ZoneSource


class Band:
    """A zone while it changes: `sign` +1 support, -1 resistance."""

    __slots__ = (
        "flipped",
        "high",
        "known_ns",
        "level",
        "low",
        "rapid",
        "sign",
        "touch_bar",
        "touched_ns",
        "touches",
    )

    def __init__(self, sign: int, low: float, high: float, swing: Swing, touch_bar: int, rapid: bool) -> None:
        self.sign = sign
        self.low = low
        self.high = high
        self.level = swing.price
        self.touches = 1
        self.rapid = rapid
        self.flipped = False
        self.known_ns = swing.known_ns
        self.touched_ns = swing.at_ns
        self.touch_bar = touch_bar

    def absorb(self, other: Band) -> None:
        """Merge an overlapping zone of the same role (Y-9); the later touch names the level."""
        self.low = min(self.low, other.low)
        self.high = max(self.high, other.high)
        self.touches += other.touches
        self.rapid = self.rapid or other.rapid
        self.known_ns = min(self.known_ns, other.known_ns)
        if other.touched_ns >= self.touched_ns:
            self.level = other.level
            self.touched_ns = other.touched_ns
            self.touch_bar = other.touch_bar
            self.flipped = other.flipped

    @property
    def source(self) -> ZoneSource:
        if self.sign > 0:
            return ZoneSource.BROKEN_RESISTANCE if self.flipped else ZoneSource.SWING_LOW
        return ZoneSource.BROKEN_SUPPORT if self.flipped else ZoneSource.SWING_HIGH
