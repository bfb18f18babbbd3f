"""Stops that the venue places with their entries: what they must be, and what they were told to be.

Decides how such a stop comes to life, grows, and differs. Imports the situation and the model. Invariant: it
may differ from what was asked in its size only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole, content_difference
from ytc_tui.model.state import OrderRecord


def decide_stop_told(
    sit: Situation, entry: OrderRecord, told: OrderRequest, venue_order_id: str
) -> Iterator[ev.Event]:
    """The venue says that the stop of `entry` works, as `told`: for the first time or anew."""
    client_id, known = told.client_id, sit.state.orders.get(told.client_id)
    asked = stop_of(entry, told.quantity)
    if known is not None:
        asked = replace(known.request, quantity=told.quantity)
    difference = content_difference(asked, told)
    if known is None or difference is None:
        yield ev.StopAttached(told, venue_order_id, entry.trade_id)
    name = f"content-{client_id}"
    if difference is not None and name not in sit.state.discrepancies:
        yield ev.DiscrepancyFound(name, "order_content", asked.symbol, *difference, client_id)


def stop_of(entry: OrderRecord, quantity: Decimal) -> OrderRequest:
    """The attached stop of `entry` as it was asked for, for so much of it."""
    request = entry.request
    return OrderRequest(
        client_id=request.attached_stop_id,
        symbol=request.symbol,
        side=request.side.opposite,
        kind=OrderKind.STOP,
        role=OrderRole.PROTECTIVE_STOP,
        quantity=quantity,
        stop_price=request.attached_stop_price,
        reduce_only=True,
    )


def grown_stop(stop: OrderRecord | None, entry: OrderRecord | None, more: Decimal) -> ev.StopAttached | None:
    """An attached stop that fills by `more` as it is now: it grows with the fills of its entry, all of which
    need not have been told yet."""
    if (
        stop is None
        or entry is None
        or not stop.request.quantity < stop.filled + more <= entry.request.quantity
    ):
        return None
    grown = replace(stop.request, quantity=stop.filled + more)
    return ev.StopAttached(grown, stop.venue_order_id, stop.trade_id)
