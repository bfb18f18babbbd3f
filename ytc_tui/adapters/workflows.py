"""Workflows from TOML files, checked against the agents that exist.

Decides what a workflow file may say. Imports agents' registry, the model and errors. Invariant: a
workflow that loads names only known agents, on triggers and in phases that they allow.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from ytc_tui.agents.registry import Registry
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.session import Phase
from ytc_tui.model.workflow import PhasePlan, Step, Trigger, When, Workflow

_PHASE_KEYS = frozenset({"steps", "requires", "handoff"})
_STEP_KEYS = frozenset({"agent", "on", "when"})

WordT = TypeVar("WordT", bound=StrEnum)


def load_workflow(path: Path, registry: Registry, known: frozenset[str] | None = None) -> Workflow:
    """The workflow in `path`. Agents outside `registry` (disabled) keep their steps, which stay idle.

    `known` are the names that exist at all; by default those of the package's agents.
    """
    try:
        data = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigInvalid(f"cannot be read: {error}", where=str(path)) from error
    name = data.pop("name", path.stem)
    phases = {}
    for key, body in data.items():
        phase = _word(Phase, key, f"{path}: [{key}]")
        phases[phase] = _phase(phase, body, registry, known, f"{path}: [{key}]")
    return Workflow(name, phases)


def _phase(
    phase: Phase, body: dict[str, Any], registry: Registry, known: frozenset[str] | None, where: str
) -> PhasePlan:
    _only(body, _PHASE_KEYS, where)
    steps = tuple(_step(phase, step, registry, known, where) for step in body.get("steps", ()))
    requires = tuple(body.get("requires", ()))
    for name in requires:
        if name not in {step.agent for step in steps}:
            raise ConfigInvalid(f"requires {name!r}, which has no step here", where=where)
    return PhasePlan(phase, steps, requires, body.get("handoff", ""))


def _step(
    phase: Phase, data: dict[str, Any], registry: Registry, known: frozenset[str] | None, where: str
) -> Step:
    _only(data, _STEP_KEYS, where)
    agent = data.get("agent", "")
    if known is not None and agent not in known:
        raise ConfigInvalid(
            f"no agent is named {agent!r}", where=where, fix=f"known: {', '.join(sorted(known))}"
        )
    trigger = _word(Trigger, data.get("on", ""), where)
    if agent in registry.agents:
        spec = registry.spec(agent)
        if trigger not in spec.triggers or phase not in spec.phases:
            raise ConfigInvalid(f"{agent} does not run on {trigger} in {phase}", where=where)
    return Step(agent, trigger, _word(When, data.get("when", When.ALWAYS), where))


def _word(kind: type[WordT], text: str, where: str) -> WordT:
    try:
        return kind(text)
    except ValueError:
        allowed = ", ".join(item.value for item in kind)
        raise ConfigInvalid(f"{text!r} is not one of: {allowed}", where=where) from None


def _only(data: dict[str, Any], keys: frozenset[str], where: str) -> None:
    unknown = sorted(set(data) - keys)
    if unknown:
        raise ConfigInvalid(
            f"unknown key {unknown[0]!r}", where=where, fix=f"known: {', '.join(sorted(keys))}"
        )
