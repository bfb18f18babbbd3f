"""Bookkeeping of what waits for a person. Imports the model only.

Invariant: every arming takes the next epoch of the session, so none ever comes twice.
"""

from __future__ import annotations

from ytc_tui.model.state import State
from ytc_tui.model.timers import ArmedTimer, TimerPurpose, timer_name


def arm_timer(state: State, purpose: TimerPurpose, subject: str, after_s: float) -> None:
    """`subject` waits for a person from now on, `after_s` seconds of wall time at most."""
    state.timers_armed += 1
    timer = ArmedTimer(purpose, subject, state.timers_armed, after_s)
    state.timers[timer.name] = timer


def disarm_timer(state: State, purpose: TimerPurpose, subject: str) -> None:
    """`subject` waits no longer."""
    state.timers.pop(timer_name(purpose, subject), None)
