"""Proposals of single trades: what a person is shown, and where the answer stands.

Decides the content that an approval is bound to, and the table by which an answer moves it. Standard
library and the model only. Invariants: the hash covers every other field of the proposal; a proposal is
answered once; what was only alerted is never answered.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum

from ytc_tui.model.codec import canonical
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.signals import Setup


class ProposalState(StrEnum):
    """ALERTED is shown and cannot be answered; VOID no longer held when it was looked at again."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    VOID = "void"
    ALERTED = "alerted"


class ProposalTrigger(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    EXPIRE = "expire"
    INVALIDATE = "invalidate"


PROPOSAL_TABLE: dict[tuple[ProposalState, ProposalTrigger], ProposalState] = {
    (ProposalState.PENDING, ProposalTrigger.APPROVE): ProposalState.APPROVED,
    (ProposalState.PENDING, ProposalTrigger.REJECT): ProposalState.REJECTED,
    (ProposalState.PENDING, ProposalTrigger.EXPIRE): ProposalState.EXPIRED,
    (ProposalState.PENDING, ProposalTrigger.INVALIDATE): ProposalState.VOID,
}

# The name under which a proposal without a trade counts among the refusals.
REFUSED_AS: dict[ProposalState, str] = {
    ProposalState.REJECTED: "approval_rejected",
    ProposalState.EXPIRED: "approval_expired",
    ProposalState.VOID: "approval_void",
    ProposalState.ALERTED: "approval_alert_only",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One trade that the gate granted and that a person is asked about.

    `plan` holds symbol, side, the size granted, the worst entry, stop and targets; `setup` its kind,
    score with parts, trigger and expiry. `asked` is the size before cuts. Money in account currency:
    `risk_money` is the loss at the stop with costs (1 R), `risk_pct` its percent of the sizing base,
    `cost` the round trip's estimate within it. `reward_risk` is net and of all parts together. `price`
    is the last price met when it was proposed, at `proposed_ns` of feed time. It lives `life_s` seconds
    of wall time. `content_hash` is `hash_of` all this.
    """

    proposal_id: str
    decision_id: str
    setup: Setup
    plan: TradePlan
    asked: Decimal
    risk_money: Decimal
    risk_pct: Decimal
    reward_risk: Decimal
    cost: Decimal
    price: Decimal
    proposed_ns: int
    life_s: float
    content_hash: str = ""


def hash_of(proposal: Proposal) -> str:
    """16 hex digits of sha256 over the canonical form of all fields but the hash."""
    stated = {
        field.name: getattr(proposal, field.name)
        for field in fields(proposal)
        if field.name != "content_hash"
    }
    return hashlib.sha256(canonical(stated).encode()).hexdigest()[:16]


def sealed(proposal: Proposal) -> Proposal:
    """`proposal` with the hash of its content."""
    return replace(proposal, content_hash=hash_of(proposal))
