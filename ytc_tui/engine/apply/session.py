"""Bookkeeping of the session: phase, status, gate, balances, flattening, health, recovery.

Imports the model only. Invariant: phase and status were moved by their tables in the decider; here
the journalled result is taken as it stands, so an old journal always applies.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from ytc_tui.model import events as ev
from ytc_tui.model.state import ChecklistLine, Flattening, State, Unconfirmed

SessionEvent = (
    ev.SessionStarted
    | ev.ChecklistStepDone
    | ev.PhaseChanged
    | ev.StatusChanged
    | ev.GateChanged
    | ev.EndingWhenFlat
    | ev.StartBalanceFixed
    | ev.LedgerFixed
    | ev.FundingBooked
    | ev.PositionLiquidated
    | ev.FlattenStarted
    | ev.FlatVerified
    | ev.ExposureRemains
    | ev.ExposureUnconfirmed
    | ev.HealthChanged
    | ev.EngineRecovered
    | ev.ConnectionLost
    | ev.ConnectionRestored
    | ev.EmergencyActed
    | ev.SessionEnded
)


def apply_session(state: State, event: SessionEvent, at_ns: int) -> None:
    match event:
        case ev.SessionStarted():
            state.started = event
            state.opening_balance = event.opening_balance
            state.wallet = event.opening_balance
            state.phase_since_ns = at_ns
        case ev.ChecklistStepDone():
            line = ChecklistLine(event.step, event.result, event.detail)
            state.checklists[event.checklist] = (*state.checklists.get(event.checklist, ()), line)
        case ev.PhaseChanged():
            state.phase = event.after
            state.phase_since_ns = at_ns
            if event.end_reason and not state.end_reason:
                state.end_reason = event.end_reason
        case ev.StatusChanged():
            state.status = event.after
        case ev.GateChanged():
            state.gate, state.gate_reason = event.after, event.reason
        case ev.EndingWhenFlat():
            state.ending_when_flat = event.reason
        case ev.StartBalanceFixed():
            state.start_balance = event.balance
        case ev.LedgerFixed():
            state.ledger = event
        case ev.FundingBooked():
            state.wallet += event.amount
            state.funding += event.amount
            state.funding_events += 1
        case ev.PositionLiquidated():
            state.errors_by_type["liquidation"] = state.errors_by_type.get("liquidation", 0) + 1
        case ev.FlattenStarted() | ev.FlatVerified() | ev.ExposureRemains():
            _flatten(state, event, at_ns)
        case ev.ExposureUnconfirmed(why):
            state.unconfirmed = Unconfirmed(at_ns, why)
        case ev.HealthChanged():
            state.health[event.component] = ChecklistLine(event.component, event.status, event.detail)
        case ev.EngineRecovered() | ev.EmergencyActed():
            pass
        case ev.ConnectionLost():
            state.venue_silent_ns = at_ns
        case ev.ConnectionRestored():
            state.venue_silent_ns = 0
        case ev.SessionEnded():
            state.ended = True
            state.end_reason = state.end_reason or event.reason
            state.document = event.document
        case _:
            assert_never(event)


def _flatten(
    state: State, event: ev.FlattenStarted | ev.FlatVerified | ev.ExposureRemains, at_ns: int
) -> None:
    if isinstance(event, ev.FlattenStarted):
        final = event.final or bool(state.flattening and state.flattening.final)
        state.flattening = Flattening(event.cause, event.reason, final, at_ns, pnl_pct=event.pnl_pct)
    elif state.flattening is not None:
        verified = isinstance(event, ev.FlatVerified)
        state.flattening = replace(state.flattening, rounds=event.rounds, verified=verified)
        if isinstance(event, ev.FlatVerified):
            state.unconfirmed = None
            state.flattening.end_pnl_pct = event.pnl_pct
            state.flattening.beyond_limit_pct = event.beyond_limit_pct
