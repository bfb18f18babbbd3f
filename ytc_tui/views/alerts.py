"""Alerts, what needs a person first.

Decides their order and how many are shown. Imports the model and its sibling views. Invariants: an
unacknowledged critical alert is never pushed out by others; a repeated alert is one row with its count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.session import Severity
from ytc_tui.views.ages import coarse_s
from ytc_tui.views.seen import Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import AlertRecord, State

MAX_ROWS = 200
_RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class AlertRow:
    alert_id: str
    severity: Severity
    code: str
    message: str
    count: int
    at_ns: int
    age_s: int
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class AlertsView:
    """The rows, unacknowledged and severe first; `hidden` alerts did not fit."""

    rows: tuple[AlertRow, ...]
    open_critical: int
    open_warning: int
    hidden: int


def build(state: State, seen: Seen) -> AlertsView:
    records = sorted(state.alerts.values(), key=_urgency)
    waiting = [record for record in records if not record.acknowledged_by]
    return AlertsView(
        rows=tuple(_row(record, seen) for record in records[:MAX_ROWS]),
        open_critical=sum(1 for record in waiting if record.severity is Severity.CRITICAL),
        open_warning=sum(1 for record in waiting if record.severity is Severity.WARNING),
        hidden=max(0, len(records) - MAX_ROWS),
    )


def _urgency(record: AlertRecord) -> tuple[bool, int, int]:
    return bool(record.acknowledged_by), _RANK[record.severity], -(record.last_ns or record.at_ns)


def _row(record: AlertRecord, seen: Seen) -> AlertRow:
    last_ns = record.last_ns or record.at_ns
    return AlertRow(
        alert_id=record.alert_id,
        severity=record.severity,
        code=record.code,
        message=record.message,
        count=record.count,
        at_ns=last_ns,
        age_s=coarse_s((seen.at_ns - last_ns) // NS_PER_S),
        acknowledged_by=record.acknowledged_by,
    )
