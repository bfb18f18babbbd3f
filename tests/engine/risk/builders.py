"""Requests, limits and orders that pass every rule, to be changed one field at a time."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from ytc_tui.model.market import NS_PER_MIN, Instrument, InstrumentKind, Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole
from ytc_tui.model.risk import OpenRisk, RiskLimits, RiskRequest, TradePlan
from ytc_tui.model.session import Gate

D = Decimal

LIMITS = RiskLimits(
    risk_per_trade_pct=D(1),
    max_session_loss_pct=D(3),
    entries_off_loss_pct=D("2.5"),
    max_positions=3,
    max_open_risk_pct=D(3),
    min_capacity_pct=D("0.5"),
    max_consecutive_losses=5,
    max_trades_per_session=20,
    max_leverage=D(5),
    margin_buffer_pct=D(10),
    max_order_notional=D(250_000),
    min_stop_cost_multiple=D(3),
    max_orders_per_minute=10,
    price_collar_atr=D(3),
    min_rr_part_one=D(1),
    min_rr_blended=D("1.5"),
    max_rejects_in_row=3,
    correlation_threshold=D("0.7"),
    half_spread_bps=D("0.5"),
    slippage_bps=D(1),
)
FREE_LIMITS = replace(LIMITS, half_spread_bps=D(0), slippage_bps=D(0))

PERP = Instrument(
    symbol="ETHUSDT",
    kind=InstrumentKind.LINEAR_PERP,
    tick=D("0.01"),
    lot=D("0.001"),
    min_notional=D(5),
    contract_size=D(1),
    quote="USDT",
    maker_fee=D("0.0002"),
    taker_fee=D("0.0004"),
    max_leverage=D(20),
    maintenance_margin=D("0.005"),
)
FREE_PERP = replace(PERP, maker_fee=D(0), taker_fee=D(0))

LONG = TradePlan(
    symbol="ETHUSDT",
    side=Side.BUY,
    quantity=D(50),
    entry=D(2487),
    stop=D(2478),
    t1=D(2505),
    t2=D(2515),
    part_one_quantity=D(25),
)
SHORT = replace(LONG, side=Side.SELL, stop=D(2496), t1=D(2469), t2=D(2459))

_OPEN_NS = 1_700_000_000 * 1_000_000_000
REQUEST = RiskRequest(
    plan=LONG,
    instrument=PERP,
    gate=Gate.ACTIVE,
    now_ns=_OPEN_NS + 30 * NS_PER_MIN,
    entries_from_ns=_OPEN_NS,
    entries_until_ns=_OPEN_NS + 180 * NS_PER_MIN,
    start_balance=D(100_000),
    equity=D(100_000),
    session_pnl_pct=D(0),
    open_risks=(),
    consecutive_losses=0,
    trades_taken=0,
    orders_last_minute=0,
    rejects_in_row=0,
    last_price=D(2486),
    atr=D(4),
)


def asking(request: RiskRequest = REQUEST, **changes: Any) -> RiskRequest:
    """The request with fields of its plan changed."""
    return replace(request, plan=replace(request.plan, **changes))


def traded(request: RiskRequest = REQUEST, **changes: Any) -> RiskRequest:
    """The request with fields of its instrument changed."""
    return replace(request, instrument=replace(request.instrument, **changes))


def held(
    symbol: str = "BTCUSDT",
    side: Side = Side.BUY,
    *,
    risk: str = "1000",
    notional: str = "50000",
    unknown: bool = False,
) -> OpenRisk:
    return OpenRisk(symbol, side, D(notional), D(risk), unknown=unknown)


ENTRY = OrderRequest(
    client_id="yentry",
    symbol="ETHUSDT",
    side=Side.BUY,
    kind=OrderKind.STOP_LIMIT,
    role=OrderRole.ENTRY,
    quantity=D(50),
    limit_price=D(2487),
    stop_price=D(2486),
    attached_stop_price=D(2478),
    attached_stop_id="ystop",
)
STOP = OrderRequest(
    client_id="ystop",
    symbol="ETHUSDT",
    side=Side.SELL,
    kind=OrderKind.STOP,
    role=OrderRole.PROTECTIVE_STOP,
    quantity=D(50),
    stop_price=D(100),
    reduce_only=True,
)
CLOSE = replace(STOP, client_id="yclose", kind=OrderKind.MARKET, role=OrderRole.EXIT, stop_price=None)
