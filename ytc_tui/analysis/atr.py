"""Average true range after Wilder, one bar at a time.

Decides the measure of volatility used everywhere else. Imports the model only.
Invariant: the value is None until `period` true ranges are known since the last restart.
"""

from __future__ import annotations

from ytc_tui.model.market import Bar


class WilderATR:
    """ATR(period): the mean of the first `period` true ranges, then (ATR x (period-1) + TR) / period.

    The first bar after a restart has no previous close and so no true range.
    """

    __slots__ = ("_count", "_keep", "_previous_close", "_sum", "period", "value")

    def __init__(self, period: int = 14) -> None:
        if period < 1:
            raise ValueError(f"period must be at least 1, not {period}")
        self.period = period
        self._keep = period - 1
        self.restart()

    def restart(self) -> None:
        """Forget everything, as after a hole in the data."""
        self._count = -1
        self._sum = 0.0
        self._previous_close = 0.0
        self.value: float | None = None

    def add(self, bar: Bar) -> None:
        _, _, _, high, low, close, _ = bar
        previous = self._previous_close
        self._previous_close = close
        if self._count < 0:
            self._count = 0
            return
        true_range = (high if high > previous else previous) - (low if low < previous else previous)
        if self.value is not None:
            self.value = (self.value * self._keep + true_range) / self.period
            return
        self._sum += true_range
        self._count += 1
        if self._count == self.period:
            self.value = self._sum / self.period
