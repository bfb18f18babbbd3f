"""Any journal entry as one line, what it is about, and its fields one below the other.

Decides how an entry reads in a list and alone. Imports the model and its sibling views. Invariants: every
entry has a line, also one that cannot be decoded; nothing here is sanitised, who shows it does that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ytc_tui.model import events as ev
from ytc_tui.model.chain import Entry
from ytc_tui.views.entry_kinds import ROUTINE, kind_of
from ytc_tui.views.event_lines import event_text
from ytc_tui.views.journal import utc

# What an entry that was changed, or written by another release, may raise while it is read.
UNREADABLE = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)
# UTC ns of this century and the next.
_TIME = re.compile(r"[1-5]\d{18}")
MAX_FIELDS = 400
MAX_DEPTH = 12


def line_of(entry: Entry) -> str:
    """What happened, without the time, and without a first word that is its kind's."""
    try:
        event = ev.decode_event(entry)
        text = event_text(event) or _rest_text(event)
    except UNREADABLE as error:
        return f"{entry.type} cannot be read: {error}"
    word, _, rest = text.partition(" ")
    return rest.strip() if word.lower() == kind_of(entry.type).value else text


def _rest_text(event: ev.Event) -> str:
    """The line of an event that a run does not print as it happens."""
    match event:
        case ev.TaskAnswered(task):
            return _with_errors(f"{task.agent_target} answered {event.status}", event.errors)
        case ev.AnswerRepeated():
            return f"{event.agent} answered as before"
        case ev.TaskRequested(task):
            return f"{task.agent_target} was asked"
        case ev.TaskReported(response):
            return _with_errors(f"{response.agent_name} reported {response.status}", response.errors)
        case ev.TaskRetried():
            return f"{event.agent} is asked again, retry {event.retry_count}  ({event.reason})"
        case ev.StartBalanceFixed(balance):
            return f"start balance {balance}"
        case ev.FundingBooked(symbol, amount):
            return f"funding {amount} for {symbol}"
        case ev.AlertAcknowledged(alert_id, actor):
            return f"{alert_id} acknowledged by {actor}"
        case ev.TradePlanned(trade):
            what = f"{trade.setup_kind} {trade.side} {trade.planned_quantity} {trade.symbol}"
            where = f"entry to {trade.entry_limit} stop {trade.stop} T1 {trade.t1}"
            return f"{trade.trade_id} planned: {what} {where}  risk {trade.risk_money:.2f}"
        case ev.TradeMoved():
            return f"{event.trade_id} {event.before} -> {event.after}  ({event.reason})"
        case ev.ReplacementAsked(trade_id, client_id):
            return f"{trade_id} gets a new target once {client_id} is gone"
        case ev.EmergencyActed(lines):
            return f"ACTED    while the journal was away: {'; '.join(lines)}"
        case _:
            return _venue_text(event)


def _venue_text(event: ev.Event) -> str:
    match event:
        case ev.OrderAcknowledged(client_id, venue_order_id):
            return f"ACKED    {client_id} is {venue_order_id} at the venue"
        case ev.CancelAsked(client_id, reason):
            return f"CANCEL   {client_id} asked  ({reason})"
        case ev.CancelRefused(client_id, reason):
            return f"CANCEL   {client_id} refused  ({reason})"
        case ev.OrderCanceled(client_id, reason):
            return f"CANCELED {client_id}  ({reason})"
        case ev.FillRepeated(venue_fill_id, client_id):
            return f"REPEATED {venue_fill_id} of {client_id}: booked once"
        case ev.PositionLiquidated(symbol):
            return f"LIQUIDATED {symbol} by the venue"
        case _:
            return type(event).__name__


def _with_errors(text: str, errors: tuple[str, ...]) -> str:
    return f"{text}: {'; '.join(errors)}" if errors else text


# ---- what an entry is about --------------------------------------------------------------------------

# Fields that name an agent, an order, a trade: what an entry is about first comes first.
AGENT_FIELDS = ("agent", "agent_target", "agent_name")
ORDER_FIELDS = ("client_id", "order_id", "attached_stop_id")
TRADE_FIELDS = ("trade_id",)
# What agents and people put together; a name in it is said, and is not what the entry is about.
_FREE = frozenset({"data", "result", "document", "context"})
AGENT_PREFIX = "agent."
_LEVELS = 3


@dataclass(frozen=True, slots=True)
class About:
    """The agents, orders and trades that an entry concerns, as its fields name them, each in their order."""

    agents: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()


def about(entry_type: str, body: object) -> About:
    """What an entry with the JSON data `body` is about: an agent's answer about its agent alone, a command
    about the order or the trade that it aims at."""
    named = list(_named(body, _LEVELS))

    def of(*fields: str) -> list[str]:
        return [value for field in fields for name, value in named if name == field]

    if entry_type in ROUTINE:
        return About(_once(of(*AGENT_FIELDS)))
    health = [name.removeprefix(AGENT_PREFIX) for name in of("component") if name.startswith(AGENT_PREFIX)]
    return About(
        _once([*of(*AGENT_FIELDS), *health]),
        _once(of(*ORDER_FIELDS, "target")),
        _once(of(*TRADE_FIELDS, "target")),
    )


def _named(data: object, levels: int) -> Iterator[tuple[str, str]]:
    if not isinstance(data, Mapping):
        return
    for name, value in data.items():
        if type(value) is str and value:
            yield name, value
        elif levels > 1 and name not in _FREE:
            yield from _named(value, levels - 1)


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def why_target(entry: Entry) -> str:
    """What can be explained of an entry: its order, trade, agent, decision, proposal or setup; else its
    moment."""
    body = body_of(entry)
    found = about(entry.type, body)
    named = dict(reversed(list(_named(body, _LEVELS))))
    plans = tuple(named[name] for name in ("decision_id", "proposal_id", "setup_id") if name in named)
    names = (*found.orders[:1], *found.trades[:1], *found.agents[:1], *plans)
    return names[0] if names else utc(entry.at).replace(" ", "T")


class Kept(str):
    """A number in the digits in which it is kept."""

    __slots__ = ()


def body_of(entry: Entry) -> Any:
    """The entry's body as JSON data, numbers as `Kept`; its text where it is none, or nested too deep."""
    try:
        return json.loads(entry.body, parse_int=Kept, parse_float=Kept, parse_constant=Kept)
    except (ValueError, RecursionError):
        return entry.body


# ---- the whole entry ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field of a body: how deep it lies, its name, and its value; empty where values lie below it."""

    depth: int
    name: str
    value: str


def field_lines(entry: Entry) -> tuple[tuple[FieldLine, ...], int]:
    """The fields of an entry, at most MAX_FIELDS, and how many more there are."""
    body = body_of(entry)
    lines = list(_lines(body, 0)) if isinstance(body, dict | list) else [FieldLine(0, "body", str(body))]
    return tuple(lines[:MAX_FIELDS]), max(0, len(lines) - MAX_FIELDS)


def _lines(data: Mapping[str, Any] | list[Any], depth: int) -> Iterator[FieldLine]:
    named = data.items() if isinstance(data, Mapping) else enumerate(data, start=1)
    for name, value in named:
        if isinstance(value, dict | list) and value and depth < MAX_DEPTH:
            if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
                yield FieldLine(depth, str(name), ", ".join(map(_told, value)))
                continue
            yield FieldLine(depth, str(name), "")
            yield from _lines(value, depth + 1)
        else:
            yield FieldLine(depth, str(name), _told(value, name))


def _told(value: object, name: object = "") -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Kept() if str(name).endswith("_ns") and _TIME.fullmatch(value):
            return f"{utc(int(value))} ({value})"
        case str():
            return value
        case [] | {}:
            return "none"
        case dict() | list():
            try:
                return json.dumps(value, ensure_ascii=False)
            except RecursionError:
                return "nested too deep to be shown"
        case _:
            return str(value)
