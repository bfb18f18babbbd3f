"""What stands at the venue and is not ours: how it counts, and how it is shown.

Decides what an EXTERNAL position or order adds to exposure, and which of it a flatten leaves alone. Imports
the market, the model and the view of differences. Invariant: what may fill counts whole, without a stop,
until an operator has said what becomes of it, and after that for as long as it is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ytc_tui.engine.market import MarketView
from ytc_tui.model.codec import to_json
from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import VenueOrder
from ytc_tui.model.risk import OpenRisk
from ytc_tui.model.state import State
from ytc_tui.views.differences import differences

_POSITION, _ORDER = "position", "foreign_order"


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


def difference_rows(state: State, at_ns: int) -> list[dict[str, Any]]:
    """The differences as JSON data."""
    return [to_json(row) for row in differences(state, at_ns)]
