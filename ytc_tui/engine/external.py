"""What stands at the venue and is not ours: how it counts, and how it is shown.

Decides what an EXTERNAL position or order adds to exposure, and which of it a flatten leaves alone. Imports
the market and the model. Invariant: what may fill counts whole, without a stop, until an operator has said
what becomes of it, and after that for as long as it is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ytc_tui.engine.market import MarketView
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderState, VenueOrder
from ytc_tui.model.reconciling import Remedy
from ytc_tui.model.risk import OpenRisk
from ytc_tui.model.state import State

UNKNOWN_ORDER = "unknown_order"
_POSITION, _ORDER = "position", "foreign_order"
_TAKEN_OR_CLOSED = (Remedy.ADOPT, Remedy.CLOSE, Remedy.IGNORE)
# What may be asked of each kind of difference; whether it fits is decided when it is asked.
REMEDIES: dict[str, tuple[Remedy, ...]] = {
    "position": _TAKEN_OR_CLOSED,
    "wallet": (Remedy.ADOPT, Remedy.IGNORE),
    "foreign_order": (*_TAKEN_OR_CLOSED, Remedy.LINK),
    "foreign_fill": _TAKEN_OR_CLOSED,
    "missing_order": _TAKEN_OR_CLOSED,
    "order_content": (Remedy.CLOSE, Remedy.IGNORE),
    "overfill": _TAKEN_OR_CLOSED,
    "filled_after_reject": _TAKEN_OR_CLOSED,
    UNKNOWN_ORDER: (Remedy.ADOPT, Remedy.CLOSE),
}


def external_risks(state: State, market: MarketView) -> Iterator[OpenRisk]:
    """The open risks of what is not ours: all of its notional, as nothing of ours protects it."""
    for found in state.discrepancies.values():
        if found.kind == _POSITION:
            yield from _risk(
                market, found.symbol, found.quantity - state.position(found.symbol).quantity, None
            )
        elif found.kind == _ORDER:
            yield from _risk(market, found.symbol, found.quantity, found.price)
    for order in state.external_orders.values():
        yield from _risk(market, order.symbol, order.quantity, order.price)


def _risk(market: MarketView, symbol: str, quantity: Decimal, price: Decimal | None) -> Iterator[OpenRisk]:
    """One risk; none for a symbol that this session cannot value, which keeps every entry off instead."""
    worth = price if price is not None else market.mark(symbol)
    if quantity == ZERO or symbol not in market.analysis or worth is None:
        return
    notional = abs(quantity) * worth * market.instruments[symbol].contract_size
    yield OpenRisk(symbol, Side.BUY if quantity > ZERO else Side.SELL, notional, notional)


def left_alone(state: State, at_ns: int) -> list[str]:
    """The names of what an operator leaves at the venue: adopted orders, and what is ignored for now."""
    ignored = [name for name, found in state.discrepancies.items() if not found.open_at(at_ns)]
    return [*state.external_orders, *ignored]


def foreign_name(order: VenueOrder) -> str:
    """The name under which an order that is not ours stands among the differences."""
    return f"foreign-{order.request.client_id or order.venue_order_id}"


def unknown_name(client_id: str) -> str:
    """The name under which an order of ours whose fate is not known stands among the differences."""
    return f"unknown-{client_id}"


def difference_rows(state: State, at_ns: int) -> list[dict[str, Any]]:
    """One row for each difference, and each order whose fate is not known, both sides' evidence in it."""
    rows = [
        _row(name, found.kind, found.symbol, found.ours, found.theirs, found.found_ns, at_ns)
        | {"client_id": found.client_id, "state": _standing(found.cancel_ns, found.ignored_until_ns, at_ns)}
        for name, found in state.discrepancies.items()
    ]
    for record in state.working_orders():
        if record.state is OrderState.UNKNOWN:
            request = record.request
            ours = f"sent {request.side} {request.quantity}, {record.detail}"
            name = unknown_name(request.client_id)
            row = _row(name, UNKNOWN_ORDER, request.symbol, ours, "unknown", record.updated_ns, at_ns)
            rows.append(row | {"client_id": request.client_id, "state": "open"})
    return rows


def _standing(cancel_ns: int, ignored_until_ns: int, at_ns: int) -> str:
    if at_ns < ignored_until_ns:
        return "ignored"
    return "cancel asked" if cancel_ns else "open"


def _row(
    name: str, kind: str, symbol: str, ours: str, theirs: str, since_ns: int, at_ns: int
) -> dict[str, Any]:
    return {
        "id": name,
        "kind": kind,
        "symbol": symbol,
        "ours": ours,
        "theirs": theirs,
        "since_ns": since_ns,
        "age_s": (at_ns - since_ns) // NS_PER_S,
        "remedies": [remedy.value for remedy in REMEDIES[kind]],
    }
