"""Evidence: what asking the venue by client id says of an order whose fate is not known.

Decides which orders are asked about, and what an answer proves (safety.md 2.2). Imports the situation
and the model. Invariants: UNKNOWN ends by evidence alone; "not found" is evidence only at a venue where
absence is proof, and only once no request can arrive any more, and never that an order ended which was there;
an order found with other content than ours freezes its symbol.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ytc_tui.engine.decide.attached_stops import stop_of
from ytc_tui.engine.inputs import OrderRead
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderRequest, OrderState, VenueOrder, content_difference
from ytc_tui.model.state import ATTACHED, OrderRecord

_UNCERTAIN = (OrderState.INTENT, OrderState.UNKNOWN, OrderState.CANCELING)
_NOT_FOUND = "not found"
NEVER_ARRIVED = "never arrived: the venue has no such order"


def uncertain_orders(sit: Situation) -> list[OrderRecord]:
    """Orders to ask about: UNKNOWN, those whose submit or cancel got no answer yet, and those that the venue
    does not hold open any more without our having heard why."""
    return [record for record in sit.state.working_orders() if _is_uncertain(sit, record)]


def _is_uncertain(sit: Situation, record: OrderRecord) -> bool:
    return record.state in _UNCERTAIN or missing_name(record.request.client_id) in sit.state.discrepancies


def missing_name(client_id: str) -> str:
    """The name of the difference that an order of ours is not open at the venue."""
    return f"missing-{client_id}"


def is_ours(sit: Situation, client_id: str) -> bool:
    """Whether an order at the venue is ours: by its id, by the link to one of ours, or as an entry's stop."""
    known = client_id in sit.state.orders or client_id in sit.state.links
    return known or sit.entry_with_stop(client_id) is not None


def decide_order_read(sit: Situation, read: OrderRead) -> Iterator[ev.Event]:
    """What the venue's answer makes of the order; its fills were booked before this."""
    record = sit.state.orders.get(read.client_id)
    if record is None or not record.working or not _is_uncertain(sit, record):
        return
    if read.order is None:
        if _absence_proves(sit, record, read):
            yield from _absent(sit, record)
        return
    if grown := _grown(sit, record, read.order):
        # It grows with its entry, and that was not told yet.
        yield grown
    elif _difference(sit, record, read.order):
        yield from _content(sit, record, read.order)
        name = _content_name(read.client_id)
        if record.cancel_ns and not read.order.open and name in sit.state.discrepancies:
            yield ev.OrderCanceled(read.client_id, "canceled, with other content than ours")
            yield ev.DiscrepancyResolved(name, "gone from the venue")
        return
    if not read.order.open and read.order.filled > record.filled:
        return  # its last fills are not shown yet: it ends with them
    if record.state is not OrderState.CANCELING:
        yield ev.OrderAcknowledged(read.client_id, read.order.venue_order_id)
    if read.order.open:
        if record.cancel_ns:
            yield ev.CancelAsked(read.client_id, record.detail)
    elif read.order.state is not OrderState.FILLED:
        yield _ended_as(record, read.order.state, "found at the venue")
    elif record.remaining:
        # Its fills are booked by now. An attached stop that was told out of order, or after its own fill, is
        # larger here than it was there.
        yield ev.OrderCanceled(read.client_id, "filled as far as the venue held it")


def decide_content(sit: Situation, found: VenueOrder) -> Iterator[ev.Event]:
    """Whether an order of ours that rests at the venue is there as it was asked for."""
    client_id = sit.state.links.get(found.request.client_id, found.request.client_id)
    record = sit.state.orders.get(client_id)
    if record is None or not found.open or record.state not in (OrderState.ACKED, OrderState.PARTIAL):
        return
    if grown := _grown(sit, record, found):
        yield grown
    else:
        yield from _content(sit, record, found)


def _content(sit: Situation, record: OrderRecord, found: VenueOrder) -> Iterator[ev.Event]:
    """The difference in content that there is now, where it was not known; its end, where there is none."""
    difference, name = _difference(sit, record, found), _content_name(record.request.client_id)
    known = name in sit.state.discrepancies
    if difference is not None and not known:
        symbol, client_id = record.request.symbol, record.request.client_id
        yield ev.DiscrepancyFound(name, "order_content", symbol, *difference, client_id)
    elif difference is None and known:
        yield ev.DiscrepancyResolved(name, "the venue agrees again")


def _content_name(client_id: str) -> str:
    """The name of the difference that an order of ours is another at the venue."""
    return f"content-{client_id}"


def _grown(sit: Situation, record: OrderRecord, found: VenueOrder) -> ev.StopAttached | None:
    """An attached stop that is as it was asked for but in its size, which is the venue's to say."""
    size = found.request.quantity
    if record.note != ATTACHED or record.request.quantity == size:
        return None
    if content_difference(replace(_asked(sit, record), quantity=size), found.request) is not None:
        return None
    there = replace(found.request, client_id=record.request.client_id)
    return ev.StopAttached(there, found.venue_order_id, record.trade_id)


def _absence_proves(sit: Situation, record: OrderRecord, read: OrderRead) -> bool:
    """Whether "not found" shows that the request can never arrive any more: the venue takes none so late,
    and nothing that it holds came of it."""
    over = sit.at_ns - record.updated_ns >= read.absence_after_ns
    agrees = read.held is None or read.held == sit.state.position(record.request.symbol).quantity
    return read.absence_is_proof and over and agrees


def _absent(sit: Situation, record: OrderRecord) -> Iterator[ev.Event]:
    """No request of this order can arrive any more, and the venue has none such: it never arrived, or it was
    there and somebody has to say what became of it."""
    client_id = record.request.client_id
    if record.state in _UNCERTAIN and not was_there(sit, record):
        yield _ended_as(record, OrderState.REJECTED, NEVER_ARRIVED)
    elif not forgotten(sit, client_id):
        name, symbol, ours = missing_name(client_id), record.request.symbol, record.state.value
        yield ev.DiscrepancyFound(name, "missing_order", symbol, ours, _NOT_FOUND, client_id)


def forgotten(sit: Situation, client_id: str) -> bool:
    """Whether the venue, asked for an order of ours that was there, has none such."""
    known = sit.state.discrepancies.get(missing_name(client_id))
    return known is not None and known.theirs == _NOT_FOUND


def was_there(sit: Situation, record: OrderRecord) -> bool:
    """Whether the venue has ever shown that it held the order."""
    linked = record.request.client_id in sit.state.links.values()
    return linked or bool(record.venue_order_id or record.filled)


def _ended_as(record: OrderRecord, state: OrderState, reason: str) -> ev.Event:
    """The event of an end; one that was being canceled is canceled, however the venue calls it."""
    client_id = record.request.client_id
    if state is OrderState.EXPIRED:
        return ev.OrderExpired(client_id)
    if state is OrderState.REJECTED and record.state is not OrderState.CANCELING and not record.filled:
        return ev.OrderRejected(client_id, reason)
    return ev.OrderCanceled(client_id, reason)


def _difference(sit: Situation, record: OrderRecord, found: VenueOrder) -> tuple[str, str] | None:
    """What we asked and what the venue holds, where they differ. One that was linked may have been there for
    a part of it only: what is left counts."""
    ours, theirs = _asked(sit, record), found.request
    if record.request.client_id in sit.state.links.values():
        ours = replace(ours, quantity=record.remaining)
        theirs = replace(theirs, quantity=theirs.quantity - found.filled)
    return content_difference(ours, theirs)


def _asked(sit: Situation, record: OrderRecord) -> OrderRequest:
    """What we asked for; of an attached stop that is what its entry says, whatever the venue told since."""
    entry = sit.entry_with_stop(record.request.client_id) if record.note == ATTACHED else None
    return record.request if entry is None else stop_of(entry, record.request.quantity)
