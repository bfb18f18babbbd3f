"""What past trades and sessions came to, as the values that reviews are made from.

Decides which facts of a trade, of an order's execution and of a session are kept. Standard library and
the model only. Invariant: a result exists only for a trade that has ended; a history is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import Liquidity, OrderRole
from ytc_tui.model.trades import MANUAL, Trade, TradeOutcome, outcome_of

# As many sessions as a year has trading days; learning needs no more.
MAX_SESSIONS = 260


@dataclass(frozen=True, slots=True)
class TradeResult:
    """One ended trade. Times UTC ns, money in account currency, R multiples of its planned risk.

    `mae_r` (<= 0) and `mfe_r` (>= 0) are the worst and best excursion, None where not known;
    `exit_reason` is empty where not known; `outcome` is what it counts as with the band then in force.
    """

    trade_id: str
    setup: str
    symbol: str
    side: Side
    opened_ns: int
    closed_ns: int
    net: Decimal
    fees: Decimal
    r: Decimal
    mae_r: Decimal | None
    mfe_r: Decimal | None
    exit_reason: str
    outcome: TradeOutcome
    score: float = 0.0

    @property
    def by_hand(self) -> bool:
        return self.setup == MANUAL


def result_of(trade: Trade, band_r: Decimal) -> TradeResult | None:
    """The result of `trade`, None while it has none (open, or never entered); strictly within `band_r` of
    zero it is breakeven."""
    if trade.r_multiple is None:
        return None
    return TradeResult(
        trade_id=trade.trade_id,
        setup=trade.setup_kind,
        symbol=trade.symbol,
        side=trade.side,
        opened_ns=trade.opened_ns,
        closed_ns=trade.closed_ns,
        net=trade.net_pnl,
        fees=trade.fees,
        r=trade.r_multiple,
        mae_r=trade.mae_r,
        mfe_r=trade.mfe_r,
        exit_reason=trade.exit_reason.value if trade.exit_reason is not None else "",
        outcome=outcome_of(trade.r_multiple, band_r),
        score=trade.score,
    )


def results_of(trades: Iterable[Trade], band_r: Decimal) -> tuple[TradeResult, ...]:
    """The results of those of `trades` that have one, in the order given."""
    return tuple(result for trade in trades if (result := result_of(trade, band_r)) is not None)


@dataclass(frozen=True, slots=True)
class Execution:
    """One fill, or all fills of one order at their average price.

    `asked` is the order's own price (the trigger of a stop, else the limit), None for a market order;
    `reference` the market before spread and slippage; `liquidity` None where it was not kept. `tick` and
    `stop_distance` (the trade's initial one, in price) are None where not known.
    """

    role: OrderRole
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    asked: Decimal | None = None
    reference: Decimal | None = None
    liquidity: Liquidity | None = None
    tick: Decimal | None = None
    stop_distance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """What became of a session's orders; `by_hand` counts those that a person asked for."""

    sent: int = 0
    filled: int = 0
    rejected: int = 0
    unfilled: int = 0
    by_hand: int = 0


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """What one session came to; `init_ns` is the instant of its INIT."""

    session_id: str
    init_ns: int
    start_balance: Decimal
    end_balance: Decimal
    trades: tuple[TradeResult, ...]

    @property
    def return_share(self) -> Decimal:
        """Change of the balance as a share of the start balance, 0 without one."""
        if self.start_balance <= ZERO:
            return ZERO
        return (self.end_balance - self.start_balance) / self.start_balance


@dataclass(frozen=True, slots=True)
class History:
    """The sessions before this one, oldest first; empty when none is known."""

    sessions: tuple[SessionFigures, ...] = ()

    @property
    def trades(self) -> tuple[TradeResult, ...]:
        return tuple(trade for session in self.sessions for trade in session.trades)

    def with_session(self, figures: SessionFigures) -> History:
        """This history and one more session, the oldest forgotten beyond the bound."""
        return History((*self.sessions, figures)[-MAX_SESSIONS:])
