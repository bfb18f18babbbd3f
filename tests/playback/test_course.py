"""Steps and jumps of a playback: each comes back to where it was, and finds what a person names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.strategies import DataObject

from tests.sim.harness import Simulation
from tests.sim.past_sessions import names_of
from tests.sim.tape import on_day
from ytc_tui.engine.playback.course import Course, Place
from ytc_tui.engine.playback.past import Past
from ytc_tui.errors import UsageInvalid
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN

NAMES = names_of(("BTCUSDT", "ETHUSDT"))


def seq_of(day: Simulation, kind: type[object], place: int = 0) -> int:
    """The entry of the event of a type."""
    return [entry.seq for entry, event in day.events if isinstance(event, kind)][place]


# ---- steps -------------------------------------------------------------------------------------------


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_a_step_and_its_way_back_show_the_same(past: Past, data: DataObject) -> None:
    course, count = past.course, data.draw(st.integers(1, 12))
    if data.draw(st.booleans()):
        begin = course.entry(data.draw(st.integers(1, past.record.entries - count)))
        there = course.entries_on(begin, count)
        back = course.entries_on(there, -count)
        assert there.seq == begin.seq + count
    else:
        begin = course.instant(data.draw(st.sampled_from(course.closes_ns[2 : -count - 2])))
        there = course.bars_on(begin, count)
        back = course.bars_on(there, -count)
        assert there.at_ns > begin.at_ns
    assert back == begin
    moment = past.at(begin)
    before = past.views(moment, NAMES)
    onward = past.move(moment, there)
    assert past.views(onward, NAMES) == past.views(past.at(there), NAMES)
    assert past.views(past.at(back), NAMES) == before


def test_every_place_can_be_shown_also_between_the_entries_of_one_step(past: Past) -> None:
    moment = past.at(past.course.first)
    for seq in range(1, past.record.entries + 1):
        moment = past.move(moment, past.course.entry(seq))
        views = past.views(moment, NAMES)
        # What a run goes by is told by its engine alone.
        assert [name for name, view in views.items() if view is None] == ["settings"]


def test_the_ends_are_the_ends(past: Past) -> None:
    course = past.course
    for step in (course.bars_on, course.entries_on):
        assert step(course.last, 3) == course.last
        assert step(course.first, -3) == course.first
    place = course.first
    for _ in range(1_000):
        place = course.bars_on(place, 1)
    assert place == course.last
    assert course.bars_on(place, -1_000) == course.first


def test_a_bar_on_from_within_an_instant_is_its_end(past: Past, day: Simulation) -> None:
    course = past.course
    inside = course.entry(seq_of(day, ev.TradePlanned))
    step = course.bars_on(inside, 1)
    assert (step.at_ns, step) == (inside.at_ns, course.instant(inside.at_ns))
    assert course.bars_on(step, 1).at_ns == inside.at_ns + NS_PER_MIN


def test_between_two_entries_a_step_back_is_to_the_last_that_was_written(past: Past) -> None:
    course = past.course
    quiet = course.instant(on_day("12:07"))
    assert course.entry(quiet.seq).at_ns < quiet.at_ns
    assert course.entries_on(quiet, -1) == course.entry(quiet.seq)
    assert course.entries_on(quiet, 1) == course.entry(quiet.seq + 1)


def test_without_bars_every_minute_is_a_step(past: Past) -> None:
    course = Course(past.record, (), past.course.read_time)
    place = course.instant(on_day("12:07"))
    assert course.bars_on(place, 1).at_ns == on_day("12:08")
    assert course.bars_on(place, -1).at_ns == on_day("12:06")
    assert course.bars_on(course.last, 1) == course.last
    assert course.bars_on(course.first, -1) == course.first


def test_over_a_hole_in_the_data_a_step_goes_to_the_next_bar(past: Past) -> None:
    # Both symbols have none from 13:00 to 13:02 but for what ETHUSDT goes on with.
    opens = [minute.open_ns for minute in past.tape.minutes]
    assert past.course.closes_ns == tuple(open_ns + NS_PER_MIN for open_ns in opens)


# ---- jumps -------------------------------------------------------------------------------------------


def test_a_trade_is_found_at_its_plan_and_again_at_its_close(past: Past, day: Simulation) -> None:
    course = past.course
    plan = course.find("T0001", None)
    assert plan.seq == seq_of(day, ev.TradePlanned)
    close = course.find("t0001", plan)
    assert close.seq == seq_of(day, ev.TradeClosed)
    assert course.find("T0001", close) == plan
    assert course.find("T0001", course.last) == plan


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ev.AlertRaised, lambda event: event.alert_id),
        (ev.OrderIntended, lambda event: event.order.client_id),
        (ev.DecisionMade, lambda event: event.decision_id),
        (ev.HandoffProposed, lambda event: event.handoff.handoff_id),
    ],
)
def test_what_has_an_id_is_found_by_it(past: Past, day: Simulation, kind: type[object], name: object) -> None:
    assert callable(name)
    seq, event = next((entry.seq, event) for entry, event in day.events if isinstance(event, kind))
    assert past.course.find(f" {name(event)} ", None).seq == seq


@pytest.mark.parametrize("typed", ["12:55", "12:55Z", "2022-11-08T12:55", "2022-11-08T13:55+01:00"])
def test_a_time_is_found_with_all_that_was_written_by_then(past: Past, typed: str) -> None:
    place = past.course.find(typed, None)
    assert place.at_ns == on_day("12:55")
    times = past.record.times_ns
    assert times[place.seq - 1] <= place.at_ns < times[place.seq]


def test_ends_and_numbers(past: Past) -> None:
    course = past.course
    assert (course.find("start", None), course.find("END", None)) == (course.first, course.last)
    assert course.find("17", None) == course.entry(17)
    assert course.find(str(past.record.entries), None) == course.last


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("T0009", "T0001"),
        ("", "start, end"),
        ("0", "1 to"),
        ("9" * 40, "1 to"),
        ("25:00", "13:45"),
        ("11:00", "outside the record"),
        ("2022-11-09T12:00Z", "outside the record"),
        ("[bold]x[/]", "13:45"),
    ],
)
def test_what_is_not_there_says_what_is(past: Past, typed: str, words: str) -> None:
    with pytest.raises(UsageInvalid, match=re.escape(words)):
        past.course.find(typed, Place(0, 0))
