"""The agents of the session, a row each: state, last run, success, next due, why idle.

Decides the figures of the Agent health pane. Imports the model and its sibling views. Invariant: an
agent that never ran says so; its success rate is unknown, not perfect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.tasks import AgentStatus
from ytc_tui.views.ages import coarse_s
from ytc_tui.views.seen import Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import State


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One agent. `success_pct` of its runs, `mean_ms` by the wall clock; None = never ran. `needs` are the
    agents whose reports it reads, `needed_by` those that read its, `recent_ms` its newest runs, oldest first.
    """

    name: str
    title: str
    status: AgentStatus
    critical: bool
    runs: int
    failures: int
    success_pct: int | None
    last_run_s: int | None
    mean_ms: float | None
    next_due_ns: int
    why_idle: str
    error: str
    needs: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()
    recent_ms: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentsView:
    rows: tuple[AgentRow, ...]


def build(state: State, seen: Seen) -> AgentsView:
    rows = [_row(name, state, seen) for name in seen.agents]
    return AgentsView(tuple(sorted(rows, key=_urgency)))


def _urgency(row: AgentRow) -> tuple[bool, bool]:
    """Failed ones first, then those that are due by the clock; the rest in the registry's order."""
    return not row.error, not row.next_due_ns


def _row(name: str, state: State, seen: Seen) -> AgentRow:
    known, record = seen.agents[name], state.agents.get(name)
    runs = record.runs if record is not None else 0
    failures = record.failures if record is not None else 0
    last_ns = record.last_run_ns if record is not None else 0
    return AgentRow(
        name=name,
        title=known.title,
        status=record.status if record is not None else AgentStatus.IDLE,
        critical=known.critical,
        runs=runs,
        failures=failures,
        success_pct=100 * max(0, runs - failures) // runs if runs else None,
        last_run_s=coarse_s((seen.at_ns - last_ns) // NS_PER_S) if last_ns else None,
        mean_ms=None if known.mean_ms is None else round(known.mean_ms, 1),
        next_due_ns=known.next_due_ns,
        why_idle=known.why_idle,
        error="; ".join(record.errors) if record is not None and record.errors else "",
        needs=known.needs,
        recent_ms=tuple(round(ms, 2) for ms in known.recent_ms),
        needed_by=tuple(other for other, seen_there in seen.agents.items() if name in seen_there.needs),
    )
