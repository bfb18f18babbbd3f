"""Events of tasks, setups, decisions, proposals, handoffs, alerts and commands. Imports the model only.

Invariant: every decision carries the verdicts that it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ytc_tui.model.commands import Command
from ytc_tui.model.proposals import Proposal, ProposalState
from ytc_tui.model.risk import TradePlan, Verdict
from ytc_tui.model.session import Severity
from ytc_tui.model.signals import Setup
from ytc_tui.model.tasks import Handoff, HandoffState, ResponseMessage, ResponseStatus, TaskMessage


@dataclass(frozen=True, slots=True)
class BarRef:
    """The last bar that a decision knew: its symbol, opening time and the rolling digest there."""

    symbol: str
    open_ns: int
    digest: str


@dataclass(frozen=True, slots=True)
class TaskAnswered:
    """An agent was asked and answered at once: the task and its response, without what both say."""

    task: TaskMessage
    status: ResponseStatus
    result: dict[str, Any]
    errors: tuple[str, ...] = ()
    next_actions: tuple[str, ...] = ()

    @property
    def response(self) -> ResponseMessage:
        """RESPONSE_MESSAGE of spec 000 in full."""
        task = self.task
        return ResponseMessage(
            task.task_id, task.agent_target, self.status, self.result, self.errors, 0.0, self.next_actions
        )


@dataclass(frozen=True, slots=True)
class AnswerRepeated:
    """An agent was asked and answered at once, byte for byte as it had answered last, and without errors.

    Type, priority and timeout of the task are those of the agent's task before it.
    """

    task_id: str
    agent: str
    data: dict[str, Any]
    dependencies: tuple[str, ...]

    def task(self, before: TaskMessage) -> TaskMessage:
        """TASK_MESSAGE of spec 000 in full; `before` is the agent's task before this one."""
        return TaskMessage(
            self.task_id, self.agent, before.task_type, before.priority, self.data, self.dependencies,
            before.timeout,
        )  # fmt: skip

    def response(self, result: dict[str, Any]) -> ResponseMessage:
        """RESPONSE_MESSAGE of spec 000 in full; `result` is that of the agent's answer before this one."""
        return ResponseMessage(self.task_id, self.agent, ResponseStatus.SUCCESS, result)


@dataclass(frozen=True, slots=True)
class TaskRequested:
    """An agent was asked and did not answer at once, or failed."""

    task: TaskMessage


@dataclass(frozen=True, slots=True)
class TaskReported:
    response: ResponseMessage


@dataclass(frozen=True, slots=True)
class TaskRetried:
    task_id: str
    agent: str
    retry_count: int
    reason: str
    not_before_ns: int


@dataclass(frozen=True, slots=True)
class SetupDetected:
    setup: Setup
    bar: BarRef


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """The gate's answer to one proposal; `refused_by` is empty when it was approved."""

    decision_id: str
    setup_id: str
    plan: TradePlan
    verdicts: tuple[Verdict, ...]
    asked: Decimal
    granted: Decimal
    refused_by: str
    reason: str
    bar: BarRef


@dataclass(frozen=True, slots=True)
class TradeProposed:
    """A trade that the gate granted is put to a person: PENDING, or ALERTED where nobody is asked."""

    proposal: Proposal
    state: ProposalState


@dataclass(frozen=True, slots=True)
class ProposalDecided:
    """What became of a proposal. `verdicts` are those of the moment: whether it still held, and the
    gate's, where it was asked again."""

    proposal_id: str
    decision_id: str
    state: ProposalState
    actor: str
    reason: str
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class HandoffProposed:
    handoff: Handoff
    expires_wall_s: float


@dataclass(frozen=True, slots=True)
class HandoffDecided:
    handoff_id: str
    state: HandoffState
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class AlertRaised:
    alert_id: str
    severity: Severity
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AlertAcknowledged:
    alert_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class CommandTaken:
    command: Command


@dataclass(frozen=True, slots=True)
class CommandRefused:
    command: Command
    reason: str
