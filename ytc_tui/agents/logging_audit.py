"""Agent 17, logging and audit: the journal, shown as an agent (semantics.md 8).

Decides nothing: every decision, trade, event and error is written by the kernel's journal itself.
Imports the agents' contract and the model. Invariant: it has no logic of its own.
"""

from __future__ import annotations

from ytc_tui.agents.base import AgentSpec
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import Priority, TaskType
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="logging_audit",
    number="17",
    title="Logging & Audit",
    phases=(Phase.PRE_MARKET, Phase.SESSION_OPEN, Phase.ACTIVE_TRADING, Phase.POST_MARKET),
    needs=(),
    triggers=(Trigger.KERNEL,),
    task_type=TaskType.REPORT,
    priority=Priority.HIGH,
)
