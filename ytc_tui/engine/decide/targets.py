"""Targets of an open trade: placed after its entry, and placed anew when they had to make way.

Decides the quantity at each target. Imports the outgoing orders, the situation and the model. Invariants:
a target makes way before its successor is sent, so that together they never take more than is open; the
protective stop is never touched here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ytc_tui.engine.decide.flatten import flattening
from ytc_tui.engine.decide.outgoing import has_working, intend_target
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO, floor_to_step
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import Gate
from ytc_tui.model.state import OrderRecord
from ytc_tui.model.trades import MANUAL, OPEN_TRADE_STATES, Trade, TradeState

_CLOSING = (OrderRole.EXIT, OrderRole.FLATTEN)


def part_of(record: OrderRecord) -> str:
    """The part that a target order takes: T1 or T2."""
    return record.note.partition(" ")[0]


def part_one_taken(sit: Situation, trade: Trade) -> bool:
    """Whether part one left at its target."""
    return any(
        _is_target_of(record, trade) and part_of(record) == "T1" and record.state is OrderState.FILLED
        for record in sit.state.orders.values()
    )


def working_targets(sit: Situation, trade: Trade) -> list[OrderRecord]:
    """The target orders of `trade` that may still fill, oldest first."""
    found = sit.state.working_orders(trade.symbol, OrderRole.TARGET)
    return [record for record in found if record.trade_id == trade.trade_id]


def free_quantity(sit: Situation, trade: Trade) -> Decimal:
    """What is open of `trade` and under none of its targets."""
    return trade.open_quantity - sum((record.remaining for record in working_targets(sit, trade)), ZERO)


def place_targets(sit: Situation, trade: Trade) -> Iterator[ev.Event]:
    """Part one at T1 and part two at T2, where there is one (Y-37, Y-38); a plan in one part has one
    target, however much of it was entered. While a close is under way its end places them."""
    if has_working(sit, trade.symbol, OrderRole.TARGET) or trade.open_quantity <= ZERO or flattening(sit):
        return
    if any(has_working(sit, trade.symbol, role) for role in _CLOSING):
        return
    lot = sit.market.instruments[trade.symbol].lot
    held = trade.open_quantity
    full_size = held == trade.planned_quantity
    part_one = trade.part_one_quantity if full_size else floor_to_step(held / 2, lot)
    if part_one <= ZERO or trade.part_one_quantity == trade.planned_quantity:
        part_one = held
    yield from intend_target(sit, trade, trade.t1, part_one, "T1")
    rest = held - part_one
    if rest > ZERO and trade.t2 is not None:
        yield from intend_target(sit, trade, trade.t2, rest, "T2")


def make_way(sit: Situation, records: list[OrderRecord], reason: str) -> Iterator[ev.Event]:
    """Cancel these targets; what still fits is placed anew once they are gone (`decide_refit`)."""
    for record in records:
        client_id = record.request.client_id
        yield ev.ReplacementAsked(record.trade_id, client_id)
        if record.state is not OrderState.CANCELING:
            yield ev.CancelAsked(client_id, reason)


def decide_refit(sit: Situation, trade_id: str) -> Iterator[ev.Event]:
    """Successors of the targets that made way, for what is open now, at the plan's prices.

    Waits until those targets and every close are gone: only then is it known what is left. Where less
    is left than they were for, each part keeps its share, and the odd lot leaves at the first (Y-37).
    """
    state = sit.state
    trade = state.trades.get(trade_id)
    if trade is None or trade.state not in OPEN_TRADE_STATES or trade.state is TradeState.CLOSING:
        return
    if trade.open_quantity <= ZERO or flattening(sit) or state.gate is Gate.HALTED:
        return
    if any(has_working(sit, trade.symbol, role) for role in (OrderRole.ENTRY, *_CLOSING)):
        return
    gone = [state.orders[name] for name, owner in state.replacing.items() if owner == trade_id]
    if any(record.working for record in gone):
        return
    if not gone:
        if not any(_is_target_of(record, trade) for record in state.orders.values()):
            yield from place_targets(sit, trade)
        return
    wanted: dict[str, Decimal] = {"T1": ZERO, "T2": ZERO}
    for record in gone:
        wanted[part_of(record)] += record.remaining
    first, second = _fitted(sit, trade, wanted["T1"], wanted["T2"])
    if first > ZERO:
        yield from intend_target(sit, trade, trade.t1, first, "T1", MANUAL)
    if second > ZERO and trade.t2 is not None:
        yield from intend_target(sit, trade, trade.t2, second, "T2", MANUAL)


def _is_target_of(record: OrderRecord, trade: Trade) -> bool:
    return record.trade_id == trade.trade_id and record.request.role is OrderRole.TARGET


def _fitted(sit: Situation, trade: Trade, first: Decimal, second: Decimal) -> tuple[Decimal, Decimal]:
    """The quantities for T1 and T2 that fit into what is free; a part too small to trade joins the other."""
    instrument = sit.market.instruments[trade.symbol]
    free = floor_to_step(max(ZERO, free_quantity(sit, trade)), instrument.lot)
    total = first + second
    if total <= free:
        return first, second
    if first == ZERO or second == ZERO:
        return min(first, free), min(second, free)
    second = floor_to_step(free * second / total, instrument.lot)
    least = instrument.min_notional / (sit.mark_of(trade.symbol) * instrument.contract_size)
    if second <= ZERO or second < least or free - second < least:
        return free, ZERO
    return free - second, second
