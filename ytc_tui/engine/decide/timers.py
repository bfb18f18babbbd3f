"""A timer fired: nobody answered in time.

Decides what becomes of what waited (semantics.md 8). Imports the situation and the model. Invariants: a
timer whose epoch is not the one in force does nothing; nothing is ever approved by time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ytc_tui.engine.decide.proposals import decide_expired
from ytc_tui.engine.inputs import TimerFired
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.tasks import HandoffState
from ytc_tui.model.timers import TimerPurpose


def decide_timer(sit: Situation, fired: TimerFired) -> Iterator[ev.Event]:
    """What follows from a timer of wall time that is still in force."""
    armed = sit.state.timers.get(fired.name)
    if armed is None or armed.epoch != fired.epoch:
        return
    match armed.purpose:
        case TimerPurpose.HANDOFF:
            yield ev.HandoffDecided(armed.subject, HandoffState.EXPIRED, "clock", "no answer in time")
        case TimerPurpose.PROPOSAL:
            yield from decide_expired(sit, armed.subject)
        case _:
            assert_never(armed.purpose)
