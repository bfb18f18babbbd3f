"""Bookkeeping of what was done without this engine's journal: by a guard, or while it was away. Imports the
model only.

Invariant: such an order is UNKNOWN until the venue says what became of it.
"""

from __future__ import annotations

from typing import assert_never

from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.state import OrderRecord, State
from ytc_tui.model.trades import ExitReason

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
    name, trade_id, decision_id = event.order.client_id, event.trade_id, event.decision_id
    state.orders[name] = OrderRecord(
        event.order, OrderState.UNKNOWN, trade_id, decision_id, reason, note, approval_id, at_ns, at_ns
    )
    state.working[name] = 1
