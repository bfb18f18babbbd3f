"""What kind of thing each entry tells of, as a person sorts them.

Decides the kind of every event type, and which are routine. Imports the model only. Invariant: every type
has a kind; a test compares.
"""

from __future__ import annotations

from enum import StrEnum

from ytc_tui.model import events as ev


class EntryKind(StrEnum):
    SESSION = "session"
    PHASE = "phase"
    AGENT = "agent"
    SETUP = "setup"
    TRADE = "trade"
    ORDER = "order"
    FILL = "fill"
    ALERT = "alert"
    FLATTEN = "flatten"
    HANDOFF = "handoff"
    OPERATOR = "operator"
    VENUE = "venue"
    GUARD = "guard"
    ENGINE = "engine"


_TYPES: dict[EntryKind, tuple[type, ...]] = {
    EntryKind.SESSION: (
        ev.SessionStarted, ev.SessionEnded, ev.EndingWhenFlat, ev.StartBalanceFixed, ev.LedgerFixed,
        ev.FundingBooked,
    ),
    EntryKind.PHASE: (ev.PhaseChanged, ev.StatusChanged, ev.GateChanged, ev.ChecklistStepDone),
    EntryKind.AGENT: (ev.TaskAnswered, ev.AnswerRepeated, ev.TaskRequested, ev.TaskReported, ev.TaskRetried),
    EntryKind.SETUP: (ev.SetupDetected, ev.DecisionMade, ev.TradeProposed, ev.ProposalDecided),
    EntryKind.TRADE: (
        ev.TradePlanned, ev.TradeMoved, ev.TradeClosed, ev.StopTightened, ev.TargetMoved, ev.ReplacementAsked,
    ),
    EntryKind.ORDER: (
        ev.OrderIntended, ev.OrderAcknowledged, ev.StopAttached, ev.OrderRejected, ev.OrderLost,
        ev.CancelAsked, ev.CancelRefused, ev.OrderCanceled, ev.OrderExpired,
    ),
    EntryKind.FILL: (ev.FillBooked, ev.FillRepeated, ev.PositionLiquidated),
    EntryKind.ALERT: (ev.AlertRaised, ev.AlertAcknowledged),
    EntryKind.FLATTEN: (ev.FlattenStarted, ev.FlatVerified, ev.ExposureRemains, ev.ExposureUnconfirmed),
    EntryKind.HANDOFF: (ev.HandoffProposed, ev.HandoffDecided),
    EntryKind.OPERATOR: (
        ev.CommandTaken, ev.CommandRefused, ev.LevelAdded, ev.LevelRemoved, ev.LevelArmed, ev.LevelReached,
        ev.BiasSet, ev.NoteWritten,
    ),
    EntryKind.VENUE: (
        ev.ConnectionLost, ev.ConnectionRestored, ev.DiscrepancyFound, ev.DiscrepancyResolved,
        ev.DiscrepancyIgnored, ev.PositionAdopted, ev.WalletAdopted, ev.ExternalOrderAdopted,
        ev.ExternalCancelAsked, ev.OrderLinked,
    ),
    EntryKind.GUARD: (ev.GuardHalted, ev.GuardOrdered, ev.HaltCleared),
    EntryKind.ENGINE: (ev.EngineRecovered, ev.HealthChanged, ev.EmergencyActed, ev.EmergencyOrdered),
}  # fmt: skip

KINDS: dict[str, EntryKind] = {kind.__name__: sort for sort, kinds in _TYPES.items() for kind in kinds}
# Agents that were asked and answered: nine of ten entries, and no news by themselves.
ROUTINE = frozenset(
    kind.__name__ for kind in (ev.TaskAnswered, ev.AnswerRepeated, ev.TaskRequested, ev.TaskReported)
)


def kind_of(entry_type: str) -> EntryKind:
    """The kind of an entry of this type; a type that this program does not know is the engine's."""
    return KINDS.get(entry_type, EntryKind.ENGINE)
