"""How price comes to a level: with strength or with weakness.

Decides the signs of a move's strength (domain.md Y-19, Y-20, Y-27). Imports levels and the model.
Invariant: a function of closed TTF bars and of swings known by the last of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from ytc_tui.analysis.levels import is_strong_bar, is_weak_bar
from ytc_tui.model.market import Bar, Side
from ytc_tui.model.structure import Swing, SwingKind

# Within this band two legs, or the bars of two halves of a leg, are alike (Y-23).
_MORE, _LESS = 1.2, 0.8
_STRONG_BALANCE = 2
_MIN_BARS_TO_HALVE = 4


class Approach(NamedTuple):
    """A move in the direction of `side`: the signs for and against its strength, in words."""

    side: Side
    strength: tuple[str, ...]
    weakness: tuple[str, ...]

    @property
    def balance(self) -> int:
        return len(self.strength) - len(self.weakness)

    @property
    def strong(self) -> bool:
        """At least two more signs of strength than of weakness: expect the level to break."""
        return self.balance >= _STRONG_BALANCE

    @property
    def weak(self) -> bool:
        """More signs of weakness than of strength: expect the level to hold."""
        return self.balance < 0


def measure_approach(swings: Sequence[Swing], newest_first: Iterable[Bar], side: Side) -> Approach:
    """The move of `side` that is under way, from TTF swings (oldest first) and bars (newest first).

    It starts at the extreme bar since the last known swing of its own kind (the lowest since the
    last swing high, for a move up), and is compared with the leg to that swing and the leg back from it.
    """
    strength: list[str] = []
    weakness: list[str] = []
    turn, before = _last_legs(swings, side)
    since_ns = turn.at_ns if turn is not None else -1
    bars = list(takewhile(lambda bar: bar.open_ns > since_ns, newest_first))[::-1]
    if not bars:
        return Approach(side, (), ())
    start = _start_of(bars, side)
    leg = bars[start:]
    if turn is not None and before is not None:
        slope = _length(leg, side) / max(1, len(leg) - 1)
        with_it = abs(turn.price - before.price) / max(1, turn.bar_no - before.bar_no)
        against = abs(turn.price - _origin(leg[0], side)) / (start + 1)
        _compare(slope, with_it, "steeper than the last leg its way", "flatter than the last leg its way",
                 strength, weakness)  # fmt: skip
        _compare(slope, against, "steeper than the leg against it", "flatter than the leg against it",
                 strength, weakness)  # fmt: skip
    if len(leg) >= _MIN_BARS_TO_HALVE:
        half = len(leg) // 2
        _compare(_mean_range(leg[-half:]), _mean_range(leg[:half]), "bars grow", "bars shrink",
                 strength, weakness)  # fmt: skip
    if is_strong_bar(leg[-1], side):
        strength.append("strong last bar")
    elif is_weak_bar(leg[-1], side):
        weakness.append("rejected last bar")
    return Approach(side, tuple(strength), tuple(weakness))


def _last_legs(swings: Sequence[Swing], side: Side) -> tuple[Swing | None, Swing | None]:
    """The newest swing of the move's kind, and the swing before it."""
    kind = SwingKind.HIGH if side is Side.BUY else SwingKind.LOW
    for back in (1, 2):
        if len(swings) >= back and swings[-back].kind is kind:
            return swings[-back], swings[-back - 1] if len(swings) > back else None
    return None, None


def _start_of(bars: Sequence[Bar], side: Side) -> int:
    """The last of the bars that are the extreme against `side`: a group of equals counts so in swings too."""
    prices = [bar.low for bar in bars] if side is Side.BUY else [-bar.high for bar in bars]
    return len(prices) - 1 - prices[::-1].index(min(prices))


def _origin(bar: Bar, side: Side) -> float:
    return bar.low if side is Side.BUY else bar.high


def _length(leg: Sequence[Bar], side: Side) -> float:
    if side is Side.BUY:
        return max(bar.high for bar in leg) - leg[0].low
    return leg[0].high - min(bar.low for bar in leg)


def _mean_range(bars: Sequence[Bar]) -> float:
    return sum(bar.high - bar.low for bar in bars) / len(bars)


def _compare(
    part: float, whole: float, more: str, less: str, strength: list[str], weakness: list[str]
) -> None:
    if part > _MORE * whole:
        strength.append(more)
    elif part < _LESS * whole:
        weakness.append(less)
