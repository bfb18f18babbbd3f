"""Spec 003's trade log: one JSON object a line for each execution, with the proof that it stands in the
chain.

Decides what a line holds and how lines hang together (ADR 0032). Imports the export's guard and the model.
Invariants: a line carries the whole entry that it comes from, so that its hash can be computed again; each
line's own hash covers the line before it; a line is ASCII and acts nowhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from ytc_tui.model import events as ev
from ytc_tui.model.chain import GENESIS_HASH, Entry
from ytc_tui.model.market import NS_PER_MS, NS_PER_S
from ytc_tui.model.money import ZERO
from ytc_tui.views.export import guarded
from ytc_tui.views.journal import Recorded, plain

# The word for a trade that no plan tells of: a liquidation, or what the venue held already.
NO_STRATEGY = "none"


class _Execution(NamedTuple):
    """A fill with its entry, and the entries that say what it belongs to."""

    entry: Entry
    event: ev.FillBooked
    complete: bool
    strategy: str
    sources: tuple[Entry, ...]


def trade_log(records: Iterable[Recorded]) -> Iterator[str]:
    """The lines of one session's trade log, oldest first, without line ends."""
    mode, found, head = "", [], ""
    for record in _followed(records):
        match record:
            case str():
                mode = record
            case Entry():
                head = f'{{"hash":{_text(record.hash)},"seq":{record.seq}}}'
            case _Execution():
                found.append(record)
    before = GENESIS_HASH
    for number, execution in enumerate(found, start=1):
        told = _told(execution, mode)
        place = f'"head":{head},"number":{number},"of":{len(found)},"previous":{_text(before)}'
        proof = f'"proof":{{{_proof(execution)},{place}'
        line = f"{told},{proof},"
        before = record_hash(before, line)
        yield f'{line}"record":{_text(before)}}}}}'


def record_hash(previous: str, line: str) -> str:
    """The hash of a line up to its own hash, after the line before it."""
    return hashlib.sha256(f"{previous}\n{line}".encode()).hexdigest()


def _followed(records: Iterable[Recorded]) -> Iterator[str | Entry | _Execution]:
    """The mode, every execution, and at the end the last entry."""
    orders: dict[str, tuple[Decimal, Entry]] = {}  # by client id: how much was ordered, and where
    filled: dict[str, Decimal] = {}
    plans: dict[str, tuple[str, Entry]] = {}  # by trade: its strategy, and the entry that plans it
    started: tuple[Entry, ...] = ()
    last: Entry | None = None
    for record in records:
        last = record.entry
        match record.event:
            case ev.SessionStarted(mode=mode):
                started = (record.entry,)
                yield mode.value
            case ev.OrderIntended(order=order) | ev.StopAttached(order=order):
                orders[order.client_id] = order.quantity, record.entry
            case ev.TradePlanned(trade):
                plans[trade.trade_id] = trade.setup_kind, record.entry
            case ev.FillBooked(fill, trade_id) as event:
                filled[fill.client_id] = filled.get(fill.client_id, ZERO) + fill.quantity
                strategy, *planned = plans.get(trade_id, (NO_STRATEGY,))
                ordered, *sent = orders.get(fill.client_id, (ZERO,))
                complete = filled[fill.client_id] >= ordered
                yield _Execution(record.entry, event, complete, strategy, (*started, *planned, *sent))
            case _:
                continue
    if last is not None:
        yield last


def _told(execution: _Execution, mode: str) -> str:
    """Spec 003's fields: the record up to its proof."""
    event = execution.event
    fill = event.fill
    status = "filled" if execution.complete else "partially_filled"
    trade = (
        f'"fee":{plain(fill.fee)},"id":{_text(guarded(fill.venue_fill_id))},'
        f'"order_id":{_text(guarded(fill.client_id))},"pnl":{plain(event.realised)},"price":{plain(fill.price)},'
        f'"side":{_text(fill.side.value)},"size":{plain(fill.quantity)},"status":{_text(status)},'
        f'"symbol":{_text(guarded(fill.symbol))},"trade_id":{_text(guarded(event.trade_id))}'
    )
    return (
        f'{{"mode":{_text(mode)},"strategy":{_text(guarded(execution.strategy))},'
        f'"timestamp":{_text(timestamp(fill.at_ns))},"trade":{{{trade}}}'
    )


def _proof(execution: _Execution) -> str:
    entry = execution.entry
    fields: dict[str, Any] = entry._asdict()
    sources = [{"hash": source.hash, "seq": source.seq} for source in execution.sources]
    return f'"entry":{json.dumps(fields, sort_keys=True)},"from":{json.dumps(sources, sort_keys=True)}'


def timestamp(at_ns: int) -> str:
    """UTC in ISO 8601 with milliseconds, e.g. 2024-01-15T10:30:00.250Z."""
    second = datetime.fromtimestamp(at_ns // NS_PER_S, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{second}.{at_ns % NS_PER_S // NS_PER_MS:03d}Z"


def _text(value: str) -> str:
    return json.dumps(value)
