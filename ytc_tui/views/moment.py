"""What stood at one minute: why a trade was taken then, or what was missing for one.

Decides which reports and decisions speak for a minute. Imports the model and the history. Invariant:
only entries before the minute's end count; what came later is not known to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.views.gate_chain import SCANNER, GateChain, session_chain, symbol_chain, symbols_of, why_not
from ytc_tui.views.history import History
from ytc_tui.views.journal import Recorded, utc
from ytc_tui.views.standing import Standing

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?Z?")
_ROUTINE = (ev.TaskRequested, ev.TaskReported, ev.HealthChanged)


@dataclass(frozen=True, slots=True)
class Minute:
    """The answer for [from_ns, to_ns): headline, facts, its entries, the decisions made in it, and the
    chains of gates, the session's own first."""

    headline: str
    facts: dict[str, Any]
    records: tuple[Recorded, ...]
    decisions: tuple[tuple[Recorded, ev.DecisionMade], ...]
    chains: tuple[GateChain, ...]


def instant_of(history: History, text: str) -> tuple[int, int] | None:
    """The minute (or second, where seconds are given) that `text` names; None if it is no time.

    A clock time is taken on the session's day: the first such instant at or after its start.
    """
    started_ns = history.started.init_ns if history.started else 0
    clock = _CLOCK.fullmatch(text)
    try:
        if clock is not None:
            hour, minute, second = (int(part or 0) for part in clock.groups())
            first = datetime.fromtimestamp(started_ns // NS_PER_S, UTC)
            read = first.replace(hour=hour, minute=minute, second=second, microsecond=0)
            if read < first.replace(second=0, microsecond=0):
                read += timedelta(days=1)
        else:
            read = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) < len("00:00") or ":" not in text:
        return None
    if read.tzinfo is None:
        read = read.replace(tzinfo=UTC)
    at_ns = int(read.timestamp()) * NS_PER_S
    return at_ns, at_ns + (NS_PER_S if read.second else NS_PER_MIN)


def explain_time(history: History, text: str) -> Minute | None:
    """What the journal knew at the time `text`; None if that is no time."""
    span = instant_of(history, text)
    if span is None:
        return None
    from_ns, to_ns = span
    inside = [record for record in history.records if from_ns <= record.at_ns < to_ns]
    decisions = tuple(
        (record, record.event) for record in inside if isinstance(record.event, ev.DecisionMade)
    )
    after = Standing.before(history, to_ns)
    met = _as_met(history, inside, decisions) or after
    session = session_chain(met, from_ns)
    by_symbol = {event.plan.symbol: (record, event) for record, event in decisions}
    chains = []
    for symbol in symbols_of(history):
        own = by_symbol.get(symbol)
        standing = Standing.until(history, own[0].seq) if own is not None else met
        chains.append(symbol_chain(history, standing, symbol, span, own))
    facts: dict[str, Any] = {}
    if after.open_trades():
        facts["open_trades"] = after.open_trades()
    if after.pending_entries():
        facts["pending_entries"] = after.pending_entries()
    refusal = next(_refusals(history, to_ns), None)
    if refusal is not None and not decisions:
        facts["last_refusal"] = refusal
    told = tuple(record for record in inside if not isinstance(record.event, _ROUTINE))
    headline = _headline(history, to_ns, decisions, session, chains)
    chains.sort(key=lambda chain: chain.symbol not in by_symbol)
    return Minute(f"{utc(from_ns)}: {headline}", facts, told, decisions, (session, *chains))


def _as_met(
    history: History, inside: Sequence[Recorded], decisions: Sequence[tuple[Recorded, ev.DecisionMade]]
) -> Standing | None:
    """What stood when the first decision, else the scanner, spoke within the minute; None = neither did."""
    spoke = [record for record, _ in decisions] or [
        record
        for record in inside
        if isinstance(record.event, ev.TaskReported) and record.event.response.agent_name == SCANNER
    ]
    return Standing.until(history, spoke[0].seq) if spoke else None


def _headline(
    history: History,
    to_ns: int,
    decisions: Sequence[tuple[Recorded, ev.DecisionMade]],
    session: GateChain,
    chains: Sequence[GateChain],
) -> str:
    first_ns = history.records[0].at_ns if history.records else 0
    if to_ns <= first_ns:
        return f"before the session's first entry ({utc(first_ns)})"
    if not decisions:
        return f"no trade: {why_not(session, chains)}"
    told = []
    for _, event in decisions:
        outcome = f"refused by {event.refused_by}" if event.refused_by else "approved"
        told.append(f"decision {event.decision_id} on {event.setup_id} {outcome}: {event.reason}")
    return "; ".join(told)


def _refusals(history: History, to_ns: int) -> Iterator[str]:
    """Refused decisions before an instant in words, the newest first."""
    for record in history.until(to_ns):
        event = record.event
        if isinstance(event, ev.DecisionMade) and event.refused_by:
            yield f"{event.decision_id} at {utc(record.at_ns)} by {event.refused_by}: {event.reason}"
