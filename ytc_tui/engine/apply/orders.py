"""Bookkeeping of orders, fills, positions and trades.

Imports the model only. Invariants: orders move by ORDER_TABLE, trades by TRADE_MOVES; position is
the sum of fills; a fill is booked once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import ORDER_TABLE, Fill, OrderRole, OrderState, OrderTrigger
from ytc_tui.model.state import ATTACHED, OrderRecord, State
from ytc_tui.model.tables import IllegalTransition, next_state
from ytc_tui.model.trades import TRADE_MOVES, ExitReason, Trade, TradeOutcome, TradeState, after_fill

OrderEvent = (
    ev.OrderIntended
    | ev.OrderAcknowledged
    | ev.StopAttached
    | ev.OrderRejected
    | ev.OrderLost
    | ev.CancelAsked
    | ev.CancelRefused
    | ev.OrderCanceled
    | ev.OrderExpired
    | ev.FillBooked
    | ev.FillRepeated
    | ev.TradePlanned
    | ev.TradeMoved
    | ev.StopTightened
    | ev.TargetMoved
    | ev.ReplacementAsked
    | ev.TradeClosed
)


def apply_order(state: State, event: OrderEvent, at_ns: int) -> None:
    match event:
        case ev.OrderIntended():
            state.orders[event.order.client_id] = OrderRecord(
                event.order,
                OrderState.INTENT,
                event.trade_id,
                event.decision_id,
                event.reason,
                event.note,
                event.approval_id,
                at_ns,
                at_ns,
            )
            state.working[event.order.client_id] = 1
            recent = tuple(at for at in state.order_times_ns if at > at_ns - NS_PER_MIN)
            state.order_times_ns = (*recent, at_ns)
            if event.order.role is OrderRole.TARGET:
                _replaced(state, event.trade_id)
        case ev.StopAttached():
            _attach_stop(state, event, at_ns)
        case ev.OrderAcknowledged():
            record = _move(state, event.client_id, OrderTrigger.ACK, at_ns)
            record.venue_order_id = event.venue_order_id
            state.rejects_in_row = 0
        case ev.OrderRejected():
            _move(state, event.client_id, OrderTrigger.REJECT, at_ns).detail = event.reason
            state.rejects_in_row += 1
        case ev.OrderLost():
            _move(state, event.client_id, OrderTrigger.LOSE, at_ns).detail = event.reason
        case ev.CancelAsked():
            if state.orders[event.client_id].state is OrderState.INTENT:
                # Its answer is still out: it was sent, or is sent before this cancel.
                _move(state, event.client_id, OrderTrigger.SEND, at_ns)
            record = _move(state, event.client_id, OrderTrigger.CANCEL_ASKED, at_ns)
            record.detail, record.cancel_ns = event.reason, at_ns
        case ev.CancelRefused():
            record = _move(state, event.client_id, OrderTrigger.CANCEL_REFUSED, at_ns)
            record.detail, record.cancel_ns = event.reason, 0  # it may be asked again
        case ev.OrderCanceled():
            _move(state, event.client_id, OrderTrigger.CANCEL_DONE, at_ns).detail = event.reason
        case ev.OrderExpired():
            _move(state, event.client_id, OrderTrigger.EXPIRE, at_ns)
        case ev.FillBooked():
            _book_fill(state, event, at_ns)
        case ev.FillRepeated():
            state.errors_by_type["duplicate_fill"] = state.errors_by_type.get("duplicate_fill", 0) + 1
        case ev.TradePlanned():
            state.trades[event.trade.trade_id] = event.trade
        case ev.TradeMoved():
            _move_trade(state, event.trade_id, event.after)
        case ev.StopTightened():
            trade = state.trades[event.trade_id]
            state.trades[event.trade_id] = replace(trade, stop=event.after, stop_basis=event.basis)
        case ev.TargetMoved(trade_id):
            trade = state.trades[trade_id]
            moved = replace(trade, t1=event.after) if event.part == 1 else replace(trade, t2=event.after)
            state.trades[trade_id] = moved
        case ev.ReplacementAsked():
            state.replacing[event.client_id] = event.trade_id
        case ev.TradeClosed():
            _close_trade(state, event, at_ns)
            _replaced(state, event.trade_id)
        case _:
            assert_never(event)


def _replaced(state: State, trade_id: str) -> None:
    """The targets that are gone have their successors, or none is needed any more."""
    for client_id, owner in list(state.replacing.items()):
        if owner == trade_id and not state.orders[client_id].working:
            del state.replacing[client_id]


def _attach_stop(state: State, event: ev.StopAttached, at_ns: int) -> None:
    record = state.orders.get(event.order.client_id)
    if record is None:
        trade = state.trades.get(event.trade_id)
        decision_id = trade.decision_id if trade else ""
        order, reason = event.order, ExitReason.STOP
        state.orders[order.client_id] = OrderRecord(
            order, OrderState.ACKED, event.trade_id, decision_id, reason, ATTACHED, "", at_ns, at_ns,
            venue_order_id=event.venue_order_id,
        )  # fmt: skip
        state.working[order.client_id] = 1
    else:
        record.request = event.order
        record.updated_ns = at_ns
        if record.state is OrderState.FILLED and record.remaining:
            # It was filled as far as it had been told, and has grown since.
            record.state = OrderState.PARTIAL
            state.working[record.request.client_id] = 1


def _move(state: State, client_id: str, trigger: OrderTrigger, at_ns: int) -> OrderRecord:
    record = state.orders[client_id]
    after = next_state(ORDER_TABLE, record.state, trigger)
    if after is OrderState.ACKED and record.filled > ZERO:
        after = OrderState.PARTIAL
    record.state = after
    record.updated_ns = at_ns
    if not record.working:
        state.working.pop(client_id, None)
    return record


def _book_fill(state: State, event: ev.FillBooked, at_ns: int) -> None:
    fill = event.fill
    state.fill_ids[fill.venue_fill_id] = at_ns
    position, realised = after_fill(
        state.position(fill.symbol, event.contract_size), fill.side, fill.quantity, fill.price
    )
    if realised != event.realised:
        raise ValueError(
            f"fill {fill.venue_fill_id}: realised {event.realised} was journalled, is {realised}"
        )
    if position.quantity:
        state.positions[fill.symbol] = position
    else:
        state.positions.pop(fill.symbol, None)
    state.wallet += realised - fill.fee
    state.fees_paid += fill.fee
    record = state.orders.get(fill.client_id)
    if record is not None:
        record.filled += fill.quantity
        record.notional += fill.quantity * fill.price * event.contract_size
        complete = record.filled >= record.request.quantity
        trigger = OrderTrigger.FILL_REST if complete else OrderTrigger.FILL_PART
        # A fill that no order of ours should have is booked all the same; its state stays as it ended.
        if (record.state, trigger) in ORDER_TABLE:
            _move(state, fill.client_id, trigger, at_ns)
    trade = state.trades.get(event.trade_id)
    if trade is not None:
        is_entry = record is not None and record.request.role is OrderRole.ENTRY
        state.trades[event.trade_id] = _trade_with_fill(trade, fill, event, is_entry, at_ns)


def _trade_with_fill(trade: Trade, fill: Fill, event: ev.FillBooked, is_entry: bool, at_ns: int) -> Trade:
    notional = fill.quantity * fill.price * event.contract_size
    if is_entry:
        return replace(
            trade,
            entered_quantity=trade.entered_quantity + fill.quantity,
            entry_notional=trade.entry_notional + notional,
            fees=trade.fees + fill.fee,
            realised=trade.realised + event.realised,
            opened_ns=trade.opened_ns or at_ns,
        )
    return replace(
        trade,
        exited_quantity=trade.exited_quantity + fill.quantity,
        exit_notional=trade.exit_notional + notional,
        fees=trade.fees + fill.fee,
        realised=trade.realised + event.realised,
    )


def _move_trade(state: State, trade_id: str, after: TradeState) -> None:
    trade = state.trades[trade_id]
    if (trade.state, after) not in TRADE_MOVES:
        raise IllegalTransition(f"trade {trade_id}: {trade.state} does not become {after}")
    first_fill = trade.state in (TradeState.PENDING_ENTRY, TradeState.NOT_ENTERED)
    if first_fill and after in (TradeState.PARTIALLY_FILLED, TradeState.IN_POSITION):
        state.trades_taken += 1
    state.trades[trade_id] = replace(trade, state=after)


def _close_trade(state: State, event: ev.TradeClosed, at_ns: int) -> None:
    _move_trade(state, event.trade_id, event.state)
    state.trades[event.trade_id] = replace(
        state.trades[event.trade_id],
        closed_ns=at_ns,
        exit_reason=event.exit_reason,
        r_multiple=event.r_multiple,
        mae_r=event.mae_r,
        mfe_r=event.mfe_r,
    )
    match event.outcome:
        case TradeOutcome.BREAKEVEN:
            state.breakevens += 1
        case TradeOutcome.WIN:
            state.wins += 1
            state.consecutive_losses = 0
        case TradeOutcome.LOSS:
            state.losses += 1
            state.consecutive_losses += 1
        case _:
            assert_never(event.outcome)
