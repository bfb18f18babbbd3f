"""The operator's hand on one position: close, stop, target, cancel one order (semantics.md 6).

Decides when each is refused, with the numbers, and what it leads to. Imports the outgoing orders, targets,
the situation, the method's breakeven price and the model. Invariants: nothing here adds risk, a stop only
tightens, and a refusal changes nothing; what is sent passes the gate and its note begins with MANUAL.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import assert_never

from ytc_tui.analysis.exits.ytc import breakeven_price
from ytc_tui.engine.decide.outgoing import (
    has_working,
    intend_close,
    intend_stop,
    intend_target,
    stop_entering,
)
from ytc_tui.engine.decide.targets import free_quantity, make_way, part_of, part_one_taken, working_targets
from ytc_tui.engine.risk.answers import plain
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import ClosePart, Command, MoveStop, MoveTarget
from ytc_tui.model.market import Side
from ytc_tui.model.money import HUNDRED, ZERO, floor_to_step, price_ceiling, price_floor
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import Gate
from ytc_tui.model.state import OrderRecord
from ytc_tui.model.trades import MANUAL, OPEN_TRADE_STATES, ExitReason, Trade, TradeState

HandAction = ClosePart | MoveStop | MoveTarget
_UNANSWERED = (OrderState.INTENT, OrderState.SENT, OrderState.UNKNOWN)


def note_of(command: Command) -> str:
    """How an order by hand says whose it is, e.g. `MANUAL close T0001 50 % by ada: too fast`."""
    why = f": {command.reason}" if command.reason else ""
    return f"{MANUAL} {command.words} by {command.actor}{why}"


def hand_refusal(sit: Situation, command: Command, action: HandAction) -> str:
    """Why `action` on the trade that `command` names cannot be done now; empty when it can."""
    trade = open_trade(sit, command.target)
    if isinstance(trade, str):
        return trade
    closing = _closing(sit, trade)
    if closing is not None:
        request = closing.request
        return f"{trade.trade_id} is being closed already: {request.role} {request.client_id} {closing.state}"
    match action:
        case ClosePart():
            return _close_refusal(sit, trade, action)
        case MoveStop():
            return _stop_refusal(sit, trade, action)
        case MoveTarget():
            return _target_refusal(sit, trade, action)
        case _:
            assert_never(action)


def decide_hand(sit: Situation, command: Command, action: HandAction) -> Iterator[ev.Event]:
    """The events of an action that `hand_refusal` does not refuse."""
    trade = open_trade(sit, command.target)
    if isinstance(trade, str):
        raise ValueError(trade)
    note = note_of(command)
    match action:
        case ClosePart():
            yield from _close(sit, trade, action, note)
        case MoveStop(price):
            basis = ExitReason.BREAKEVEN_STOP if price is None else ExitReason.MANUAL
            yield from intend_stop(sit, trade, _stop_price(sit, trade, action), basis, note)
        case MoveTarget():
            yield from _move_target(sit, trade, action, note)
        case _:
            assert_never(action)


def open_trade(sit: Situation, target: str) -> Trade | str:
    """The open trade that `target` names by its id or its symbol, or why there is none."""
    state, name = sit.state, target.strip().upper()
    trade = state.trades.get(name) or sit.trade_on(name)
    if trade is None:
        known = ", ".join(f"{held.trade_id} {held.symbol}" for held in state.open_trades()) or "none"
        what = f"no open trade on {name}" if name in sit.market.instruments else f"no trade {target!r}"
        return f"{what}; open trades: {known}"
    if trade.state is TradeState.PENDING_ENTRY:
        entries = state.working_orders(trade.symbol, OrderRole.ENTRY)
        names = ", ".join(record.request.client_id for record in entries)
        return f"{trade.trade_id} is not entered yet: to call it off, cancel its entry {names}"
    if trade.state not in OPEN_TRADE_STATES or trade.open_quantity <= ZERO:
        return f"{trade.trade_id} is not open: {trade.state}"
    return trade


def off_grid(sit: Situation, symbol: str, name: str, price: Decimal) -> str:
    """Why `price` cannot stand in an order: it lies between two ticks, which are named; else empty."""
    tick = sit.market.instruments[symbol].tick
    below, above = price_floor(price, tick), price_ceiling(price, tick)
    if below == above:
        return ""
    return f"{name} {plain(price)} is between two ticks of {symbol}: {plain(below)} or {plain(above)}"


def _closing(sit: Situation, trade: Trade) -> OrderRecord | None:
    """The close of `trade` that is on its way, if there is one."""
    for role in (OrderRole.EXIT, OrderRole.FLATTEN):
        for record in sit.state.working_orders(trade.symbol, role):
            return record
    return None


# ---- close ------------------------------------------------------------------------------------------


def _quantity(sit: Situation, trade: Trade, action: ClosePart) -> Decimal:
    """What `action` closes: its share of the open quantity in whole lots, rounded down."""
    if action.pct == HUNDRED:
        return trade.open_quantity
    return floor_to_step(trade.open_quantity * action.pct / HUNDRED, sit.market.instruments[trade.symbol].lot)


def _close_refusal(sit: Situation, trade: Trade, action: ClosePart) -> str:
    instrument, held = sit.market.instruments[trade.symbol], trade.open_quantity
    quantity = _quantity(sit, trade, action)
    share = f"{plain(action.pct)} % of {plain(held)} {trade.symbol}"
    if quantity <= ZERO:
        return f"{share} is less than one lot of {plain(instrument.lot)}: nothing to close"
    rest = (held - quantity) * sit.mark_of(trade.symbol) * instrument.contract_size
    if ZERO < rest < instrument.min_notional:
        return (
            f"{share} leaves {plain(held - quantity)}, worth {plain(rest)}: less than the minimum of"
            f" {plain(instrument.min_notional)}; close less, or all of it"
        )
    return ""


def _close(sit: Situation, trade: Trade, action: ClosePart, note: str) -> Iterator[ev.Event]:
    """A reduce-only market order. What is left of the entry goes; targets that would take more than is
    left make way and come back smaller; the stop covers at least what is left, and stays."""
    quantity = _quantity(sit, trade, action)
    yield from stop_entering(sit, trade, note)
    targets = working_targets(sit, trade)
    left = trade.open_quantity - quantity
    if left > ZERO and sum((record.remaining for record in targets), ZERO) > left:
        yield from make_way(sit, targets, note)
    yield from intend_close(sit, trade.symbol, OrderRole.EXIT, ExitReason.MANUAL, note, quantity)
    if left <= ZERO and trade.state is not TradeState.CLOSING:
        yield ev.TradeMoved(trade.trade_id, trade.state, TradeState.CLOSING, note)


# ---- stop -------------------------------------------------------------------------------------------


def _stop_price(sit: Situation, trade: Trade, action: MoveStop) -> Decimal:
    """The price asked for. Breakeven is the method's (Y-39): the average entry plus the estimated round
    trip of fees, spread and slippage, rounded to the tick beyond it, so that the open part ends at 0 net
    or a little above, if the stop fills where it stands."""
    if action.price is not None:
        return action.price
    entry = trade.entry_price
    if entry is None:
        raise ValueError(f"{trade.trade_id} has no entry price")
    tick = sit.market.instruments[trade.symbol].tick
    return breakeven_price(entry, trade.side, sit.policy.round_trip_bps, tick)


def _stop_refusal(sit: Situation, trade: Trade, action: MoveStop) -> str:
    price, sign = _stop_price(sit, trade, action), trade.side.sign
    name = "breakeven" if action.price is None else "price"
    long = trade.side is Side.BUY
    refused = off_grid(sit, trade.symbol, name, price)
    if refused:
        return refused
    if (price - trade.stop) * sign <= ZERO:
        way = "up" if long else "down"
        return f"{name} {plain(price)} does not tighten the stop {plain(trade.stop)}: it only moves {way}"
    mark = sit.mark_of(trade.symbol)
    if (mark - price) * sign <= ZERO:
        side = "below" if long else "above"
        return f"{name} {plain(price)} is not {side} the last price {plain(mark)}: to leave now, close"
    for record in sit.state.working_orders(trade.symbol, OrderRole.PROTECTIVE_STOP):
        if record.state in _UNANSWERED:
            return f"stop {record.request.client_id} has no answer yet ({record.state}): wait for it"
    return ""


# ---- target -----------------------------------------------------------------------------------------


def _target_refusal(sit: Situation, trade: Trade, action: MoveTarget) -> str:
    price, sign = action.price, trade.side.sign
    refused = off_grid(sit, trade.symbol, "price", price) or _part_refusal(sit, trade, action)
    if refused:
        return refused
    mark = sit.mark_of(trade.symbol)
    if (price - mark) * sign <= ZERO:
        side = "above" if trade.side is Side.BUY else "below"
        return f"price {plain(price)} is not {side} the last price {plain(mark)}: to leave now, close"
    part = _part(sit, trade, action)
    other = trade.t2 if part == 1 else (trade.t1 if _works(sit, trade, 1) else None)
    if other is not None and (other - price) * sign * (1 if part == 1 else -1) < ZERO:
        first, second = (price, other) if part == 1 else (other, price)
        return f"T2 {plain(second)} would be nearer than T1 {plain(first)}"
    return ""


def _part_refusal(sit: Situation, trade: Trade, action: MoveTarget) -> str:
    """What stands in the way of a target of this part, whatever its price."""
    if sit.state.gate is Gate.HALTED:
        return "gate is HALTED: no target orders"
    if has_working(sit, trade.symbol, OrderRole.ENTRY):
        return f"the entry of {trade.trade_id} still works: its targets follow it"
    working = working_targets(sit, trade)
    for record in working:
        if record.state not in (OrderState.ACKED, OrderState.PARTIAL):
            return f"target {record.request.client_id} has no answer yet ({record.state}): wait for it"
    if action.part is None and len(working) > 1:
        shown = ", ".join(f"{part_of(record)} at {plain(_limit(record))}" for record in working)
        return f"part is not given, and {trade.trade_id} has {shown}: part 1 or 2"
    part = _part(sit, trade, action)
    if _works(sit, trade, part):
        return ""
    if part == 1 and part_one_taken(sit, trade):
        return f"part 1 of {trade.trade_id} is taken already; its part 2 is open"
    if free_quantity(sit, trade) <= ZERO:
        return f"part {part} of {trade.trade_id} has nothing left: all that is open is under its other target"
    return ""


def _part(sit: Situation, trade: Trade, action: MoveTarget) -> int:
    """The part that is meant: the one given, else the only one that works, else the one that is open."""
    if action.part is not None:
        return action.part
    for record in working_targets(sit, trade):
        return int(part_of(record).removeprefix("T"))
    return 2 if part_one_taken(sit, trade) else 1


def _works(sit: Situation, trade: Trade, part: int) -> bool:
    return any(part_of(record) == f"T{part}" for record in working_targets(sit, trade))


def _limit(record: OrderRecord) -> Decimal:
    price = record.request.limit_price
    if price is None:
        raise ValueError(f"target {record.request.client_id} has no price")
    return price


def _move_target(sit: Situation, trade: Trade, action: MoveTarget, note: str) -> Iterator[ev.Event]:
    """The plan's price changes at once; the order at the old price makes way for one at the new. Where
    none works for this part, one is sent for what is under no target yet."""
    part = _part(sit, trade, action)
    yield ev.TargetMoved(trade.trade_id, part, trade.t1 if part == 1 else trade.t2, action.price)
    working = [record for record in working_targets(sit, trade) if part_of(record) == f"T{part}"]
    if working:
        yield from make_way(sit, working, note)
    else:
        free = free_quantity(sit, trade)
        yield from intend_target(sit, trade, action.price, free, f"T{part}", note)


# ---- cancel one order -------------------------------------------------------------------------------


def cancel_refusal(sit: Situation, client_id: str) -> str:
    """Why this one order cannot be canceled by hand; empty when it can."""
    record = sit.state.orders.get(client_id)
    if record is None:
        return f"no order {client_id!r}"
    request = record.request
    if not record.working:
        return f"{request.role} {client_id} does not work any more: {record.state}"
    if request.role is OrderRole.PROTECTIVE_STOP:
        return (
            f"stop {client_id} protects {record.trade_id or request.symbol}: use stop to tighten it, or close"
        )
    if request.role in (OrderRole.EXIT, OrderRole.FLATTEN):
        return f"{request.role} {client_id} closes {record.trade_id or request.symbol} and is not called back"
    if record.state is OrderState.CANCELING:
        return f"{request.role} {client_id} is being canceled already: {record.detail}"
    return ""
