"""Registries, workflow file and code agree; every event is handled; the facade stays small."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import ytc_tui
from ytc_tui.agents.registry import Registry, discover
from ytc_tui.model.events import EVENT_TYPES, Event

PACKAGE = Path(ytc_tui.__file__).parent


def test_every_event_class_is_in_the_union() -> None:
    assert set(EVENT_TYPES.values()) == set(get_args(Event))


def test_the_bundled_agents_build_a_registry() -> None:
    registry = Registry.build(discover())
    order = list(registry.agents)
    for name, agent in registry.agents.items():
        assert all(order.index(need) < order.index(name) for need in agent.spec.needs)


def test_each_agent_is_one_file_of_its_own_name() -> None:
    for agent in discover():
        assert (PACKAGE / "agents" / f"{agent.spec.name}.py").is_file()
