"""Agent 09, trade management: where the protective stop of each open trade may tighten to.

Decides which of the exit policy's stops is proposed (domain.md Y-36, Y-39, Y-40). Imports the agents'
contract, analysis and the model. Invariants: a proposed stop is tighter than the one in force and on the
protective side of the mark; at most one proposal per trade and run. Partials rest at the venue as limit
orders.
"""

from __future__ import annotations

from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec, open_trade
from ytc_tui.analysis.exit_policy import OpenTrade, StopIdea
from ytc_tui.analysis.exits import policies
from ytc_tui.model.money import ZERO
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import Priority, TaskType
from ytc_tui.model.trades import OPEN_TRADE_STATES, TradeState
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="trade_management",
    number="09",
    title="Trade Management",
    phases=(Phase.ACTIVE_TRADING,),
    needs=(),
    triggers=(Trigger.LOWER_CLOSE,),
    task_type=TaskType.EXECUTE,
    priority=Priority.CRITICAL,
    timeout_s=30.0,
    critical=True,
)

_MANAGED = frozenset(
    {
        TradeState.PARTIALLY_FILLED,
        TradeState.IN_POSITION,
        TradeState.T1_HIT,
        TradeState.TRAILING_STOP,
    }
)


async def consider(context: AgentContext) -> AgentAnswer:
    """`actions`: stops to tighten; `position_updates`: each open trade's stop, targets and parts."""
    actions: list[dict[str, Any]] = []
    updates: dict[str, Any] = {}
    alerts: list[str] = []
    for trade in context.trades:
        if trade.state not in OPEN_TRADE_STATES:
            continue
        view = open_trade(context, trade)
        updates[trade.trade_id] = _update(view)
        if trade.state in (TradeState.UNPROTECTED, TradeState.CLOSE_FAILED):
            alerts.append(f"{trade.trade_id} {trade.symbol}: {trade.state.value}")
        if trade.state not in _MANAGED:
            continue
        stop = _tightest(view)
        if stop is not None:
            actions.append(
                {
                    "trade_id": trade.trade_id,
                    "action": "tighten_stop",
                    "price": format(stop.price, "f"),
                    "basis": stop.basis.value,
                    "reason": stop.reason,
                }
            )
    return AgentAnswer({"actions": actions, "position_updates": updates, "alerts": alerts})


def _update(view: OpenTrade) -> dict[str, Any]:
    trade = view.trade
    targets = [] if view.part_one_done else [trade.t1]
    if trade.t2 is not None:
        targets.append(trade.t2)
    return {
        "stop_loss": format(trade.stop, "f"),
        "targets_remaining": [format(target, "f") for target in targets],
        "breakeven": view.secured,
        "closed_quantity": format(trade.exited_quantity, "f"),
    }


def _tightest(view: OpenTrade) -> StopIdea | None:
    """The tightest stop that may be set now; on a tie the policy's first goes before."""
    if view.mark is None:
        return None
    sign = view.trade.side.sign
    best: StopIdea | None = None
    in_force = view.stop
    for stop in policies()[view.rules.policy].stops(view):
        tighter = (stop.price - in_force) * sign > ZERO
        protects = (view.mark - stop.price) * sign > ZERO
        if tighter and protects:
            best, in_force = stop, stop.price
    return best
