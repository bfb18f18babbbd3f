"""What waits for a person, as cards: proposals of single trades, and handoffs between phases.

Decides what a card says. Imports the model and its sibling views. Invariant: a card shows the content hash
that an approval of it is bound to.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ytc_tui.model.market import Side
from ytc_tui.model.proposals import ProposalState
from ytc_tui.model.tasks import HandoffState
from ytc_tui.views.seen import Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import HandoffRecord, ProposalRecord, State

_CENT = Decimal("0.01")
_MAX_CARDS = 50


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to answer, or that was answered. `left_s` is the wall time that is left, None = no limit
    or decided. `facts` are what the answer is about, as (name, words)."""

    card_id: str
    title: str
    state: str
    waiting: bool
    facts: tuple[tuple[str, str], ...]
    content_hash: str
    proposed_ns: int
    left_s: int | None
    decided_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class WaitingView:
    """Cards, the waiting ones first, then the newest; `older` ones are left out."""

    cards: tuple[Card, ...]
    waiting: int
    older: int


def build(state: State, seen: Seen) -> WaitingView:
    cards = [_proposal(record, seen) for record in state.proposals.values()]
    cards += [_handoff(record, seen) for record in state.handoffs.values()]
    cards.sort(key=lambda card: (not card.waiting, -card.proposed_ns))
    waiting = sum(1 for card in cards if card.waiting)
    shown = max(waiting, _MAX_CARDS)
    return WaitingView(tuple(cards[:shown]), waiting, max(0, len(cards) - shown))


def _handoff(record: HandoffRecord, seen: Seen) -> Card:
    handoff = record.handoff
    facts = [("task", handoff.task), ("says", handoff.status.value)]
    if handoff.deliverables:
        facts.append(("delivered", ", ".join(handoff.deliverables)))
    facts += [(name.replace("_", " "), str(value)) for name, value in sorted(handoff.context.items())]
    return Card(
        card_id=handoff.handoff_id,
        title=f"handoff {handoff.from_phase} -> {handoff.to_phase}",
        state=record.state.value,
        waiting=record.state is HandoffState.PENDING,
        facts=tuple(facts),
        content_hash=handoff.content_hash,
        proposed_ns=record.proposed_ns,
        left_s=seen.left_s.get(handoff.handoff_id),
        decided_by=record.decided_by,
        reason=record.reason,
    )


def _proposal(record: ProposalRecord, seen: Seen) -> Card:
    asked = record.proposal
    plan, setup = asked.plan, asked.setup
    side = "long" if plan.side is Side.BUY else "short"
    cut = "" if plan.quantity == asked.asked else f" of {_plain(asked.asked)} asked"
    targets = _plain(plan.t1) if plan.t2 is None else f"{_plain(plan.t1)}, then {_plain(plan.t2)}"
    market = seen.symbols.get(plan.symbol)
    now = market.mark if market is not None else None
    facts = (
        ("entry", f"{_plain(plan.entry)} at worst; price was {_plain(asked.price)}, is {_plain(now)}"),
        ("stop", _plain(plan.stop)),
        ("targets", targets),
        ("size", f"{_plain(plan.quantity)}{cut}"),
        ("risk", f"{asked.risk_money.quantize(_CENT):f} ({asked.risk_pct.quantize(_CENT)} %) = 1 R"),
        ("reward to risk", f"{asked.reward_risk.quantize(_CENT)} net, cost {asked.cost.quantize(_CENT):f}"),
        ("score", f"{setup.score:.0f} grade {setup.grade} in {setup.regime}, fit {setup.regime_fit:.2f}"),
        ("why", ", ".join(setup.confluence) or "no further confluence"),
    )
    return Card(
        card_id=asked.proposal_id,
        title=f"{setup.kind} {side} {plan.symbol}",
        state=record.state.value,
        waiting=record.state is ProposalState.PENDING,
        facts=facts,
        content_hash=asked.content_hash,
        proposed_ns=asked.proposed_ns,
        left_s=seen.left_s.get(asked.proposal_id),
        decided_by=record.decided_by,
        reason=record.reason,
    )


def _plain(value: Decimal | None) -> str:
    return "?" if value is None else f"{value.normalize():f}"
