"""Projections: which rows an event changes, read from state after it was applied.

Decides the content of the projection tables; their columns are the store's. Imports events, state and
the codec. Invariant: rows follow from the journal alone, so all of them can be rebuilt by replaying it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.ports import ProjectionRow
from ytc_tui.model import events as ev
from ytc_tui.model.state import State
from ytc_tui.model.tasks import ResponseStatus, TaskMessage
from ytc_tui.model.trades import Trade


def rows_of(state: State, event: ev.Event) -> Iterator[ProjectionRow]:
    """The rows to write after `event` was applied to `state`."""
    match event:  # the tasks first: in most journals nearly every event is one of theirs
        case ev.TaskAnswered(task):
            yield _task(state, task, event.status.value, state.now_ns, event.errors)
        case ev.AnswerRepeated(agent=agent):
            repeated = state.agents[agent].task
            if repeated is not None:
                yield _task(state, repeated, ResponseStatus.SUCCESS.value, state.now_ns, ())
        case ev.TaskRequested(task):
            yield _task(state, task, "requested", None, ())
        case ev.TaskReported(response):
            settled = state.agents[response.agent_name].task
            if settled is not None:
                yield _task(state, settled, response.status.value, state.now_ns, response.errors)
        case (
            ev.OrderIntended(order)
            | ev.StopAttached(order)
            | ev.GuardOrdered(order)
            | ev.EmergencyOrdered(order)
        ):
            yield _order(state, order.client_id)
        case (
            ev.OrderAcknowledged(client_id)
            | ev.OrderRejected(client_id)
            | ev.OrderLost(client_id)
            | ev.CancelAsked(client_id)
            | ev.CancelRefused(client_id)
            | ev.OrderCanceled(client_id)
            | ev.OrderExpired(client_id)
        ):
            yield _order(state, client_id)
        case ev.FillBooked():
            yield from _fill(state, event)
        case ev.TradePlanned(trade):
            yield _trade(state, state.trades[trade.trade_id])
        case (
            ev.TradeMoved(trade_id)
            | ev.StopTightened(trade_id)
            | ev.TargetMoved(trade_id)
            | ev.TradeClosed(trade_id)
        ):
            yield _trade(state, state.trades[trade_id])
            if isinstance(event, ev.TradeClosed):
                yield _session(state)
        case ev.DecisionMade():
            yield _decision(state, event)
        case ev.AlertRaised(alert_id) | ev.AlertAcknowledged(alert_id):
            yield _alert(state, alert_id)
        case ev.HandoffProposed(handoff):
            yield _handoff(state, handoff.handoff_id)
        case ev.HandoffDecided(handoff_id):
            yield _handoff(state, handoff_id)
        case ev.SessionStarted() | ev.PhaseChanged() | ev.StatusChanged() | ev.GateChanged():
            yield _session(state)
        case ev.StartBalanceFixed() | ev.SessionEnded() | ev.FlatVerified():
            yield _session(state)
        case _:
            return


def _session(state: State) -> ProjectionRow:
    started = state.started
    pnl = state.wallet - state.start_balance if state.start_balance is not None else None
    return ProjectionRow(
        "sessions",
        (state.session_id,),
        {
            "mode": started.mode.value if started else None,
            "account": started.account_id if started else None,
            "feed": started.feed if started else None,
            "phase": state.phase.value,
            "status": state.status.value,
            "gate": state.gate.value,
            "started_at": started.init_ns if started else None,
            "ended_at": state.now_ns if state.ended else None,
            "start_balance": state.start_balance,
            "end_balance": state.wallet if state.ended else None,
            "pnl": pnl,
            "pnl_pct": pnl / state.start_balance * 100 if pnl is not None and state.start_balance else None,
            "trades": state.trades_taken,
            "wins": state.wins,
            "losses": state.losses,
            "stop_reason": state.end_reason or None,
        },
    )


def _order(state: State, client_id: str) -> ProjectionRow:
    record = state.orders[client_id]
    request = record.request
    return ProjectionRow(
        "orders",
        (state.session_id, client_id),
        {
            "symbol": request.symbol,
            "side": request.side.value,
            "kind": request.kind.value,
            "role": request.role.value,
            "state": record.state.value,
            "quantity": request.quantity,
            "filled": record.filled,
            "limit_price": request.limit_price,
            "stop_price": request.stop_price,
            "venue_order_id": record.venue_order_id or None,
            "trade_id": record.trade_id or None,
            "decision_id": record.decision_id or None,
            "reason": record.detail or record.note or None,
            "created_at": record.created_ns,
            "updated_at": record.updated_ns,
        },
    )


def _fill(state: State, event: ev.FillBooked) -> Iterator[ProjectionRow]:
    fill = event.fill
    yield ProjectionRow(
        "fills",
        (state.session_id, fill.venue_fill_id),
        {
            "client_id": fill.client_id,
            "symbol": fill.symbol,
            "side": fill.side.value,
            "quantity": fill.quantity,
            "price": fill.price,
            "reference_price": fill.reference_price,
            "fee": fill.fee,
            "liquidity": fill.liquidity.value,
            "at": fill.at_ns,
        },
    )
    held = state.position(fill.symbol)
    realised = sum(
        (t.realised for t in state.trades.values() if t.symbol == fill.symbol), start=held.cost * 0
    )
    yield ProjectionRow(
        "positions",
        (state.session_id, fill.symbol),
        {"quantity": held.quantity, "cost": held.cost, "realized": realised, "updated_at": state.now_ns},
    )
    if fill.client_id in state.orders:
        yield _order(state, fill.client_id)
    if event.trade_id in state.trades:
        yield _trade(state, state.trades[event.trade_id])


def _trade(state: State, trade: Trade) -> ProjectionRow:
    exit_price = None
    if trade.exited_quantity:
        exit_price = trade.exit_notional / trade.exited_quantity / trade.contract_size
    return ProjectionRow(
        "trades",
        (state.session_id, trade.trade_id),
        {
            "setup": trade.setup_kind,
            "symbol": trade.symbol,
            "side": trade.side.value,
            "state": trade.state.value,
            "entry_at": trade.opened_ns or None,
            "entry_price": trade.entry_price,
            "exit_at": trade.closed_ns or None,
            "exit_price": exit_price,
            "exit_reason": trade.exit_reason.value if trade.exit_reason else None,
            "size": trade.entered_quantity,
            "initial_stop": trade.initial_stop,
            "stop": trade.stop,
            "t1": trade.t1,
            "t2": trade.t2,
            "risk_amount": trade.risk_money,
            "pnl": trade.net_pnl,
            "r_multiple": trade.r_multiple,
            "mae": trade.mae_r,
            "mfe": trade.mfe_r,
        },
    )


def _decision(state: State, event: ev.DecisionMade) -> ProjectionRow:
    return ProjectionRow(
        "decisions",
        (state.session_id, event.decision_id),
        {
            "at": state.now_ns,
            "kind": event.setup_id.partition("-")[0],
            "symbol": event.plan.symbol,
            "outcome": "refused" if event.refused_by else "approved",
            "rule": event.refused_by or None,
            "detail": event,
        },
    )


def _alert(state: State, alert_id: str) -> ProjectionRow:
    alert = state.alerts[alert_id]
    return ProjectionRow(
        "alerts",
        (state.session_id, alert_id),
        {
            "at": alert.at_ns,
            "severity": alert.severity.value,
            "source": "engine",
            "title": alert.code,
            "message": alert.message,
            "count": alert.count,
            "acknowledged_at": alert.acknowledged_ns or None,
            "acknowledged_by": alert.acknowledged_by or None,
        },
    )


def _handoff(state: State, handoff_id: str) -> ProjectionRow:
    record = state.handoffs[handoff_id]
    handoff = record.handoff
    return ProjectionRow(
        "handoffs",
        (state.session_id, handoff_id),
        {
            "from_phase": handoff.from_phase,
            "to_phase": handoff.to_phase,
            "task": handoff.task,
            "status": handoff.status.value,
            "state": record.state.value,
            "needs_approval": handoff.needs_approval,
            "content_hash": handoff.content_hash,
            "deliverables": list(handoff.deliverables),
            "context": handoff.context,
            "artifacts": list(handoff.artifacts),
            "proposed_at": record.proposed_ns,
            "decided_at": state.now_ns if record.decided_by else None,
            "decided_by": record.decided_by or None,
            "reason": record.reason or None,
        },
    )


def _task(
    state: State, task: TaskMessage, status: str, reported_at: int | None, errors: tuple[str, ...]
) -> ProjectionRow:
    return ProjectionRow(
        "tasks",
        (state.session_id, task.task_id),
        {
            "agent": task.agent_target,
            "type": task.task_type.value,
            "priority": task.priority.value,
            "status": status,
            "requested_at": state.agents[task.agent_target].requested_ns,
            "reported_at": reported_at,
            "errors": list(errors),
        },
    )
