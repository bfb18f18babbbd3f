"""Workflows: which agents run in which phase, on which trigger, and what lets the phase end.

Decides the wiring of a session as data (`data/workflows/ytc_session.toml`). Standard library and
the model only. Invariant: a phase ends only when every agent that it requires has delivered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ytc_tui.model.session import Phase


class Trigger(StrEnum):
    """What makes a step due."""

    PHASE = "phase"
    LOWER_CLOSE = "lower_close"
    TRADING_CLOSE = "trading_close"
    HIGHER_CLOSE = "higher_close"
    KERNEL = "kernel"


class When(StrEnum):
    """What must be so, besides the trigger, for a run to make sense ("why idle")."""

    ALWAYS = "always"
    READY_SETUPS = "ready_setups"
    OPEN_POSITIONS = "open_positions"
    NEWS_MOVED = "news_moved"


@dataclass(frozen=True, slots=True)
class Step:
    agent: str
    on: Trigger
    when: When = When.ALWAYS


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """One phase: its steps in order, the agents that must deliver, and what its handoff passes on."""

    phase: Phase
    steps: tuple[Step, ...]
    requires: tuple[str, ...] = ()
    handoff: str = ""


@dataclass(frozen=True, slots=True)
class Workflow:
    name: str
    phases: Mapping[Phase, PhasePlan]
    _due: dict[tuple[Phase, tuple[Trigger, ...], tuple[When, ...]], tuple[Step, ...]] = field(
        default_factory=dict, compare=False
    )

    def due(self, phase: Phase, triggers: tuple[Trigger, ...], unmet: tuple[When, ...]) -> tuple[Step, ...]:
        """The steps of `phase` that `triggers` make due, without those that wait for what is `unmet`. Each
        agent once: in the order of the triggers, under each in the workflow's."""
        key = (phase, triggers, unmet)
        steps = self._due.get(key)
        if steps is None:
            plan = self.phases.get(phase)
            found = [step for on in triggers for step in plan.steps if step.on is on] if plan else []
            found = [step for step in found if step.when not in unmet]
            # An agent stands where its last step does, and is asked by its first.
            steps = tuple({step.agent: step for step in reversed(found)}.values())[::-1]
            self._due[key] = steps
        return steps

    def requires(self, phase: Phase) -> tuple[str, ...]:
        plan = self.phases.get(phase)
        return plan.requires if plan else ()
