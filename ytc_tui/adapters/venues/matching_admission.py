"""Which orders the paper venue takes, and the reason it gives for each that it refuses.

Decides admission only; imports the model and the account. Pure.
Invariant: every refusal names the number that fails and the limit it fails at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from ytc_tui.adapters.venues.matching_account import Account, notional_at
from ytc_tui.adapters.venues.matching_orders import WorkingOrder
from ytc_tui.model.market import Instrument, InstrumentKind, Side
from ytc_tui.model.money import ZERO, decimal_from_float
from ytc_tui.model.orders import OrderKind, OrderRequest

_NEEDS_LIMIT = frozenset({OrderKind.LIMIT, OrderKind.STOP_LIMIT})
_NEEDS_STOP = frozenset({OrderKind.STOP, OrderKind.STOP_LIMIT})


def refusal(
    request: OrderRequest,
    instruments: Mapping[str, Instrument],
    account: Account,
    marks: Mapping[str, float],
    open_orders: Iterable[WorkingOrder],
) -> str:
    """Why the venue cannot take this order, "" when it can."""
    instrument = instruments.get(request.symbol)
    if instrument is None:
        return f"unknown symbol {request.symbol}: this venue lists {', '.join(sorted(instruments)) or 'none'}"
    malformed = _malformed(request, instrument)
    if malformed or request.reduce_only:
        return malformed
    mark = marks.get(request.symbol)
    price = request.limit_price or request.stop_price or (decimal_from_float(mark) if mark else None)
    if price is None:
        return f"no price of {request.symbol} yet: a market order cannot be valued"
    notional = notional_at(instrument, request.quantity, price)
    if notional < instrument.min_notional:
        return f"notional {notional:f} is below the minimum {instrument.min_notional:f}"
    held = account.positions[request.symbol].quantity if request.symbol in account.positions else ZERO
    if instrument.kind is InstrumentKind.SPOT and request.side is Side.SELL and request.quantity > held:
        return f"spot cannot be short: sell {request.quantity:f}, held {held:f}"
    return _short_of_margin(request, price, instruments, account, marks, list(open_orders))


def _malformed(request: OrderRequest, instrument: Instrument) -> str:
    if not request.client_id:
        return "client id is empty"
    quantity = request.quantity
    if not quantity.is_finite() or quantity <= 0:
        return f"quantity {quantity} must be above 0"
    if _off_step(quantity, instrument.lot):
        return f"quantity {quantity:f} is not a multiple of the lot {instrument.lot:f}"
    if request.kind in _NEEDS_LIMIT and request.limit_price is None:
        return f"a {request.kind.value} order needs a limit price"
    if request.kind in _NEEDS_STOP and request.stop_price is None:
        return f"a {request.kind.value} order needs a stop price"
    for name in ("limit_price", "stop_price", "attached_stop_price"):
        price: Decimal | None = getattr(request, name)
        if price is None:
            continue
        label = name.replace("_", " ")
        if not price.is_finite() or price <= 0:
            return f"{label} {price} must be above 0"
        if _off_step(price, instrument.tick):
            return f"{label} {price:f} is not a multiple of the tick {instrument.tick:f}"
    if (request.attached_stop_price is None) is not (request.attached_stop_id == ""):
        return "an attached stop needs both its price and its client id"
    if request.attached_stop_id == request.client_id:
        return f"the attached stop has the client id of its order, {request.client_id}"
    if request.reduce_only and request.attached_stop_price is not None:
        return "a reduce-only order cannot carry an attached stop"
    return ""


def _off_step(value: Decimal, step: Decimal) -> bool:
    try:
        return value % step != 0
    except InvalidOperation:  # more steps than a Decimal has digits: no venue quotes such a number
        return True


def _short_of_margin(
    request: OrderRequest,
    price: Decimal,
    instruments: Mapping[str, Instrument],
    account: Account,
    marks: Mapping[str, float],
    open_orders: list[WorkingOrder],
) -> str:
    """Initial margin of positions and opening orders, with taker fees, against equity."""
    claims = [(o.request, _order_price(o.request, marks), o.remaining) for o in open_orders if not o.reduces]
    symbol = request.symbol
    before = _exposure(instruments[symbol], symbol, account, marks, claims)
    claims.append((request, price, request.quantity))
    if _exposure(instruments[symbol], symbol, account, marks, claims) <= before:
        return ""
    needed = ZERO
    for name in sorted({c[0].symbol for c in claims} | set(account.positions)):
        exposure = _exposure(instruments[name], name, account, marks, claims)
        needed += exposure / instruments[name].max_leverage
    for claim, at, quantity in claims:
        owner = instruments[claim.symbol]
        needed += notional_at(owner, quantity, at) * owner.taker_fee
    equity = account.equity(instruments, marks)
    if needed > equity:
        leverage = instruments[symbol].max_leverage
        return (
            f"insufficient margin: needs {needed:.2f} with fees at leverage {leverage:f}, equity {equity:.2f}"
        )
    return ""


def _order_price(request: OrderRequest, marks: Mapping[str, float]) -> Decimal:
    return request.limit_price or request.stop_price or decimal_from_float(marks[request.symbol])


def _exposure(
    instrument: Instrument,
    symbol: str,
    account: Account,
    marks: Mapping[str, float],
    claims: list[tuple[OrderRequest, Decimal, Decimal]],
) -> Decimal:
    """The larger notional that the symbol can reach when all its buys, or all its sells, fill."""
    held = ZERO
    if symbol in account.positions:
        held = notional_at(instrument, account.positions[symbol].quantity, decimal_from_float(marks[symbol]))
    asked = {Side.BUY: ZERO, Side.SELL: ZERO}
    for request, price, quantity in claims:
        if request.symbol == symbol:
            asked[request.side] += notional_at(instrument, quantity, price)
    return max(held + asked[Side.BUY], asked[Side.SELL] - held)
