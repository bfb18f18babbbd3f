"""Events of orders, fills and trades. Imports the model only.

Invariant: a fill is booked by one event, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.model.orders import Fill, OrderRequest
from ytc_tui.model.trades import ExitReason, Trade, TradeOutcome, TradeState


@dataclass(frozen=True, slots=True)
class TradePlanned:
    trade: Trade


@dataclass(frozen=True, slots=True)
class TradeMoved:
    trade_id: str
    before: TradeState
    after: TradeState
    reason: str


@dataclass(frozen=True, slots=True)
class StopTightened:
    """The protective stop in force changed; `client_id` is the order that now carries it."""

    trade_id: str
    before: Decimal
    after: Decimal
    basis: ExitReason
    client_id: str


@dataclass(frozen=True, slots=True)
class TargetMoved:
    """The price at which part `part` (1 or 2) takes profit changed in the plan; `before` None = had none."""

    trade_id: str
    part: int
    before: Decimal | None
    after: Decimal


@dataclass(frozen=True, slots=True)
class ReplacementAsked:
    """Once the target order `client_id` is gone, one that fits the trade as it then is takes its place."""

    trade_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class TradeClosed:
    """A trade's result; `outcome` is what it counts as with the band in force."""

    trade_id: str
    state: TradeState
    exit_reason: ExitReason
    pnl: Decimal
    r_multiple: Decimal
    mae_r: Decimal
    mfe_r: Decimal
    outcome: TradeOutcome


@dataclass(frozen=True, slots=True)
class OrderIntended:
    order: OrderRequest
    trade_id: str
    decision_id: str
    approval_id: str
    reason: ExitReason | None
    note: str


@dataclass(frozen=True, slots=True)
class OrderAcknowledged:
    client_id: str
    venue_order_id: str


@dataclass(frozen=True, slots=True)
class StopAttached:
    """The venue placed the stop that was attached to an entry (or enlarged it)."""

    order: OrderRequest
    venue_order_id: str
    trade_id: str


@dataclass(frozen=True, slots=True)
class OrderRejected:
    client_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderLost:
    """The answer was lost: the order is UNKNOWN until evidence (safety.md 2.2)."""

    client_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class CancelAsked:
    client_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class CancelRefused:
    client_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderCanceled:
    client_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderExpired:
    client_id: str


@dataclass(frozen=True, slots=True)
class FillBooked:
    """A fill and what it did to the account: profit realised before its fee."""

    fill: Fill
    trade_id: str
    realised: Decimal
    contract_size: Decimal


@dataclass(frozen=True, slots=True)
class FillRepeated:
    venue_fill_id: str
    client_id: str
