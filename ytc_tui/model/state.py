"""Trading state: everything that the journal can rebuild.

Decides what is state and what is not: prices, swings and bars are recomputed from data and are
not here. Mutated only by `engine/apply.py`. Invariant: the JSON of a state decodes to an
equal state, so a snapshot loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ytc_tui.model.events import LedgerFixed, SessionStarted
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.money import ONE, ZERO
from ytc_tui.model.orders import WORKING_STATES, OrderRequest, OrderRole, OrderState
from ytc_tui.model.own import Bias, OwnBias, OwnLevel, OwnNote, ended_at
from ytc_tui.model.proposals import Proposal, ProposalState
from ytc_tui.model.session import Gate, Phase, SessionStatus, Severity, StepResult
from ytc_tui.model.tasks import AgentStatus, Handoff, HandoffState, TaskMessage
from ytc_tui.model.timers import ArmedTimer
from ytc_tui.model.trades import OPEN_TRADE_STATES, ExitReason, Position, Trade

# Why the gate is closed before trading hours; only this reason is lifted by the clock.
GATE_BEFORE_HOURS = "session not open"
# How the reason begins when the journal closed the gate; it opens again when the journal returns.
GATE_JOURNAL = "journal: "
# An alert that was quiet for so long is news when it comes again, whoever acknowledged it before.
ALERT_QUIET_NS = 30 * NS_PER_MIN
# How an agent's failures are named in `errors_by_type`, before the agent's name.
AGENT_FAILED = "agent:"
# How the reason begins when differences with the venue closed the gate; an operator opens it again.
GATE_RECONCILE = "reconciliation: "
# The note of a stop that the venue placed with its entry.
ATTACHED = "attached"


@dataclass(slots=True)
class OrderRecord:
    """An order of ours and where it stands. Times UTC ns."""

    request: OrderRequest
    state: OrderState
    trade_id: str
    decision_id: str
    reason: ExitReason | None
    note: str
    approval_id: str
    created_ns: int
    updated_ns: int
    cancel_ns: int = 0
    filled: Decimal = ZERO
    notional: Decimal = ZERO
    venue_order_id: str = ""
    detail: str = ""

    @property
    def working(self) -> bool:
        return self.state in WORKING_STATES

    @property
    def remaining(self) -> Decimal:
        return self.request.quantity - self.filled


@dataclass(slots=True)
class AgentRecord:
    """An agent as the session sees it: spec 000's agent_states plus its counts."""

    status: AgentStatus = AgentStatus.IDLE
    requested_ns: int = 0
    last_run_ns: int = 0
    task: TaskMessage | None = None
    runs: int = 0
    failures: int = 0
    output: dict[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    bare: bool = False  # the last answer came at once, a success and nothing but `output`

    @property
    def task_id(self) -> str:
        """The id of the last task, empty before the first."""
        return self.task.task_id if self.task is not None else ""


@dataclass(slots=True)
class TaskRecord:
    """A task that was requested and has not been settled."""

    task: TaskMessage
    requested_ns: int
    not_before_ns: int = 0


@dataclass(slots=True)
class AlertRecord:
    alert_id: str
    at_ns: int
    severity: Severity
    code: str
    message: str
    count: int = 1
    last_ns: int = 0
    acknowledged_by: str = ""
    acknowledged_ns: int = 0
    again_ns: int = 0  # when it last came again after a quiet time, 0 = never


@dataclass(slots=True)
class HandoffRecord:
    handoff: Handoff
    state: HandoffState
    proposed_ns: int
    decided_by: str = ""
    reason: str = ""


@dataclass(slots=True)
class ProposalRecord:
    """A proposal and where it stands; `decided_ns` is feed time, 0 while nobody answered."""

    proposal: Proposal
    state: ProposalState
    decided_ns: int = 0
    decided_by: str = ""
    reason: str = ""


@dataclass(slots=True)
class Flattening:
    """A flatten in progress or done; `pnl_pct` is the session's at the trigger."""

    cause: str
    reason: str
    final: bool
    started_ns: int
    rounds: int = 0
    verified: bool = False
    pnl_pct: Decimal | None = None
    end_pnl_pct: Decimal | None = None
    beyond_limit_pct: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A flatten that the venue does not confirm, since `since_ns`."""

    since_ns: int
    why: str


@dataclass(slots=True)
class ChecklistLine:
    step: str
    result: StepResult
    detail: str


@dataclass(slots=True)
class Discrepancy:
    """A difference with the venue's books, and its evidence (see `DiscrepancyFound`). Times UTC ns."""

    kind: str
    symbol: str
    ours: str
    theirs: str
    client_id: str = ""
    quantity: Decimal = ZERO
    price: Decimal | None = None
    found_ns: int = 0
    ignored_until_ns: int = 0
    cancel_ns: int = 0  # when an operator had it canceled that is not ours

    def open_at(self, at_ns: int) -> bool:
        """Whether somebody still has to say what becomes of it."""
        return at_ns >= self.ignored_until_ns


@dataclass(slots=True)
class ExternalOrder:
    """An order of somebody else's that an operator leaves at the venue; `quantity` is signed."""

    client_id: str
    symbol: str
    quantity: Decimal
    price: Decimal | None


@dataclass(slots=True)
class State:
    """One session's trading state. Money in account currency, times UTC ns."""

    session_id: str
    started: SessionStarted | None = None
    now_ns: int = 0
    phase: Phase = Phase.INIT
    phase_since_ns: int = 0
    status: SessionStatus = SessionStatus.INITIALIZED
    gate: Gate = Gate.REDUCING
    gate_reason: str = GATE_BEFORE_HOURS
    start_balance: Decimal | None = None
    ledger: LedgerFixed | None = None
    opening_balance: Decimal = ZERO
    wallet: Decimal = ZERO
    fees_paid: Decimal = ZERO
    funding: Decimal = ZERO
    funding_events: int = 0
    orders: dict[str, OrderRecord] = field(default_factory=dict)
    working: dict[str, int] = field(default_factory=dict)  # ids of orders that may still fill
    replacing: dict[str, str] = field(default_factory=dict)  # targets that make way: order -> trade
    positions: dict[str, Position] = field(default_factory=dict)
    trades: dict[str, Trade] = field(default_factory=dict)
    setups_seen: dict[str, int] = field(default_factory=dict)
    setup_attempts: dict[str, int] = field(default_factory=dict)
    setup_refusals: dict[str, str] = field(default_factory=dict)
    detected: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    rules_asked: dict[str, int] = field(default_factory=dict)  # by rule: when it last gave a verdict
    approved: int = 0
    trades_taken: int = 0
    wins: int = 0
    losses: int = 0
    breakevens: int = 0
    consecutive_losses: int = 0
    rejects_in_row: int = 0
    order_times_ns: tuple[int, ...] = ()
    agents: dict[str, AgentRecord] = field(default_factory=dict)
    tasks: dict[str, TaskRecord] = field(default_factory=dict)
    tasks_requested: int = 0
    decisions_made: int = 0
    alerts: dict[str, AlertRecord] = field(default_factory=dict)
    alert_codes: dict[str, str] = field(default_factory=dict)
    handoffs: dict[str, HandoffRecord] = field(default_factory=dict)
    proposals: dict[str, ProposalRecord] = field(default_factory=dict)
    timers: dict[str, ArmedTimer] = field(default_factory=dict)  # by name: what waits for a person
    timers_armed: int = 0  # ever, in this session: the newest epoch
    checklists: dict[str, tuple[ChecklistLine, ...]] = field(default_factory=dict)
    health: dict[str, ChecklistLine] = field(default_factory=dict)
    discrepancies: dict[str, Discrepancy] = field(default_factory=dict)
    external_orders: dict[str, ExternalOrder] = field(default_factory=dict)  # by the difference they were
    external_money: Decimal = ZERO  # at the venue beside our wallet, not ours to trade with
    links: dict[str, str] = field(default_factory=dict)  # an id at the venue -> our order that it is
    fill_ids: dict[str, int] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
    errors_by_type: dict[str, int] = field(default_factory=dict)
    levels: dict[str, OwnLevel] = field(default_factory=dict)
    levels_gone: tuple[OwnLevel, ...] = ()  # removed or replaced: minutes before that were judged with them
    biases: dict[str, OwnBias] = field(default_factory=dict)  # by symbol
    notes: dict[str, OwnNote] = field(default_factory=dict)
    venue_silent_ns: int = 0  # since when no request to the venue was answered; 0 = it answers
    halt_epoch: int = 0  # the highest halt of a guard's that is on record here
    halted: str = ""  # why, while no operator has cleared it
    flattening: Flattening | None = None
    unconfirmed: Unconfirmed | None = None
    ending_when_flat: str = ""  # why, when an operator asked for the end as soon as nothing is open
    end_reason: str = ""
    ended: bool = False
    document: dict[str, Any] = field(default_factory=dict)

    def position(self, symbol: str, contract_size: Decimal = ONE) -> Position:
        return self.positions.get(symbol) or Position(symbol, contract_size=contract_size)

    def open_trades(self) -> list[Trade]:
        return [trade for trade in self.trades.values() if trade.state in OPEN_TRADE_STATES]

    def working_orders(self, symbol: str | None = None, role: OrderRole | None = None) -> list[OrderRecord]:
        """Orders that may still fill, oldest first, UNKNOWN ones included."""
        return [
            record
            for record in map(self.orders.__getitem__, self.working)
            if (symbol is None or record.request.symbol == symbol)
            and (role is None or record.request.role is role)
        ]

    def unresolved(self, at_ns: int) -> list[str]:
        """The differences with the venue about which nobody has said what becomes of them."""
        return [name for name, found in self.discrepancies.items() if found.open_at(at_ns)]

    def pending_proposals(self) -> list[ProposalRecord]:
        """Proposals that wait for an answer, oldest first."""
        return [record for record in self.proposals.values() if record.state is ProposalState.PENDING]

    def standing_levels(self, at_ns: int) -> list[OwnLevel]:
        """The operator's levels that have not expired at `at_ns`, by symbol and price."""
        standing = [level for level in self.levels.values() if not level.expired(at_ns)]
        return sorted(standing, key=lambda level: (level.symbol, level.low, level.high))

    def standing_bias(self, symbol: str, at_ns: int) -> OwnBias | None:
        """The bias that forbids something on `symbol` at `at_ns`."""
        held = self.biases.get(symbol)
        return None if held is None or held.bias is Bias.NONE or at_ns >= held.until_ns else held

    def all_levels(self) -> tuple[OwnLevel, ...]:
        """Every level that this session ever had; those of an ended one stop with it."""
        every = (*self.levels_gone, *self.levels.values())
        if not self.ended:
            return every
        return tuple(ended_at(level, self.now_ns) for level in every)
