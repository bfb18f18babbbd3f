"""Events: what happened, as the journal keeps it.

Decides the type name and version of every entry body. Bodies are append-only: a change of shape is
a new version in `VERSIONS` and an upcaster in `UPCASTERS` (semantics.md 7); stored bytes never change.
Invariant: every event encodes canonically and decodes to an equal value.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cache
from typing import Any, get_args

from ytc_tui.model.chain import Entry
from ytc_tui.model.codec import from_json
from ytc_tui.model.commands import Command
from ytc_tui.model.orders import Fill, OrderRequest
from ytc_tui.model.risk import TradePlan, Verdict
from ytc_tui.model.session import Gate, Mode, Phase, PhaseTrigger, SessionStatus, Severity, StepResult
from ytc_tui.model.signals import Setup
from ytc_tui.model.tasks import Handoff, HandoffState, ResponseMessage, TaskMessage
from ytc_tui.model.trades import ExitReason, Trade, TradeState


@dataclass(frozen=True, slots=True)
class BarRef:
    """The last bar that a decision knew: its symbol, opening time and the rolling digest there."""

    symbol: str
    open_ns: int
    digest: str


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
class StartBalanceFixed:
    balance: Decimal


@dataclass(frozen=True, slots=True)
class AlertRaised:
    alert_id: str
    severity: Severity
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AlertAcknowledged:
    alert_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class TaskRequested:
    task: TaskMessage


@dataclass(frozen=True, slots=True)
class TaskReported:
    response: ResponseMessage


@dataclass(frozen=True, slots=True)
class TaskRetried:
    task_id: str
    agent: str
    retry_count: int
    reason: str
    not_before_ns: int


@dataclass(frozen=True, slots=True)
class SetupDetected:
    setup: Setup
    bar: BarRef


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """The gate's answer to one proposal; `refused_by` is empty when it was approved."""

    decision_id: str
    setup_id: str
    plan: TradePlan
    verdicts: tuple[Verdict, ...]
    asked: Decimal
    granted: Decimal
    refused_by: str
    reason: str
    bar: BarRef


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
class TradeClosed:
    trade_id: str
    state: TradeState
    exit_reason: ExitReason
    pnl: Decimal
    r_multiple: Decimal
    mae_r: Decimal
    mfe_r: Decimal


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
class HandoffProposed:
    handoff: Handoff
    expires_wall_s: float


@dataclass(frozen=True, slots=True)
class HandoffDecided:
    handoff_id: str
    state: HandoffState
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class CommandTaken:
    command: Command


@dataclass(frozen=True, slots=True)
class CommandRefused:
    command: Command
    reason: str


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
class DiscrepancyFound:
    discrepancy_id: str
    kind: str
    symbol: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class DiscrepancyResolved:
    discrepancy_id: str
    how: str


@dataclass(frozen=True, slots=True)
class EmergencyActed:
    """What was sent while the journal could not accept writes (semantics.md 7)."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionEnded:
    reason: str
    end_balance: Decimal
    document: dict[str, Any] = field(default_factory=dict)


Event = (
    SessionStarted
    | ChecklistStepDone
    | PhaseChanged
    | StatusChanged
    | GateChanged
    | StartBalanceFixed
    | AlertRaised
    | AlertAcknowledged
    | TaskRequested
    | TaskReported
    | TaskRetried
    | SetupDetected
    | DecisionMade
    | TradePlanned
    | TradeMoved
    | StopTightened
    | TradeClosed
    | OrderIntended
    | OrderAcknowledged
    | StopAttached
    | OrderRejected
    | OrderLost
    | CancelAsked
    | CancelRefused
    | OrderCanceled
    | OrderExpired
    | FillBooked
    | FillRepeated
    | FundingBooked
    | PositionLiquidated
    | FlattenStarted
    | FlatVerified
    | ExposureRemains
    | HandoffProposed
    | HandoffDecided
    | CommandTaken
    | CommandRefused
    | HealthChanged
    | EngineRecovered
    | DiscrepancyFound
    | DiscrepancyResolved
    | EmergencyActed
    | SessionEnded
)

EVENT_TYPES: dict[str, type] = {kind.__name__: kind for kind in get_args(Event)}

# The version in which each type is written today; 1 where not listed.
VERSIONS: dict[str, int] = {}

# (type, version) -> pure function from that version's body to the next version's.
UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}


def version_of(kind: str) -> int:
    return VERSIONS.get(kind, 1)


# Which field says what an event belongs to, the first that it has.
_CORRELATION_FIELDS = ("trade_id", "decision_id", "handoff_id", "client_id", "task_id", "alert_id")


@cache
def _correlation_field(kind: type) -> str:
    names = {item.name for item in fields(kind)}
    return next((name for name in _CORRELATION_FIELDS if name in names), "")


def correlation_of(event: Event) -> str:
    """The trade, decision, handoff, order, task or alert that `event` belongs to; empty if none."""
    kind: type = type(event)
    name = _correlation_field(kind)
    return str(getattr(event, name)) if name else ""


def decode_event(entry: Entry) -> Event:
    """The event in a journal entry, upcast to today's shape; ValueError names type and field."""
    kind = EVENT_TYPES.get(entry.type)
    if kind is None:
        raise ValueError(f"entry {entry.seq}: unknown event type {entry.type!r}")
    body = json.loads(entry.body)
    version = entry.v
    while version < version_of(entry.type):
        body = UPCASTERS[entry.type, version](body)
        version += 1
    if version != version_of(entry.type):
        raise ValueError(f"entry {entry.seq}: {entry.type} version {entry.v} is newer than this program")
    event: Event = from_json(kind, body)
    return event
