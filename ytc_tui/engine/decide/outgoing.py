"""Risk-reducing orders on their way out: built, passed through the gate, and intended.

Decides the shape of stops, targets and closes. Imports the gate, ids, the situation and the model.
Invariant: every order here is reduce-only and was approved by the gate; a refusal is an alert.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.ids import client_order_id
from ytc_tui.engine.risk.gate import ApprovedOrder, approve_reducing
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.money import ZERO, price_ceiling, price_floor
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole, OrderState
from ytc_tui.model.state import ATTACHED, OrderRecord
from ytc_tui.model.trades import ExitReason, Trade

# A cancel is idempotent: it is repeated while unconfirmed, but not on every point of the path.
_CANCEL_REPEAT_NS = 30 * NS_PER_S


def intend_stop(
    sit: Situation, trade: Trade, stop: Decimal, basis: ExitReason, note: str
) -> Iterator[ev.Event]:
    """A new protective stop for all that `trade` holds; it is in force, and the old one goes, once the
    venue works it (`decide_stop_acknowledged`)."""
    held = sit.state.position(trade.symbol).quantity
    tick = sit.market.instruments[trade.symbol].tick
    # Toward the market, so that rounding never widens the stop.
    price = price_ceiling(stop, tick) if trade.side is Side.BUY else price_floor(stop, tick)
    order = OrderRequest(
        client_id=_leg_id(sit, trade.decision_id, OrderRole.PROTECTIVE_STOP),
        symbol=trade.symbol,
        side=trade.side.opposite,
        kind=OrderKind.STOP,
        role=OrderRole.PROTECTIVE_STOP,
        quantity=abs(held),
        stop_price=price,
        reduce_only=True,
    )
    answer = approve_reducing(order, held, sit.state.gate, trade.stop)
    if not isinstance(answer, ApprovedOrder):
        yield _refused(trade.symbol, order, answer.reason)
        return
    yield _intended(answer, trade.trade_id, trade.decision_id, basis, note)


def intend_target(
    sit: Situation, trade: Trade, price: Decimal, quantity: Decimal, part: str, note: str = ""
) -> Iterator[ev.Event]:
    """A reduce-only limit that takes profit on `quantity` of `part` (T1 or T2) at `price`."""
    tick = sit.market.instruments[trade.symbol].tick
    rounded = price_floor(price, tick) if trade.side is Side.BUY else price_ceiling(price, tick)
    order = OrderRequest(
        client_id=_leg_id(sit, trade.decision_id, OrderRole.TARGET, part),
        symbol=trade.symbol,
        side=trade.side.opposite,
        kind=OrderKind.LIMIT,
        role=OrderRole.TARGET,
        quantity=quantity,
        limit_price=rounded,
        reduce_only=True,
    )
    answer = approve_reducing(order, sit.state.position(trade.symbol).quantity, sit.state.gate)
    if isinstance(answer, ApprovedOrder):
        told = f"{part} {note}".rstrip()
        yield _intended(answer, trade.trade_id, trade.decision_id, ExitReason.TARGET, told)
    else:
        yield _refused(trade.symbol, order, answer.reason)


def intend_close(
    sit: Situation,
    symbol: str,
    role: OrderRole,
    reason: ExitReason,
    note: str,
    quantity: Decimal | None = None,
) -> Iterator[ev.Event]:
    """A reduce-only market order for `quantity` of what is open on `symbol`, all of it where None."""
    held = sit.state.position(symbol).quantity
    trade_id, decision = closes_what(sit, symbol)
    order = OrderRequest(
        client_id=_leg_id(sit, decision, role),
        symbol=symbol,
        side=Side.SELL if held > ZERO else Side.BUY,
        kind=OrderKind.MARKET,
        role=role,
        quantity=abs(held) if quantity is None else quantity,
        reduce_only=True,
    )
    answer = approve_reducing(order, held, sit.state.gate)
    if isinstance(answer, ApprovedOrder):
        yield _intended(answer, trade_id, decision, reason, note)
    else:
        yield _refused(symbol, order, answer.reason)


def stop_entering(sit: Situation, trade: Trade, reason: str) -> Iterator[ev.Event]:
    """The cancel of what has not filled of `trade`'s entry."""
    for entry in sit.state.working_orders(trade.symbol, OrderRole.ENTRY):
        if entry.trade_id == trade.trade_id and not entry.cancel_ns:
            yield ev.CancelAsked(entry.request.client_id, reason)


def closes_what(sit: Situation, symbol: str) -> tuple[str, str]:
    """The trade and the decision that a close of `symbol` belongs to."""
    trade = sit.trade_on(symbol)
    return (trade.trade_id, trade.decision_id) if trade is not None else ("", f"close-{symbol}")


def cancel_all(sit: Situation, roles: tuple[OrderRole, ...], reason: str) -> Iterator[ev.Event]:
    """Cancels of every working order in `roles`; one asked for lately is not repeated, and a stop that
    tells of a fill not told yet stays with what it protects."""
    for record in sit.state.working_orders():
        asked = record.state in (OrderState.CANCELING, OrderState.UNKNOWN) and record.cancel_ns
        lately = asked and sit.at_ns - record.cancel_ns < _CANCEL_REPEAT_NS
        if record.request.role in roles and not lately and not _tells_of_a_fill(sit, record):
            yield ev.CancelAsked(record.request.client_id, reason)


def _tells_of_a_fill(sit: Situation, record: OrderRecord) -> bool:
    """Whether it is an attached stop, alive by a fill of its entry that is not booked yet."""
    trade = sit.state.trades.get(record.trade_id)
    return record.note == ATTACHED and trade is not None and trade.entered_quantity == ZERO


def stop_unanswered(sit: Situation, symbol: str) -> bool:
    """Whether a protective stop is on its way of which the venue has not said that it works."""
    return any(
        record.state in (OrderState.INTENT, OrderState.SENT, OrderState.UNKNOWN)
        for record in sit.state.working_orders(symbol, OrderRole.PROTECTIVE_STOP)
    )


def has_working(sit: Situation, symbol: str, role: OrderRole) -> bool:
    return bool(sit.state.working_orders(symbol, role))


def _leg_id(sit: Situation, decision: str, role: OrderRole, part: str = "") -> str:
    """The next client id of this decision and role: the leg counts the orders before it.

    `part` tells orders of one role apart that are decided in one step, before either is counted.
    """
    number = 1 + sum(
        1
        for record in sit.state.orders.values()
        if record.decision_id == decision and record.request.role is role
    )
    policy = sit.policy
    leg = f"{role}-{part}-{number}" if part else f"{role}-{number}"
    return client_order_id(policy.install_id, policy.account_id, sit.state.session_id, decision, leg)


def _intended(
    approved: ApprovedOrder, trade_id: str, decision_id: str, reason: ExitReason, note: str
) -> ev.OrderIntended:
    return ev.OrderIntended(approved.order, trade_id, decision_id, approved.approval_id, reason, note)


def _refused(symbol: str, order: OrderRequest, reason: str) -> ev.AlertRaised:
    return alert(f"gate-{symbol}-{order.role}", "reducing_refused", f"{order.role} {symbol}: {reason}")
