"""What waits for a person: handoffs between phases.

Decides what an approval card says. Imports the model and its sibling views. Invariant: a card shows the
content hash that an approval of it is bound to.
"""

from __future__ import annotations

from dataclasses import dataclass

from ytc_tui.model.state import HandoffRecord, State
from ytc_tui.model.tasks import HandoffState
from ytc_tui.views.seen import Seen


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """One handoff. `life_s` is how long it waits for a yes by the wall clock, 0 once it is decided."""

    handoff_id: str
    from_phase: str
    to_phase: str
    state: HandoffState
    task: str
    deliverables: tuple[str, ...]
    context: tuple[tuple[str, str], ...]
    content_hash: str
    proposed_ns: int
    life_s: float
    decided_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class WaitingView:
    """Handoffs, the waiting ones first."""

    handoffs: tuple[HandoffRow, ...]


def build(state: State, seen: Seen) -> WaitingView:
    records = sorted(
        state.handoffs.values(),
        key=lambda record: (record.state is not HandoffState.PENDING, -record.proposed_ns),
    )
    return WaitingView(tuple(_handoff(record, seen) for record in records))


def _handoff(record: HandoffRecord, seen: Seen) -> HandoffRow:
    handoff = record.handoff
    return HandoffRow(
        handoff_id=handoff.handoff_id,
        from_phase=handoff.from_phase,
        to_phase=handoff.to_phase,
        state=record.state,
        task=handoff.task,
        deliverables=handoff.deliverables,
        context=tuple((name, str(value)) for name, value in sorted(handoff.context.items())),
        content_hash=handoff.content_hash,
        proposed_ns=record.proposed_ns,
        life_s=seen.handoff_life_s if record.state is HandoffState.PENDING else 0.0,
        decided_by=record.decided_by,
        reason=record.reason,
    )
