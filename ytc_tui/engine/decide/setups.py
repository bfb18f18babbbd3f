"""From setup to decision: which setups are put to the gate, and what its answer becomes.

Decides quality, order and repetition. Imports the entries, the gate, ids, the situation and the model.
Invariants: every setup that is put to the gate ends in a decision with its verdicts; a refused setup is
asked again only when its own quality changed, and one that a person was shown only when its grade rose.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ytc_tui.engine.decide.correlated import decide_correlated
from ytc_tui.engine.decide.entries import enter, plan_of, risk_request
from ytc_tui.engine.decide.proposals import propose
from ytc_tui.engine.ids import decision_id
from ytc_tui.engine.risk.gate import assess
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.codec import from_json
from ytc_tui.model.money import ZERO, decimal_from_float
from ytc_tui.model.proposals import REFUSED_AS, ProposalState
from ytc_tui.model.risk import TradePlan, Verdict
from ytc_tui.model.session import Approval, Phase
from ytc_tui.model.signals import Setup
from ytc_tui.model.state import ProposalRecord, State
from ytc_tui.model.structure import Regime
from ytc_tui.model.tasks import AgentStatus, ResponseMessage
from ytc_tui.model.trades import Trade, TradeState

QUALITY_RULES = ("setup_score", "regime_fit", "sideways", "chasing")


def decide_scan(sit: Situation, response: ResponseMessage) -> Iterator[ev.Event]:
    """Setups that the scanner names for the first time."""
    told: set[str] = set()
    for data in response.result.get("active_setups", ()):
        setup = from_json(Setup, data)
        if setup.setup_id not in told and setup.setup_id not in sit.state.setups_seen:
            told.add(setup.setup_id)
            yield ev.SetupDetected(setup, sit.market.bar_ref(setup.symbol))


def decide_next_proposal(sit: Situation, minute_ns: int | None = None) -> Iterator[ev.Event]:
    """The first proposal of a minute, this one where none is said, that is not decided yet; so each sees
    the order before it. While one of this instant waits for a person, the next waits with it.
    """
    if any(record.proposal.proposed_ns == sit.at_ns for record in sit.state.pending_proposals()):
        return
    minute_ns = sit.at_ns if minute_ns is None else minute_ns
    for name in sit.registry.agents:
        agent = sit.state.agents.get(name)
        if agent is None or agent.last_run_ns != minute_ns or agent.status is AgentStatus.FAILED:
            continue
        for data in agent.output.get("proposals", ()):
            setup = from_json(Setup, data)
            if _may_decide(sit, setup, minute_ns):
                yield from _decide(sit, setup)
                return


def _may_decide(sit: Situation, setup: Setup, minute_ns: int) -> bool:
    state = sit.state
    if state.phase is not Phase.ACTIVE_TRADING or state.ended:
        return False
    if state.setup_attempts.get(setup.setup_id, 0) >= sit.policy.scan.max_attempts:
        return False
    if any(_alive(trade) and trade.setup_id == setup.setup_id for trade in sit.trades_in(setup.symbol)):
        return False
    shown = _last_shown(state, setup)
    if shown is not None and (
        shown.state is ProposalState.PENDING or shown.proposal.proposed_ns >= minute_ns
    ):
        return False
    refusal = state.setup_refusals.get(setup.setup_id)
    if refusal is None:
        return True
    if refusal in REFUSED_AS.values():
        return shown is None or setup.grade < shown.proposal.setup.grade
    return refusal in QUALITY_RULES and not _first_failed(quality(sit, setup, plan_of(sit, setup)))


def _last_shown(state: State, setup: Setup) -> ProposalRecord | None:
    """The last proposal of this setup, None when a person never saw it."""
    shown = reversed(state.proposals.values())
    return next((record for record in shown if record.proposal.setup.setup_id == setup.setup_id), None)


def _alive(trade: Trade) -> bool:
    """A trade that was entered, or whose entry still works, uses its setup up."""
    return trade.state is not TradeState.NOT_ENTERED


def quality(sit: Situation, setup: Setup, plan: TradePlan) -> tuple[Verdict, ...]:
    """Verdicts on the setup itself: score, regime fit, and not chasing (semantics.md 5, Y-32)."""
    scan = sit.policy.scan
    score, fit = decimal_from_float(round(setup.score, 4)), decimal_from_float(round(setup.regime_fit, 4))
    least, least_fit = Decimal(repr(scan.min_score)), Decimal(repr(scan.min_regime_fit))
    trigger = decimal_from_float(setup.trigger)
    wholesale = (plan.entry - trigger) * setup.side.sign >= ZERO
    return (
        Verdict("setup_score", score >= least, f"score {score} of {least} needed", score, least),
        Verdict(
            "regime_fit", fit >= least_fit, f"{setup.regime} fits {fit}, {least_fit} needed", fit, least_fit
        ),
        Verdict(
            "sideways",
            scan.trade_sideways or setup.regime is not Regime.SIDEWAYS,
            f"regime {setup.regime}" + ("" if scan.trade_sideways else ", sideways markets are switched off"),
        ),
        Verdict(
            "chasing",
            wholesale,
            f"trigger {trigger} against the worst price allowed {plan.entry} "
            f"(LWP {setup.lwp}, LRP {setup.lrp}, less costs)",
            trigger,
            plan.entry,
        ),
    )


def _first_failed(verdicts: tuple[Verdict, ...]) -> str:
    return next((verdict.rule for verdict in verdicts if not verdict.ok), "")


def _decide(sit: Situation, setup: Setup) -> Iterator[ev.Event]:
    plan = plan_of(sit, setup)
    verdicts = quality(sit, setup, plan)
    number = decision_id(sit.state.decisions_made + 1)
    bar = sit.market.bar_ref(setup.symbol)
    refused_by = _first_failed(verdicts)
    if refused_by:
        yield _refusal(number, setup, plan, verdicts, refused_by, bar)
        return
    request = risk_request(sit, plan)
    yield from decide_correlated(sit, request)
    assessment = assess(request, sit.policy.limits)
    verdicts += assessment.verdicts
    if assessment.refused_by:
        yield _refusal(number, setup, plan, verdicts, assessment.refused_by, bar)
        return
    yield ev.DecisionMade(
        number,
        setup.setup_id,
        assessment.plan,
        verdicts,
        assessment.asked,
        assessment.granted,
        "",
        assessment.reason,
        bar,
    )
    attempt = sit.state.setup_attempts.get(setup.setup_id, 0) + 1
    allowed = enter if sit.policy.approval_of(setup.kind) is Approval.AUTO else propose
    yield from allowed(sit, setup, assessment, number, attempt)


def _refusal(
    number: str, setup: Setup, plan: TradePlan, verdicts: tuple[Verdict, ...], rule: str, bar: ev.BarRef
) -> ev.DecisionMade:
    reason = next(verdict.reason for verdict in verdicts if verdict.rule == rule and not verdict.ok)
    return ev.DecisionMade(number, setup.setup_id, plan, verdicts, plan.quantity, ZERO, rule, reason, bar)
