"""Trades: a position with its plan, from pending entry to fully closed (domain.md Y-43).

Decides the lifecycle table and the law by which fills become position and profit.
Invariant: `cost` is the exact entry notional of the open quantity, so profit over a whole trade
is exit notional minus entry notional to the last decimal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from ytc_tui.model.market import Side
from ytc_tui.model.money import ONE, ZERO, booked

# The setup kind of a trade that a person asked for, and how the note of every order by hand begins.
MANUAL = "MANUAL"


class TradeState(StrEnum):
    PENDING_ENTRY = "pending_entry"
    PARTIALLY_FILLED = "partially_filled"
    IN_POSITION = "in_position"
    T1_HIT = "t1_hit"
    TRAILING_STOP = "trailing_stop"
    CLOSING = "closing"
    CLOSE_FAILED = "close_failed"
    UNPROTECTED = "unprotected"
    SCRATCHED = "scratched"
    STOPPED_OUT = "stopped_out"
    FULLY_CLOSED = "fully_closed"
    NOT_ENTERED = "not_entered"


_OPEN_STATES = (
    TradeState.PARTIALLY_FILLED,
    TradeState.IN_POSITION,
    TradeState.T1_HIT,
    TradeState.TRAILING_STOP,
    TradeState.CLOSING,
    TradeState.CLOSE_FAILED,
    TradeState.UNPROTECTED,
)
_END_STATES = (TradeState.SCRATCHED, TradeState.STOPPED_OUT, TradeState.FULLY_CLOSED)

# (state, next state) pairs that a trade may take.
TRADE_MOVES: frozenset[tuple[TradeState, TradeState]] = frozenset(
    [
        (TradeState.PENDING_ENTRY, TradeState.PARTIALLY_FILLED),
        (TradeState.PENDING_ENTRY, TradeState.IN_POSITION),
        (TradeState.PENDING_ENTRY, TradeState.NOT_ENTERED),
        # A fill that arrives after its order's cancel opens the trade after all.
        (TradeState.NOT_ENTERED, TradeState.IN_POSITION),
        (TradeState.NOT_ENTERED, TradeState.PARTIALLY_FILLED),
        *((one, two) for one in _OPEN_STATES for two in _OPEN_STATES if one is not two),
        *((one, two) for one in _OPEN_STATES for two in _END_STATES),
    ]
)

OPEN_TRADE_STATES = frozenset(_OPEN_STATES)
ENDED_TRADE_STATES = frozenset((*_END_STATES, TradeState.NOT_ENTERED))


class ExitReason(StrEnum):
    TARGET = "target"
    STOP = "stop"
    BREAKEVEN_STOP = "breakeven_stop"
    TRAILING_STOP = "trailing_stop"
    TIME = "time"
    SCRATCH = "scratch"
    SIGNAL = "signal"
    SESSION_END = "session_end"
    DATA_GAP = "data_gap"
    NEWS = "news"
    EMERGENCY = "emergency"
    MANUAL = "manual"
    LIQUIDATION = "liquidation"
    EXTERNAL = "external"  # gone at the venue without a fill that we were told of


class TradeOutcome(StrEnum):
    """What a closed trade counts as in a streak."""

    WIN = "win"
    LOSS = "loss"
    BREAKEVEN = "breakeven"


def outcome_of(r_multiple: Decimal, band_r: Decimal) -> TradeOutcome:
    """What a result of `r_multiple` counts as; strictly within `band_r` of zero it is breakeven
    (semantics.md 5)."""
    if abs(r_multiple) < band_r or r_multiple == ZERO:
        return TradeOutcome.BREAKEVEN
    return TradeOutcome.WIN if r_multiple > ZERO else TradeOutcome.LOSS


@dataclass(frozen=True, slots=True)
class Position:
    """What is held in one symbol: signed quantity (long > 0) and its entry notional `cost` (>= 0).

    Notionals are quantity times price times `contract_size`.
    """

    symbol: str
    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    contract_size: Decimal = ONE

    @property
    def average_price(self) -> Decimal:
        """Average entry price; raises ArithmeticError when flat."""
        return self.cost / abs(self.quantity) / self.contract_size

    def unrealised(self, mark: Decimal) -> Decimal:
        """Profit if the whole quantity closed at `mark`, before fees."""
        value = self.quantity * mark * self.contract_size
        return value - self.cost if self.quantity >= ZERO else value + self.cost


def after_fill(position: Position, side: Side, quantity: Decimal, price: Decimal) -> tuple[Position, Decimal]:
    """The position after a fill, and the profit that the fill realised (before its fee).

    A fill through zero closes what is open and opens the rest at its own price.
    """
    signed = quantity * side.sign
    held = position.quantity
    unit = price * position.contract_size
    if held == ZERO or (held > ZERO) == (signed > ZERO):
        return replace(position, quantity=held + signed, cost=position.cost + quantity * unit), ZERO
    closed = min(quantity, abs(held))
    released = position.cost if closed == abs(held) else booked(position.cost * closed / abs(held))
    realised = closed * unit - released if held > ZERO else released - closed * unit
    rest = quantity - closed
    if rest > ZERO:
        return replace(position, quantity=rest * side.sign, cost=rest * unit), realised
    return replace(position, quantity=held + signed, cost=position.cost - released), realised


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade: its plan, its orders, what it has done so far. Money in account currency.

    `stop` is the protective stop in force, `initial_stop` the one it was sized by; `risk_money` is
    the planned loss at the initial stop including costs (the 1 R of this trade). `lwp` is its setup's last
    wholesale price, None where there is no setup.
    """

    trade_id: str
    decision_id: str
    setup_id: str
    setup_kind: str
    symbol: str
    side: Side
    state: TradeState
    planned_quantity: Decimal
    part_one_quantity: Decimal
    entry_limit: Decimal
    initial_stop: Decimal
    stop: Decimal
    t1: Decimal
    t2: Decimal | None
    risk_money: Decimal
    planned_ns: int
    score: float = 0.0
    entered_quantity: Decimal = ZERO
    entry_notional: Decimal = ZERO
    exited_quantity: Decimal = ZERO
    exit_notional: Decimal = ZERO
    contract_size: Decimal = ONE
    fees: Decimal = ZERO
    realised: Decimal = ZERO
    opened_ns: int = 0
    closed_ns: int = 0
    exit_reason: ExitReason | None = None
    stop_basis: ExitReason = ExitReason.STOP
    r_multiple: Decimal | None = None
    mae_r: Decimal | None = None
    mfe_r: Decimal | None = None
    attempts: int = 1
    lwp: Decimal | None = None

    @property
    def by_hand(self) -> bool:
        """Whether a person asked for this trade; it has no setup, so no score either."""
        return self.setup_kind == MANUAL

    @property
    def open_quantity(self) -> Decimal:
        return self.entered_quantity - self.exited_quantity

    @property
    def net_pnl(self) -> Decimal:
        """Realised profit after fees (funding is booked to the session, not to the trade)."""
        return self.realised - self.fees

    @property
    def entry_price(self) -> Decimal | None:
        """Average entry price, None before the first fill."""
        if not self.entered_quantity:
            return None
        return self.entry_notional / self.entered_quantity / self.contract_size


def price_r(trade: Trade, price: Decimal) -> Decimal | None:
    """The move from `trade`'s average entry to `price` in initial stop distances, > 0 in its favour.

    None before the first fill and for a stop distance of zero. Costs do not enter.
    """
    entry = trade.entry_price
    if entry is None or entry == trade.initial_stop:
        return None
    return (price - entry) * trade.side.sign / abs(entry - trade.initial_stop)
