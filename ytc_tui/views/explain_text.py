"""An explanation as plain lines.

Decides layout and rounding only. Imports the model and the explanation. Invariant: every number that
decided something is shown with its limit; every line of the story names its entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from ytc_tui.model.signals import SetupKind
from ytc_tui.views.explain import DecisionPart, Explanation, SetupPart
from ytc_tui.views.gate_chain import GateChain, verdict_step
from ytc_tui.views.journal import plain
from ytc_tui.views.order_fate import OrderFate
from ytc_tui.views.proposal_story import ProposalPart
from ytc_tui.views.standing import Mark, Step

_MARKS = {Mark.OK: "ok", Mark.NO: "NO", Mark.NOT_ASKED: "--"}


def explanation_text(told: Explanation) -> str:
    """`told` for a terminal, without colour and without a final newline."""
    return "\n".join(_lines(told))


def _lines(told: Explanation) -> Iterator[str]:
    yield f"{told.kind} {told.target}"
    yield f"  {told.headline}"
    for gates in told.chain:
        yield from _gates(gates)
    for setup in told.setups:
        yield from _setup(setup)
    for decision in told.decisions:
        yield from _decision(decision)
    for proposal in told.proposals:
        yield from _proposal(proposal)
    for order in told.orders:
        yield from _order(order)
    if told.facts:
        yield ""
        yield "known"
        yield from _facts(told.facts, "  ")
    if told.moments:
        yield ""
        yield "entries (UTC)"
        width = max(len(str(moment.seq)) for moment in told.moments)
        for moment in told.moments:
            yield f"  {moment.seq:>{width}}  {moment.at}  {moment.text}"


def _gates(chain: GateChain) -> Iterator[str]:
    yield ""
    scanned = f", scanned {chain.scanned}" if chain.scanned not in ("", chain.at) else ""
    yield f"gates of {chain.symbol or 'the session'} at {chain.at}{scanned}"
    if not chain.symbol and all(step.mark is Mark.OK for step in chain.steps):
        yield f"  {_MARKS[Mark.OK]:<3} {', '.join(step.gate for step in chain.steps)}"
        return
    for why, steps in groupby(
        chain.steps, key=lambda step: step.why if step.mark is Mark.NOT_ASKED else step
    ):
        alike = list(steps)
        if len(alike) > 1:
            alike = [Step(f"{alike[0].gate} to {alike[-1].gate}", Mark.NOT_ASKED, str(why))]
        yield _step(alike[0])
    if named := [kind for kind in SetupKind if any(step.gate == kind.value for step in chain.steps)]:
        yield f"      {', '.join(f'{kind.value} {kind.meaning}' for kind in named)}"


def _step(step: Step) -> str:
    entry = f"  (entry {step.seq})" if step.seq and step.mark is Mark.NO else ""
    why = f"not asked: {step.why}" if step.mark is Mark.NOT_ASKED else step.why
    return f"  {_MARKS[step.mark]:<3} {step.gate:<16} {why}{entry}"


def _setup(part: SetupPart) -> Iterator[str]:
    setup = part.setup
    yield ""
    yield f"setup {setup.setup_id}, a {setup.kind.meaning}, found at {part.at} (entry {part.seq})"
    yield f"  score {setup.score:.10g} of 100, grade {setup.grade}"
    for points in setup.score_parts:
        yield f"    {points.name:<24} {points.points:.10g} of {points.of:.10g}"
    yield f"  confluence: {', '.join(setup.confluence) or 'none'}"
    yield f"  regime {setup.regime.value}, fit {setup.regime_fit:.10g}"
    t2 = "-" if setup.t2 is None else f"{setup.t2:.10g}"
    yield f"  trigger {setup.trigger:.10g}, stop {setup.stop:.10g}, T1 {setup.t1:.10g}, T2 {t2}"
    yield (
        f"  worst entry {setup.limit:.10g}: last wholesale price (LWP) {setup.lwp:.10g},"
        f" last reward-to-risk price (LRP) {setup.lrp:.10g}"
    )


def _decision(part: DecisionPart) -> Iterator[str]:
    yield ""
    yield f"decision {part.decision_id} at {part.at} (entry {part.seq}): {part.outcome}"
    yield f"  {part.reason}"
    yield f"  asked {plain(part.asked)}, granted {plain(part.granted)}; last bar {part.last_bar}"
    if part.failed:
        yield f"  first failing rule: {part.failed[0].rule}"


def _proposal(part: ProposalPart) -> Iterator[str]:
    proposal, plan = part.proposal, part.proposal.plan
    yield ""
    yield f"proposal {proposal.proposal_id} shown at {part.at} (entry {part.seq}): {part.state}"
    targets = plain(plan.t1) if plan.t2 is None else f"{plain(plan.t1)} and {plain(plan.t2)}"
    stop = "-" if plan.stop is None else plain(plan.stop)
    yield (
        f"  {plan.side} {plain(plan.quantity)} {plan.symbol}, entry to {plain(plan.entry)}, stop {stop},"
        f" targets {targets}; price then {plain(proposal.price)}"
    )
    yield (
        f"  risk {proposal.risk_money:.2f} ({proposal.risk_pct:.2f} %), costs {proposal.cost:.2f},"
        f" net reward to risk {proposal.reward_risk:.2f}; content {proposal.content_hash}"
    )
    if part.answer_seq:
        yield f"  {part.state} by {part.actor} at {part.answered_at} (entry {part.answer_seq}): {part.reason}"
    elif part.reason:
        yield f"  {part.reason}"
    for verdict in part.failed:
        yield f"  {_step(verdict_step(verdict, 0))}"


def _order(order: OrderFate) -> Iterator[str]:
    yield ""
    prices = [
        f"{name} {plain(price)}"
        for name, price in (("stop", order.stop_price), ("limit", order.limit_price))
        if price is not None
    ]
    yield f"order {order.client_id} (entry {order.seq}): {order.fate}"
    size = f"{order.side} {plain(order.quantity)} {order.symbol}"
    yield f"  {order.role} {order.kind} {size} {' '.join(prices)}"
    yield f"  why: {order.why}; approval {order.approval_id or 'of its entry'}"


def _facts(facts: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in facts.items():
        label = f"{indent}{name.replace('_', ' ')}"
        match value:
            case Mapping() if value:
                yield f"{label}:"
                yield from _facts(value, indent + "  ")
            case list() | tuple() if value:
                yield f"{label}:"
                for item in value:
                    yield f"{indent}  {item}"
            case Mapping() | list() | tuple() | None | "":
                yield f"{label}: none"
            case _:
                yield f"{label}: {value}"
