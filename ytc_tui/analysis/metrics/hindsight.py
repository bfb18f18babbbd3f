"""What a setup that was not traded came to, by the bars after it (domain.md 2.12).

Decides when it would have been entered, and what came first. Imports the model only.
Invariants: prices alone, before costs; the entry is the worst price that was allowed; of stop and target in
one bar the stop comes first, and the bar of the entry counts in favour with its close only.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from ytc_tui.model.market import Bar, Side
from ytc_tui.model.signals import Setup


class Course(StrEnum):
    """What came first, as people read it."""

    NOT_TRIGGERED = "not triggered"
    STOP = "stop first"
    TARGET = "T1 first"
    NEITHER = "neither"


class Hindsight(NamedTuple):
    """`best_r` is the furthest price in favour before the stop, in stop distances, >= 0; 0 if not entered."""

    course: Course
    best_r: float


def in_hindsight(setup: Setup, bars: Iterable[Bar]) -> Hindsight:
    """The course of `setup` over the minutes after it was found, oldest first."""
    sign, entry, entered, reached, best = setup.side.sign, setup.limit, False, False, 0.0
    risk = abs(entry - setup.stop)
    for bar in bars:
        if bar.open_ns < setup.found_ns:
            continue
        adverse, favourable = (bar.low, bar.high) if setup.side is Side.BUY else (bar.high, bar.low)
        if not entered:
            if bar.open_ns >= setup.expires_ns:
                break
            entered = (favourable - setup.trigger) * sign >= 0 and (adverse - setup.limit) * sign <= 0
            if not entered:
                continue
            favourable = bar.close
        if (adverse - setup.stop) * sign <= 0:
            return Hindsight(Course.TARGET if reached else Course.STOP, best)
        reached = reached or (favourable - setup.t1) * sign >= 0
        best = max(best, (favourable - entry) * sign / risk) if risk else best
    if not entered:
        return Hindsight(Course.NOT_TRIGGERED, 0.0)
    return Hindsight(Course.TARGET if reached else Course.NEITHER, best)
