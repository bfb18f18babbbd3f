"""The door: the EngineClient that the engine itself is.

Decides what a client sees of a running engine. Imports the host and the read side of the engine.
Invariant: reading changes nothing; a command goes through the host's inbox like every other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ytc_tui.client import Receipt
from ytc_tui.engine.decide.tasks import idle_reason
from ytc_tui.engine.document import metrics, session_document
from ytc_tui.engine.health import health_rows
from ytc_tui.engine.host import Host
from ytc_tui.engine.situation import Situation
from ytc_tui.model.commands import Command

Explain = Callable[[str, str], dict[str, Any]]


@dataclass(slots=True)
class Door:
    """One engine's door. `explain` answers from the journal: (session id, target) -> gate chain."""

    host: Host
    explain_from_journal: Explain
    last_document: dict[str, Any] = field(default_factory=dict)

    async def status(self, component: str | None = None) -> dict[str, Any]:
        """The running session's document with health and metrics; the last one when none runs."""
        run = self.host.current
        if run is None:
            return {**self.last_document, "running": False}
        sit = run.kernel.sit
        health = health_rows(sit)
        health["journal"] = {
            "status": "blocked" if run.kernel.stalled else "ok",
            "detail": run.kernel.stalled,
            "metrics": {"entries": run.kernel.head.seq},
        }
        if component is not None:
            return {"component": component, **health.get(component, {"status": "unknown"})}
        document = session_document(sit)
        counted = metrics(sit)
        counted["api_call_count"] = run.kernel.outward.api_calls
        counted["average_response_time"] = run.kernel.runner.average_ms()
        return {
            **document,
            "running": True,
            "metrics": counted,
            "health": health,
            "why_idle": why_idle(sit),
            "working_orders": [
                {
                    "client_id": record.request.client_id,
                    "symbol": record.request.symbol,
                    "side": record.request.side.value,
                    "role": record.request.role.value,
                    "state": record.state.value,
                    "remaining": str(record.remaining),
                }
                for record in sit.state.working_orders()
            ],
            "journal": {"entries": run.kernel.head.seq, "head": run.kernel.head.hash},
        }

    async def send(self, command: Command) -> Receipt:
        return await self.host.send(command)

    async def explain(self, target: str) -> dict[str, Any]:
        run = self.host.current
        session = run.kernel.sit.state.session_id if run else str(self.last_document.get("session_id", ""))
        return self.explain_from_journal(session, target) if session else {}


def why_idle(sit: Situation) -> dict[str, str]:
    """Why each agent of the present phase does not run now; those that wait for their trigger say so."""
    plan = sit.workflow.phases.get(sit.state.phase)
    reasons: dict[str, str] = {}
    for name in sit.registry.agents:
        steps = [step for step in plan.steps if step.agent == name] if plan else []
        if not steps:
            reasons[name] = f"not part of {sit.state.phase}"
        else:
            reasons[name] = idle_reason(sit, steps[-1]) or f"waits for {steps[-1].on}"
    return reasons
