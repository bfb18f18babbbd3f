"""Why, and why not: the gate chain behind an order, a trade, a proposal, a decision, a setup or an agent.

Decides what belongs into an explanation (product.md, "Why (not)?"). Imports the model and the history.
Invariants: everything said comes from an entry of the journal and names it; nothing is judged anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ytc_tui.model import events as ev
from ytc_tui.model.risk import Verdict
from ytc_tui.model.signals import Setup
from ytc_tui.views.agent_story import agent_story
from ytc_tui.views.gate_chain import GateChain, session_chain, symbol_chain
from ytc_tui.views.history import History, Subject
from ytc_tui.views.journal import Recorded, plain, utc
from ytc_tui.views.moment import explain_time
from ytc_tui.views.moments import Moment, moments
from ytc_tui.views.order_fate import OrderFate, order_fate
from ytc_tui.views.proposal_story import ProposalPart, proposal_parts
from ytc_tui.views.sanitised import Sanitiser, sanitised
from ytc_tui.views.standing import Standing

_SHOWN_RUNS = 20


@dataclass(frozen=True, slots=True)
class SetupPart:
    """A setup as it was detected."""

    seq: int
    at: str
    setup: Setup


@dataclass(frozen=True, slots=True)
class DecisionPart:
    """The gate's answer: `failed` are the rules that refused, the deciding one first."""

    seq: int
    at: str
    decision_id: str
    setup_id: str
    outcome: str
    refused_by: str
    reason: str
    asked: Decimal
    granted: Decimal
    failed: tuple[Verdict, ...]
    verdicts: tuple[Verdict, ...]
    last_bar: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to one "why?": the headline, the chain behind it, and what happened entry by entry.

    `chain` holds the gates: the session's own, then those of each symbol, at every instant that counts.
    `facts` holds what does not fit it (an agent's runs, a trade's end), as JSON data.
    """

    target: str
    kind: str
    headline: str
    chain: tuple[GateChain, ...] = ()
    setups: tuple[SetupPart, ...] = ()
    decisions: tuple[DecisionPart, ...] = ()
    proposals: tuple[ProposalPart, ...] = ()
    orders: tuple[OrderFate, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    moments: tuple[Moment, ...] = ()


def explain(
    records: Iterable[Recorded],
    target: str,
    *,
    safe: Sanitiser,
    ask_agent: Callable[[str], Mapping[str, str]] = lambda _: {},
) -> Explanation | None:
    """Why `target` is as it is; None when the journal knows nothing of that name.

    `ask_agent` asks a running engine about an agent: `why_idle` and `next_due`, or nothing.

    `target` is a client order, trade, proposal, decision or setup id, an agent's name, or a time (`12:31`
    on the session's day, or ISO 8601; UTC). Every text that came from outside passes `safe`.
    """
    history = History.of(records)
    name = target.strip()
    subject = history.subjects.get(name) or history.subjects.get(name := target.strip().upper())
    if subject is None:
        found = explain_time(history, target.strip())
        if found is None:
            return None
        decisions = tuple(decision_part(*pair) for pair in found.decisions)
        proposals = tuple(proposal_parts(history, (part.decision_id for part in decisions)))
        told = Explanation(
            target,
            "time",
            found.headline,
            found.chains,
            decisions=decisions,
            proposals=proposals,
            facts=found.facts,
            moments=moments(found.records),
        )
        return sanitised(told, safe)
    if subject is Subject.AGENT:
        story = agent_story(history, name, ask_agent(name))
        shown = moments(history.entries_of(name)[-_SHOWN_RUNS:])
        told = Explanation(name, subject.value, story.headline, story.chain, facts=story.facts, moments=shown)
        return sanitised(told, safe)
    return sanitised(_chain(history, name, subject), safe)


def decision_part(record: Recorded, event: ev.DecisionMade) -> DecisionPart:
    """A decision with the rules that refused it, the deciding one first."""
    failed = [verdict for verdict in event.verdicts if not verdict.ok]
    failed.sort(key=lambda verdict: verdict.rule != event.refused_by)
    return DecisionPart(
        record.seq,
        utc(record.at_ns),
        event.decision_id,
        event.setup_id,
        "refused" if event.refused_by else "approved",
        event.refused_by,
        event.reason,
        event.asked,
        event.granted,
        tuple(failed),
        event.verdicts,
        f"{event.bar.symbol} {utc(event.bar.open_ns)} {event.bar.digest[:12]}",
    )


def _chain(history: History, name: str, subject: Subject) -> Explanation:
    """The chain through `name`: its setup, its decisions, their orders, and every entry of them."""
    own = history.entries_of(name)
    named = (_decision_named(history, record.event) for record in own)
    pairs = [pair for decision_id in sorted(set(named)) if (pair := history.decision(decision_id))]
    setup_ids = {event.setup_id for _, event in pairs}
    if subject is Subject.SETUP:
        setup_ids.add(name)
    found = [history.setup(setup_id) for setup_id in sorted(setup_ids)]
    setups = tuple(
        SetupPart(record.seq, utc(record.at_ns), event.setup) for record, event in filter(None, found)
    )
    decisions = tuple(decision_part(*pair) for pair in pairs)
    linked = [name, *setup_ids, *(part.decision_id for part in decisions)]
    if subject is not Subject.ORDER:
        linked += _trades_planned(record for other in linked for record in history.entries_of(other))
    proposals = tuple(proposal_parts(history, (part.decision_id for part in decisions)))
    orders = [name] if subject is Subject.ORDER else _orders_of(history, linked)
    fates = tuple(order_fate(client_id, history.entries_of(client_id)) for client_id in orders)
    related = [record for other in (*linked, *orders) for record in history.entries_of(other)]
    if subject is Subject.ORDER:
        seqs = {record.seq for record in own}
        related = [record for record in related if record.seq in seqs or _leads_to_order(record.event)]
    facts = _trades_told(history, related) if subject is not Subject.TRADE else {}
    if subject is Subject.SETUP and not decisions:
        facts |= _waiting(history, name)
    headline = _headline(history, name, subject, decisions, proposals, fates, facts)
    chain = tuple(gate for pair in pairs for gate in _gates_at(history, *pair))
    return Explanation(
        name, subject.value, headline, chain, setups, decisions, proposals, fates, facts, moments(related)
    )


def _gates_at(history: History, record: Recorded, event: ev.DecisionMade) -> Iterator[GateChain]:
    """All gates at the instant of a decision, as it met them: our own state is that of before it."""
    standing = Standing.until(history, record.seq)
    span = (record.at_ns, record.at_ns + 1)
    yield session_chain(standing, record.at_ns)
    yield symbol_chain(history, standing, event.plan.symbol, span, (record, event))


def _decision_named(history: History, event: ev.Event) -> str:
    """The decision behind an entry, empty if it names none."""
    match event:
        case ev.DecisionMade(decision_id) | ev.OrderIntended(decision_id=decision_id):
            return decision_id
        case ev.ProposalDecided(decision_id=decision_id) | ev.GuardOrdered(decision_id=decision_id):
            return decision_id
        case ev.EmergencyOrdered(decision_id=decision_id):
            return decision_id
        case ev.TradeProposed(proposal):
            return proposal.decision_id
        case ev.TradePlanned(trade):
            return trade.decision_id
        case ev.StopAttached(trade_id=trade_id):
            planned = (record.event for record in history.entries_of(trade_id))
            return next((e.trade.decision_id for e in planned if isinstance(e, ev.TradePlanned)), "")
        case _:
            return ""


def _leads_to_order(event: ev.Event) -> bool:
    """Whether an entry of a linked setup or decision stands before any of its orders."""
    leading = (ev.SetupDetected, ev.DecisionMade, ev.TradeProposed, ev.ProposalDecided, ev.TradePlanned)
    return isinstance(event, leading)


def _trades_planned(records: Iterable[Recorded]) -> list[str]:
    planned = (record.event.trade.trade_id for record in records if isinstance(record.event, ev.TradePlanned))
    return list(dict.fromkeys(planned))


def _trades_told(history: History, related: list[Recorded]) -> dict[str, Any]:
    """What became of every trade that was planned among `related`."""
    return {f"trade {name}": _trade_headline(history, name) for name in _trades_planned(related)}


def _orders_of(history: History, names: list[str]) -> list[str]:
    """Client ids of all their orders, in the order in which they were sent."""
    found = {client_id for name in names for client_id in history.orders_of(name)}
    return sorted(found, key=lambda client_id: history.entries_of(client_id)[0].seq)


def _headline(
    history: History,
    name: str,
    subject: Subject,
    decisions: tuple[DecisionPart, ...],
    proposals: tuple[ProposalPart, ...],
    fates: tuple[OrderFate, ...],
    facts: Mapping[str, Any],
) -> str:
    if subject is Subject.ORDER:
        fate = fates[0]
        return f"{fate.role} {fate.side} {plain(fate.quantity)} {fate.symbol}: {fate.fate}; {fate.why}"
    if subject is Subject.TRADE:
        return _trade_headline(history, name)
    if not decisions:
        return facts.get("waiting") or "detected, and never proposed to the gate"
    last = decisions[-1]
    if last.outcome == "approved":
        entries = [fate.fate for fate in fates if fate.role == "entry"]
        answered = [part.outcome for part in proposals if part.proposal.decision_id == last.decision_id]
        became = f"; proposal {answered[-1]}" if answered else ""
        became += f"; its entry {entries[-1]}" if entries else ""
        return f"{last.decision_id} approved: {last.reason}{became}"
    others = [verdict.rule for verdict in last.failed[1:]]
    also = f"; also refused by {', '.join(others)}" if others else ""
    return f"{last.decision_id} refused by {last.refused_by}: {last.reason}{also}"


def _trade_headline(history: History, name: str) -> str:
    headline = "not known how it went on"
    for record in history.entries_of(name):
        match record.event:
            case ev.TradePlanned(trade):
                headline = f"{trade.state} since entry {record.seq}"
            case ev.TradeMoved(after=after, reason=reason):
                headline = f"{after} since entry {record.seq}: {reason}"
            case ev.TradeClosed(state=state, exit_reason=why, pnl=pnl, r_multiple=r_multiple):
                headline = f"{state} by {why}: P&L {pnl:.2f} ({r_multiple:+.2f} R), entry {record.seq}"
            case _:
                continue
    return headline


def _waiting(history: History, setup_id: str) -> dict[str, Any]:
    """What entry execution last said of a setup that it did not propose."""
    for record in reversed(history.entries_of("entry_execution")):
        event = record.event
        if isinstance(event, ev.TaskReported):
            waiting = event.response.result.get("waiting")
            if isinstance(waiting, Mapping) and setup_id in waiting:
                why = f"not proposed to the gate: {waiting[setup_id]} ({utc(record.at_ns)})"
                return {"waiting": why, "waiting_seq": record.seq}
    return {}
