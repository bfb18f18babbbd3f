"""When an alert is news: the first time, and when it comes again after a quiet time."""

from __future__ import annotations

from ytc_tui.engine.apply import apply
from ytc_tui.engine.effects import Notify, effects_of
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.session import Severity
from ytc_tui.model.state import State

RAISED = ev.AlertRaised("stalled", Severity.CRITICAL, "journal_unavailable", "disk full")


def told(state: State, minute: int) -> int:
    apply(state, RAISED, minute * NS_PER_MIN)
    return sum(isinstance(effect, Notify) for effect in effects_of(state, RAISED))


def test_a_storm_is_told_once_and_a_new_occurrence_again() -> None:
    state = State("s")
    assert [told(state, minute) for minute in (1, 2, 3, 32, 62, 63)] == [1, 0, 0, 0, 1, 0]
    assert state.alerts["stalled"].count == 6


def test_what_was_acknowledged_is_open_again_when_it_comes_after_a_quiet_time() -> None:
    state = State("s")
    told(state, 1)
    apply(state, ev.AlertAcknowledged("stalled", "me"), 2 * NS_PER_MIN)
    told(state, 30)
    assert state.alerts["stalled"].acknowledged_by == "me"
    told(state, 60)
    assert state.alerts["stalled"].acknowledged_by == ""
    assert state.alerts["stalled"].acknowledged_ns == 0
