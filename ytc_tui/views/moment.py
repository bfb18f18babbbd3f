"""What stood at one minute: why a trade was taken then, or what was missing for one.

Decides which reports and decisions speak for a minute. Imports the model and the history. Invariant:
only entries before the minute's end count; what came later is not known to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.model.session import Gate, Phase, SessionStatus
from ytc_tui.model.state import GATE_BEFORE_HOURS
from ytc_tui.model.trades import OPEN_TRADE_STATES, TradeState
from ytc_tui.views.history import History
from ytc_tui.views.journal import Recorded, utc

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?Z?")
_ROUTINE = (ev.TaskRequested, ev.TaskReported, ev.HealthChanged)


@dataclass(frozen=True, slots=True)
class Minute:
    """The answer for [from_ns, to_ns): headline, facts, its entries, and the decision that speaks for it."""

    headline: str
    facts: dict[str, Any]
    records: tuple[Recorded, ...]
    decision: tuple[Recorded, ev.DecisionMade] | None


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
    first = history.records[0].at_ns if history.records else 0
    inside = tuple(
        record
        for record in history.records
        if from_ns <= record.at_ns < to_ns and not isinstance(record.event, _ROUTINE)
    )
    state = _state(history, to_ns)
    scan = _scan(history, from_ns, to_ns)
    decided = _last_decision(history, from_ns, to_ns)
    facts: dict[str, Any] = {**state, **scan}
    refusal = next(
        (
            (record, record.event)
            for record in history.until(to_ns)
            if isinstance(record.event, ev.DecisionMade) and record.event.refused_by
        ),
        None,
    )
    if refusal is not None and decided is None:
        record, event = refusal
        facts["last_refusal"] = (
            f"{event.decision_id} at {utc(record.at_ns)} by {event.refused_by}: {event.reason}"
        )
    if to_ns <= first:
        headline = f"before the session's first entry ({utc(first)})"
    else:
        headline = _headline(decided, state, scan)
    return Minute(f"{utc(from_ns)}: {headline}", facts, inside, decided or refusal)


def _headline(
    decided: tuple[Recorded, ev.DecisionMade] | None,
    state: Mapping[str, Any],
    scan: Mapping[str, Any],
) -> str:
    if decided is not None:
        event = decided[1]
        outcome = f"refused by {event.refused_by}" if event.refused_by else "approved"
        return f"decision {event.decision_id} on {event.setup_id} {outcome}: {event.reason}"
    if state["phase"] != Phase.ACTIVE_TRADING.value:
        return f"no trade: the phase was {state['phase']}"
    if state["status"] != SessionStatus.RUNNING.value:
        return f"no trade: the session was {state['status']}"
    if state["gate"] != Gate.ACTIVE.value:
        return f"no trade: the gate was {state['gate'].upper()} ({state['gate_reason']})"
    if "missing" not in scan:
        return "no trade: the scanner had not reported yet"
    if not scan["scanned_then"]:
        return f"no trade: the scanner gave no answer then, its last one is of {scan['scanned_at']}"
    told = [f"{symbol}: {'; '.join(reasons)}" for symbol, reasons in scan["missing"].items()]
    told += [f"{name}: {why}" for name, why in scan["waiting"].items()]
    return f"no trade: {' | '.join(told) or 'no setup was proposed'}"


def _state(history: History, to_ns: int) -> dict[str, Any]:
    """Phase, status, gate and open trades as the entries before `to_ns` left them."""
    phase, status = Phase.INIT, SessionStatus.INITIALIZED
    gate, why, gate_seq = Gate.REDUCING, GATE_BEFORE_HOURS, 0
    trades: dict[str, TradeState] = {}
    for record in history.records:
        if record.at_ns >= to_ns:
            break
        match record.event:
            case ev.PhaseChanged(after=after_phase):
                phase = after_phase
            case ev.StatusChanged(after=after_status):
                status = after_status
            case ev.GateChanged(after=after_gate, reason=reason):
                gate, why, gate_seq = after_gate, reason, record.seq
            case ev.TradePlanned(trade):
                trades[trade.trade_id] = trade.state
            case ev.TradeMoved(trade_id=trade_id, after=after_trade):
                trades[trade_id] = after_trade
            case ev.TradeClosed(trade_id=trade_id, state=closed):
                trades[trade_id] = closed
            case _:
                continue
    return {
        "phase": phase.value,
        "status": status.value,
        "gate": gate.value,
        "gate_reason": why,
        "gate_seq": gate_seq,
        "open_trades": [name for name, state in trades.items() if state in OPEN_TRADE_STATES],
        "pending_entries": [name for name, state in trades.items() if state is TradeState.PENDING_ENTRY],
    }


def _scan(history: History, from_ns: int, to_ns: int) -> dict[str, Any]:
    """What the scanner and entry execution last reported before `to_ns`; empty when neither had.

    `scanned_then` is false when that report is from before `from_ns`.
    """
    told: dict[str, Any] = {}
    scanner = _report(history, "setup_scanner", to_ns)
    if scanner is None:
        return told
    record, result = scanner
    missing = result.get("missing")
    told |= {
        "scanned_at": utc(record.at_ns),
        "scanned_then": record.at_ns >= from_ns,
        "scan_seq": record.seq,
        "setups_found": [str(setup.get("setup_id")) for setup in result.get("active_setups", ())],
        "missing": _listed(missing if isinstance(missing, Mapping) else {"all": missing or ()}),
        "waiting": {},
    }
    entry = _report(history, "entry_execution", to_ns)
    if entry is not None and entry[0].at_ns == record.at_ns:
        waiting = entry[1].get("waiting")
        told["waiting"] = dict(waiting) if isinstance(waiting, Mapping) else {}
    return told


def _listed(missing: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        str(symbol): [str(reason) for reason in (reasons if isinstance(reasons, list | tuple) else [reasons])]
        for symbol, reasons in missing.items()
        if reasons
    }


def _report(history: History, agent: str, to_ns: int) -> tuple[Recorded, Mapping[str, Any]] | None:
    for record in reversed(history.entries_of(agent)):
        if isinstance(record.event, ev.TaskReported) and record.at_ns < to_ns:
            return record, record.event.response.result
    return None


def _last_decision(history: History, from_ns: int, to_ns: int) -> tuple[Recorded, ev.DecisionMade] | None:
    for record in history.until(to_ns):
        if record.at_ns < from_ns:
            return None
        if isinstance(record.event, ev.DecisionMade):
            return record, record.event
    return None
