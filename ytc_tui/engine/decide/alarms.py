"""Alerts, by the emergency matrix: severity and reaction of a condition come from its row.

Decides how a reaction becomes events. Imports the matrix, the situation and the model. Invariants: this is
the only place that makes an alert; a code without a row raises KeyError.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.conditions import CONDITIONS, Reaction
from ytc_tui.model.session import Gate, SessionStatus
from ytc_tui.model.state import GATE_JOURNAL


def alert(alert_id: str, code: str, message: str) -> ev.AlertRaised:
    """The alert alone: for conditions that are only told, or whose reaction other deciders read from state
    (the gate's rules for HOLD, the coverage of positions for PROTECT)."""
    return ev.AlertRaised(alert_id, CONDITIONS[code].severity, code, message)


def unlatched(sit: Situation) -> bool:
    """Whether entries may go out, now or as soon as the journal lets them."""
    state = sit.state
    return state.gate is Gate.ACTIVE or (
        state.gate is Gate.REDUCING and state.gate_reason.startswith(GATE_JOURNAL)
    )


def entries_off(sit: Situation, reason: str) -> Iterator[ev.Event]:
    """Close the gate to entries, for `reason` instead of the journal's, which would be lifted by itself."""
    if unlatched(sit):
        yield ev.GateChanged(sit.state.gate, Gate.REDUCING, reason)


def react(
    sit: Situation, alert_id: str, code: str, message: str, reason: str = "", pnl: Decimal | None = None
) -> Iterator[ev.Event]:
    """The alert and what its row makes the engine do, with `reason` (else the message) on record.

    A SHUTDOWN is the final flatten, once; `pnl` is the session's percent where that is what triggered it.
    """
    row = CONDITIONS[code]
    reason = reason or message
    yield ev.AlertRaised(alert_id, row.severity, code, message)
    match row.reaction:
        case Reaction.LATCH:
            yield from entries_off(sit, reason)
        case Reaction.PAUSE:
            if sit.state.status is SessionStatus.RUNNING:
                yield ev.StatusChanged(SessionStatus.RUNNING, SessionStatus.PAUSED, reason)
        case Reaction.SHUTDOWN:
            started = sit.state.flattening
            if started is None or not started.final:
                cause = "session_loss" if pnl is not None else "critical"
                limit = None if pnl is None else -sit.policy.limits.max_session_loss_pct
                yield ev.FlattenStarted(cause, reason, pnl, limit, final=True)
        case Reaction.LOG | Reaction.TELL | Reaction.HOLD | Reaction.PROTECT:
            return
