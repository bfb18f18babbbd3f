"""Swing highs and lows, recognised bar by bar.

Decides what a turning point is (domain.md Y-4 to Y-7). Imports the model only.
Invariant: a swing is reported with the bar that confirms it and never before; the kept swings
alternate between high and low; memory is bounded.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from ytc_tui.model.market import Bar
from ytc_tui.model.structure import Swing, SwingKind


class SwingChange(NamedTuple):
    """A swing that became known, and the less extreme one of its kind that it stands in for."""

    swing: Swing
    replaced: Swing | None


_NONE: tuple[SwingChange, ...] = ()


class _PivotScan:
    """Finds peaks of one series; lows are scanned as peaks of negated prices.

    A peak is a bar, or a group of bars equal within `tolerance`, with `n` lower values directly
    before it and `n` after it. Fewer than `n` lower values may stand between members of a group.
    """

    __slots__ = ("_after", "_left", "_n", "_tolerance", "at_ns", "bar_no", "body", "peak")

    def __init__(self, n: int, tolerance: float) -> None:
        self._n = n
        self._tolerance = tolerance
        self._left: deque[float] = deque(maxlen=n)
        self._after = -1
        self.peak = self.body = 0.0
        self.at_ns = self.bar_no = 0

    def add(self, value: float, body: float, at_ns: int, bar_no: int) -> bool:
        """True when this value confirms the peak now in `peak`, `body`, `at_ns`, `bar_no`."""
        left = self._left
        if self._after >= 0 and value <= self.peak + self._tolerance:
            left.append(value)
            if value < self.peak - self._tolerance:
                self._after += 1
                if self._after == self._n:
                    self._after = -1
                    return True
                return False
            self._after = 0
            self.at_ns = at_ns
            self.bar_no = bar_no
            if value >= self.peak:
                self.peak = value
                self.body = body
            return False
        if len(left) == self._n and max(left) < value - self._tolerance:
            self._after = 0
            self.peak = value
            self.body = body
            self.at_ns = at_ns
            self.bar_no = bar_no
        else:
            self._after = -1
        left.append(value)
        return False


class SwingTracker:
    """The alternating swings of one timeframe, newest last in `swings`.

    `n` bars stand on each side of a swing; highs within `equal_ticks` ticks are equal; `width_ns`
    is the length of a bar. `bars` counts every bar ever given.
    """

    __slots__ = ("_equal", "_highs", "_lows", "_n", "_width_ns", "bars", "swings")

    def __init__(self, n: int, *, tick: float, equal_ticks: int, width_ns: int, kept: int = 64) -> None:
        if n < 1:
            raise ValueError(f"n must be at least 1, not {n}")
        self._n = n
        # A quarter tick above the asked tolerance keeps float noise of on-grid prices out.
        self._equal = (equal_ticks + 0.25) * tick
        self._width_ns = width_ns
        self.swings: deque[Swing] = deque(maxlen=kept)
        self.bars = 0
        self.restart()

    def restart(self) -> None:
        """Forget swings and pending pivots, as after a hole; bar numbers go on."""
        self._highs = _PivotScan(self._n, self._equal)
        self._lows = _PivotScan(self._n, self._equal)
        self.swings.clear()

    def add(self, bar: Bar) -> tuple[SwingChange, ...]:
        """The swings that `bar` confirms and that the alternation keeps (Y-6), in order."""
        _, at_ns, open_, high, low, close, _ = bar
        bar_no = self.bars
        self.bars = bar_no + 1
        body_low, body_high = (open_, close) if open_ < close else (close, open_)
        is_high = self._highs.add(high, body_low, at_ns, bar_no)
        is_low = self._lows.add(-low, body_high, at_ns, bar_no)
        if not (is_high or is_low):
            return _NONE
        known_ns = at_ns + self._width_ns
        changes = []
        high_last = bool(self.swings) and self.swings[-1].kind is SwingKind.HIGH
        # A bar that is both goes first as the kind that alternates.
        for kind in (SwingKind.LOW, SwingKind.HIGH) if high_last else (SwingKind.HIGH, SwingKind.LOW):
            if is_high and kind is SwingKind.HIGH:
                scan = self._highs
                swing = Swing(kind, scan.peak, scan.at_ns, known_ns, scan.bar_no, scan.body)
            elif is_low and kind is SwingKind.LOW:
                scan = self._lows
                swing = Swing(kind, -scan.peak, scan.at_ns, known_ns, scan.bar_no, scan.body)
            else:
                continue
            change = self._keep(swing)
            if change is not None:
                changes.append(change)
        return tuple(changes)

    def _keep(self, swing: Swing) -> SwingChange | None:
        if not self.swings or self.swings[-1].kind is not swing.kind:
            self.swings.append(swing)
            return SwingChange(swing, None)
        last = self.swings[-1]
        more_extreme = swing.price > last.price if swing.kind is SwingKind.HIGH else swing.price < last.price
        if not more_extreme:
            return None
        self.swings[-1] = swing
        return SwingChange(swing, last)
