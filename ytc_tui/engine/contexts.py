"""What an agent is given to look at, built from the situation.

Decides nothing. Imports the agents' contract and the situation. Invariant: values only; an agent
cannot reach the engine through its context.
"""

from __future__ import annotations

from ytc_tui.agents.base import AgentContext
from ytc_tui.engine.situation import Situation
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.tasks import TaskMessage


def agent_context(sit: Situation, task: TaskMessage) -> AgentContext:
    """The context of one task's run."""
    state, market, policy = sit.state, sit.market, sit.policy
    spec = sit.registry.spec(task.agent_target)
    open_trades = tuple(state.open_trades())
    reports = {need: state.agents[need].output for need in spec.needs if need in state.agents}
    excursions = {}
    for trade in open_trades:
        extremes = market.excursion(trade)
        if extremes is not None:
            excursions[trade.trade_id] = extremes
    return AgentContext(
        now_ns=sit.at_ns,
        session_id=state.session_id,
        phase=state.phase,
        symbols=market.symbols,
        instruments=market.instruments,
        analysis=market.analysis,
        marks=market.marks,
        reports=reports,
        account=sit.account_view(),
        trades=tuple(state.trades.values()),
        excursions=excursions,
        probes=sit.probes,
        management=policy.management,
        scan=policy.scan,
        session_ends_ns=sit.window.hard_end_ns,
        minutes_elapsed=(sit.at_ns - sit.window.init_ns) // NS_PER_MIN,
        cost_bps=policy.round_trip_bps,
        task_data=task.data,
        setup_params=policy.setup_params,
        prior_sessions=market.prior_sessions,
        news=policy.news,
        restricted_size_pct=policy.limits.restricted_size_pct,
        correlation_days=policy.correlation_days,
    )
