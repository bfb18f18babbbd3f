"""Whether an order can only make a position smaller or safer.

Decides what passes while entries do not: protective stops, targets, exits, closes (semantics.md 6,
domain.md Y-36). Imports the model. Invariant: an order that passes cannot open, enlarge or turn a
position, and a protective stop that passes is nowhere wider than the one that works.
"""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.engine.risk.answers import passed, plain, refused
from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole
from ytc_tui.model.risk import Verdict
from ytc_tui.model.session import Gate

REDUCING_RULES = (
    "reduce_role",
    "reduce_only",
    "reduce_side",
    "reduce_size",
    "order_shape",
    "stop_never_wider",
)

_HALTED_ROLES = frozenset({OrderRole.PROTECTIVE_STOP, OrderRole.EXIT, OrderRole.FLATTEN})
_STOP_KINDS = frozenset({OrderKind.STOP, OrderKind.STOP_LIMIT})


def check_reducing(
    order: OrderRequest, position_qty: Decimal, gate: Gate, working_stop: Decimal | None
) -> Verdict:
    """The first check that refuses `order`, or a passing verdict. `position_qty` is signed, long > 0."""
    for check in (_role, _reduce_only, _side_and_size, _shape):
        refusal = check(order, position_qty, gate)
        if refusal is not None:
            return refusal
    if order.role is OrderRole.PROTECTIVE_STOP and working_stop is not None:
        return _never_wider(order, working_stop)
    return passed("reduce_only", f"{order.role.value} of {plain(order.quantity)} only reduces the position")


def _role(order: OrderRequest, position_qty: Decimal, gate: Gate) -> Verdict | None:
    if order.role is OrderRole.ENTRY:
        return refused("reduce_role", "an entry adds risk and needs an assessment")
    if gate is Gate.HALTED and order.role not in _HALTED_ROLES:
        return refused("reduce_role", f"gate is HALTED: no {order.role.value} orders")
    return None


def _reduce_only(order: OrderRequest, position_qty: Decimal, gate: Gate) -> Verdict | None:
    if not order.reduce_only:
        return refused("reduce_only", "the order is not marked reduce-only")
    if order.attached_stop_price is not None or order.attached_stop_id:
        return refused("reduce_only", "a reducing order carries no attached stop")
    return None


def _side_and_size(order: OrderRequest, position_qty: Decimal, gate: Gate) -> Verdict | None:
    if not position_qty.is_finite() or position_qty == ZERO:
        reason = f"position is {plain(position_qty)}, there is nothing to reduce"
        return refused("reduce_side", reason, position_qty, ZERO)
    if order.side is not (Side.SELL if position_qty > ZERO else Side.BUY):
        return refused(
            "reduce_side", f"a {order.side.value} order adds to a position of {plain(position_qty)}"
        )
    held = abs(position_qty)
    if not (order.quantity.is_finite() and ZERO < order.quantity <= held):
        reason = f"quantity {plain(order.quantity)} is not within the position of {plain(held)}"
        return refused("reduce_size", reason, order.quantity, held)
    return None


def _shape(order: OrderRequest, position_qty: Decimal, gate: Gate) -> Verdict | None:
    """A protective stop is a stop order without end, and nothing else is a stop order."""
    if (order.kind in _STOP_KINDS) != (order.role is OrderRole.PROTECTIVE_STOP):
        return refused("order_shape", f"a {order.role.value} order cannot be of kind {order.kind.value}")
    if order.role is not OrderRole.PROTECTIVE_STOP:
        return None
    stop = order.stop_price
    if stop is None or not stop.is_finite() or stop <= ZERO:
        return refused("order_shape", "a protective stop needs a stop price above 0")
    if order.expires_ns:
        return refused("order_shape", "a protective stop must not expire")
    return None


def _never_wider(order: OrderRequest, working_stop: Decimal) -> Verdict:
    stop = order.stop_price
    assert stop is not None  # _shape has refused it otherwise
    long = order.side is Side.SELL
    words = f"stop {plain(stop)}, working stop {plain(working_stop)}"
    wider = stop < working_stop if long else stop > working_stop
    if wider:
        reason = f"{words}: a stop of a {'long' if long else 'short'} never moves {'down' if long else 'up'}"
        return refused("stop_never_wider", reason, stop, working_stop)
    return passed("stop_never_wider", words, stop, working_stop)
