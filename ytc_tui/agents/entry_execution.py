"""Agent 08, entry execution: which setups have their one-minute trigger now.

Decides what is proposed as a stop-limit entry, in which order (domain.md 1.4-08, Y-32, Y-33). Imports
the agents' contract, analysis and the model. Invariants: it proposes prices only, size and approval are the
risk gate's; an expired setup, or one whose price has run away, is never proposed.
"""

from __future__ import annotations

from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec
from ytc_tui.analysis.trade_plan import trigger_problem
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
        problem = trigger_problem(
            setup, context.analysis.get(setup.symbol), context.marks.get(setup.symbol), context.now_ns
        )
        if problem:
            waiting[setup.setup_id] = problem
        else:
            ready.append((-setup.score, setup.setup_id, data))
    ready.sort(key=lambda entry: entry[:2])
    return AgentAnswer({"proposals": [data for _, _, data in ready], "waiting": waiting})
