from __future__ import annotations

import pkgutil
from importlib.resources import files

import pytest

import ytc_tui.agents
from ytc_tui.adapters.workflows import load_workflow
from ytc_tui.agents.base import Agent, AgentSpec
from ytc_tui.agents.registry import Registry, discover
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.session import Phase
from ytc_tui.model.workflow import Trigger


def spec(name: str, number: str, *needs: str) -> AgentSpec:
    return AgentSpec(name, number, name.title(), (Phase.ACTIVE_TRADING,), needs, (Trigger.PHASE,))


def build(*specs: AgentSpec) -> Registry:
    return Registry.build(Agent(each, None) for each in specs)


def test_every_module_that_is_not_the_contract_is_found() -> None:
    modules = {info.name for info in pkgutil.iter_modules(ytc_tui.agents.__path__)} - {"base", "registry"}
    assert {agent.spec.name for agent in discover()} == modules
    assert [agent.spec.number for agent in discover()] == [
        "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12",
        "13", "14", "15", "16", "17", "18",
    ]  # fmt: skip


def test_needs_answer_before_the_needing() -> None:
    order = list(Registry.build(discover()).agents)
    for agent in discover():
        for need in agent.spec.needs:
            assert order.index(need) < order.index(agent.spec.name)


def test_order_does_not_depend_on_the_order_of_discovery() -> None:
    agents = discover()
    assert list(Registry.build(agents).agents) == list(Registry.build(reversed(agents)).agents)


def test_an_unknown_need_is_refused_with_its_name() -> None:
    with pytest.raises(ConfigInvalid, match=r"'b' needs 'nobody'.*known agents: a, b"):
        build(spec("a", "1"), spec("b", "2", "nobody"))


def test_a_cycle_is_refused_and_printed() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        build(spec("a", "1", "c"), spec("b", "2", "a"), spec("c", "3", "b"))
    path = caught.value.what.rsplit(": ", 1)[1].split(" -> ")
    assert path[0] == path[-1]
    assert set(path) == {"a", "b", "c"}


def test_two_agents_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigInvalid, match="two agents are named 'a'"):
        build(spec("a", "1"), spec("a", "2"))


def test_the_session_workflow_fits_the_agents() -> None:
    registry = Registry.build(discover())
    path = files("ytc_tui").joinpath("data", "workflows", "ytc_session.toml")
    workflow = load_workflow(path, registry, frozenset(registry.agents))  # type: ignore[arg-type]
    steps = [(phase, step) for phase, plan in workflow.phases.items() for step in plan.steps]
    assert {step.agent for _, step in steps} == set(registry.agents)
    for phase, step in steps:
        known = registry.spec(step.agent)
        assert step.on in known.triggers
        assert phase in known.phases


def test_agents_without_consider_run_by_the_kernel_alone() -> None:
    for agent in discover():
        if agent.consider is None:
            assert agent.spec.triggers == (Trigger.KERNEL,)


def test_critical_and_veto_agents_are_those_of_the_specification() -> None:
    assert {agent.spec.number for agent in discover() if agent.spec.critical} == {
        "01", "02", "05", "07", "08", "09", "10",
    }  # fmt: skip
    assert [agent.spec.number for agent in discover() if agent.spec.veto] == ["02"]
