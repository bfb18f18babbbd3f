"""How an order is written down that leaves while the journal cannot accept writes, and how it is read again.

Decides the words of such a line (semantics.md 7). Imports the model only. Invariant: what was written for an
order gives that order again; any other line gives none.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole

_MARKET = "market"
_WORDS = 7


def submit_line(order: OrderRequest) -> str:
    """`submit ID SYMBOL SIDE QUANTITY PRICE ROLE`, of an order that only reduces."""
    price = order.limit_price or order.stop_price or _MARKET
    return f"submit {order.client_id} {order.symbol} {order.side} {order.quantity} {price} {order.role}"


def order_of(line: str) -> OrderRequest | None:
    """The order that `line` tells of; None where it tells of none."""
    words = line.split(" ")
    if len(words) != _WORDS or words[0] != "submit":
        return None
    try:
        side, role, quantity = Side(words[3]), OrderRole(words[6]), _amount(words[4])
        price = None if words[5] == _MARKET else _amount(words[5])
    except (ValueError, InvalidOperation):
        return None
    stop = role is OrderRole.PROTECTIVE_STOP
    resting = OrderKind.STOP if stop else OrderKind.LIMIT
    return OrderRequest(
        client_id=words[1],
        symbol=words[2],
        side=side,
        kind=OrderKind.MARKET if price is None else resting,
        role=role,
        quantity=quantity,
        limit_price=None if stop else price,
        stop_price=price if stop else None,
        reduce_only=True,
    )


def _amount(text: str) -> Decimal:
    """A quantity or a price. Raises ValueError or InvalidOperation for what can be neither."""
    amount = Decimal(text)
    if not (amount.is_finite() and amount > ZERO):
        raise ValueError(f"{text} is no amount")
    return amount
