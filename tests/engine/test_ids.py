"""Identifiers: standard where a standard is claimed, short enough for a venue, one per thing."""

from __future__ import annotations

import uuid

from hypothesis import given, strategies as st

from ytc_tui.engine.ids import check_character, client_order_id, session_id, task_id


@given(st.text(max_size=40), st.integers(1, 10**6))
def test_a_task_id_is_a_uuid5(session: str, number: int) -> None:
    read = uuid.UUID(task_id(session, number))
    assert read.version == 5
    assert read.variant == uuid.RFC_4122
    assert str(read) == task_id(session, number)


def test_tasks_of_one_session_differ_in_their_number_and_those_of_two_in_more() -> None:
    first = session_id("run", "2022-11-08")
    assert int(task_id(first, 0x1234)[-12:], 16) == 0x1234
    assert task_id(first, 1)[:-12] == task_id(first, 2)[:-12] != task_id(session_id("run", "other"), 1)[:-12]


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_client_order_id_fits_every_venue_and_checks(decision: str, leg: str) -> None:
    name = client_order_id("install", "account", "session", decision, leg)
    assert len(name) <= 18
    assert name.isalnum()
    assert name.islower()
    assert check_character(name[1:-1]) == name[-1]


def test_the_same_decision_has_the_same_id_and_another_leg_another() -> None:
    first = client_order_id("i", "a", "s", "D0001", "entry")
    assert first == client_order_id("i", "a", "s", "D0001", "entry")
    assert first != client_order_id("i", "a", "s", "D0001", "stop-1")
