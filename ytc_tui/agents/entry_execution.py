"""Agent 08, entry execution: which setups have their one-minute trigger now.

Decides what is proposed as a stop-limit entry, in which order (domain.md 1.4-08, Y-32, Y-33). Imports
the agents' contract and the model. Invariants: it proposes prices only, size and approval are the
risk gate's; an expired setup, or one whose price has run away, is never proposed.
"""

from __future__ import annotations

from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec
from ytc_tui.model.codec import from_json
from ytc_tui.model.session import Phase
from ytc_tui.model.signals import Setup
from ytc_tui.model.tasks import Priority, TaskType
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="entry_execution",
    number="08",
    title="Entry Execution",
    phases=(Phase.ACTIVE_TRADING,),
    needs=("setup_scanner",),
    triggers=(Trigger.LOWER_CLOSE,),
    task_type=TaskType.EXECUTE,
    priority=Priority.CRITICAL,
    timeout_s=10.0,
    # A price that is late is not asked for again: the next minute brings its own.
    retries=0,
    critical=True,
)


async def consider(context: AgentContext) -> AgentAnswer:
    """`proposals`: setups to enter now, best first; `waiting`: why each other one is not."""
    told: list[dict[str, Any]] = list(context.reports.get("setup_scanner", {}).get("active_setups", ()))
    ready: list[tuple[float, str, dict[str, Any]]] = []
    waiting: dict[str, str] = {}
    for data in told:
        setup = from_json(Setup, data)
        problem = trigger_problem(context, setup)
        if problem:
            waiting[setup.setup_id] = problem
        else:
            ready.append((-setup.score, setup.setup_id, data))
    ready.sort(key=lambda entry: entry[:2])
    return AgentAnswer({"proposals": [data for _, _, data in ready], "waiting": waiting})


def trigger_problem(context: AgentContext, setup: Setup) -> str:
    """Why `setup` cannot be entered from the last closed minute; empty when it can.

    The trigger is the bar that just closed. A price at its limit is still wholesale; a price at its
    stop has disproved the setup. A setup whose own trigger lies beyond its limit is proposed all the
    same, so that its refusal as chasing is on record.
    """
    market = context.analysis.get(setup.symbol)
    mark = context.marks.get(setup.symbol)
    if market is None or mark is None or not market.ready:
        return "no usable price"
    if setup.expires_ns <= context.now_ns:
        return "expired"
    if setup.found_ns != market.now_ns:
        return "its trigger is of an earlier minute"
    sign = setup.side.sign
    if (mark - setup.stop) * sign <= 0:
        return f"price {mark:.10g} is at or beyond the stop {setup.stop:.10g}"
    wholesale = (setup.limit - setup.trigger) * sign >= 0
    if wholesale and (mark - setup.limit) * sign > 0:
        return f"price {mark:.10g} is beyond the worst price allowed {setup.limit:.10g}"
    return ""
