"""The registry of agents: found by file, checked for unknown needs and cycles at start.

Decides the order in which answers apply (registry order: needs first, then number). Imports this
floor and the model only. Invariant: a registry that was built has no unknown need and no cycle.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import ytc_tui.agents as package
from ytc_tui.agents.base import Agent, AgentSpec
from ytc_tui.errors import ConfigInvalid

_NOT_AGENTS = frozenset({"base", "registry"})


def discover() -> tuple[Agent, ...]:
    """Every agent that lives in this package, one per module with a SPEC, ordered by number."""
    found = []
    for module_info in pkgutil.iter_modules(package.__path__):
        if module_info.name in _NOT_AGENTS:
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        found.append(Agent(module.SPEC, getattr(module, "consider", None)))
    return tuple(sorted(found, key=lambda agent: agent.spec.number))


@dataclass(frozen=True, slots=True)
class Registry:
    """Agents by name, in the order in which their answers apply."""

    agents: Mapping[str, Agent]

    @classmethod
    def build(cls, agents: Iterable[Agent]) -> Registry:
        """A registry in dependency order; ConfigInvalid names an unknown need or prints the cycle."""
        by_name: dict[str, Agent] = {}
        for agent in agents:
            if agent.spec.name in by_name:
                raise ConfigInvalid(f"two agents are named {agent.spec.name!r}", where="agents")
            by_name[agent.spec.name] = agent
        for agent in by_name.values():
            for need in agent.spec.needs:
                if need not in by_name:
                    raise ConfigInvalid(
                        f"agent {agent.spec.name!r} needs {need!r}, which does not exist or is disabled",
                        where="agents",
                        fix=f"known agents: {', '.join(sorted(by_name))}",
                    )
        sorter = TopologicalSorter({name: agent.spec.needs for name, agent in by_name.items()})
        try:
            order = _stable_order(sorter, by_name)
        except CycleError as error:
            cycle = " -> ".join(error.args[1])
            raise ConfigInvalid(
                f"agents depend on each other in a cycle: {cycle}", where="agents", fix="remove one need"
            ) from None
        return cls({name: by_name[name] for name in order})

    def spec(self, name: str) -> AgentSpec:
        return self.agents[name].spec


def _stable_order(sorter: TopologicalSorter[str], by_name: Mapping[str, Agent]) -> list[str]:
    """Needs before the needing; among the ready, by number, so the order never depends on hashing."""
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda name: by_name[name].spec.number)
        order.extend(ready)
        sorter.done(*ready)
    return order
