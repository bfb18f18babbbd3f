"""Bookkeeping: the only code that changes trading state, total on any valid journal.

Decides nothing. Imports the model only. Invariant: `apply` depends on the event, its time and the
state alone, so replaying a journal gives the state that wrote it.
"""

from __future__ import annotations

from ytc_tui.engine.apply.orders import apply_order
from ytc_tui.engine.apply.own import apply_own
from ytc_tui.engine.apply.proposals import apply_proposal
from ytc_tui.engine.apply.reconcile import apply_reconcile
from ytc_tui.engine.apply.session import apply_session
from ytc_tui.engine.apply.unjournalled import apply_unjournalled
from ytc_tui.engine.apply.work import apply_work
from ytc_tui.model import events as ev
from ytc_tui.model.state import State

__all__ = ["apply"]


def apply(state: State, event: ev.Event, at_ns: int) -> None:
    """Book `event`, which happened at `at_ns`, into `state`."""
    state.now_ns = max(state.now_ns, at_ns)
    match event:  # answers first: in most journals nearly every event is one
        case ev.TaskAnswered() | ev.AnswerRepeated() | ev.TaskRequested() | ev.TaskReported():
            apply_work(state, event, at_ns)
        case ev.TaskRetried() | ev.SetupDetected() | ev.DecisionMade() | ev.HandoffProposed():
            apply_work(state, event, at_ns)
        case ev.HandoffDecided() | ev.AlertRaised() | ev.AlertAcknowledged():
            apply_work(state, event, at_ns)
        case ev.CommandTaken() | ev.CommandRefused():
            apply_work(state, event, at_ns)
        case (
            ev.OrderIntended()
            | ev.OrderAcknowledged()
            | ev.StopAttached()
            | ev.OrderRejected()
            | ev.OrderLost()
            | ev.CancelAsked()
            | ev.CancelRefused()
            | ev.OrderCanceled()
            | ev.OrderExpired()
            | ev.FillBooked()
            | ev.FillRepeated()
            | ev.TradePlanned()
            | ev.TradeMoved()
            | ev.StopTightened()
            | ev.TargetMoved()
            | ev.ReplacementAsked()
            | ev.TradeClosed()
        ):
            apply_order(state, event, at_ns)
        case ev.LevelAdded() | ev.LevelRemoved() | ev.LevelArmed() | ev.LevelReached():
            apply_own(state, event, at_ns)
        case ev.GuardHalted() | ev.GuardOrdered() | ev.HaltCleared() | ev.EmergencyOrdered():
            apply_unjournalled(state, event, at_ns)
        case ev.BiasSet() | ev.NoteWritten():
            apply_own(state, event, at_ns)
        case ev.TradeProposed() | ev.ProposalDecided():
            apply_proposal(state, event, at_ns)
        case (
            ev.SessionStarted()
            | ev.ChecklistStepDone()
            | ev.PhaseChanged()
            | ev.StatusChanged()
            | ev.GateChanged()
            | ev.EndingWhenFlat()
            | ev.StartBalanceFixed()
            | ev.LedgerFixed()
            | ev.FundingBooked()
            | ev.PositionLiquidated()
            | ev.FlattenStarted()
            | ev.FlatVerified()
            | ev.ExposureRemains()
            | ev.ExposureUnconfirmed()
            | ev.HealthChanged()
            | ev.EngineRecovered()
            | ev.ConnectionLost()
            | ev.ConnectionRestored()
            | ev.EmergencyActed()
            | ev.SessionEnded()
        ):
            apply_session(state, event, at_ns)
        case _:
            apply_reconcile(state, event, at_ns)
