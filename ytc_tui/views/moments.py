"""What happened, one line an entry, for the story of an order, a trade or an agent.

Decides the words of entries that a running log leaves out. Imports the model and the log's lines.
Invariant: every entry has a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ytc_tui.model import events as ev
from ytc_tui.views.event_lines import event_line
from ytc_tui.views.journal import Recorded, plain, utc


class Moment(NamedTuple):
    """One entry in words; `at` is UTC feed time."""

    seq: int
    at: str
    text: str


def moments(records: Iterable[Recorded]) -> tuple[Moment, ...]:
    """The entries in words, in journal order, none twice; request and report of one entry are two."""
    unique = {(record.seq, type(record.event)): record for record in records}
    ordered = sorted(unique.values(), key=lambda record: record.seq)
    return tuple(Moment(record.seq, utc(record.at_ns), _text(record)) for record in ordered)


def _text(record: Recorded) -> str:
    event = record.event
    match event:
        case ev.TradePlanned(trade):
            targets = plain(trade.t1) if trade.t2 is None else f"{plain(trade.t1)} and {plain(trade.t2)}"
            return (
                f"PLAN     {trade.trade_id} {trade.setup_kind} {trade.side} {plain(trade.planned_quantity)}"
                f" {trade.symbol}: entry to {plain(trade.entry_limit)}, stop {plain(trade.initial_stop)},"
                f" targets {targets}, risk {trade.risk_money:.2f}"
            )
        case ev.TradeMoved():
            return f"TRADE    {event.trade_id} {event.before} -> {event.after}  ({event.reason})"
        case ev.ReplacementAsked():
            return f"TARGET   {event.client_id} makes way for one that fits"
        case ev.OrderAcknowledged():
            return f"WORKING  {event.client_id}  (venue id {event.venue_order_id})"
        case ev.CancelAsked():
            return f"CANCEL   {event.client_id} asked  ({event.reason})"
        case ev.CancelRefused():
            return f"CANCEL   {event.client_id} refused: {event.reason}"
        case ev.OrderCanceled():
            return f"CANCELED {event.client_id}  {event.reason}"
        case ev.FillRepeated():
            return f"FILL     {event.venue_fill_id} came again: ignored"
        case ev.TaskRequested(task):
            return f"TASK     {task.agent_target} asked ({', '.join(map(str, task.data.values()))})"
        case ev.TaskReported(response):
            errors = f": {'; '.join(response.errors)}" if response.errors else ""
            return f"TASK     {response.agent_name} {response.status}{errors}"
        case ev.TaskRetried():
            return f"TASK     {event.agent} tried again ({event.retry_count}): {event.reason}"
        case _:
            name = type(event).__name__
            return event_line(record.entry, event).partition("  ")[2] or name
