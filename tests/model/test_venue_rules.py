"""What the protocol relies on at each venue."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from ytc_tui.engine.ids import check_character, client_order_id
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.venue_rules import VENUE_RULES, VenueRules

PAPER = VENUE_RULES["paper"]


def test_absence_is_proven_after_validity_and_read_lag() -> None:
    assert replace(PAPER, read_lag_ns=20 * NS_PER_S).absence_after_ns == 25 * NS_PER_S


@pytest.mark.parametrize("weak", [replace(PAPER, request_life_ns=0), replace(PAPER, by_client_id=False)])
def test_absence_is_never_proven_where_requests_have_no_end_or_orders_no_name(weak: VenueRules) -> None:
    assert weak.absence_after_ns is None


@pytest.mark.parametrize(
    ("client_id", "told"),
    [("", "0 characters"), ("y" * 37, "37 characters"), ("y abc", "' '"), ("y\nz", "'\\n'")],
)
def test_an_id_that_a_venue_does_not_take_is_told(client_id: str, told: str) -> None:
    assert told in PAPER.id_problem(client_id)


_TEXT = st.text(max_size=40)


@given(_TEXT, _TEXT, _TEXT, _TEXT, _TEXT)
def test_every_id_of_ours_is_taken_by_every_venue(
    install: str, account: str, session: str, decision: str, leg: str
) -> None:
    made = client_order_id(install, account, session, decision, leg)
    assert made == client_order_id(install, account, session, decision, leg)
    assert len(made) <= 18
    assert made[-1] == check_character(made[1:-1])
    assert not any(rules.id_problem(made) for rules in VENUE_RULES.values())


@given(st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=14, max_size=14), st.data())
def test_the_check_character_finds_every_single_slip(body: str, data: st.DataObject) -> None:
    """One wrong letter at a place of odd weight; at an even one two letters may weigh the same."""
    place = data.draw(st.sampled_from(range(0, 14, 2)))
    other = data.draw(st.sampled_from([c for c in "abcdefghijklmnopqrstuvwxyz234567" if c != body[place]]))
    assert check_character(body[:place] + other + body[place + 1 :]) != check_character(body)
