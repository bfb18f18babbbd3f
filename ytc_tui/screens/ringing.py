"""When the terminal's bell rings.

Decides which alerts are worth a sound, and how often. Imports the alerts. Invariants: many alerts of one
moment are one ring; a critical one that nobody acknowledged rings again, nothing else does.
"""

from __future__ import annotations

from enum import StrEnum

from ytc_tui.model.session import Severity
from ytc_tui.views.alerts import AlertsView

APART_S, AGAIN_S = 2.0, 30.0


class Bell(StrEnum):
    """From which severity on it rings."""

    OFF = "off"
    CRITICAL = "critical"
    WARNING = "warning"


_RINGS = {
    Bell.OFF: frozenset[Severity](),
    Bell.CRITICAL: frozenset({Severity.CRITICAL}),
    Bell.WARNING: frozenset({Severity.CRITICAL, Severity.WARNING}),
}


class Ringing:
    """Whether to ring now, by what was seen before. Times are seconds of a monotonic clock."""

    def __init__(self, bell: Bell) -> None:
        self._severities = _RINGS[bell]
        self._known: dict[str, int] = {}  # how often each alert was raised
        self._rang_s = float("-inf")
        self._due = False

    def hears(self, view: AlertsView, now_s: float) -> bool:
        """Take in the alerts of this moment; whether it rings."""
        open_rows = [row for row in view.rows if not row.acknowledged_by and row.severity in self._severities]
        raised = {row.alert_id: row.count for row in open_rows}
        self._due |= any(count > self._known.get(alert_id, 0) for alert_id, count in raised.items())
        self._known |= raised
        critical = any(row.severity is Severity.CRITICAL for row in open_rows)
        since_s = now_s - self._rang_s
        if (self._due and since_s >= APART_S) or (critical and since_s >= AGAIN_S):
            self._due, self._rang_s = False, now_s
            return True
        return False
