"""Events: what happened, as the journal keeps it.

Decides the type name and version of every entry body. Bodies are append-only: a change of shape is
a new version in `VERSIONS` and an upcaster in `UPCASTERS` (semantics.md 7); stored bytes never change.
Invariant: every event encodes canonically and decodes to an equal value.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from functools import cache
from typing import Any, get_args

from ytc_tui.model.chain import Entry
from ytc_tui.model.codec import from_json
from ytc_tui.model.events.guard import (
    GuardHalted as GuardHalted,
    GuardOrdered as GuardOrdered,
    HaltCleared as HaltCleared,
)
from ytc_tui.model.events.orders import (
    CancelAsked as CancelAsked,
    CancelRefused as CancelRefused,
    FillBooked as FillBooked,
    FillRepeated as FillRepeated,
    OrderAcknowledged as OrderAcknowledged,
    OrderCanceled as OrderCanceled,
    OrderExpired as OrderExpired,
    OrderIntended as OrderIntended,
    OrderLost as OrderLost,
    OrderRejected as OrderRejected,
    ReplacementAsked as ReplacementAsked,
    StopAttached as StopAttached,
    StopTightened as StopTightened,
    TargetMoved as TargetMoved,
    TradeClosed as TradeClosed,
    TradeMoved as TradeMoved,
    TradePlanned as TradePlanned,
)
from ytc_tui.model.events.own import (
    BiasSet as BiasSet,
    LevelAdded as LevelAdded,
    LevelArmed as LevelArmed,
    LevelReached as LevelReached,
    LevelRemoved as LevelRemoved,
    NoteWritten as NoteWritten,
)
from ytc_tui.model.events.reconcile import (
    DifferenceEvent as DifferenceEvent,
    DiscrepancyFound as DiscrepancyFound,
    DiscrepancyIgnored as DiscrepancyIgnored,
    DiscrepancyResolved as DiscrepancyResolved,
    ExternalCancelAsked as ExternalCancelAsked,
    ExternalOrderAdopted as ExternalOrderAdopted,
    OrderLinked as OrderLinked,
    PositionAdopted as PositionAdopted,
    WalletAdopted as WalletAdopted,
)
from ytc_tui.model.events.session import (
    ChecklistStepDone as ChecklistStepDone,
    ConnectionLost as ConnectionLost,
    ConnectionRestored as ConnectionRestored,
    EmergencyActed as EmergencyActed,
    EmergencyOrdered as EmergencyOrdered,
    EndingWhenFlat as EndingWhenFlat,
    EngineRecovered as EngineRecovered,
    ExposureRemains as ExposureRemains,
    ExposureUnconfirmed as ExposureUnconfirmed,
    FlattenStarted as FlattenStarted,
    FlatVerified as FlatVerified,
    FundingBooked as FundingBooked,
    GateChanged as GateChanged,
    HealthChanged as HealthChanged,
    LedgerFixed as LedgerFixed,
    PhaseChanged as PhaseChanged,
    PositionLiquidated as PositionLiquidated,
    SessionEnded as SessionEnded,
    SessionStarted as SessionStarted,
    StartBalanceFixed as StartBalanceFixed,
    StatusChanged as StatusChanged,
)
from ytc_tui.model.events.work import (
    AlertAcknowledged as AlertAcknowledged,
    AlertRaised as AlertRaised,
    AnswerRepeated as AnswerRepeated,
    BarRef as BarRef,
    CommandRefused as CommandRefused,
    CommandTaken as CommandTaken,
    DecisionMade as DecisionMade,
    HandoffDecided as HandoffDecided,
    HandoffProposed as HandoffProposed,
    ProposalDecided as ProposalDecided,
    SetupDetected as SetupDetected,
    TaskAnswered as TaskAnswered,
    TaskReported as TaskReported,
    TaskRequested as TaskRequested,
    TaskRetried as TaskRetried,
    TradeProposed as TradeProposed,
)
from ytc_tui.model.trades import outcome_of

# What brings an order on record.
OrderEvent = OrderIntended | StopAttached | GuardOrdered | EmergencyOrdered

Event = (
    SessionStarted
    | ChecklistStepDone
    | PhaseChanged
    | StatusChanged
    | GateChanged
    | EndingWhenFlat
    | StartBalanceFixed
    | LedgerFixed
    | AlertRaised
    | AlertAcknowledged
    | TaskAnswered
    | AnswerRepeated
    | TaskRequested
    | TaskReported
    | TaskRetried
    | SetupDetected
    | DecisionMade
    | TradeProposed
    | ProposalDecided
    | TradePlanned
    | TradeMoved
    | StopTightened
    | TargetMoved
    | ReplacementAsked
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
    | ExposureUnconfirmed
    | HandoffProposed
    | HandoffDecided
    | CommandTaken
    | CommandRefused
    | LevelAdded
    | LevelRemoved
    | LevelArmed
    | LevelReached
    | BiasSet
    | NoteWritten
    | HealthChanged
    | EngineRecovered
    | ConnectionLost
    | ConnectionRestored
    | DifferenceEvent
    | EmergencyActed
    | EmergencyOrdered
    | GuardHalted
    | GuardOrdered
    | HaltCleared
    | SessionEnded
)

EVENT_TYPES: dict[str, type] = {kind.__name__: kind for kind in get_args(Event)}

# The version in which each type is written today; 1 where not listed.
VERSIONS: dict[str, int] = {
    "TradePlanned": 2,
    "TradeClosed": 2,
    "CommandTaken": 4,
    "CommandRefused": 4,
    "DiscrepancyFound": 2,
}

# Version 1 had no setting for the band: it was this.
_BAND_R_OF_VERSION_1 = Decimal("0.1")


def _with_outcome(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "outcome": outcome_of(Decimal(body["r_multiple"]), _BAND_R_OF_VERSION_1).value}


def _command_without_action(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 of a command's entries, from before there were verbs by hand."""
    by_hand = {"close": None, "move_stop": None, "move_target": None, "ticket": None}
    return {**body, "command": {**body["command"], **by_hand}}


def _command_without_view(body: dict[str, Any]) -> dict[str, Any]:
    """Version 2 of a command's entries, from before an operator had levels, a bias and notes."""
    said = {"level": None, "arm_level": None, "bias": None, "note": None}
    return {**body, "command": {**body["command"], **said}}


def _command_without_remedy(body: dict[str, Any]) -> dict[str, Any]:
    """Version 3 of a command's entries, from before there were remedies for differences."""
    return {**body, "command": {**body["command"], "reconcile": None}}


def _found_without_evidence(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 of a difference told in words alone."""
    return {**body, "client_id": "", "quantity": "0", "price": None}


def _trade_without_lwp(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 of a planned trade did not keep its setup's last wholesale price."""
    return {**body, "trade": {**body["trade"], "lwp": None}}


# (type, version) -> pure function from that version's body to the next version's.
UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("TradePlanned", 1): _trade_without_lwp,
    ("TradeClosed", 1): _with_outcome,
    ("CommandTaken", 1): _command_without_action,
    ("CommandRefused", 1): _command_without_action,
    ("CommandTaken", 2): _command_without_view,
    ("CommandRefused", 2): _command_without_view,
    ("CommandTaken", 3): _command_without_remedy,
    ("CommandRefused", 3): _command_without_remedy,
    ("DiscrepancyFound", 1): _found_without_evidence,
}


def version_of(kind: str) -> int:
    return VERSIONS.get(kind, 1)


# Which field says what an event belongs to, the first that it has.
_CORRELATION_FIELDS = (
    "trade_id", "decision_id", "handoff_id", "client_id", "task_id", "alert_id", "level_id",
)  # fmt: skip


@cache
def _header(kind: type) -> tuple[str, int, str]:
    """Name and version of a type, and the field that says what an event of it belongs to."""
    names = {item.name for item in fields(kind)}
    correlation = next((name for name in _CORRELATION_FIELDS if name in names), "")
    return kind.__name__, version_of(kind.__name__), correlation


def correlation_of(event: Event) -> str:
    """The trade, decision, handoff, order, task, alert or level that `event` belongs to; empty if none."""
    return header_of(event)[2]


def header_of(event: Event) -> tuple[str, int, str]:
    """What an entry's envelope says of `event`: its type, its version, and what it belongs to."""
    kind: type = type(event)
    name, version, correlation = _header(kind)
    return name, version, str(getattr(event, correlation)) if correlation else ""


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
