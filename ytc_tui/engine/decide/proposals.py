"""Single trades that wait for a person: put forward, answered, and looked at again before they trade.

Decides what is shown, and whether it still holds (semantics.md 5 and 8, safety.md 5). Imports the entries,
the gate, ids, the situation and the model. Invariants: no answer is no trade; a yes trades exactly what
was shown, after the whole gate was asked again, or nothing; nothing is answered twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.decide.entries import enter, origin_of, planned_trade, risk_request
from ytc_tui.engine.ids import proposal_id
from ytc_tui.engine.risk.exposure import cost_per_unit
from ytc_tui.engine.risk.gate import Assessment, assess
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.model.proposals import Proposal, ProposalState, hash_of, sealed
from ytc_tui.model.risk import Verdict
from ytc_tui.model.session import Approval, Gate
from ytc_tui.model.signals import Setup
from ytc_tui.model.state import ProposalRecord

# Who answered where no person did.
_CLOCK, _GATE = "clock", "gate"


def propose(
    sit: Situation, setup: Setup, assessment: Assessment, decision: str, attempt: int
) -> Iterator[ev.Event]:
    """Put a granted trade forward: a person is asked, or told where the rule is alert_only."""
    proposal = _drawn_up(sit, setup, assessment, decision, attempt)
    name, plan = proposal.proposal_id, proposal.plan
    what = (
        f"{setup.kind} {plan.side} {plan.quantity} {plan.symbol} entry to {plan.entry} stop {plan.stop}"
        f" risk {proposal.risk_money:.2f}"
    )
    if sit.policy.approval_of(setup.kind) is Approval.ALERT_ONLY:
        yield ev.TradeProposed(proposal, ProposalState.ALERTED)
        message = f"{name} {what}: shown only, it is not traded"
        yield alert(_alert_id(name), "proposal_alerted", message)
        return
    yield ev.TradeProposed(proposal, ProposalState.PENDING)
    message = f"{name} {what}: waits {proposal.life_s:g} s for a yes (approve {name})"
    yield alert(_alert_id(name), "proposal_waiting", message)


def _drawn_up(sit: Situation, setup: Setup, assessment: Assessment, decision: str, attempt: int) -> Proposal:
    plan = assessment.plan
    trade = planned_trade(sit, plan, decision, "", origin_of(setup, attempt))
    unit_cost = cost_per_unit(
        sit.market.instruments[plan.symbol], plan.entry, trade.initial_stop, sit.policy.limits
    )
    judged = next(verdict.used for verdict in assessment.verdicts if verdict.rule == "reward_risk")
    return sealed(
        Proposal(
            proposal_id=proposal_id(len(sit.state.proposals) + 1),
            decision_id=decision,
            setup=setup,
            plan=plan,
            asked=assessment.asked,
            risk_money=trade.risk_money,
            risk_pct=trade.risk_money / min(sit.base_balance(), sit.equity()) * HUNDRED,
            reward_risk=ZERO if judged is None else judged,
            cost=unit_cost * plan.quantity,
            price=sit.mark_of(plan.symbol),
            proposed_ns=sit.at_ns,
            life_s=sit.policy.approval_life_s,
        )
    )


# ---- does it still hold? --------------------------------------------------------------------------


def _standing(sit: Situation, proposal: Proposal) -> tuple[Verdict, ...]:
    """Whether a proposal is still what was shown: its content, its setup's time, and its price."""
    setup, plan = proposal.setup, proposal.plan
    whole = hash_of(proposal) == proposal.content_hash
    fresh = sit.at_ns < setup.expires_ns
    return (
        Verdict(
            "proposal_content",
            whole,
            "content as hashed" if whole else f"its content is not that of {proposal.content_hash}",
        ),
        Verdict("setup_expiry", fresh, "setup stands" if fresh else "its setup has expired"),
        _price_band(sit, proposal) if plan.stop is not None else Verdict("price_band", False, "no stop"),
    )


def _price_band(sit: Situation, proposal: Proposal) -> Verdict:
    """The last price lies between the stop and the worst entry, or no further past that than when shown."""
    plan, price = proposal.plan, sit.market.mark(proposal.plan.symbol)
    if price is None or plan.stop is None:
        return Verdict("price_band", False, "no price is known")
    sign = plan.side.sign
    if (price - plan.entry) * sign > ZERO and (price - proposal.price) * sign > ZERO:
        reason = f"price {price} is past the worst entry {plan.entry}, it was {proposal.price}"
        return Verdict("price_band", False, reason, price, plan.entry)
    if (price - plan.stop) * sign <= ZERO:
        reason = f"price {price} is at or beyond the stop {plan.stop}"
        return Verdict("price_band", False, reason, price, plan.stop)
    return Verdict("price_band", True, f"price {price} holds, it was {proposal.price}", price, plan.entry)


def _fault(verdicts: tuple[Verdict, ...]) -> str:
    return next((f"{verdict.rule}: {verdict.reason}" for verdict in verdicts if not verdict.ok), "")


# ---- answers --------------------------------------------------------------------------------------


def is_answer(sit: Situation, command: Command) -> bool:
    """Whether `command` answers a proposal (and not a handoff)."""
    return command.verb in (Verb.APPROVE, Verb.REJECT) and command.target in sit.state.proposals


def answer_refusal(sit: Situation, command: Command) -> str:
    """Why the answer cannot be taken at all; empty when it can. A yes may still find the proposal void."""
    record = sit.state.proposals[command.target]
    name, proposal = command.target, record.proposal
    if record.state is ProposalState.ALERTED:
        return f"proposal {name} was only shown: {proposal.setup.kind} is set to alert_only"
    if record.state is not ProposalState.PENDING:
        return f"proposal {name} is already {record.state} (by {record.decided_by}: {record.reason})"
    if command.verb is Verb.REJECT:
        return ""
    if not command.content_hash:
        return f"proposal {name} is approved by its content hash only"
    if command.content_hash != proposal.content_hash:
        return f"proposal {name} has another content: look again"
    return ""


def decide_answer(sit: Situation, command: Command, reason: str) -> Iterator[ev.Event]:
    """A person's yes or no to a pending proposal."""
    record = sit.state.proposals[command.target]
    if command.verb is Verb.REJECT:
        yield ev.CommandTaken(command)
        yield from _settled(sit, record, ProposalState.REJECTED, command.actor, reason)
        return
    yield from _answered_yes(sit, record, command, reason)


def _answered_yes(
    sit: Situation, record: ProposalRecord, command: Command, reason: str
) -> Iterator[ev.Event]:
    """A yes: the gate is asked again about exactly what was shown; less than that is void."""
    proposal, setup = record.proposal, record.proposal.setup
    verdicts = _standing(sit, proposal)
    fault = _fault(verdicts)
    if fault:
        yield from _void_at_yes(sit, record, command, fault, verdicts)
        return
    assessment = assess(risk_request(sit, proposal.plan), sit.policy.limits)
    verdicts += assessment.verdicts
    if assessment.refused_by or assessment.granted < proposal.plan.quantity:
        yield from _void_at_yes(sit, record, command, assessment.reason, verdicts)
        return
    yield ev.CommandTaken(command)
    yield from _settled(sit, record, ProposalState.APPROVED, command.actor, reason, verdicts)
    attempt = sit.state.setup_attempts.get(setup.setup_id, 0)  # its decision counted it
    yield from enter(sit, setup, assessment, proposal.decision_id, attempt)


def _void_at_yes(
    sit: Situation, record: ProposalRecord, command: Command, why: str, verdicts: tuple[Verdict, ...]
) -> Iterator[ev.Event]:
    yield ev.CommandRefused(command, f"proposal {command.target} is void: {why}")
    yield from _settled(sit, record, ProposalState.VOID, _GATE, why, verdicts)


# ---- without a person -----------------------------------------------------------------------------


def decide_expired(sit: Situation, name: str) -> Iterator[ev.Event]:
    """Nobody answered: no trade."""
    record = sit.state.proposals[name]
    if record.state is ProposalState.PENDING:
        yield from _settled(sit, record, ProposalState.EXPIRED, _CLOCK, "no answer in time")


def decide_drift(sit: Situation) -> Iterator[ev.Event]:
    """Where the market goes on while a proposal waits: one that it has run away from is void."""
    for record in sit.state.pending_proposals():
        verdicts = _standing(sit, record.proposal)
        if fault := _fault(verdicts):
            yield from _settled(sit, record, ProposalState.VOID, _GATE, fault, verdicts)


def decide_gate_closed(sit: Situation) -> Iterator[ev.Event]:
    """A gate that lets no new risk in lets nothing wait for it either."""
    if sit.state.gate is not Gate.ACTIVE:
        yield from decide_void(sit, f"gate {sit.state.gate.name}: {sit.state.gate_reason}")


def decide_void(sit: Situation, why: str) -> Iterator[ev.Event]:
    """Nothing that waits for an answer can trade any more."""
    for record in sit.state.pending_proposals():
        yield from _settled(sit, record, ProposalState.VOID, _GATE, why)


def _settled(
    sit: Situation,
    record: ProposalRecord,
    state: ProposalState,
    actor: str,
    reason: str,
    verdicts: tuple[Verdict, ...] = (),
) -> Iterator[ev.Event]:
    """The answer; its alert is answered with it, or says how it ended without a person."""
    proposal = record.proposal
    name = proposal.proposal_id
    yield ev.ProposalDecided(name, proposal.decision_id, state, actor, reason, verdicts)
    if state in (ProposalState.EXPIRED, ProposalState.VOID):
        message = f"{name} {proposal.setup.setup_id} {state}, no trade: {reason}"
        yield alert(_alert_id(name), f"proposal_{state}", message)
        return
    asked = sit.state.alerts.get(_alert_id(name))
    if asked is not None and not asked.acknowledged_by:
        yield ev.AlertAcknowledged(asked.alert_id, actor)


def _alert_id(name: str) -> str:
    return f"proposal-{name}"
