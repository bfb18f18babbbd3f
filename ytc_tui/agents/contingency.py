"""Agent 16, contingency: the kernel's own emergency, shown as an agent (semantics.md 8).

Decides nothing: what arises is judged by the emergency matrix, and a flatten is carried out by the kernel
until the venue has confirmed it. Imports the agents' contract, the matrix and the model. Invariant: an
action is reported only once it is a booked fact (domain.md 1.7-c).
"""

from __future__ import annotations

from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec, EmergencyView, figure
from ytc_tui.model.conditions import CONDITIONS, Reaction
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import Priority, TaskType
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="contingency",
    number="16",
    title="Contingency Management",
    phases=(Phase.PRE_MARKET, Phase.SESSION_OPEN, Phase.ACTIVE_TRADING, Phase.POST_MARKET),
    needs=(),
    triggers=(Trigger.PHASE, Trigger.KERNEL),
    task_type=TaskType.REPORT,
    priority=Priority.CRITICAL,
    timeout_s=10.0,
)


async def consider(context: AgentContext) -> AgentAnswer:
    """`armed`: the matrix, each reaction with its conditions, and the session loss limit;
    `emergency_response`: what became of the last flatten, None where there was none."""
    emergency = context.emergency
    result: dict[str, Any] = {
        "armed": {
            "reactions": {
                reaction.value: [row.code for row in CONDITIONS.values() if row.reaction is reaction]
                for reaction in Reaction
            },
            "max_session_loss_pct": figure(context.account.max_session_loss_pct),
        },
        "emergency_response": None if emergency is None else _response(emergency),
    }
    return AgentAnswer(result)


def _response(emergency: EmergencyView) -> dict[str, Any]:
    actions = [f"entries latched: {emergency.reason}"]
    if emergency.orders_cancelled:
        actions.append(f"{emergency.orders_cancelled} orders cancelled")
    if emergency.positions_closed:
        actions.append(f"{emergency.positions_closed} positions closed at the market")
    if emergency.verified:
        actions.append("the venue was read again: flat")
    return {
        "cause": emergency.cause,
        "actions_taken": actions,
        "orders_cancelled": emergency.orders_cancelled,
        "positions_closed": emergency.positions_closed,
        "still_open": list(emergency.still_open),
        "system_status": "halted" if emergency.final or not emergency.verified else "recovered",
        "requires_human_intervention": not emergency.verified or bool(emergency.still_open),
    }
