"""How bad it is: levels of session loss, of a losing streak and of a lost connection.

Decides when an alert is due and how loud it is (domain.md 1.4 agent 02, 1.5, 2.13). Imports the model
only. Invariant: every line is inclusive and compared unrounded; a number that is not finite is critical.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.risk import RiskLimits
from ytc_tui.model.session import Severity

# Alerts sound at half and at four fifths of the session's loss limit (domain.md 1.4 agent 02).
_MEDIUM_SHARE = Decimal("0.5")
_HIGH_SHARE = Decimal("0.8")
STREAK_ALERT = 3
CONNECTION_CRITICAL_NS = 30 * NS_PER_S


class LossLevel(StrEnum):
    NORMAL = "normal"
    MEDIUM = "medium"
    HIGH = "high"
    ENTRIES_OFF = "entries_off"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class LossLevels:
    """The session P&L, in percent of the start balance, from which each level holds (negative numbers)."""

    medium: Decimal = Decimal("-1.5")
    high: Decimal = Decimal("-2.4")
    entries_off: Decimal = Decimal("-2.5")
    critical: Decimal = Decimal(-3)


def levels_of(limits: RiskLimits) -> LossLevels:
    """The levels that belong to these limits: half, four fifths, entries off, the limit itself."""
    limit = limits.max_session_loss_pct
    return LossLevels(
        medium=-limit * _MEDIUM_SHARE,
        high=-limit * _HIGH_SHARE,
        entries_off=-limits.entries_off_loss_pct,
        critical=-limit,
    )


def loss_level(pnl_pct: Decimal, levels: LossLevels) -> LossLevel:
    """The worst level reached at this session P&L (percent of the start balance)."""
    if not pnl_pct.is_finite() or pnl_pct <= levels.critical:
        return LossLevel.CRITICAL
    if pnl_pct <= levels.entries_off:
        return LossLevel.ENTRIES_OFF
    if pnl_pct <= levels.high:
        return LossLevel.HIGH
    if pnl_pct <= levels.medium:
        return LossLevel.MEDIUM
    return LossLevel.NORMAL


def streak_level(consecutive_losses: int, limits: RiskLimits) -> Severity:
    """INFO below three losses in a row, WARNING from three, CRITICAL where entries stop."""
    if consecutive_losses >= limits.max_consecutive_losses:
        return Severity.CRITICAL
    return Severity.WARNING if consecutive_losses >= STREAK_ALERT else Severity.INFO


def connection_level(lost_ns: int | None, critical_ns: int = CONNECTION_CRITICAL_NS) -> Severity:
    """How bad an outage of `lost_ns` is: None = connected, any loss warns, 30.000 s are critical."""
    if lost_ns is None:
        return Severity.INFO
    return Severity.CRITICAL if lost_ns >= critical_ns else Severity.WARNING
