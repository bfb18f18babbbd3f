"""What a venue's answer means for our orders: facts become events.

Decides how reports, repeats, surprises and failures are taken (safety.md 2.2). Imports the engine's
situation and the model. Invariants: a fill is booked once; an answer about an order that is not
ours becomes a discrepancy, never a guess; a failed request is UNKNOWN unless refusal is proven.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import assert_never

from ytc_tui.engine.decide.alarms import alert, react
from ytc_tui.engine.decide.attached_stops import decide_stop_told, grown_stop, stop_of
from ytc_tui.engine.inputs import VenueFailed
from ytc_tui.engine.risk import order_rate
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import (
    Acked,
    Canceled,
    CancelRefused,
    Expired,
    Fill,
    Funding,
    Liquidated,
    OrderState,
    Rejected,
    VenueReport,
)
from ytc_tui.model.state import ATTACHED, OrderRecord
from ytc_tui.model.trades import Trade, after_fill

_CLOSED = (OrderState.FILLED, OrderState.CANCELED, OrderState.EXPIRED, OrderState.REJECTED)
_BPS = Decimal(10_000)


def decide_report(sit: Situation, report: VenueReport) -> Iterator[ev.Event]:
    """The events of one venue report; of an order that was linked to one of ours, it is about that."""
    if not isinstance(report, Funding | Liquidated) and report.client_id in sit.state.links:
        report = replace(report, client_id=sit.state.links[report.client_id])
    match report:
        case Fill():
            yield from _fill(sit, report)
        case Acked():
            yield from _acked(sit, report)
        case Rejected() | Canceled() | Expired() | CancelRefused():
            yield from _ended(sit, report)
        case Funding(symbol, amount):
            yield ev.FundingBooked(symbol, amount)
        case Liquidated(symbol):
            yield ev.PositionLiquidated(symbol)
            message = f"{symbol} was liquidated by the venue"
            yield alert(f"liquidation-{symbol}", "liquidation", message)
        case _:
            assert_never(report)


def _fill(sit: Situation, fill: Fill) -> Iterator[ev.Event]:
    state = sit.state
    if fill.venue_fill_id in state.fill_ids:
        yield ev.FillRepeated(fill.venue_fill_id, fill.client_id)
        return
    if fill.symbol not in sit.market.instruments:
        # It cannot be valued, so it cannot be booked: while it stands there, nothing new is risked.
        found = _foreign_fill(sit, fill)
        if found.discrepancy_id not in state.discrepancies:
            yield found
        return
    record = state.orders.get(fill.client_id)
    attached = record is None or record.note == ATTACHED
    entry = sit.entry_with_stop(fill.client_id) if attached else None
    if record is None and entry is not None:
        # The stop of an entry filled before we were told that it came to life.
        stop = stop_of(entry, max(entry.filled, fill.quantity))
        yield ev.StopAttached(stop, "", entry.trade_id)
    grown = grown_stop(record, entry, fill.quantity)
    if grown is not None:
        yield grown
    trade = sit.trade_on(fill.symbol)
    owner = record or entry
    trade_id = owner.trade_id if owner is not None else _reduced_by(trade, fill)
    size = sit.market.instruments[fill.symbol].contract_size
    held = state.position(fill.symbol, size)
    _, realised = after_fill(held, fill.side, fill.quantity, fill.price)
    yield ev.FillBooked(fill, trade_id, realised, size)
    if owner is None and not fill.client_id.startswith("liquidation-"):
        yield _foreign_fill(sit, fill)
    elif record is not None and grown is None:
        yield from _fill_differs(record, fill)


def _reduced_by(trade: Trade | None, fill: Fill) -> str:
    """The trade that a fill of no order of ours takes from; none where it adds, or passes through."""
    if trade is None or fill.side is trade.side or fill.quantity > trade.open_quantity:
        return ""
    return trade.trade_id


def _fill_differs(record: OrderRecord, fill: Fill) -> Iterator[ev.Event]:
    """What a fill, now to be booked, shows that our order did not ask for."""
    request, filled, signed = record.request, record.filled + fill.quantity, fill.side.sign
    if (fill.symbol, fill.side) != (request.symbol, request.side):
        kind, name = "order_content", f"misfill-{fill.client_id}"
        asked = f"{request.side} {request.symbol}"
        told, excess = f"filled {fill.side} {fill.quantity} {fill.symbol}", ZERO
    elif record.state is OrderState.REJECTED:
        kind, name = "filled_after_reject", f"rejected-{fill.client_id}"
        asked, told, excess = "rejected", f"filled {fill.quantity}", fill.quantity * signed
    elif filled > request.quantity:
        kind, name = "overfill", f"overfill-{fill.client_id}"
        asked, told = f"ordered {request.quantity}", f"filled {filled}"
        excess = (filled - request.quantity) * signed
    else:
        return
    yield ev.DiscrepancyFound(name, kind, fill.symbol, asked, told, fill.client_id, excess)


def _acked(sit: Situation, report: Acked) -> Iterator[ev.Event]:
    record = sit.state.orders.get(report.client_id)
    attached = report.request
    if attached is not None and (record is None or record.request != attached):
        entry = sit.entry_with_stop(attached.client_id)
        if entry is None:
            yield _foreign(attached.symbol, report.client_id, "a resting order that is not ours")
            return
        yield from decide_stop_told(sit, entry, attached, report.venue_order_id)
    elif record is None:
        yield _foreign("", report.client_id, "a resting order that is not ours")
    elif record.state not in _CLOSED and record.state is not OrderState.ACKED:
        yield ev.OrderAcknowledged(report.client_id, report.venue_order_id)
        if record.cancel_ns and record.state in (OrderState.CANCELING, OrderState.UNKNOWN):
            # Its cancel went out before it was there; now there is something to cancel.
            yield ev.CancelAsked(report.client_id, record.detail)


def _ended(sit: Situation, report: Rejected | Canceled | Expired | CancelRefused) -> Iterator[ev.Event]:
    record = sit.state.orders.get(report.client_id)
    if record is None:
        yield from _attached_ended(sit, report)
        return
    if record.state in _CLOSED:
        return
    if record.state is OrderState.INTENT and isinstance(report, Canceled | Expired):
        yield ev.OrderAcknowledged(report.client_id, "")
    match report:
        case Rejected(client_id, reason):
            yield _rejected(record, reason)
        case Canceled(client_id, reason):
            yield ev.OrderCanceled(client_id, reason)
        case Expired(client_id):
            yield ev.OrderExpired(client_id)
        case CancelRefused(client_id, reason):
            # Refused before it was ever acknowledged, it may still be on its way: evidence will say.
            if record.state is OrderState.CANCELING and record.venue_order_id:
                yield ev.CancelRefused(client_id, reason)
                yield alert(
                    f"cancel-{client_id}", "cancel_unconfirmed", f"cancel of {client_id} refused: {reason}"
                )
        case _:
            assert_never(report)


def _attached_ended(
    sit: Situation, report: Rejected | Canceled | Expired | CancelRefused
) -> Iterator[ev.Event]:
    """An order that we hold no record of: a stop attached to an entry of ours that never worked, or
    somebody else's."""
    entry = sit.entry_with_stop(report.client_id)
    if entry is not None:
        reason = getattr(report, "reason", "ended")
        message = f"the stop attached to {entry.request.client_id} was refused: {reason}"
        yield alert(f"rejected-{report.client_id}", "stop_rejected", message)
        return
    known = sit.state.discrepancies.get(f"foreign-{report.client_id}")
    if known is not None and known.cancel_ns and isinstance(report, Canceled | Expired):
        yield ev.DiscrepancyResolved(f"foreign-{report.client_id}", "canceled as an operator asked")
        return
    yield _foreign("", report.client_id, type(report).__name__)


def _rejected(record: OrderRecord, reason: str) -> ev.Event:
    """A refusal of an order whose cancel was asked meanwhile is the end that was wanted, and one of an order
    that has filled in part can only be about the rest."""
    if record.state is OrderState.CANCELING or record.filled:
        return ev.OrderCanceled(record.request.client_id, reason)
    return ev.OrderRejected(record.request.client_id, reason)


def _foreign(symbol: str, client_id: str, what: str) -> ev.DiscrepancyFound:
    return ev.DiscrepancyFound(f"foreign-{client_id}", "foreign_order", symbol, "not ours", what, client_id)


def _foreign_fill(sit: Situation, fill: Fill) -> ev.DiscrepancyFound:
    """A fill of no order of ours, with those of the same order that nobody has explained yet."""
    name = f"foreign-{fill.client_id}"
    before = sit.state.discrepancies.get(name)
    earlier = before.quantity if before is not None and before.kind == "foreign_fill" else ZERO
    what = f"fill {fill.venue_fill_id} of {fill.quantity} {fill.symbol}"
    quantity = earlier + fill.quantity * fill.side.sign
    return ev.DiscrepancyFound(name, "foreign_fill", fill.symbol, "not ours", what, fill.client_id, quantity)


def decide_failure(sit: Situation, failed: VenueFailed) -> Iterator[ev.Event]:
    """A request that failed: proven refusal ends the order, anything else makes it UNKNOWN. One about an
    order that is not ours is told."""
    client_id = sit.state.links.get(failed.client_id, failed.client_id)
    record = sit.state.orders.get(client_id)
    if record is not None and record.state in _CLOSED:
        return
    if failed.cancel:
        message = f"cancel of {client_id} is unconfirmed: {failed.message}"
        yield alert(f"cancel-{client_id}", "cancel_unconfirmed", message)
    elif record is None:
        message = f"an answer about {client_id}, which is not ours: {failed.message}"
        yield alert(f"unknown-{client_id}", "order_unknown", message)
    elif failed.refused:
        yield _rejected(record, failed.message)
    else:
        yield ev.OrderLost(client_id, failed.message)
        message = f"order {client_id} is UNKNOWN: {failed.message}"
        yield alert(f"unknown-{client_id}", "order_unknown", message)


def decide_slippage(sit: Situation, fill: Fill) -> Iterator[ev.Event]:
    """A fill that slipped past the limit closes the gate to entries until an operator resumes."""
    if not fill.reference_price:
        return
    slipped = (fill.price - fill.reference_price) * fill.side.sign / fill.reference_price * _BPS
    limit = sit.policy.max_slippage_bps
    if slipped <= limit:
        return
    message = f"{fill.symbol} {fill.side} slipped {slipped:.1f} bps (limit {limit}): no entries until resume"
    yield from react(sit, f"slippage-{fill.venue_fill_id}", "slippage", message)


def decide_order_rate(sit: Situation, event: ev.DecisionMade) -> Iterator[ev.Event]:
    """More orders a minute than allowed mean that something runs wild: no entries until an operator
    resumes (semantics.md 5)."""
    if event.refused_by == order_rate.RULE:
        yield from react(sit, "order-rate", "order_rate", f"{event.reason}: no entries", event.reason)


def decide_order_news(sit: Situation, event: ev.Event) -> Iterator[ev.Event]:
    """What the operator must hear of an order's fate, and when rejects halt entries."""
    match event:
        case ev.OrderRejected(client_id, reason):
            record = sit.state.orders[client_id]
            message = f"{record.request.role} {record.request.symbol} was rejected: {reason}"
            yield alert(f"rejected-{client_id}", "order_rejected", message)
            limit = sit.policy.limits.max_rejects_in_row
            if sit.state.rejects_in_row >= limit:
                found = f"{sit.state.rejects_in_row} rejects in a row"
                message = f"{found} (limit {limit}): no entries until resume"
                yield from react(sit, "rejects-in-row", "rejects_in_row", message, found)
        case ev.DiscrepancyFound():
            message = f"{event.symbol}: ours {event.ours}, venue {event.theirs}"
            code = "foreign_order" if event.kind == "foreign_fill" else event.kind
            yield alert(event.discrepancy_id, code, message)
        case _:
            return
