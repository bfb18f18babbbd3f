"""Every agent over hours of the bundled demo: contracts that hold whatever the market does."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.agents.builders import D, answer, context, market, trade
from tests.analysis.series import demo_bars
from ytc_tui.agents.base import Agent, AgentContext
from ytc_tui.agents.registry import Registry, discover
from ytc_tui.model.codec import from_json
from ytc_tui.model.market import Side
from ytc_tui.model.session import Phase
from ytc_tui.model.signals import Setup
from ytc_tui.model.tasks import ResponseStatus

REGISTRY = Registry.build(discover())
WARM, SESSION = 40 * 60, 5 * 60


def minutes() -> Iterator[AgentContext]:
    """Contexts of five hours, with a long and a short that were entered on the way."""
    analysis = market(demo_bars()[:WARM])
    entered: list[Any] = []
    for number, bar in enumerate(demo_bars()[WARM : WARM + SESSION]):
        analysis.on_minute(bar)
        price = Decimal(repr(bar.close))
        if number % 60 == 10:
            side = Side.BUY if number % 120 == 10 else Side.SELL
            entered = [
                trade(
                    side,
                    entry_notional=price,
                    initial_stop=price - 40 * side.sign,
                    stop=price - 40 * side.sign,
                    t1=price + 50 * side.sign,
                    t2=price + 150 * side.sign,
                    opened_ns=analysis.now_ns,
                )
            ]
        extremes = {}
        for held in entered:
            since = [b for b in analysis.ltf_bars if b.open_ns >= held.opened_ns]
            if since:
                extremes[held.trade_id] = (min(b.low for b in since), max(b.high for b in since))
        yield context(
            analysis, trades=tuple(entered), excursions=extremes, minutes_elapsed=number, cost_bps=D(8)
        )


def run_all(ctx: AgentContext) -> dict[str, dict[str, Any]]:
    """All agents in registry order, each with the reports of those it needs."""
    reports: dict[str, dict[str, Any]] = {}
    for name, agent in REGISTRY.agents.items():
        if agent.consider is None:
            continue
        needed = {need: reports[need] for need in agent.spec.needs if need in reports}
        given = answer(agent.consider, replace(ctx, reports=needed))
        assert given.status in (ResponseStatus.SUCCESS, ResponseStatus.PARTIAL)
        reports[name] = given.result
    return reports


def test_five_hours_of_every_agent() -> None:
    tightened = closed = told = 0
    for number, ctx in enumerate(minutes()):
        if number % 2:
            continue
        reports = run_all(ctx)
        found = [from_json(Setup, data) for data in reports["setup_scanner"]["active_setups"]]
        assert [s.setup_id for s in found] == [
            s.setup_id for s in sorted(found, key=lambda s: (-s.score, s.setup_id))
        ]
        offered = {data["setup_id"] for data in reports["entry_execution"]["proposals"]}
        waiting = set(reports["entry_execution"]["waiting"])
        assert offered | waiting == {setup.setup_id for setup in found}
        assert not offered & waiting
        told += len(found)
        for action in reports["trade_management"]["actions"]:
            (held,) = ctx.trades
            assert (Decimal(action["price"]) - held.stop) * held.side.sign > 0
            tightened += 1
        closed += len(reports["exit_execution"]["actions"])
    assert told > 0
    assert tightened > 0
    assert closed > 0


@pytest.mark.parametrize("agent", list(REGISTRY.agents.values()), ids=lambda agent: agent.spec.name)
def test_an_agent_answers_before_the_first_bar(agent: Agent) -> None:
    if agent.consider is None:
        assert agent.spec.name == "logging_audit"
        return
    empty = context(market(), phase=agent.spec.phases[0])
    assert answer(agent.consider, empty).result


@pytest.mark.parametrize("agent", list(REGISTRY.agents.values()), ids=lambda agent: agent.spec.name)
def test_contract_of_each_agent(agent: Agent) -> None:
    spec = agent.spec
    assert spec.phases
    assert spec.triggers
    assert Phase.INIT not in spec.phases
    assert Phase.SHUTDOWN not in spec.phases
    assert spec.weight > 0
    assert agent.consider is None or inspect.iscoroutinefunction(agent.consider)
