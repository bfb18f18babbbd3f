"""A session that sends orders all the time: an agent that proposes a trade whenever a symbol has none, and
settings that let it.
"""

from __future__ import annotations

from dataclasses import replace

from tests.sim.proposers import Idea, agent_of
from ytc_tui.agents.base import AgentAnswer, AgentContext
from ytc_tui.boot import RunRequest
from ytc_tui.model.codec import to_json
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.trades import ENDED_TRADE_STATES

STOP_SHARE, REACH_SHARE = 0.0035, 0.0015
SETTINGS = {
    "trading.setups": "[]",
    "session.warmup_days": "1",
    "session.pre_market_min": "1",
    "session.session_open_min": "1",
    "trading.enable_correlation_check": "false",
    "trading.enable_news_filter": "false",
    "trading.min_rr_part_one": "0.2",
    "trading.min_rr_blended": "0.2",
    "trading.scratch.min_bars": "1",
    "trading.scratch.flow_bars": "2",
    "trading.scratch.idle_bars": "2",
    "trading.scratch.idle_extended_bars": "3",
    "risk.min_stop_cost_multiple": "1",
    "risk.risk_per_trade_pct": "0.05",
    "risk.price_collar_atr": "50",
    "risk.max_slippage_bps": "1000",
    "risk.max_trades_per_session": "500",
    "risk.max_consecutive_losses": "20",
    "risk.max_session_loss_pct": "3",
}


async def _eager(context: AgentContext) -> AgentAnswer:
    busy = {trade.symbol for trade in context.trades if trade.state not in ENDED_TRADE_STATES}
    said = [_idea(context, symbol) for symbol in context.symbols if symbol not in busy]
    return AgentAnswer({"proposals": [to_json(idea.setup()) for idea in said]} if said else {})


def _idea(context: AgentContext, symbol: str) -> Idea:
    """A trade at the market in the direction of the last minutes, worked for two of them."""
    price = context.marks[symbol]
    side = Side.BUY if context.now_ns // NS_PER_MIN // 7 % 2 else Side.SELL
    tick = float(context.instruments[symbol].tick)

    def at(share: float) -> float:
        return round(round(price * (1 + share * side.sign) / tick) * tick, 8)

    return Idea(
        at_ns=context.now_ns,
        side=side,
        trigger=at(-0.01),
        limit=at(REACH_SHARE),
        stop=at(-STOP_SHARE),
        t1=at(2.5 * STOP_SHARE),
        t2=at(4 * STOP_SHARE),
        symbol=symbol,
    )


def with_eager_agent(request: RunRequest) -> RunRequest:
    """`request` with the agent and the step that runs it at each minute of active trading."""
    agent, step = agent_of("force_eager", _eager)
    return replace(request, agents=(*request.agents, agent), steps=(*request.steps, step))


def assignments() -> list[str]:
    """The settings as arguments of `ytc run`."""
    return [text for key, value in SETTINGS.items() for text in ("--set", f"{key}={value}")]
