"""Agents that misbehave, in a running session: what they may not do to it (semantics.md 8, safety.md 6)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.sim.laws import check_laws
from tests.sim.proposers import Idea, agent_of
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_verbs import says
from ytc_tui.agents.base import Agent, AgentAnswer, AgentContext
from ytc_tui.model import events as ev
from ytc_tui.model.codec import to_json
from ytc_tui.model.commands import Verb
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.session import Gate, Phase
from ytc_tui.model.tasks import AgentStatus
from ytc_tui.model.trades import ExitReason
from ytc_tui.model.workflow import Step

UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)
Pair = tuple[Agent, tuple[Phase, Step]]


def good() -> dict[str, Any]:
    """A sound proposal, as JSON."""
    data: dict[str, Any] = to_json(long_at("12:41").setup())
    return data


def changed(**values: Any) -> dict[str, Any]:
    return {**good(), **values}


def circular() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["self"] = found
    return found


def deep() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(100_000):
        found = {"in": found}
    return found


GARBAGE: dict[str, Any] = {
    "nan": {"confidence": float("nan")},
    "infinite": {"confidence": float("inf")},
    "object": {"thing": object()},
    "big": {"text": "x" * 65_536},
    "big in bytes": {"text": "\N{SNOWMAN}" * 30_000},
    "surrogate": {"text": "\ud800"},
    "circular": circular(),
    "deep": deep(),
    "proposals no list": {"proposals": 5},
    "proposals text": {"proposals": "buy"},
    "proposal no object": {"proposals": [1]},
    "proposal none": {"proposals": [None]},
    "proposal empty": {"proposals": [{}]},
    "proposal with more": {"proposals": [changed(hack=1)]},
    "proposal without stop": {"proposals": [{k: v for k, v in good().items() if k != "stop"}]},
    "strange symbol": {"proposals": [changed(symbol="DOGEUSDT")]},
    "symbol list": {"proposals": [changed(symbol=["BTCUSDT"])]},
    "strange side": {"proposals": [changed(side="both")]},
    "negative price": {"proposals": [changed(stop=-5.0)]},
    "zero price": {"proposals": [changed(trigger=0.0)]},
    "price text": {"proposals": [changed(limit="1e400")]},
    "price nan text": {"proposals": [changed(t1="nan")]},
    "price from another world": {"proposals": [changed(limit=1e12, lwp=1e12)]},
    "tiny price": {"proposals": [changed(trigger=1e-9)]},
    "id object": {"proposals": [changed(setup_id={"a": 1})]},
    "id with line break": {"proposals": [changed(setup_id="a\nb")]},
    "actions no list": {"actions": {"a": 1}},
    "actions no objects": {"actions": ["close"]},
}


@pytest.mark.parametrize("name", GARBAGE)
@pytest.mark.parametrize("suspends", [False, True])
async def test_garbage_is_refused_and_the_session_goes_on(tmp_path: Path, name: str, suspends: bool) -> None:
    async def consider(context: AgentContext) -> AgentAnswer:
        if context.now_ns != on_day("12:38"):
            return AgentAnswer({})
        if suspends:
            await asyncio.sleep(0)
        return AgentAnswer(GARBAGE[name])

    simulation = stage(
        tmp_path,
        Tape().walk("12:41", *UP),
        long_at("12:41"),
        agents=(agent_of("odd", consider),),
        until="13:00",
    )
    await simulation.run()
    state = check_laws(simulation)
    [failed] = [event for event in simulation.all(ev.AlertRaised) if event.code == "agent_failed"]
    assert "refused" in failed.message
    assert len(failed.message) < 300
    [trade] = state.trades.values()
    assert trade.exit_reason is ExitReason.TARGET
    assert state.agents["odd"].status is AgentStatus.COMPLETED  # the next run was well


@pytest.mark.parametrize(
    "prices",
    [
        {"stop": 20_060.0},
        {"stop": 21_000.0},
        {"t1": 19_000.0},
        {"limit": 30_000.0, "lwp": 30_000.0},
        {"trigger": 500.0, "limit": 400.0, "lwp": 400.0},
        {"score": -5.0},
        {"regime_fit": 0.0},
        {"lrp": 1_000.0},
    ],
)
async def test_a_proposal_that_makes_no_sense_is_decided_and_refused(
    tmp_path: Path, prices: dict[str, float]
) -> None:
    async def consider(context: AgentContext) -> AgentAnswer:
        found = [changed(**prices)] if context.now_ns == on_day("12:41") else []
        return AgentAnswer({"proposals": found})

    simulation = stage(tmp_path, Tape(), agents=(agent_of("odd", consider),), until="13:00")
    await simulation.run()
    state = check_laws(simulation)
    [decision] = simulation.all(ev.DecisionMade)
    assert decision.refused_by
    assert not state.orders


async def test_one_that_raises_is_retried_and_then_given_up(tmp_path: Path) -> None:
    calls: list[int] = []

    async def consider(context: AgentContext) -> AgentAnswer:
        calls.append(context.now_ns)
        if context.now_ns == on_day("12:40"):
            raise RuntimeError("no luck")
        return AgentAnswer({})

    simulation = stage(tmp_path, Tape(), agents=(agent_of("odd", consider),), until="12:50")
    await simulation.run()
    state = check_laws(simulation)
    assert calls.count(on_day("12:40")) == 4  # once, and three retries
    retries = simulation.timed(ev.TaskRetried)
    assert [event.retry_count for _, event in retries] == [1, 2, 3]
    waits = [event.not_before_ns - at_ns for at_ns, event in retries]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
    assert state.agents["odd"].failures == 4
    assert state.errors_by_type["agent:odd"] == 1


async def test_one_that_recovers_within_its_retries_is_no_alert(tmp_path: Path) -> None:
    calls: list[int] = []

    async def consider(context: AgentContext) -> AgentAnswer:
        calls.append(context.now_ns)
        if len(calls) == 1:
            raise RuntimeError("once")
        return AgentAnswer({"well": True})

    simulation = stage(tmp_path, Tape(), agents=(agent_of("odd", consider),), until="12:50")
    await simulation.run()
    check_laws(simulation)
    assert len(simulation.all(ev.TaskRetried)) == 1
    assert "agent_failed" not in simulation.alerts()


@pytest.mark.parametrize("critical", [True, False])
async def test_a_critical_agents_failure_closes_the_gate(tmp_path: Path, critical: bool) -> None:
    async def consider(context: AgentContext) -> AgentAnswer:
        if context.now_ns == on_day("12:40"):
            raise RuntimeError("no luck")
        return AgentAnswer({})

    odd = agent_of("odd", consider, critical=critical)
    simulation = stage(tmp_path, Tape(), long_at("12:43"), agents=(odd,), until="13:00")
    await simulation.run()
    state = check_laws(simulation)
    after = [event.after for at_ns, event in simulation.timed(ev.GateChanged) if at_ns == on_day("12:40")]
    assert after == ([Gate.REDUCING] if critical else [])
    assert bool(state.orders) is not critical


async def test_a_failed_agents_old_proposals_are_not_taken_again(tmp_path: Path) -> None:
    """Its last good answer stays readable, but it is of another minute."""

    async def stale(context: AgentContext) -> AgentAnswer:
        if context.now_ns == on_day("12:42"):
            return AgentAnswer({"proposals": [changed(), changed(setup_id="another")]})
        if context.now_ns == on_day("12:43"):
            raise RuntimeError("no luck")
        return AgentAnswer({})

    async def fresh(context: AgentContext) -> AgentAnswer:
        if context.now_ns == on_day("12:43"):
            idea = Idea(on_day("12:43"), Side.SELL, 19_950.0, 19_940.0, 20_050.0, 19_740.0, 19_600.0)
            return AgentAnswer({"proposals": [to_json(idea.setup())]})
        return AgentAnswer({})

    agents = (agent_of("a_stale", stale, retries=0), agent_of("b_fresh", fresh, number="91"))
    simulation = stage(tmp_path, Tape(), agents=agents, until="13:00", operator=says(("12:42", Verb.CANCEL)))
    await simulation.run()
    check_laws(simulation)
    at_43 = [e for at_ns, e in simulation.timed(ev.DecisionMade) if at_ns == on_day("12:43")]
    assert [event.plan.side for event in at_43] == [Side.SELL]


async def test_needs_are_answered_first_and_seen(tmp_path: Path) -> None:
    seen: list[tuple[int, Any]] = []

    async def first(context: AgentContext) -> AgentAnswer:
        await asyncio.sleep(0)
        return AgentAnswer({"said": context.now_ns, "share": 0.123456789012345})

    async def second(context: AgentContext) -> AgentAnswer:
        seen.append((context.now_ns, dict(context.reports["z_first"])))
        return AgentAnswer({})

    agents = (agent_of("z_first", first), agent_of("a_second", second, needs=("z_first",)))
    simulation = stage(tmp_path, Tape(), agents=agents, until="12:50")
    await simulation.run()
    check_laws(simulation)
    assert len(seen) >= 9
    # As the journal gives it back: what is decided must not differ after a restart.
    assert all(report == {"said": at_ns, "share": 0.123456789} for at_ns, report in seen)


async def test_a_suspending_agent_holds_feed_time(tmp_path: Path) -> None:
    async def slow(context: AgentContext) -> AgentAnswer:
        await asyncio.sleep(0.002)
        if context.now_ns == on_day("12:41"):
            return AgentAnswer({"proposals": [good()]})
        return AgentAnswer({})

    simulation = stage(tmp_path, Tape().walk("12:41", *UP), agents=(agent_of("slow", slow),), until="13:00")
    await simulation.run()
    state = check_laws(simulation)
    assert [at_ns for at_ns, _ in simulation.timed(ev.DecisionMade)] == [on_day("12:41")]
    [trade] = state.trades.values()
    assert trade.exit_reason is ExitReason.TARGET


async def test_a_pre_market_that_cannot_be_prepared_ends_with_the_session_time(tmp_path: Path) -> None:
    async def broken(context: AgentContext) -> AgentAnswer:
        raise RuntimeError("no structure")

    simulation = stage(tmp_path, Tape(), until="13:20", settings={"session.planned_hours": "0.5"})
    run = simulation.build()
    agents = dict(run.parts.registry.agents)
    agents["market_structure"] = Agent(agents["market_structure"].spec, broken)
    object.__setattr__(run.parts.registry, "agents", agents)
    await run.run()
    state = simulation.state()
    assert state.ended
    assert state.phase is Phase.SHUTDOWN
    assert state.now_ns <= on_day("12:50") + NS_PER_MIN
    assert Phase.SESSION_OPEN not in {event.after for event in simulation.all(ev.PhaseChanged)}


async def test_a_review_that_fails_does_not_keep_the_session_open(tmp_path: Path) -> None:
    async def broken(context: AgentContext) -> AgentAnswer:
        raise RuntimeError("no review")

    simulation = stage(tmp_path, Tape(), until="13:00")
    run = simulation.build()
    agents = dict(run.parts.registry.agents)
    agents["session_review"] = Agent(agents["session_review"].spec, broken)
    object.__setattr__(run.parts.registry, "agents", agents)
    await run.run()
    state = check_laws(simulation)
    assert state.ended
    lines = {line.step: line for line in state.checklists["shutdown"]}
    assert lines["Generate session report"].result == "warn"
