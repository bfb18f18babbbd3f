"""What became of one order, from its entries.

Decides the words of an order's end. Imports the model only. Invariant: an order whose outcome no entry
tells is called working or UNKNOWN, never closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRequest
from ytc_tui.views.journal import Recorded, plain, utc


@dataclass(frozen=True, slots=True)
class OrderFate:
    """An order: what it asked, why, by which approval, what was filled, and how it ended."""

    seq: int
    at: str
    client_id: str
    trade_id: str
    decision_id: str
    approval_id: str
    role: str
    side: str
    symbol: str
    kind: str
    quantity: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    filled: Decimal
    average_price: Decimal | None
    fate: str
    why: str


def order_fate(client_id: str, records: Sequence[Recorded]) -> OrderFate:
    """The fate of the order `client_id` from its entries, oldest first; ValueError if none sent it."""
    sent = next(
        ((record, record.event) for record in records if isinstance(record.event, ev.OrderEvent)),
        None,
    )
    if sent is None:
        raise ValueError(f"order {client_id} was not sent")
    record, event = sent
    order, decision_id, approval_id = event.order, "", ""
    why = "placed by the venue with its entry"
    if isinstance(event, ev.OrderIntended):
        decision_id, approval_id = event.decision_id, event.approval_id
        reason = event.reason.value if event.reason is not None else ""
        why = " ".join(part for part in (reason, f"({event.note})" if event.note else "") if part)
    elif isinstance(event, ev.GuardOrdered):
        decision_id, approval_id, why = event.decision_id, f"guard-{event.epoch}", "sent by the guard"
    elif isinstance(event, ev.EmergencyOrdered):
        decision_id, approval_id, why = event.decision_id, "emergency", "sent while the journal was away"
    filled, notional = ZERO, ZERO
    for other in records:
        if isinstance(other.event, ev.FillBooked):
            filled += other.event.fill.quantity
            notional += other.event.fill.quantity * other.event.fill.price
        elif isinstance(other.event, ev.StopAttached):
            order = other.event.order
    average = notional / filled if filled else None
    return OrderFate(
        record.seq,
        utc(record.at_ns),
        client_id,
        event.trade_id,
        decision_id,
        approval_id,
        order.role.value,
        order.side.value,
        order.symbol,
        order.kind.value,
        order.quantity,
        order.limit_price,
        order.stop_price,
        filled,
        average,
        _fate(records, order, filled, average),
        why,
    )


def _fate(records: Sequence[Recorded], order: OrderRequest, filled: Decimal, average: Decimal | None) -> str:
    share = f"{plain(filled)} of {plain(order.quantity)}"
    price = "" if average is None else f" at {average:.8g}"
    if filled >= order.quantity:
        return f"filled {share}{price}"
    part = f"filled {share}{price}, rest " if filled else ""
    ending = "sent, no answer yet"
    for record in records:
        match record.event:
            case ev.OrderAcknowledged() | ev.StopAttached():
                ending = "working"
            case ev.OrderRejected(reason=reason):
                ending = f"rejected: {reason}"
            case ev.OrderLost(reason=reason):
                ending = f"UNKNOWN: {reason}"
            case ev.CancelAsked(reason=reason):
                ending = f"being canceled: {reason}"
            case ev.CancelRefused(reason=reason):
                ending = f"working, cancel refused: {reason}"
            case ev.OrderCanceled(reason=reason):
                ending = f"canceled: {reason}"
            case ev.OrderExpired():
                ending = "expired"
            case _:
                continue
    return part + ending
