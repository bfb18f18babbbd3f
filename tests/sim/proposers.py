"""Agents that tests bring along: they propose trades at given instants, by the ordinary contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ytc_tui.agents.base import Agent, AgentAnswer, AgentContext, AgentSpec
from ytc_tui.model.codec import to_json
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.session import Phase
from ytc_tui.model.signals import ScorePart, Setup, SetupKind, setup_id
from ytc_tui.model.structure import Regime
from ytc_tui.model.workflow import Step, Trigger

NAME = "test_proposer"
STEP = (Phase.ACTIVE_TRADING, Step(NAME, Trigger.LOWER_CLOSE))


def spec_of(name: str, **changes: Any) -> AgentSpec:
    """The spec of a test agent that runs at each minute of active trading."""
    known: dict[str, Any] = {
        "number": "90",
        "title": "A test's agent",
        "phases": tuple(Phase),
        "needs": (),
        "triggers": tuple(Trigger),
    }
    return AgentSpec(name=name, **{**known, **changes})


def agent_of(
    name: str, consider: Callable[[AgentContext], Awaitable[AgentAnswer]], **changes: Any
) -> tuple[Agent, tuple[Phase, Step]]:
    """An agent and the step that runs it at each minute of active trading."""
    agent = Agent(spec_of(name, **changes), consider)
    return agent, (Phase.ACTIVE_TRADING, Step(name, Trigger.LOWER_CLOSE))


@dataclass(frozen=True)
class Idea:
    """One trade to propose: prices in quote, `at_ns` the minute's close at which it is first said.

    It is said again at every minute until `until_ns`, as the entry agent does with a setup that stands.
    """

    at_ns: int
    side: Side
    trigger: float
    limit: float
    stop: float
    t1: float
    t2: float | None
    symbol: str = "BTCUSDT"
    until_ns: int = 0

    def setup(self) -> Setup:
        return Setup(
            setup_id=setup_id(SetupKind.PB, self.symbol, self.side, self.at_ns),
            kind=SetupKind.PB,
            symbol=self.symbol,
            side=self.side,
            found_ns=self.at_ns,
            anchor_ns=self.at_ns,
            trigger=self.trigger,
            limit=self.limit,
            stop=self.stop,
            t1=self.t1,
            t2=self.t2,
            lwp=self.limit,
            lrp=self.t1,
            score=100.0,
            score_parts=(ScorePart("test", 100.0, 100.0),),
            confluence=(),
            regime=Regime.STEADY_TREND,
            regime_fit=1.0,
            expires_ns=self.at_ns + 4 * NS_PER_MIN,
            grade="A",
        )


def ideas(*said: Idea) -> Agent:
    """An agent that proposes each idea at its time."""

    async def consider(context: AgentContext) -> AgentAnswer:
        now = [idea for idea in said if idea.at_ns <= context.now_ns <= max(idea.until_ns, idea.at_ns)]
        return AgentAnswer({"proposals": [to_json(idea.setup()) for idea in now]} if now else {})

    return Agent(spec_of(NAME), consider)


def proposer(at_ns: int, side: Side, stop_share: float, reward_shares: tuple[float, float]) -> Agent:
    """Proposes at `at_ns` one trade at the market's price, its stop and targets as shares of it."""

    async def consider(context: AgentContext) -> AgentAnswer:
        if context.now_ns != at_ns:
            return AgentAnswer({})
        symbol = context.symbols[0]
        price = context.marks[symbol]
        worst = round(price * (1 + 0.002 * side.sign), 1)
        t1, t2 = (round(price * (1 + share * side.sign), 1) for share in reward_shares)
        idea = Idea(
            at_ns=at_ns,
            side=side,
            trigger=round(price * (1 - 0.01 * side.sign), 1),
            limit=worst,
            stop=round(price * (1 - stop_share * side.sign), 1),
            t1=t1,
            t2=t2,
            symbol=symbol,
        )
        return AgentAnswer({"proposals": [to_json(idea.setup())]})

    return Agent(spec_of(NAME), consider)


def steps_of(*pairs: tuple[Agent, tuple[Phase, Step]]) -> dict[str, Sequence[Any]]:
    """`agents` and `steps` of a run request."""
    return {"agents": tuple(agent for agent, _ in pairs), "steps": tuple(step for _, step in pairs)}
