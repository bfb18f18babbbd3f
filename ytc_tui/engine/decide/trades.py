"""The life of a trade after its entry was sent: stops, targets, close, result.

Decides what fills and order ends mean for a trade (domain.md 2.10, Y-43). Invariants: stops only
tighten; after every change all open quantity is covered, or the trade is UNPROTECTED with an alarm.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.decide.coverage import covered, decide_coverage
from ytc_tui.engine.decide.flatten import flattening
from ytc_tui.engine.decide.outgoing import has_working, intend_close, stop_entering
from ytc_tui.engine.decide.targets import part_of, place_targets
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.state import ATTACHED, OrderRecord
from ytc_tui.model.trades import (
    ENDED_TRADE_STATES,
    OPEN_TRADE_STATES,
    ExitReason,
    Trade,
    TradeState,
    outcome_of,
)

PENDING = (TradeState.PENDING_ENTRY, TradeState.NOT_ENTERED)
FILLING = (*PENDING, TradeState.PARTIALLY_FILLED)
_DECIDED = Decimal("0.0001")


def decide_fill(sit: Situation, event: ev.FillBooked) -> Iterator[ev.Event]:
    """What a booked fill does to its trade."""
    trade = sit.state.trades.get(event.trade_id)
    if trade is None:
        return
    record = sit.state.orders.get(event.fill.client_id)
    if record is not None and record.request.role is OrderRole.ENTRY:
        yield from _entered(sit, trade, record)
    elif _is_over(sit, trade) and trade.state not in PENDING:
        if trade.state in ENDED_TRADE_STATES:
            yield from decide_orphans(sit)
        elif has_working(sit, trade.symbol, OrderRole.ENTRY):
            yield from stop_entering(sit, trade, "the part that was filled is closed")
        else:
            yield from _closed(sit, trade, record, event.fill.price)
    elif record is not None and _closed_too_little(sit, trade, record):
        note = f"{trade.open_quantity} was entered meanwhile"
        reason = record.reason or ExitReason.MANUAL
        yield from intend_close(sit, trade.symbol, OrderRole.EXIT, reason, note)
    elif trade.state is TradeState.IN_POSITION and _first_target(record):
        yield ev.TradeMoved(trade.trade_id, trade.state, TradeState.T1_HIT, "T1 filled")
    elif record is not None and _is_tighter(trade, record):
        # Part of it was filled before anybody told that it works.
        yield from decide_stop_acknowledged(sit, event.fill.client_id)


def _is_over(sit: Situation, trade: Trade) -> bool:
    """Whether nothing of it is open. What closed more than it held, closed somebody else's beside it."""
    if trade.open_quantity < ZERO:
        return trade.symbol not in sit.state.positions
    return trade.open_quantity == ZERO


def _closed_too_little(sit: Situation, trade: Trade, record: OrderRecord) -> bool:
    """Whether `record`, the close of all there was, is filled, and its entry had filled on meanwhile."""
    if record.request.role is not OrderRole.EXIT or record.working or trade.state is not TradeState.CLOSING:
        return False
    return not flattening(sit) and not has_working(sit, trade.symbol, OrderRole.EXIT)


def _is_tighter(trade: Trade, record: OrderRecord) -> bool:
    price = record.request.stop_price
    return price is not None and (price - trade.stop) * trade.side.sign > ZERO


def _first_target(record: OrderRecord | None) -> bool:
    if record is None or record.request.role is not OrderRole.TARGET:
        return False
    return part_of(record) == "T1" and record.state is OrderState.FILLED


def _entered(sit: Situation, trade: Trade, record: OrderRecord) -> Iterator[ev.Event]:
    if trade.state in ENDED_TRADE_STATES and trade.state not in PENDING:
        if not flattening(sit):
            yield from decide_coverage(sit)
        return
    # A fill that comes after the order's end is all that there will be.
    complete = not record.working
    after = TradeState.IN_POSITION if complete else TradeState.PARTIALLY_FILLED
    if trade.state in FILLING and trade.state is not after:
        yield ev.TradeMoved(trade.trade_id, trade.state, after, "entry filled")
    elif not flattening(sit):
        # It may have outgrown a stop that was tightened before; a move is followed by this of itself.
        yield from decide_coverage(sit)
    if complete and trade.open_quantity == ZERO:
        # Its exit was told before it.
        yield from _closed_by_exits(sit, trade, record)
    elif complete:
        yield from place_targets(sit, trade)


def decide_entry_ended(sit: Situation, client_id: str, reason: str) -> Iterator[ev.Event]:
    """An entry order that will not fill further: the trade goes on with what it has, or was not entered."""
    record = sit.state.orders[client_id]
    trade = sit.state.trades.get(record.trade_id)
    if trade is None or record.request.role is not OrderRole.ENTRY:
        return
    untold = trade.exited_quantity != ZERO  # fills of it, for what it brought was closed already
    if trade.state is TradeState.PENDING_ENTRY and trade.entered_quantity == ZERO and not untold:
        yield ev.TradeMoved(trade.trade_id, trade.state, TradeState.NOT_ENTERED, reason)
    elif trade.state in OPEN_TRADE_STATES and trade.open_quantity == ZERO:
        yield from _closed_by_exits(sit, trade, record)
    elif trade.state in OPEN_TRADE_STATES:
        if trade.state is TradeState.PARTIALLY_FILLED:
            yield ev.TradeMoved(trade.trade_id, trade.state, TradeState.IN_POSITION, f"entry ended: {reason}")
        yield from place_targets(sit, trade)


def _closed_by_exits(sit: Situation, trade: Trade, entry: OrderRecord) -> Iterator[ev.Event]:
    """The close of a trade that is flat by now: its last exit, at the mean price of all."""
    exits = [
        other
        for other in sit.state.orders.values()
        if other.trade_id == trade.trade_id and other.filled and other is not entry
    ]
    last = max(exits, key=lambda other: other.updated_ns, default=None)
    price = trade.exit_notional / trade.exited_quantity / trade.contract_size
    yield from _closed(sit, trade, last, price)


def decide_orphans(sit: Situation) -> Iterator[ev.Event]:
    """Orders whose trade has ended, or whose part that was filled is closed, are asked to go, again where a
    cancel was refused."""
    for record in sit.state.working_orders():
        trade = sit.state.trades.get(record.trade_id)
        if trade is None or record.cancel_ns or not trade.entered_quantity or trade.open_quantity:
            continue
        if trade.state in ENDED_TRADE_STATES or record.request.role is OrderRole.ENTRY:
            yield ev.CancelAsked(record.request.client_id, "trade closed")


def decide_stop_attached(sit: Situation, client_id: str) -> Iterator[ev.Event]:
    """The stop of an entry came to life or grew: told out of order, it may find its trade ended, or cover
    less than was thought."""
    record = sit.state.orders[client_id]
    trade = sit.state.trades.get(record.trade_id)
    if trade is not None and trade.state in ENDED_TRADE_STATES:
        if trade.entered_quantity and record.working and not record.cancel_ns:
            yield ev.CancelAsked(client_id, "trade closed")
    elif not flattening(sit):
        yield from decide_coverage(sit)


def decide_stop_acknowledged(sit: Situation, client_id: str) -> Iterator[ev.Event]:
    """A stop of ours works: it is in force unless a tighter one is, and the stops that it replaces go."""
    record = sit.state.orders[client_id]
    trade, price = sit.state.trades.get(record.trade_id), record.request.stop_price
    if record.request.role is not OrderRole.PROTECTIVE_STOP or record.note == ATTACHED:
        return
    if trade is None or price is None or not record.working:
        return
    if (price - trade.stop) * trade.side.sign < ZERO:
        if covered(sit, trade) - record.remaining >= trade.open_quantity:
            yield ev.CancelAsked(client_id, "a tighter stop works already")
        return
    basis = record.reason or trade.stop_basis
    yield ev.StopTightened(trade.trade_id, trade.stop, price, basis, client_id)
    if record.remaining < trade.open_quantity:
        # Alone it does not cover what has been filled since it was sent.
        return
    for other in sit.state.working_orders(record.request.symbol, OrderRole.PROTECTIVE_STOP):
        if (
            other is not record
            and other.trade_id == record.trade_id
            and other.state is not OrderState.CANCELING
        ):
            yield ev.CancelAsked(other.request.client_id, "replaced by a tighter stop")


def close_external(sit: Situation, trade: Trade) -> Iterator[ev.Event]:
    """The end of a trade that holds nothing any more, though no fill of ours closed it."""
    price = trade.exit_notional / trade.exited_quantity / trade.contract_size
    yield from _closed(sit, trade, None, price, ExitReason.EXTERNAL)


def _closed(
    sit: Situation,
    trade: Trade,
    record: OrderRecord | None,
    price: Decimal,
    reason: ExitReason | None = None,
) -> Iterator[ev.Event]:
    if trade.state in ENDED_TRADE_STATES and trade.state not in PENDING:
        return
    reason = reason or _exit_reason(trade, record)
    state = TradeState.FULLY_CLOSED
    if reason is ExitReason.STOP:
        state = TradeState.STOPPED_OUT
    elif reason is ExitReason.SCRATCH:
        state = TradeState.SCRATCHED
    mae, mfe = excursion_r(sit, trade, price)
    pnl = trade.net_pnl
    r_multiple = (pnl / trade.risk_money).quantize(_DECIDED)
    outcome = outcome_of(r_multiple, sit.policy.management.breakeven_band_r)
    yield ev.TradeClosed(trade.trade_id, state, reason, pnl, r_multiple, mae, mfe, outcome)
    for other in sit.state.working_orders(trade.symbol):
        if other.trade_id == trade.trade_id and other.state is not OrderState.CANCELING:
            yield ev.CancelAsked(other.request.client_id, "trade closed")


def _exit_reason(trade: Trade, record: OrderRecord | None) -> ExitReason:
    if record is None:
        return ExitReason.LIQUIDATION
    if record.request.role is OrderRole.PROTECTIVE_STOP:
        return ExitReason.STOP if record.note == ATTACHED else record.reason or trade.stop_basis
    return record.reason or ExitReason.MANUAL


def excursion_r(sit: Situation, trade: Trade, last: Decimal) -> tuple[Decimal, Decimal]:
    """Maximum adverse and favourable excursion in R of the price move (adverse <= 0 <= favourable).

    Measured over bars (see MarketView.excursion), in units of the initial stop distance.
    """
    entry = trade.entry_price
    extremes = sit.market.excursion(trade)
    if entry is None or extremes is None:
        return ZERO, ZERO
    distance = abs(entry - trade.initial_stop)
    if distance == ZERO:
        return ZERO, ZERO
    low, high = (Decimal(repr(price)) for price in extremes)
    low, high = min(low, last), max(high, last)
    adverse, favourable = (
        (low - entry, high - entry) if trade.side is Side.BUY else (entry - high, entry - low)
    )
    return (
        min(ZERO, adverse / distance).quantize(_DECIDED),
        max(ZERO, favourable / distance).quantize(_DECIDED),
    )


def decide_close_failed(sit: Situation, client_id: str) -> Iterator[ev.Event]:
    """A close ended and left the trade open: said, and asked for again by exit execution."""
    record = sit.state.orders[client_id]
    trade = sit.state.trades.get(record.trade_id)
    if trade is None or trade.state is not TradeState.CLOSING or trade.open_quantity <= ZERO:
        return
    if flattening(sit) or has_working(sit, trade.symbol, OrderRole.EXIT):
        return
    why = f"close {client_id} ended {record.state}"
    yield ev.TradeMoved(trade.trade_id, trade.state, TradeState.CLOSE_FAILED, why)
    message = f"{trade.symbol} {trade.open_quantity} is still open: {why}; it is asked for again"
    yield alert(f"close-{trade.trade_id}", "close_failed", message)


def closing_for(sit: Situation, trade: Trade) -> ExitReason | None:
    """What the newest close of `trade` was sent for; None where there is none."""
    closes = [
        record.reason
        for record in sit.state.orders.values()
        if record.trade_id == trade.trade_id and record.request.role is OrderRole.EXIT
    ]
    return closes[-1] if closes else None


def decide_hole(sit: Situation) -> Iterator[ev.Event]:
    """A position held across a hole of the data that is too long is closed at the first price."""
    if flattening(sit):
        return
    for trade in sit.state.open_trades():
        gap_ns = sit.market.gap_of(trade.symbol)
        if gap_ns > sit.policy.position_hole_ns and not has_working(sit, trade.symbol, OrderRole.EXIT):
            note = f"hole of {gap_ns // NS_PER_MIN} min in the data"
            yield from stop_entering(sit, trade, note)
            yield from intend_close(sit, trade.symbol, OrderRole.EXIT, ExitReason.DATA_GAP, note)
