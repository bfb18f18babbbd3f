"""Timers: what waits for a person no longer than so many seconds of wall time.

Decides what a timer can be for, and its name. Standard library only.
Invariant: a timer that is armed again has another epoch, so one that was overtaken can be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TimerPurpose(StrEnum):
    """What happens to its subject when nobody answered in time."""

    HANDOFF = "handoff"
    PROPOSAL = "proposal"


@dataclass(frozen=True, slots=True)
class ArmedTimer:
    """A timer in force. `subject` is the id of what waits, `after_s` seconds of wall time from arming."""

    purpose: TimerPurpose
    subject: str
    epoch: int
    after_s: float

    @property
    def name(self) -> str:
        return timer_name(self.purpose, self.subject)


def timer_name(purpose: TimerPurpose, subject: str) -> str:
    """The name under which there is at most one timer at a time."""
    return f"{purpose}:{subject}"
