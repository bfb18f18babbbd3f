"""Positions and working orders, a row each, with everything that is at stake.

Decides the figures of the Positions pane. Imports the model and its sibling views. Invariants: money is
net of fees paid and of the fee to close; what cannot be told (no mark, no trade) is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from ytc_tui.model.market import NS_PER_S, Instrument, Side
from ytc_tui.model.money import ONE, ZERO, price_ceiling, price_floor
from ytc_tui.model.orders import OrderKind, OrderRole, OrderState
from ytc_tui.model.trades import Position, Trade, TradeState
from ytc_tui.views.ages import coarse_s
from ytc_tui.views.seen import Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import OrderRecord, State


class Protection(StrEnum):
    """Who acts at the stop: the venue itself, only this engine's eyes, or nobody for all of it."""

    VENUE = "at venue"
    PART = "part only"
    NAKED = "naked"


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One open position. Prices in quote, money in account currency, `r_now` in initial risks.

    `money_at_stop` is the trade's result, fees included, if all that is open closed at the stop;
    `breakeven` the price at which it would end at zero. `targets` as working, nearest first.
    """

    symbol: str
    trade_id: str
    origin: str  # the setup's kind, MANUAL for one by hand, empty when the position is not ours
    state: TradeState | None
    side: Side
    quantity: Decimal
    entry: Decimal
    mark: Decimal | None
    stop: Decimal | None
    targets: tuple[Decimal, ...]
    r_now: Decimal | None
    pnl: Decimal | None
    breakeven: Decimal | None
    notional: Decimal | None
    leverage: Decimal | None
    money_at_stop: Decimal | None
    protection: Protection
    age_s: int | None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order that may still fill; `price` is its limit, `stop_price` its trigger."""

    client_id: str
    trade_id: str
    symbol: str
    side: Side
    role: OrderRole
    kind: OrderKind
    state: OrderState
    quantity: Decimal
    filled: Decimal
    price: Decimal | None
    stop_price: Decimal | None
    age_s: int
    note: str


@dataclass(frozen=True, slots=True)
class ExposureView:
    positions: tuple[PositionRow, ...]
    orders: tuple[OrderRow, ...]


def build(state: State, seen: Seen) -> ExposureView:
    return ExposureView(
        positions=tuple(_position(held, state, seen) for held in state.positions.values()),
        orders=tuple(_order(record, seen) for record in state.working_orders()),
    )


def _trade_on(symbol: str, state: State) -> Trade | None:
    return next((t for t in state.open_trades() if t.symbol == symbol), None)


def _position(held: Position, state: State, seen: Seen) -> PositionRow:
    symbol, size = held.symbol, abs(held.quantity)
    side = Side.BUY if held.quantity > ZERO else Side.SELL
    trade = _trade_on(symbol, state)
    market = seen.symbols[symbol]
    mark = market.mark
    stop = trade.stop if trade is not None else None
    value = None if mark is None else size * mark * held.contract_size
    targets = sorted(
        (
            record.request.limit_price
            for record in state.working_orders(symbol, OrderRole.TARGET)
            if record.request.limit_price is not None
        ),
        reverse=side is Side.SELL,
    )
    pnl = None if mark is None else _result(held, trade, mark, market.instrument)
    covered = seen.protected.get(symbol, ZERO)
    return PositionRow(
        symbol=symbol,
        trade_id=trade.trade_id if trade is not None else "",
        origin=trade.setup_kind if trade is not None else "",
        state=trade.state if trade is not None else None,
        side=side,
        quantity=size,
        entry=held.average_price,
        mark=mark,
        stop=stop,
        targets=tuple(targets),
        r_now=None if pnl is None or trade is None or not trade.risk_money else pnl / trade.risk_money,
        pnl=pnl,
        breakeven=_breakeven(held, trade, market.instrument),
        notional=value,
        leverage=None if value is None or not seen.equity or seen.equity <= ZERO else value / seen.equity,
        money_at_stop=None if stop is None else _result(held, trade, stop, market.instrument),
        protection=_protection(covered, size),
        age_s=coarse_s((seen.at_ns - trade.opened_ns) // NS_PER_S) if trade and trade.opened_ns else None,
    )


def _protection(covered: Decimal, size: Decimal) -> Protection:
    if covered >= size:
        return Protection.VENUE
    return Protection.PART if covered > ZERO else Protection.NAKED


def _result(held: Position, trade: Trade | None, price: Decimal, instrument: Instrument) -> Decimal:
    """What the trade comes to if all that is open closes at `price`, with the fee of that close."""
    fee = abs(held.quantity) * price * held.contract_size * instrument.taker_fee
    booked = trade.net_pnl if trade is not None else ZERO
    return booked + held.unrealised(price) - fee


def _breakeven(held: Position, trade: Trade | None, instrument: Instrument) -> Decimal | None:
    """The price at which the trade would end at zero, fees included, on the next tick that is not worse."""
    booked = trade.net_pnl if trade is not None else ZERO
    units = abs(held.quantity) * held.contract_size
    sign = ONE if held.quantity > ZERO else -ONE
    # booked + sign * (units * price - cost) - units * price * fee = 0
    share = sign - instrument.taker_fee
    exact = (sign * held.cost - booked) / (units * share)
    worse = price_floor if held.quantity < ZERO else price_ceiling
    return worse(exact, instrument.tick)


def _order(record: OrderRecord, seen: Seen) -> OrderRow:
    request = record.request
    return OrderRow(
        client_id=request.client_id,
        trade_id=record.trade_id,
        symbol=request.symbol,
        side=request.side,
        role=request.role,
        kind=request.kind,
        state=record.state,
        quantity=request.quantity,
        filled=record.filled,
        price=request.limit_price,
        stop_price=request.stop_price,
        age_s=coarse_s((seen.at_ns - record.created_ns) // NS_PER_S),
        note=record.note,
    )
