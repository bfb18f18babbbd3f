"""Evidence: what asking the venue by client id says of an order whose fate is not known.

Decides which orders are asked about, and what an answer proves (safety.md 2.2). Imports the situation
and the model. Invariants: UNKNOWN ends by evidence alone; "not found" is evidence only at a venue where
absence is proof; an order found with other content than ours freezes its symbol.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.inputs import OrderRead
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderState, VenueOrder
from ytc_tui.model.state import OrderRecord

_UNCERTAIN = (OrderState.INTENT, OrderState.UNKNOWN, OrderState.CANCELING)
NEVER_ARRIVED = "never arrived: the venue has no such order"


def uncertain_orders(sit: Situation) -> list[OrderRecord]:
    """Orders to ask about: UNKNOWN, and those whose submit or cancel got no answer yet."""
    return [record for record in sit.state.working_orders() if record.state in _UNCERTAIN]


def decide_order_read(sit: Situation, read: OrderRead) -> Iterator[ev.Event]:
    """What the venue's answer makes of the order; its fills were booked before this."""
    record = sit.state.orders.get(read.client_id)
    if record is None or record.state not in _UNCERTAIN:
        return
    if read.order is None:
        if read.absence_is_proof:
            yield _ended_as(record, OrderState.REJECTED, NEVER_ARRIVED)
        return
    difference = _difference(record, read.order)
    if difference:
        name = f"content-{read.client_id}"
        if name not in sit.state.discrepancies:
            yield ev.DiscrepancyFound(name, "order_content", record.request.symbol, *difference)
        return
    if record.state is not OrderState.CANCELING:
        yield ev.OrderAcknowledged(read.client_id, read.order.venue_order_id)
    if read.order.open:
        if record.cancel_ns:
            yield ev.CancelAsked(read.client_id, record.detail)
    elif read.order.state is not OrderState.FILLED:
        yield _ended_as(record, read.order.state, "found at the venue")


def _ended_as(record: OrderRecord, state: OrderState, reason: str) -> ev.Event:
    """The event of an end; one that was being canceled is canceled, however the venue calls it."""
    client_id = record.request.client_id
    if state is OrderState.EXPIRED:
        return ev.OrderExpired(client_id)
    if state is OrderState.REJECTED and record.state is not OrderState.CANCELING:
        return ev.OrderRejected(client_id, reason)
    return ev.OrderCanceled(client_id, reason)


def _difference(record: OrderRecord, found: VenueOrder) -> tuple[str, str] | None:
    """What we asked and what the venue holds, where symbol, side or quantity differ."""
    ours, theirs = (f"{r.side} {r.quantity} {r.symbol}" for r in (record.request, found.request))
    return None if ours == theirs else (ours, theirs)
