"""Timers of wall time: what is armed, what fires, and what a stale one does."""

from __future__ import annotations

from hypothesis import given, strategies as st

from ytc_tui.engine.apply import apply
from ytc_tui.engine.apply.timers import arm_timer, disarm_timer
from ytc_tui.engine.effects import ForgetTimer, SetTimer, effects_of, pending_effects
from ytc_tui.engine.inputs import TimerFired
from ytc_tui.engine.timers import Timers
from ytc_tui.model import events as ev
from ytc_tui.model.codec import canonical, from_json, to_json
from ytc_tui.model.state import State
from ytc_tui.model.tasks import Handoff, HandoffState, HandoffStatus
from ytc_tui.model.timers import TimerPurpose, timer_name

NAME = timer_name(TimerPurpose.HANDOFF, "H001")


def proposed(*, waits: bool = True) -> ev.HandoffProposed:
    handoff = Handoff(
        "H001", "pre_market", "session_open", "", HandoffStatus.COMPLETE, (), {}, (), waits, "0" * 16
    )
    return ev.HandoffProposed(handoff, 300.0)


def test_two_timers_fire_in_the_order_of_their_instants_and_once() -> None:
    timers = Timers()
    timers.arm("late", 1, 20.0)
    timers.arm("early", 2, 10.0)
    assert timers.next_due() == 10.0
    assert timers.due(9.999) == []
    assert timers.due(10.0) == [TimerFired("early", 2)]
    assert timers.next_due() == 20.0
    assert timers.due(30.0) == [TimerFired("late", 1)]
    assert timers.due(30.0) == []
    assert timers.next_due() is None


def test_arming_again_replaces_and_forgetting_ends() -> None:
    timers = Timers()
    timers.arm("a", 1, 10.0)
    timers.arm("a", 2, 15.0)
    assert timers.due(10.0) == []
    assert timers.due(15.0) == [TimerFired("a", 2)]
    timers.arm("a", 3, 20.0)
    timers.forget("a")
    timers.forget("never armed")
    assert timers.next_due() is None


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 50)), max_size=30))
def test_each_name_fires_once_at_its_last_instant(armed: list[tuple[str, int]]) -> None:
    timers, last = Timers(), dict(armed)
    for epoch, (name, at_s) in enumerate(armed):
        timers.arm(name, epoch, float(at_s))
    fired = [(at_s, timer.name) for at_s in range(51) for timer in timers.due(float(at_s))]
    assert fired == sorted((at_s, name) for name, at_s in last.items())


def test_a_handoff_that_waits_sets_its_timer_and_a_decision_ends_it() -> None:
    state = State("s")
    event = proposed()
    apply(state, event, 5)
    assert list(effects_of(state, event)) == [SetTimer(NAME, 1, 300.0)]
    assert list(pending_effects(state)) == [SetTimer(NAME, 1, 300.0)]
    assert from_json(State, to_json(state)) == state
    decided = ev.HandoffDecided("H001", HandoffState.APPROVED, "me", "")
    apply(state, decided, 6)
    assert list(effects_of(state, decided)) == [ForgetTimer(NAME)]
    assert list(pending_effects(state)) == []


def test_a_handoff_that_nobody_is_asked_about_sets_none() -> None:
    state = State("s")
    event = proposed(waits=False)
    apply(state, event, 5)
    assert list(effects_of(state, event)) == list(pending_effects(state)) == []


def test_every_arming_has_an_epoch_of_its_own() -> None:
    state = State("s")
    arm_timer(state, TimerPurpose.HANDOFF, "H001", 1.0)
    disarm_timer(state, TimerPurpose.HANDOFF, "H001")
    arm_timer(state, TimerPurpose.HANDOFF, "H001", 1.0)
    arm_timer(state, TimerPurpose.HANDOFF, "H002", 1.0)
    assert [timer.epoch for timer in state.timers.values()] == [2, 3]
    assert canonical(state.timers)
