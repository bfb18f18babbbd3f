"""The path of the session: phases done, now and ahead, and what the next move waits for.

Decides the words of the Phase pane. Imports the model and its sibling views. Invariant: a phase counts
as done only if the session is past it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.session import Phase, SessionStatus, StepResult
from ytc_tui.views.ages import coarse_s
from ytc_tui.views.seen import Requirement, Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import State

PATH = tuple(Phase)


class StepState(StrEnum):
    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class PathStep:
    """One phase on the path; `at_ns` is when the plan has it begin, 0 = when the one before ends."""

    phase: Phase
    state: StepState
    at_ns: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """A line of a checklist that is not ok."""

    step: str
    result: StepResult
    detail: str


@dataclass(frozen=True, slots=True)
class PhaseView:
    path: tuple[PathStep, ...]
    status: SessionStatus
    since_ns: int
    in_phase_s: int
    waits_for: tuple[Requirement, ...]
    checks: tuple[Blocked, ...]
    checks_ok: int
    end_reason: str


def build(state: State, seen: Seen) -> PhaseView:
    now = PATH.index(state.phase)
    hours = seen.hours
    begins = (hours.init_ns, hours.init_ns, hours.open_ns, hours.active_ns, hours.planned_end_ns, 0)
    path = tuple(
        PathStep(
            phase,
            StepState.DONE
            if place < now or state.ended
            else StepState.NOW
            if place == now
            else StepState.AHEAD,
            begins[place],
        )
        for place, phase in enumerate(PATH)
    )
    lines = [line for checklist in state.checklists.values() for line in checklist]
    bad = (StepResult.WARN, StepResult.BLOCKED)
    return PhaseView(
        path=path,
        status=state.status,
        since_ns=state.phase_since_ns,
        in_phase_s=coarse_s((seen.at_ns - state.phase_since_ns) // NS_PER_S) if state.phase_since_ns else 0,
        waits_for=seen.waits_for,
        checks=tuple(Blocked(line.step, line.result, line.detail) for line in lines if line.result in bad),
        checks_ok=sum(1 for line in lines if line.result is StepResult.OK),
        end_reason=state.end_reason,
    )
