"""Risk values: what a rule is asked, what it answers, and the session loss formula.

Decides the one meaning of session P&L (semantics.md 5). Standard library and the model only.
Invariant: everything that enters a rule is in `RiskRequest`; a rule reads nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.model.market import Instrument, Side
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.model.own import OwnBias
from ytc_tui.model.session import Gate


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's answer. `used` and `limit` are in the rule's own unit; `max_qty` None = no cap."""

    rule: str
    ok: bool
    reason: str
    used: Decimal | None = None
    limit: Decimal | None = None
    max_qty: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """The numbers of config.toml's [risk] table, percents as percent (3 = 3 %)."""

    risk_per_trade_pct: Decimal
    max_session_loss_pct: Decimal
    entries_off_loss_pct: Decimal
    max_positions: int
    max_open_risk_pct: Decimal
    min_capacity_pct: Decimal
    max_consecutive_losses: int
    max_trades_per_session: int
    max_leverage: Decimal
    margin_buffer_pct: Decimal
    max_order_notional: Decimal
    min_stop_cost_multiple: Decimal
    max_orders_per_minute: int
    price_collar_atr: Decimal
    min_rr_part_one: Decimal
    min_rr_blended: Decimal
    max_rejects_in_row: int
    correlation_threshold: Decimal
    half_spread_bps: Decimal
    slippage_bps: Decimal
    restricted_size_pct: Decimal = Decimal(50)
    max_spread_pct: Decimal = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class OpenRisk:
    """One open position, or working or unknown entry, as it counts in exposure.

    `risk_money` is the loss if the stop is hit (>= 0), `notional` in account currency.
    """

    symbol: str
    side: Side
    notional: Decimal
    risk_money: Decimal
    at_breakeven: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class TradePlan:
    """A proposal's prices and size: entry worst price, stop, targets, and the two parts (Y-37)."""

    symbol: str
    side: Side
    quantity: Decimal
    entry: Decimal
    stop: Decimal | None
    t1: Decimal
    t2: Decimal | None
    part_one_quantity: Decimal


@dataclass(frozen=True, slots=True)
class RiskRequest:
    """All that the gate's rules may know when an entry is asked for.

    Money in account currency, percents of the start balance, times UTC ns. `atr` and `last_price`
    are the trading timeframe's ATR and the last price met; None = unknown, which refuses.
    """

    plan: TradePlan
    instrument: Instrument
    gate: Gate
    now_ns: int
    entries_from_ns: int
    entries_until_ns: int
    start_balance: Decimal
    equity: Decimal
    session_pnl_pct: Decimal
    open_risks: tuple[OpenRisk, ...]
    consecutive_losses: int
    trades_taken: int
    orders_last_minute: int
    rejects_in_row: int
    last_price: Decimal | None
    atr: Decimal | None
    blackout_reason: str = ""
    restricted_reason: str = ""  # why entries are smaller now, empty when they are not
    data_problem: str = ""
    correlations: tuple[tuple[str, Decimal, str], ...] = ()  # (other symbol, rho, note)
    drawdown_problem: str = ""
    drawdown_used: Decimal | None = None  # % of the span that is nearest to its limit
    drawdown_limit: Decimal | None = None
    bias: OwnBias | None = None  # the operator's, None when none stands
    foreign_reason: str = ""  # why this symbol takes no new risk (unknown order, discrepancy)


def session_pnl_pct(
    *, wallet_balance: Decimal, unrealised: Decimal, exit_fees: Decimal, start_balance: Decimal
) -> Decimal:
    """Session P&L in percent of the start balance, exact and unrounded (semantics.md 5).

    `wallet_balance` is net of paid fees and funding; `exit_fees` are the estimated fees of closing
    what is open (>= 0). Raises ValueError when the start balance is not positive.
    """
    if start_balance <= ZERO:
        raise ValueError(f"start balance must be positive, is {start_balance}")
    return (wallet_balance + unrealised - exit_fees - start_balance) / start_balance * HUNDRED
