"""Bookkeeping of what was done without this engine's journal: by a guard, or while it was away. Imports the
model only.

Invariant: such an order is UNKNOWN until the venue says what became of it.
"""

from __future__ import annotations

from typing import assert_never

from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderRequest, OrderRole, OrderState
from ytc_tui.model.state import OrderRecord, State
from ytc_tui.model.trades import ExitReason, Trade

# A stop's reason is its trade's.
_REASONS = {
    OrderRole.TARGET: ExitReason.TARGET,
    OrderRole.EXIT: ExitReason.EMERGENCY,
    OrderRole.FLATTEN: ExitReason.EMERGENCY,
}
UnjournalledEvent = ev.GuardHalted | ev.GuardOrdered | ev.HaltCleared | ev.EmergencyOrdered


def apply_unjournalled(state: State, event: UnjournalledEvent, at_ns: int) -> None:
    match event:
        case ev.GuardHalted(epoch, _, reason):
            state.halt_epoch, state.halted = epoch, reason
        case ev.GuardOrdered(epoch=epoch):
            _take_up(state, event, ExitReason.EMERGENCY, "sent by the guard", f"guard-{epoch}", at_ns)
        case ev.EmergencyOrdered(order):
            why = "sent while the journal was away"
            _take_up(state, event, _REASONS.get(order.role), why, "emergency", at_ns)
        case ev.HaltCleared():
            state.halted = ""
        case _:
            assert_never(event)


def _take_up(
    state: State,
    event: ev.GuardOrdered | ev.EmergencyOrdered,
    reason: ExitReason | None,
    note: str,
    approval_id: str,
    at_ns: int,
) -> None:
    order, trade_id, decision_id = event.order, event.trade_id, event.decision_id
    name = order.client_id
    if order.role is OrderRole.TARGET:
        note = f"{_part(state.trades.get(trade_id), order)} {note}"
    state.orders[name] = OrderRecord(
        order, OrderState.UNKNOWN, trade_id, decision_id, reason, note, approval_id, at_ns, at_ns
    )
    state.working[name] = 1


def _part(trade: Trade | None, target: OrderRequest) -> str:
    """The part of `trade` that `target` takes, by the nearer price: what was sent tells no more."""
    price = target.limit_price
    if trade is None or trade.t2 is None or price is None:
        return "T1"
    return "T1" if abs(price - trade.t1) <= abs(price - trade.t2) else "T2"
