"""A trade that a person was asked about has their yes in the journal, or the journal is found out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.views.journals import D, Journal, decision, intent, opened, order
from tests.views.proposals import proposal
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.proposals import ProposalState
from ytc_tui.views.explain import explain
from ytc_tui.views.explain_text import explanation_text
from ytc_tui.views.ledger import check_ledger

SHOWN = ev.TradeProposed(proposal(), ProposalState.PENDING)
SAID = ev.CommandTaken(Command("c", Verb.APPROVE, "me", "", "P0001", proposal().content_hash))
YES = ev.ProposalDecided("P0001", "D0001", ProposalState.APPROVED, "me", "fine")
NO = ev.ProposalDecided("P0001", "D0001", ProposalState.REJECTED, "me", "too late")
GOOD = decision(1, "PB-1")
ENTRY = intent(order("y1", OrderRole.ENTRY))


def journal(*events: ev.Event) -> Journal:
    made = opened()
    for event in events:
        made.add(event, check=False)
    return made


def told(*events: ev.Event) -> list[str]:
    return [found.found for found in check_ledger(journal(*events).records).differences]


def test_a_yes_to_what_was_shown_is_clean() -> None:
    assert told(GOOD, SHOWN, SAID, YES, ENTRY) == []


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ((GOOD, SHOWN, ENTRY), "proposal P0001 pending"),
        ((GOOD, SHOWN, NO, ENTRY), "proposal P0001 rejected"),
        ((GOOD, ev.TradeProposed(proposal(), ProposalState.ALERTED), ENTRY), "proposal P0001 alerted"),
        ((GOOD, SHOWN, YES, ENTRY), "approved without a command"),
        ((GOOD, SHOWN, NO, SAID, YES, ENTRY), "approved after rejected"),
        ((GOOD, SAID, YES), "answered, never proposed"),
        ((GOOD, SHOWN, SHOWN), "proposed a second time"),
    ],
)
def test_a_trade_that_went_around_the_person(events: tuple[ev.Event, ...], found: str) -> None:
    assert found in told(*events)


def test_a_yes_by_somebody_else_or_to_something_else() -> None:
    other = replace(SAID, command=replace(SAID.command, content_hash="0" * 16))
    assert told(GOOD, SHOWN, other, YES) == ["approved 0000000000000000 by me"]
    stranger = replace(SAID, command=replace(SAID.command, actor="you"))
    assert told(GOOD, SHOWN, stranger, YES) == [f"approved {proposal().content_hash} by you"]


def test_a_content_that_was_changed_afterwards() -> None:
    changed = ev.TradeProposed(replace(proposal(), risk_money=D(1)), ProposalState.PENDING)
    assert told(GOOD, changed, SAID, YES, ENTRY) == [f"content hash {proposal().content_hash}"]


@pytest.mark.parametrize("target", ["P0001", "D0001", "PB-1"])
def test_the_story_goes_from_decision_to_answer(target: str) -> None:
    records = journal(GOOD, SHOWN, NO).records
    found = explain(records, target, safe=str)
    assert found is not None
    assert "proposal P0001 rejected by me: too late" in found.headline
    [part] = found.proposals
    assert (part.state, part.actor, part.answer_seq) == ("rejected", "me", records[-1].seq)
    text = explanation_text(found)
    assert f"content {proposal().content_hash}" in text
    assert "risk 25.80 (0.26 %), costs 0.80, net reward to risk 1.90" in text
    assert "PROPOSAL P0001 rejected by me  too late" in text


def test_the_story_of_an_order_names_the_yes_before_it() -> None:
    found = explain(journal(GOOD, SHOWN, SAID, YES, ENTRY).records, "y1", safe=str)
    assert found is not None
    assert [part.outcome for part in found.proposals] == ["P0001 approved by me: fine"]
    assert [moment.text.partition("  ")[0] for moment in found.moments][1:3] == [
        "PROPOSAL P0001 PB buy 10 BTCUSDT",
        "PROPOSAL P0001 approved by me",
    ]


def test_what_waits_or_was_only_shown_has_no_answer() -> None:
    for state, says in ((ProposalState.PENDING, "pending"), (ProposalState.ALERTED, "alerted")):
        found = explain(journal(GOOD, ev.TradeProposed(proposal(), state)).records, "P0001", safe=str)
        assert found is not None and f"proposal P0001 {says}" in found.headline
        assert found.proposals[0].answer_seq == 0
