"""Pace: the latest of many values, a few times a second.

Decides when what arrives is shown. Imports Textual only. Invariant: the first value after a quiet time goes
on at once; after that the gap passes before the next, which is the latest offered; nothing runs while
nothing is offered. One pace belongs to a screen, not to a table: five tables paced apart repaint five times
as often.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from textual.message_pump import MessagePump

T = TypeVar("T")

GAP_S = 1 / 15


class Pace(Generic[T]):
    """Hands values on to `take`, at least `gap_s` seconds apart; timers belong to `owner` and end with it."""

    def __init__(self, owner: MessagePump, take: Callable[[T], None], gap_s: float = GAP_S) -> None:
        self._owner = owner
        self._take = take
        self._gap_s = gap_s
        self._in_gap = False
        self._waiting: tuple[T] | None = None

    def offer(self, value: T) -> None:
        """Hand on `value` now, or at the end of the gap unless a later one comes first."""
        if self._in_gap:
            self._waiting = (value,)
        else:
            self._hand_on(value)

    def _hand_on(self, value: T) -> None:
        self._in_gap = True
        self._owner.set_timer(self._gap_s, self._gap_over, name="pace")
        self._take(value)

    def _gap_over(self) -> None:
        self._in_gap = False
        if self._waiting is not None:
            (value,) = self._waiting
            self._waiting = None
            self._hand_on(value)
