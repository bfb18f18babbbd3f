"""Bookkeeping of what a guard did. Imports the model only.

Invariant: an order of the guard's is UNKNOWN until the venue says what became of it.
"""

from __future__ import annotations

from typing import assert_never

from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderState
from ytc_tui.model.state import OrderRecord, State
from ytc_tui.model.trades import ExitReason


def apply_guard(state: State, event: ev.GuardHalted | ev.GuardOrdered | ev.HaltCleared, at_ns: int) -> None:
    match event:
        case ev.GuardHalted(epoch, _, reason):
            state.halt_epoch, state.halted = epoch, reason
        case ev.GuardOrdered(order, trade_id, decision_id, epoch):
            state.orders[order.client_id] = OrderRecord(
                order,
                OrderState.UNKNOWN,
                trade_id,
                decision_id,
                ExitReason.EMERGENCY,
                "sent by the guard",
                f"guard-{epoch}",
                at_ns,
                at_ns,
            )
            state.working[order.client_id] = 1
        case ev.HaltCleared():
            state.halted = ""
        case _:
            assert_never(event)
