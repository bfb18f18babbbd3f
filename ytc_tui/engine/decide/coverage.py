"""Whether every open quantity is under a stop that works, and what follows where it is not.

Decides the alarm of a naked position and its new stop or close (domain.md Y-36). Imports other
deciders and the model. Invariant: an alarm ends only with a stop that the venue confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.decide.outgoing import intend_close, intend_stop, stop_unanswered
from ytc_tui.engine.decide.targets import part_one_taken
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO, floor_to_step
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.trades import ENDED_TRADE_STATES, ExitReason, Trade, TradeState

# It is to be closed whatever its stop; being naked does not call that off.
_LEAVING = (TradeState.CLOSING, TradeState.CLOSE_FAILED)
_IN_DOUBT = (OrderState.UNKNOWN, OrderState.CANCELING)


def decide_coverage(sit: Situation) -> Iterator[ev.Event]:
    """Every open quantity needs a working stop; what has none gets one, with an alarm (Y-36)."""
    state = sit.state
    for trade in state.open_trades():
        held = state.position(trade.symbol).quantity
        if held * trade.side.sign < ZERO:
            yield from _against(sit, trade, held)
            continue
        if held == ZERO or _closing_quantity(sit, trade.symbol) >= abs(held):
            continue
        if covered(sit, trade) >= abs(held):
            if trade.state is TradeState.UNPROTECTED and _works_at_venue(sit, trade) >= abs(held):
                yield ev.TradeMoved(trade.trade_id, trade.state, _before_alarm(sit, trade), "covered again")
            continue
        if trade.state is not TradeState.UNPROTECTED:
            if trade.state not in _LEAVING:
                yield ev.TradeMoved(trade.trade_id, trade.state, TradeState.UNPROTECTED, "no working stop")
            message = f"{trade.symbol} {held} has no working stop: placing one at {trade.stop}"
            yield alert(f"naked-{trade.trade_id}", "unprotected", message)
        yield from _protect(sit, trade)
    yield from _left_over(sit)


def _closing_quantity(sit: Situation, symbol: str) -> Decimal:
    """The quantity of closes that are on their way, and not in doubt."""
    closes = (OrderRole.EXIT, OrderRole.FLATTEN)
    return sum(
        (
            record.remaining
            for record in sit.state.working_orders(symbol)
            if record.request.role in closes and record.state not in _IN_DOUBT
        ),
        ZERO,
    )


def _against(sit: Situation, trade: Trade, held: Decimal) -> Iterator[ev.Event]:
    """Somebody else's fills passed through our trade: what is held is not its own; no stop of it helps."""
    name = f"against-{trade.trade_id}"
    if name not in sit.state.alerts:
        message = f"{trade.symbol} {held} is held against {trade.trade_id}: see `ytc reconcile`"
        yield alert(name, "unprotected", message)


def _left_over(sit: Situation) -> Iterator[ev.Event]:
    """What an entry filled after its trade had ended is closed: nobody manages it any more."""
    for symbol, position in sit.state.positions.items():
        trade, held = sit.trade_on(symbol), position.quantity
        if trade is None or trade.state not in ENDED_TRADE_STATES or trade.state is TradeState.NOT_ENTERED:
            continue
        much = floor_to_step(min(abs(held), trade.open_quantity), sit.market.instruments[symbol].lot)
        busy = _closing_quantity(sit, symbol) > ZERO or _refused_now(sit, trade, OrderRole.EXIT)
        if held * trade.side.sign <= ZERO or much <= ZERO or busy:
            continue
        message = f"{symbol} {held} is held and {trade.trade_id} has ended: closing it"
        yield alert(f"naked-{trade.trade_id}", "unprotected", message)
        reason = ExitReason.EMERGENCY
        yield from intend_close(sit, symbol, OrderRole.EXIT, reason, "filled after the trade ended", much)


def _before_alarm(sit: Situation, trade: Trade) -> TradeState:
    """Where a trade that is covered again stands in its life."""
    if trade.stop_basis is ExitReason.TRAILING_STOP:
        return TradeState.TRAILING_STOP
    return TradeState.T1_HIT if part_one_taken(sit, trade) else TradeState.IN_POSITION


def _works_at_venue(sit: Situation, trade: Trade) -> Decimal:
    """The quantity under stops that the venue has confirmed: what ends the alarm."""
    stops = sit.state.working_orders(trade.symbol, OrderRole.PROTECTIVE_STOP)
    return sum((record.remaining for record in stops if sit.works_at_venue(record)), ZERO)


def covered(sit: Situation, trade: Trade) -> Decimal:
    """The quantity of `trade` under stops that work or are on their way."""
    return sit.covered_quantity(trade.symbol, trade.side.opposite)


def _protect(sit: Situation, trade: Trade) -> Iterator[ev.Event]:
    """A new stop for an uncovered trade; its close where a stop is refused or comes too late.

    What was refused at this instant is not asked for again before the next, and while an answer is
    out no second stop is sent.
    """
    passed = (sit.mark_of(trade.symbol) - trade.stop) * trade.side.sign <= ZERO
    if passed or _refused_now(sit, trade, OrderRole.PROTECTIVE_STOP):
        if not _refused_now(sit, trade, OrderRole.EXIT):
            note = "stop already passed" if passed else "no stop is taken"
            yield from intend_close(sit, trade.symbol, OrderRole.EXIT, ExitReason.STOP, note)
    elif not stop_unanswered(sit, trade.symbol):
        yield from intend_stop(sit, trade, trade.stop, trade.stop_basis, "restored")


def _refused_now(sit: Situation, trade: Trade, role: OrderRole) -> bool:
    """Whether an order of ours in this role was sent at this instant and ended at once."""
    return any(
        record.request.role is role and record.created_ns == sit.at_ns and not record.working
        for record in sit.state.orders.values()
        if record.trade_id == trade.trade_id and record.filled == ZERO
    )
