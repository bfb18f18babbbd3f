"""What an agent is given to look at, built from the situation.

Decides nothing. Imports the agents' contract and the situation. Invariant: values only; an agent
cannot reach the engine through its context.
"""

from __future__ import annotations

from ytc_tui.agents.base import NO_ORDERS, AgentContext, EmergencyView
from ytc_tui.engine.figures import executions_of, order_counts
from ytc_tui.engine.situation import Situation
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.state import State
from ytc_tui.model.tasks import TaskMessage, TaskType


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
        emergency=_emergency(state) if spec.task_type is TaskType.REPORT else None,
        history=sit.history,
        executions=executions_of(state, market.instruments) if spec.sees_orders else (),
        order_counts=order_counts(state) if spec.sees_orders else NO_ORDERS,
        commands_refused=sum(map(bool, state.commands.values())) if spec.sees_orders else 0,
        notes=tuple(state.notes.values()) if spec.sees_orders else (),
    )


def _emergency(state: State) -> EmergencyView | None:
    """What the books show of the last flatten: cancels that came true, positions that its orders closed."""
    flattening = state.flattening
    if flattening is None:
        return None
    since_ns = flattening.started_ns
    cancelled = [
        record
        for record in state.orders.values()
        if record.state is OrderState.CANCELED and record.cancel_ns >= since_ns
    ]
    closed = {
        record.request.symbol
        for record in state.orders.values()
        if record.request.role is OrderRole.FLATTEN and record.created_ns >= since_ns and record.filled
    }
    return EmergencyView(
        cause=flattening.cause,
        reason=flattening.reason,
        final=flattening.final,
        verified=flattening.verified,
        orders_cancelled=len(cancelled),
        positions_closed=len(closed - set(state.positions)),
        still_open=tuple(f"{held.symbol} {held.quantity}" for held in state.positions.values()),
    )
