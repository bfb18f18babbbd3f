"""The session: phase, status, gate and mode, and the tables by which they move.

Phase, status, gate and mode are four separate things (design.md 4). Values are spec 000's
lower-case names. Invariant: every move goes through a table; an illegal pair raises.
"""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    INIT = "init"
    PRE_MARKET = "pre_market"
    SESSION_OPEN = "session_open"
    ACTIVE_TRADING = "active_trading"
    POST_MARKET = "post_market"
    SHUTDOWN = "shutdown"


class PhaseTrigger(StrEnum):
    CONFIGURED = "configured"
    MARKET_OPEN = "market_open"
    ANALYSIS_DELIVERED = "analysis_delivered"
    TRADING_OVER = "trading_over"
    REPORTED = "reported"
    ABORTED = "aborted"


PHASE_TABLE: dict[tuple[Phase, PhaseTrigger], Phase] = {
    (Phase.INIT, PhaseTrigger.CONFIGURED): Phase.PRE_MARKET,
    (Phase.PRE_MARKET, PhaseTrigger.MARKET_OPEN): Phase.SESSION_OPEN,
    (Phase.SESSION_OPEN, PhaseTrigger.ANALYSIS_DELIVERED): Phase.ACTIVE_TRADING,
    (Phase.ACTIVE_TRADING, PhaseTrigger.TRADING_OVER): Phase.POST_MARKET,
    (Phase.POST_MARKET, PhaseTrigger.REPORTED): Phase.SHUTDOWN,
    # An emergency or an early end goes to the report from wherever it is.
    (Phase.INIT, PhaseTrigger.ABORTED): Phase.SHUTDOWN,
    (Phase.PRE_MARKET, PhaseTrigger.ABORTED): Phase.POST_MARKET,
    (Phase.SESSION_OPEN, PhaseTrigger.ABORTED): Phase.POST_MARKET,
    (Phase.ACTIVE_TRADING, PhaseTrigger.ABORTED): Phase.POST_MARKET,
}


class SessionStatus(StrEnum):
    INITIALIZED = "initialized"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    EMERGENCY_STOP = "emergency_stop"


class StatusTrigger(StrEnum):
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    EMERGENCY = "emergency"


STATUS_TABLE: dict[tuple[SessionStatus, StatusTrigger], SessionStatus] = {
    (SessionStatus.INITIALIZED, StatusTrigger.START): SessionStatus.RUNNING,
    (SessionStatus.INITIALIZED, StatusTrigger.COMPLETE): SessionStatus.COMPLETED,
    (SessionStatus.INITIALIZED, StatusTrigger.EMERGENCY): SessionStatus.EMERGENCY_STOP,
    (SessionStatus.RUNNING, StatusTrigger.PAUSE): SessionStatus.PAUSED,
    (SessionStatus.RUNNING, StatusTrigger.COMPLETE): SessionStatus.COMPLETED,
    (SessionStatus.RUNNING, StatusTrigger.EMERGENCY): SessionStatus.EMERGENCY_STOP,
    (SessionStatus.PAUSED, StatusTrigger.RESUME): SessionStatus.RUNNING,
    (SessionStatus.PAUSED, StatusTrigger.PAUSE): SessionStatus.PAUSED,
    (SessionStatus.PAUSED, StatusTrigger.COMPLETE): SessionStatus.COMPLETED,
    (SessionStatus.PAUSED, StatusTrigger.EMERGENCY): SessionStatus.EMERGENCY_STOP,
}


class Gate(StrEnum):
    """What the risk gate lets through: everything, only risk-reducing orders, or only closes."""

    ACTIVE = "active"
    REDUCING = "reducing"
    HALTED = "halted"


class Mode(StrEnum):
    PAPER = "paper"
    SANDBOX = "sandbox"
    LIVE = "live"


class Approval(StrEnum):
    AUTO = "auto"
    CONFIRM = "confirm"
    ALERT_ONLY = "alert_only"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class StepResult(StrEnum):
    """What a line of a checklist came to (semantics.md 8)."""

    OK = "ok"
    WARN = "warn"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not_applicable"
