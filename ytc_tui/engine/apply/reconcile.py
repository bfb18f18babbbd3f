"""Bookkeeping of differences with the venue and of what was adopted.

Imports the model only. Invariants: a difference keeps the instant at which it was first found; what is
adopted leaves the list; no result is booked without a fill, but for money that is missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO
from ytc_tui.model.state import Discrepancy, ExternalOrder, State
from ytc_tui.model.trades import Position


def apply_reconcile(state: State, event: ev.DifferenceEvent, at_ns: int) -> None:
    match event:
        case ev.DiscrepancyFound():
            known = state.discrepancies.get(event.discrepancy_id)
            state.discrepancies[event.discrepancy_id] = Discrepancy(
                event.kind,
                event.symbol,
                event.ours,
                event.theirs,
                event.client_id,
                event.quantity,
                event.price,
                found_ns=known.found_ns if known is not None else at_ns,
            )
            return
        case ev.DiscrepancyIgnored():
            state.discrepancies[event.discrepancy_id].ignored_until_ns = event.until_ns
            return
        case ev.ExternalCancelAsked():
            state.discrepancies[event.discrepancy_id].cancel_ns = at_ns
            return
        case ev.DiscrepancyResolved():
            state.external_orders.pop(event.discrepancy_id, None)
        case ev.PositionAdopted():
            _adopt_position(state, event)
        case ev.WalletAdopted():
            state.wallet += event.booked
            state.external_money += event.external
        case ev.ExternalOrderAdopted():
            adopted = ExternalOrder(event.client_id, event.symbol, event.quantity, event.price)
            state.external_orders[event.discrepancy_id] = adopted
        case ev.OrderLinked():
            state.links[event.client_id] = event.order_id
        case _:
            assert_never(event)
    state.discrepancies.pop(event.discrepancy_id, None)


def _adopt_position(state: State, event: ev.PositionAdopted) -> None:
    if event.quantity:
        state.positions[event.symbol] = Position(
            event.symbol, event.quantity, event.cost, event.contract_size
        )
    else:
        state.positions.pop(event.symbol, None)
    if event.released > ZERO:
        trade = state.trades[event.trade_id]
        price = trade.entry_notional / trade.entered_quantity
        state.trades[event.trade_id] = replace(
            trade,
            exited_quantity=trade.exited_quantity + event.released,
            exit_notional=trade.exit_notional + event.released * price,
        )
