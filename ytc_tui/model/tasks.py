"""Tasks and handoffs: the messages between the orchestrator and its agents (spec 000, spec 002).

Decides field names, which are spec 000's TASK_MESSAGE and RESPONSE_MESSAGE, and the state tables.
Standard library and the model only. Invariant: every move goes through a table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class TaskType(StrEnum):
    ANALYZE = "analyze"
    EXECUTE = "execute"
    REPORT = "report"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class ResponseStatus(StrEnum):
    SUCCESS = "success"
    FAILURE = "failure"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class TaskMessage:
    """TASK_MESSAGE of spec 000. `timeout` in seconds; `dependencies` are completed task ids."""

    task_id: str
    agent_target: str
    task_type: TaskType
    priority: Priority
    data: dict[str, Any] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    timeout: float = 60.0
    retry_count: int = 0


@dataclass(frozen=True, slots=True)
class ResponseMessage:
    """RESPONSE_MESSAGE of spec 000.

    `execution_time` (milliseconds, wall clock) is telemetry: it stays out of the chain
    (semantics.md 7) and is 0 in the journal.
    """

    task_id: str
    agent_name: str
    status: ResponseStatus
    result: dict[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    execution_time: float = 0.0
    next_actions: tuple[str, ...] = ()

    @property
    def bare(self) -> bool:
        """A success and nothing but its result."""
        return self.status is ResponseStatus.SUCCESS and not (self.errors or self.next_actions)


class AgentStatus(StrEnum):
    """Spec 000's four agent states."""

    IDLE = "idle"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class HandoffStatus(StrEnum):
    """Spec 002: what the sender says of the work it passes on."""

    COMPLETE = "COMPLETE"
    BLOCKED = "BLOCKED"
    PARTIAL = "PARTIAL"


class HandoffState(StrEnum):
    """Where the handoff itself stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


class HandoffTrigger(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    EXPIRE = "expire"


HANDOFF_TABLE: dict[tuple[HandoffState, HandoffTrigger], HandoffState] = {
    (HandoffState.PENDING, HandoffTrigger.APPROVE): HandoffState.APPROVED,
    (HandoffState.PENDING, HandoffTrigger.REJECT): HandoffState.REJECTED,
    (HandoffState.PENDING, HandoffTrigger.EXPIRE): HandoffState.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Handoff:
    """Work passed between phases. `content_hash` binds an approval to exactly this content."""

    handoff_id: str
    from_phase: str
    to_phase: str
    task: str
    status: HandoffStatus
    deliverables: tuple[str, ...]
    context: dict[str, Any]
    artifacts: tuple[str, ...]
    needs_approval: bool
    content_hash: str
