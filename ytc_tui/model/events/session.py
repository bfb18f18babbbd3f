"""Events of the session: phase, status, gate, balance, flattening, health, recovery. Imports the model only.

Invariant: what was measured by wall clock or machine is in none of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ytc_tui.model.drawdown import LedgerSpan
from ytc_tui.model.orders import OrderRequest
from ytc_tui.model.session import Gate, Mode, Phase, PhaseTrigger, SessionStatus, StepResult


@dataclass(frozen=True, slots=True)
class SessionStarted:
    mode: Mode
    account_id: str
    currency: str
    symbols: tuple[str, ...]
    feed: str
    feed_digest: str
    config_digest: str
    run_id: str
    session_type: str
    market: str
    init_ns: int
    open_ns: int
    planned_end_ns: int
    hard_end_ns: int
    opening_balance: Decimal
    software: str


@dataclass(frozen=True, slots=True)
class ChecklistStepDone:
    checklist: str
    step: str
    result: StepResult
    detail: str


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    before: Phase
    after: Phase
    trigger: PhaseTrigger
    reason: str
    end_reason: str = ""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    before: SessionStatus
    after: SessionStatus
    reason: str


@dataclass(frozen=True, slots=True)
class GateChanged:
    before: Gate
    after: Gate
    reason: str


@dataclass(frozen=True, slots=True)
class EndingWhenFlat:
    """The session ends as soon as nothing is open; an empty reason takes that back."""

    reason: str


@dataclass(frozen=True, slots=True)
class StartBalanceFixed:
    balance: Decimal


@dataclass(frozen=True, slots=True)
class LedgerFixed:
    """The drawdown ledger as the session begins, from `sessions` closed sessions before it."""

    sessions: int
    spans: tuple[LedgerSpan, ...]


@dataclass(frozen=True, slots=True)
class FundingBooked:
    symbol: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PositionLiquidated:
    symbol: str


@dataclass(frozen=True, slots=True)
class FlattenStarted:
    """Entries are latched and everything is being closed. `final` ends the session (a rule's flatten)."""

    cause: str
    reason: str
    pnl_pct: Decimal | None
    limit_pct: Decimal | None
    final: bool


@dataclass(frozen=True, slots=True)
class FlatVerified:
    """The venue was read again: nothing is open and no order works. `beyond_limit_pct` is the part
    of the loss past the limit (<= 0), at the trigger or at the end, whichever was worse."""

    pnl_pct: Decimal
    beyond_limit_pct: Decimal
    rounds: int


@dataclass(frozen=True, slots=True)
class ExposureRemains:
    """The venue was read again and is not flat: what is left, in words."""

    remaining: tuple[str, ...]
    rounds: int


@dataclass(frozen=True, slots=True)
class ExposureUnconfirmed:
    """A flatten could not be confirmed: why, and what a person would close by hand, in words. It is tried
    on until it is."""

    why: str
    by_hand: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HealthChanged:
    component: str
    status: StepResult
    detail: str


@dataclass(frozen=True, slots=True)
class EngineRecovered:
    """A restart took the session up again after entry `from_seq`."""

    from_seq: int
    resumed_at_ns: int
    open_orders: int
    open_positions: int


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """A request to the venue got no answer; until the next answer it counts as silent."""

    message: str


@dataclass(frozen=True, slots=True)
class ConnectionRestored:
    """The venue answered again, `silent_ns` after the first request that it did not answer."""

    silent_ns: int


@dataclass(frozen=True, slots=True)
class EmergencyActed:
    """What was sent while the journal could not accept writes (semantics.md 7)."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmergencyOrdered:
    """This order is one of those; the process that sent it ended before it was on record, and what became of
    it is not known yet."""

    order: OrderRequest
    trade_id: str
    decision_id: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    reason: str
    end_balance: Decimal
    document: dict[str, Any] = field(default_factory=dict)
