"""Agents that tests bring along: they propose one trade at one instant, by the ordinary contract."""

from __future__ import annotations

from ytc_tui.agents.base import Agent, AgentAnswer, AgentContext, AgentSpec
from ytc_tui.model.codec import to_json
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.session import Phase
from ytc_tui.model.signals import ScorePart, Setup, SetupKind, setup_id
from ytc_tui.model.structure import Regime
from ytc_tui.model.workflow import Step, Trigger

NAME = "test_proposer"
STEP = (Phase.ACTIVE_TRADING, Step(NAME, Trigger.LOWER_CLOSE))

_SPEC = AgentSpec(
    name=NAME,
    number="90",
    title="Proposes one trade",
    phases=(Phase.ACTIVE_TRADING,),
    needs=(),
    triggers=(Trigger.LOWER_CLOSE,),
)


def proposer(at_ns: int, side: Side, stop_share: float, reward_shares: tuple[float, float]) -> Agent:
    """Proposes at `at_ns` one trade at the market's price, its stop and targets as shares of it."""

    async def consider(context: AgentContext) -> AgentAnswer:
        if context.now_ns != at_ns:
            return AgentAnswer({})
        return AgentAnswer({"proposals": [to_json(_setup(context, side, stop_share, reward_shares))]})

    return Agent(_SPEC, consider)


def _setup(context: AgentContext, side: Side, stop_share: float, reward_shares: tuple[float, float]) -> Setup:
    symbol = context.symbols[0]
    price = context.marks[symbol]
    worst = round(price * (1 + 0.002 * side.sign), 1)
    t1, t2 = (round(price * (1 + share * side.sign), 1) for share in reward_shares)
    return Setup(
        setup_id=setup_id(SetupKind.PB, symbol, side, context.now_ns),
        kind=SetupKind.PB,
        symbol=symbol,
        side=side,
        found_ns=context.now_ns,
        anchor_ns=context.now_ns,
        trigger=round(price * (1 - 0.01 * side.sign), 1),
        limit=worst,
        stop=round(price * (1 - stop_share * side.sign), 1),
        t1=t1,
        t2=t2,
        lwp=worst,
        lrp=t1,
        score=100.0,
        score_parts=(ScorePart("test", 100.0, 100.0),),
        confluence=(),
        regime=Regime.STEADY_TREND,
        regime_fit=1.0,
        expires_ns=context.now_ns + 4 * NS_PER_MIN,
        grade="A",
    )
