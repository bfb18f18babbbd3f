"""Every trade of the session with every order of it, from the plan to the last fill.

Decides which orders stand under which trade. Imports the model and its sibling views. Invariants: the newest
trade comes first, its orders in the order they were made; a result that is not known is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderKind, OrderRole, OrderState
from ytc_tui.model.trades import ENDED_TRADE_STATES, ExitReason, Trade, TradeState
from ytc_tui.views import exposure
from ytc_tui.views.seen import Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import OrderRecord, State


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order. `at` is its average fill, or the price it waits for; None = at market and not filled. Times
    UTC ns."""

    client_id: str
    symbol: str
    role: OrderRole
    kind: OrderKind
    side: Side
    state: OrderState
    quantity: Decimal
    filled: Decimal
    at: Decimal | None
    created_ns: int
    updated_ns: int
    note: str


@dataclass(frozen=True, slots=True)
class TradeLine:
    """One trade, entered or not: prices in quote, money in account currency, R in initial risks, times UTC ns
    (0 = not yet). While it is open `pnl` and `r` are those of now; None = not known, or never entered."""

    trade_id: str
    setup: str
    symbol: str
    side: Side
    state: TradeState
    quantity: Decimal
    entry: Decimal | None
    stop: Decimal
    initial_stop: Decimal
    targets: tuple[Decimal, ...]
    pnl: Decimal | None
    r: Decimal | None
    best_r: Decimal | None
    worst_r: Decimal | None
    reason: ExitReason | None
    planned_ns: int
    opened_ns: int
    closed_ns: int
    orders: tuple[OrderLine, ...]

    @property
    def open(self) -> bool:
        return self.state not in ENDED_TRADE_STATES


@dataclass(frozen=True, slots=True)
class TradesView:
    """`loose` are orders of no trade: flattens of what was not ours, and the like."""

    trades: tuple[TradeLine, ...]
    loose: tuple[OrderLine, ...]


def build(state: State, seen: Seen) -> TradesView:
    under: dict[str, list[OrderLine]] = {}
    for record in state.orders.values():
        under.setdefault(record.trade_id, []).append(_order(record, seen))
    held = {row.trade_id: row for row in exposure.build(state, seen).positions}
    trades = tuple(
        _trade(trade, held.get(name), tuple(under.pop(name, ())))
        for name, trade in reversed(state.trades.items())
    )
    return TradesView(trades, tuple(order for orders in under.values() for order in orders))


def _trade(trade: Trade, held: exposure.PositionRow | None, orders: tuple[OrderLine, ...]) -> TradeLine:
    ended = trade.state in ENDED_TRADE_STATES
    entered = trade.entered_quantity > ZERO
    now = (held.pnl, held.r_now) if held is not None else (None, None)
    pnl, r = (trade.net_pnl if entered else None, trade.r_multiple) if ended else now
    return TradeLine(
        trade_id=trade.trade_id,
        setup=trade.setup_kind,
        symbol=trade.symbol,
        side=trade.side,
        state=trade.state,
        quantity=trade.entered_quantity if entered else trade.planned_quantity,
        entry=trade.entry_price,
        stop=trade.stop,
        initial_stop=trade.initial_stop,
        targets=tuple(price for price in (trade.t1, trade.t2) if price is not None),
        pnl=pnl,
        r=r,
        best_r=trade.mfe_r,
        worst_r=trade.mae_r,
        reason=trade.exit_reason,
        planned_ns=trade.planned_ns,
        opened_ns=trade.opened_ns,
        closed_ns=trade.closed_ns,
        orders=orders,
    )


def _order(record: OrderRecord, seen: Seen) -> OrderLine:
    request = record.request
    return OrderLine(
        client_id=request.client_id,
        symbol=request.symbol,
        role=request.role,
        kind=request.kind,
        side=request.side,
        state=record.state,
        quantity=request.quantity,
        filled=record.filled,
        at=_price(record, seen),
        created_ns=record.created_ns,
        updated_ns=record.updated_ns,
        note=f"{record.note} {record.detail}".strip(),
    )


def _price(record: OrderRecord, seen: Seen) -> Decimal | None:
    """The average of what is filled, or what the order waits for; None for what was filled in a symbol that
    is not traded here, whose contracts have no known size."""
    request = record.request
    if record.filled == ZERO:
        return request.stop_price if request.stop_price is not None else request.limit_price
    market = seen.symbols.get(request.symbol)
    return record.notional / (record.filled * market.instrument.contract_size) if market is not None else None
