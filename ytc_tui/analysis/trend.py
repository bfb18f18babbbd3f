"""The trend of the trading timeframe as a state machine over its bars and swings.

Decides direction, violation point, weakening, range and confidence (domain.md Y-13 to Y-18,
semantics.md 5). Imports the model only.
Invariant: only swings known by the current bar are used; memory is bounded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from ytc_tui.analysis.params import BreakOn
from ytc_tui.analysis.swings import SwingChange
from ytc_tui.model.market import Bar
from ytc_tui.model.structure import Swing, SwingKind, TrendDirection, TrendLabel, TrendState

_CONFIDENCE_PER_SWING = 0.2
_SIDEWAYS_CONFIDENCE = 0.5
_STRONG_SWINGS = 3
_ENCLOSED_POINTS = 4
_LEGS_KEPT = 8


class TrendLeg(NamedTuple):
    """One push of a trend: from the swing `start` to the new extreme `end`."""

    start: Swing
    end: Swing

    @property
    def length(self) -> float:
        return abs(self.end.price - self.start.price)

    @property
    def slope(self) -> float:
        """Price per bar, never negative."""
        return self.length / max(1, self.end.bar_no - self.start.bar_no)


class TrendTracker:
    """Follows one trend. Call `add` once per bar with the swings that this bar made known.

    A direction needs two rising (falling) highs and two rising (falling) lows among the last four
    swings. Against the side of a break its extreme must also stand at or after the breaking bar
    (Y-17): swings of the old structure are no pair.
    """

    __slots__ = (
        "_break_bar",
        "_break_on",
        "_break_side",
        "_breaks",
        "_changed_at",
        "_changes_window",
        "_confirmed",
        "_inner",
        "_leading_broken",
        "_recent",
        "_sign",
        "_since_ns",
        "_weakened",
        "_width_ns",
        "bars",
        "direction",
        "extreme",
        "leading",
        "legs",
        "range_high",
        "range_low",
        "started_bar",
    )

    def __init__(self, *, swing_n: int, break_on: BreakOn, width_ns: int, changes_window: int) -> None:
        self._break_on = break_on
        self._width_ns = width_ns
        self._changes_window = changes_window
        self._recent: deque[Bar] = deque(maxlen=swing_n)
        self._changed_at: deque[int] = deque(maxlen=32)
        self._inner: list[Swing] = []
        self.legs: deque[TrendLeg] = deque(maxlen=_LEGS_KEPT)
        self.bars = 0
        self.restart()

    def restart(self) -> None:
        """Forget the trend, as after a hole; bar numbers go on from `started_bar`."""
        self.started_bar = self.bars
        self.direction = TrendDirection.UNDETERMINED
        self._sign = 0
        self._break_bar = -1
        self._break_side = 0
        self._leading_broken = False
        self._weakened = False
        self._breaks = self._confirmed = self._since_ns = 0
        self.leading: Swing | None = None
        self.extreme: Swing | None = None
        self.range_high = self.range_low = 0.0
        self._inner.clear()
        self.legs.clear()
        self._recent.clear()
        self._changed_at.clear()

    def add(self, bar: Bar, changes: Sequence[SwingChange], swings: deque[Swing]) -> None:
        """Take in a closed bar; `changes` are the swings it confirmed, `swings` all kept ones."""
        for change in changes:
            self._on_swing(change, swings, bar.open_ns + self._width_ns)
        self._test_break(bar)
        self._recent.append(bar)
        self.bars += 1

    @property
    def changes(self) -> int:
        """Changes of direction within the window of recent bars."""
        oldest = self.bars - self._changes_window
        return sum(1 for bar_no in self._changed_at if bar_no >= oldest)

    def state(self) -> TrendState:
        sideways = self.direction is TrendDirection.SIDEWAYS
        if sideways:
            confidence = _SIDEWAYS_CONFIDENCE
        else:
            confidence = min(1.0, round(_CONFIDENCE_PER_SWING * self._confirmed, 10))
        return TrendState(
            direction=self.direction,
            label=self._label(),
            confidence=confidence,
            since_ns=self._since_ns,
            swings=self._confirmed,
            structure_breaks=self._breaks,
            weakened=self._weakened,
            changes=self.changes,
            leading=self.leading,
            extreme=self.extreme,
            range_high=self.range_high if sideways else None,
            range_low=self.range_low if sideways else None,
        )

    def _label(self) -> TrendLabel:
        if self.direction is TrendDirection.SIDEWAYS:
            return TrendLabel.RANGING
        if self.direction is TrendDirection.UNDETERMINED:
            return TrendLabel.REVERSING if self._leading_broken else TrendLabel.UNCLEAR
        if self._weakened:
            return TrendLabel.WEAKENING
        if self._confirmed >= _STRONG_SWINGS and self._breaks == 0:
            return TrendLabel.STRONG
        return TrendLabel.DEVELOPING

    # -- swings ---------------------------------------------------------------------------------

    def _on_swing(self, change: SwingChange, swings: deque[Swing], now_ns: int) -> None:
        if self.direction is TrendDirection.SIDEWAYS or self._entered_range(swings, now_ns):
            return
        if self._sign == 0:
            self._look_for_pair(swings, now_ns)
        else:
            self._extend(change, swings)

    def _entered_range(self, swings: deque[Swing], now_ns: int) -> bool:
        """Y-16: the last four turning points lie inside the swing just before them."""
        if len(swings) < _ENCLOSED_POINTS + 2:
            return False
        first, second, *enclosed = islice(swings, len(swings) - _ENCLOSED_POINTS - 2, None)
        low, high = (first.price, second.price) if first.price < second.price else (second.price, first.price)
        if not all(low <= s.price <= high for s in enclosed):
            return False
        if any(self._beyond(bar, 1, high) or self._beyond(bar, -1, low) for bar in self._recent):
            return False
        self.range_low, self.range_high = low, high
        self._turn(TrendDirection.SIDEWAYS, now_ns)
        self._breaks = self._confirmed = 0
        return True

    def _look_for_pair(self, swings: deque[Swing], now_ns: int) -> None:
        if len(swings) < 4:
            return
        older_a, older_b, newer_a, newer_b = islice(swings, len(swings) - 4, None)
        sign = 1 if newer_a.price > older_a.price else -1
        if (newer_a.price - older_a.price) * sign <= 0 or (newer_b.price - older_b.price) * sign <= 0:
            return
        extreme_kind = SwingKind.HIGH if sign > 0 else SwingKind.LOW
        at_extreme = newer_a if newer_a.kind is extreme_kind else newer_b
        if sign != self._break_side and at_extreme.bar_no < self._break_bar:
            return
        self._turn(TrendDirection.UP if sign > 0 else TrendDirection.DOWN, now_ns)
        self._sign = sign
        self._breaks = 0
        self._confirmed = 2
        kept = list(islice(swings, max(0, len(swings) - 5), None))
        for start, end in pairwise(kept):
            if end.kind is extreme_kind:
                self.legs.append(TrendLeg(start, end))
        self.leading, self.extreme = self.legs[-1]
        if newer_b.kind is not extreme_kind:
            self._inner.append(newer_b)

    def _extend(self, change: SwingChange, swings: deque[Swing]) -> None:
        """A new swing inside an established trend."""
        swing, replaced = change
        assert self.leading is not None and self.extreme is not None
        with_trend = (swing.kind is SwingKind.HIGH) == (self._sign > 0)
        if not with_trend:
            if replaced is not None and self._inner and self._inner[-1].at_ns == replaced.at_ns:
                self._inner.pop()
            self._inner.append(swing)
            if replaced is None and (swing.price - self.leading.price) * self._sign > 0:
                self._confirmed += 1
            return
        if (swing.price - self.extreme.price) * self._sign <= 0:
            return
        leg = TrendLeg(swings[-2] if len(swings) > 1 else self.leading, swing)
        if replaced is not None and replaced.at_ns == self.extreme.at_ns:
            self.legs[-1] = leg
        else:
            self.legs.append(leg)
            self._confirmed += 1
        self.leading, self.extreme = leg
        self._inner.clear()
        self._weakened = False

    # -- breaks ---------------------------------------------------------------------------------

    def _beyond(self, bar: Bar, side: int, level: float) -> bool:
        """Whether `bar` breaks `level` upward (side +1) or downward (side -1), Y-15."""
        if side > 0:
            return (bar.close if self._break_on is BreakOn.CLOSE else bar.high) > level
        return (bar.close if self._break_on is BreakOn.CLOSE else bar.low) < level

    def _test_break(self, bar: Bar) -> None:
        now_ns = bar.open_ns + self._width_ns
        if self.direction is TrendDirection.SIDEWAYS:
            if self._beyond(bar, 1, self.range_high):
                self._break(1, now_ns)
            elif self._beyond(bar, -1, self.range_low):
                self._break(-1, now_ns)
            return
        if self.leading is None or self.extreme is None:
            return
        against = -self._sign
        level = self.leading.price
        # The extreme, and with it the leading swing, is known only some bars after its pivot:
        # the pivot bar's close and the bars since may already have broken that swing.
        broken = self._beyond(bar, against, level)
        for earlier in self._recent:
            if earlier.open_ns >= self.extreme.at_ns and self._beyond(earlier, against, level):
                broken = True
        if broken:
            self._break(against, now_ns)
            self._leading_broken = True
            return
        if not self._inner:
            return
        kept = [swing for swing in self._inner if not self._beyond(bar, against, swing.price)]
        if len(kept) < len(self._inner):
            self._breaks += len(self._inner) - len(kept)
            self._weakened = True
            self._inner = kept

    def _break(self, side: int, now_ns: int) -> None:
        """The structure is broken upward (side +1) or downward (side -1)."""
        self._turn(TrendDirection.UNDETERMINED, now_ns)
        self._breaks += 1
        self._break_bar = self.bars
        self._break_side = side

    def _turn(self, direction: TrendDirection, now_ns: int) -> None:
        """Change direction; everything that belonged to the old one is dropped."""
        self.direction = direction
        self._sign = 0
        self._since_ns = now_ns
        self._changed_at.append(self.bars)
        self._weakened = False
        self._leading_broken = False
        self.leading = self.extreme = None
        self._confirmed = 0
        self._inner.clear()
        self.legs.clear()
