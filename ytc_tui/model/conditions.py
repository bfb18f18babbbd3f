"""The emergency matrix: every condition that raises an alert, how grave it is, and what the engine does.

Decides severity and reaction of each code (spec 000 error classes, domain.md 1.5; ADR 0014). Imports the
session's words only. Invariants: one row a code, and no alert without a row; only critical conditions
shut a session down, and an info is only logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from ytc_tui.model.session import Severity


class Reaction(StrEnum):
    """What the engine does by itself when a condition arises, mildest first."""

    LOG = "log"
    """On record; nothing else."""
    TELL = "tell"
    """A person is told and decides; trading goes on."""
    HOLD = "hold"
    """No new risk on what it concerns while it lasts; evidence ends it."""
    LATCH = "latch"
    """The gate goes to REDUCING, until a named operator resumes."""
    PAUSE = "pause"
    """The session is paused: scanning stops too, stops and management go on."""
    PROTECT = "protect"
    """A stop is placed, or what cannot be protected is closed."""
    SHUTDOWN = "shutdown"
    """Entries latched, orders pulled, everything closed, session over."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One row; `arises` says when, in words for a person."""

    code: str
    severity: Severity
    reaction: Reaction
    arises: str


_INFO, _WARNING, _CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL

_ROWS = (
    # Spec 000's critical errors: immediate shutdown.
    Condition("session_loss_limit", _CRITICAL, Reaction.SHUTDOWN, "session P&L at or below its limit"),
    Condition("connection_lost", _CRITICAL, Reaction.SHUTDOWN, "the venue is silent for its limit or longer"),
    Condition("guard_halted", _CRITICAL, Reaction.SHUTDOWN, "a guard raised the halt epoch"),
    Condition("halt_stands", _CRITICAL, Reaction.HOLD, "a halt of an earlier session is not cleared"),
    Condition("connection_degraded", _WARNING, Reaction.HOLD, "the venue is silent, short of its limit"),
    # Money, short of that limit.
    Condition("entries_off", _WARNING, Reaction.LATCH, "session P&L at or below the entries-off level"),
    Condition("loss_high", _WARNING, Reaction.TELL, "session P&L at or below the high alert level"),
    Condition("loss_medium", _WARNING, Reaction.TELL, "session P&L at or below the medium alert level"),
    Condition("losing_streak_limit", _CRITICAL, Reaction.HOLD, "losses in a row at their limit"),
    Condition("losing_streak", _WARNING, Reaction.TELL, "losses in a row at their alert level"),
    Condition("drawdown_limit", _CRITICAL, Reaction.HOLD, "loss over several sessions at its limit"),
    Condition("drawdown", _WARNING, Reaction.TELL, "loss over several sessions at its warning"),
    Condition("correlated_risk", _WARNING, Reaction.TELL, "a trade counts together with an open one"),
    # Positions that are not as they should be.
    Condition("unprotected", _CRITICAL, Reaction.PROTECT, "open quantity without a working stop"),
    Condition("close_failed", _CRITICAL, Reaction.PROTECT, "a close ended and left the trade open"),
    Condition("stop_rejected", _CRITICAL, Reaction.PROTECT, "the venue refused an entry's attached stop"),
    Condition("liquidation", _CRITICAL, Reaction.TELL, "the venue liquidated a position"),
    Condition("unconfirmed_exposure", _CRITICAL, Reaction.HOLD, "the venue cannot confirm what is open"),
    Condition("dust", _WARNING, Reaction.TELL, "less than one lot stays open after a flatten"),
    Condition("verified_flat", _INFO, Reaction.LOG, "a flatten was proved complete"),
    # Our books against the venue's: size mismatch, unknown position, unknown order.
    Condition("position", _CRITICAL, Reaction.HOLD, "a position differs from the venue's"),
    Condition("wallet", _CRITICAL, Reaction.HOLD, "the wallet differs from the venue's"),
    Condition("foreign_order", _CRITICAL, Reaction.HOLD, "the venue holds an order that is not ours"),
    Condition("unreconciled", _WARNING, Reaction.PAUSE, "a difference with the venue stays unexplained"),
    Condition("external", _WARNING, Reaction.TELL, "what others did at the venue stands in our books"),
    Condition("missing_order", _CRITICAL, Reaction.HOLD, "the venue does not hold an order of ours"),
    Condition("order_content", _CRITICAL, Reaction.HOLD, "an order of ours has other content at the venue"),
    Condition("overfill", _CRITICAL, Reaction.HOLD, "more was filled than ordered"),
    Condition("filled_after_reject", _CRITICAL, Reaction.HOLD, "an order filled after its rejection"),
    Condition("order_unknown", _CRITICAL, Reaction.HOLD, "a request may have landed or not"),
    Condition("venue_nonsense", _CRITICAL, Reaction.TELL, "the venue told what cannot be"),
    Condition("cancel_unconfirmed", _WARNING, Reaction.TELL, "a cancel got no answer"),
    # Execution out of bounds.
    Condition("slippage", _CRITICAL, Reaction.LATCH, "a fill slipped past its limit"),
    Condition("order_rate", _CRITICAL, Reaction.LATCH, "more orders a minute than allowed"),
    Condition("rejects_in_row", _CRITICAL, Reaction.LATCH, "rejects in a row at their limit"),
    Condition("order_rejected", _WARNING, Reaction.TELL, "the venue rejected an order"),
    Condition("reducing_refused", _WARNING, Reaction.TELL, "the gate refused a risk-reducing order"),
    # Data and market.
    Condition("data_late", _WARNING, Reaction.HOLD, "an expected bar is missing"),
    Condition("data_gap", _WARNING, Reaction.HOLD, "several expected bars in a row are missing"),
    Condition("volatility_spike", _WARNING, Reaction.TELL, "volatility far above its baseline"),
    Condition("news_blackout", _WARNING, Reaction.HOLD, "high-impact news is near"),
    Condition("news_restricted", _INFO, Reaction.LOG, "news of medium impact is near: entries are smaller"),
    Condition("news_unknown", _WARNING, Reaction.TELL, "the calendar tells nothing of this session"),
    Condition("level_touched", _INFO, Reaction.LOG, "price reached a level of the operator's"),
    Condition("level_passed", _INFO, Reaction.LOG, "a bar closed beyond a level of the operator's"),
    # Agents and platform.
    Condition("critical_agent_failed", _CRITICAL, Reaction.LATCH, "an agent that trading rests on failed"),
    Condition("agent_failed", _WARNING, Reaction.TELL, "another agent failed"),
    Condition("agent_output", _WARNING, Reaction.TELL, "an agent proposed what does not fit"),
    Condition("blocked", _CRITICAL, Reaction.HOLD, "an agent blocks the phase"),
    Condition("init_blocked", _CRITICAL, Reaction.SHUTDOWN, "the session cannot begin"),
    Condition("journal_unavailable", _CRITICAL, Reaction.LATCH, "the journal cannot accept writes"),
    # What waits for a person.
    Condition("handoff_blocked", _WARNING, Reaction.PAUSE, "a handoff was refused or not answered"),
    Condition("handoff_waiting", _WARNING, Reaction.TELL, "a handoff waits for approval"),
    Condition("proposal_waiting", _WARNING, Reaction.TELL, "a trade waits for a yes"),
    Condition("proposal_alerted", _WARNING, Reaction.TELL, "a trade is shown only"),
    Condition("proposal_expired", _WARNING, Reaction.TELL, "nobody answered a proposed trade"),
    Condition("proposal_void", _WARNING, Reaction.TELL, "a proposed trade no longer holds"),
)

CONDITIONS: Mapping[str, Condition] = MappingProxyType({row.code: row for row in _ROWS})
