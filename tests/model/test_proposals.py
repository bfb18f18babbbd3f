"""Proposals: the table of answers, and a hash that covers all that was shown."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from tests.views.journals import PLAN
from tests.views.proposals import proposal
from ytc_tui.model.codec import from_json, to_json
from ytc_tui.model.events import ProposalDecided, TradeProposed
from ytc_tui.model.proposals import (
    PROPOSAL_TABLE,
    REFUSED_AS,
    Proposal,
    ProposalState,
    ProposalTrigger,
    hash_of,
    sealed,
)
from ytc_tui.model.risk import Verdict
from ytc_tui.model.tables import IllegalTransition, next_state

PENDING = ProposalState.PENDING


@pytest.mark.parametrize("state", list(ProposalState))
@pytest.mark.parametrize("trigger", list(ProposalTrigger))
def test_only_what_is_pending_is_answered(state: ProposalState, trigger: ProposalTrigger) -> None:
    if state is PENDING:
        assert next_state(PROPOSAL_TABLE, state, trigger) is not PENDING
    else:
        with pytest.raises(IllegalTransition):
            next_state(PROPOSAL_TABLE, state, trigger)


def test_every_end_without_a_trade_has_a_name_of_its_own() -> None:
    assert set(REFUSED_AS) == set(ProposalState) - {PENDING, ProposalState.APPROVED}
    assert len(set(REFUSED_AS.values())) == len(REFUSED_AS)


OTHER: dict[str, Any] = {
    "proposal_id": "P0002",
    "decision_id": "D0002",
    "setup": replace(proposal().setup, score=82.6),
    "plan": replace(PLAN, stop=Decimal("98.1")),
    "proposed_ns": 1,
    "life_s": 61.0,
}
SHOWN = [field.name for field in fields(Proposal) if field.name != "content_hash"]


@pytest.mark.parametrize("name", SHOWN)
def test_the_hash_covers_every_field(name: str) -> None:
    shown = proposal()
    changed = replace(shown, **{name: OTHER.get(name, Decimal("1.23"))})
    assert hash_of(changed) != shown.content_hash
    assert hash_of(shown) == shown.content_hash == sealed(shown).content_hash


def test_the_hash_is_the_same_after_the_journal() -> None:
    shown = TradeProposed(proposal(), PENDING)
    again = from_json(TradeProposed, to_json(shown))
    assert again == shown
    assert hash_of(again.proposal) == shown.proposal.content_hash
    said = ProposalDecided("P0001", "D0001", ProposalState.VOID, "gate", "x", (Verdict("r", False, "x"),))
    assert from_json(ProposalDecided, to_json(said)) == said
