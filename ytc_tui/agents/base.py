"""What an agent is: its spec, what it may see, and what it answers.

Decides the contract between engine and agents. Imports analysis and the model only.
Invariant: an agent is given values and returns data; it holds no handle by which anything could
be ordered, written or sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ytc_tui.analysis.exit_policy import ManagementRules as ManagementRules, OpenTrade
from ytc_tui.analysis.params import SetupParams
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.history import Execution, History, OrderCounts
from ytc_tui.model.market import Instrument, Side
from ytc_tui.model.money import decimal_from_float, figure as figure
from ytc_tui.model.news import News
from ytc_tui.model.own import OwnNote
from ytc_tui.model.session import Phase, StepResult
from ytc_tui.model.signals import SetupKind
from ytc_tui.model.tasks import Priority, ResponseStatus, TaskType
from ytc_tui.model.trades import Trade, price_r as price_r
from ytc_tui.model.workflow import Trigger

NO_HISTORY = History()
NO_ORDERS = OrderCounts()


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """An agent's contract (domain.md 1.1, 1.4). `needs` are agents whose report it reads.

    `triggers` are those that a workflow may use for it; KERNEL marks an agent that is the kernel's
    own gate, emergency or journal shown as an agent (semantics.md 8). A `critical` agent's failure
    blocks its phase or new risk; `veto` agents may forbid a trade. `timeout_s` None takes the
    orchestrator's default. `sees_orders` agents are given what became of each order.
    """

    name: str
    number: str
    title: str
    phases: tuple[Phase, ...]
    needs: tuple[str, ...]
    triggers: tuple[Trigger, ...]
    task_type: TaskType = TaskType.ANALYZE
    priority: Priority = Priority.NORMAL
    timeout_s: float | None = None
    retries: int | None = None
    weight: float = 1.0
    veto: bool = False
    critical: bool = False
    sees_orders: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """What a component answered when it was asked how it is."""

    component: str
    result: StepResult
    detail: str
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountView:
    """The account as an agent may see it; money in account currency, percents of start balance."""

    currency: str
    start_balance: Decimal
    equity: Decimal
    session_pnl: Decimal
    session_pnl_pct: Decimal
    open_risk_pct: Decimal
    consecutive_losses: int
    trades_taken: int
    positions_open: int
    max_session_loss_pct: Decimal
    risk_per_trade_pct: Decimal
    max_positions: int
    alert_medium_pct: Decimal
    alert_high_pct: Decimal
    entries_off_loss_pct: Decimal
    alert_consecutive_losses: int


@dataclass(frozen=True, slots=True)
class ScanRules:
    """Which setups are scanned and what they must reach (semantics.md 5)."""

    enabled: tuple[SetupKind, ...]
    min_score: float
    min_regime_fit: float
    max_attempts: int
    trade_sideways: bool = True


@dataclass(frozen=True, slots=True)
class EmergencyView:
    """The session's last flatten as its books show it; `still_open` is symbol and quantity."""

    cause: str
    reason: str
    final: bool
    verified: bool
    orders_cancelled: int
    positions_closed: int
    still_open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgentContext:
    """Everything that an agent may look at in one run.

    `reports` holds the newest result of each agent that it needs; `analysis` one SymbolAnalysis per
    symbol (read only). `excursions` gives, per trade id, the lowest and highest price since entry.
    `cost_bps` is the estimated cost of a round trip, `prior_sessions` per symbol the high, low and
    close of the session before. `emergency` is the last flatten. `history` holds
    the sessions of this run before this one; `executions` (one per filled order, liquidity unknown) and
    `order_counts` are empty for an agent that does not see orders. `commands_refused` counts the operator's;
    `notes` are theirs, for an agent that sees orders.
    """

    now_ns: int
    session_id: str
    phase: Phase
    symbols: tuple[str, ...]
    instruments: Mapping[str, Instrument]
    analysis: Mapping[str, SymbolAnalysis]
    marks: Mapping[str, float]
    reports: Mapping[str, Mapping[str, Any]]
    account: AccountView
    trades: tuple[Trade, ...]
    excursions: Mapping[str, tuple[float, float]]
    probes: tuple[Probe, ...]
    management: ManagementRules
    scan: ScanRules
    session_ends_ns: int
    minutes_elapsed: int
    cost_bps: Decimal
    task_data: Mapping[str, Any] = field(default_factory=dict)
    setup_params: SetupParams = field(default_factory=SetupParams)
    prior_sessions: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    news: News = field(default_factory=News)
    restricted_size_pct: Decimal = Decimal(50)
    correlation_days: int = 20
    emergency: EmergencyView | None = None
    history: History = NO_HISTORY
    executions: tuple[Execution, ...] = ()
    order_counts: OrderCounts = NO_ORDERS
    commands_refused: int = 0
    notes: tuple[OwnNote, ...] = ()

    def mark_of(self, symbol: str) -> Decimal | None:
        """The last price met of `symbol`, None before the first."""
        mark = self.marks.get(symbol)
        return None if mark is None else decimal_from_float(mark)


@dataclass(frozen=True, slots=True)
class AgentAnswer:
    """What `consider` returns: spec 000's response without the parts that the engine fills in."""

    result: dict[str, Any]
    status: ResponseStatus = ResponseStatus.SUCCESS
    errors: tuple[str, ...] = ()
    next_actions: tuple[str, ...] = ()


Consider = Callable[[AgentContext], Awaitable[AgentAnswer]]


@dataclass(frozen=True, slots=True)
class Agent:
    """A spec with the function that carries it out; None for an agent that the kernel itself is."""

    spec: AgentSpec
    consider: Consider | None


def open_trade(context: AgentContext, trade: Trade, stop: Decimal | None = None) -> OpenTrade:
    """`trade` as its exit policy may see it; `stop` is one that is about to be in force."""
    extremes = context.excursions.get(trade.trade_id)
    best = None
    if extremes is not None:
        best = decimal_from_float(extremes[1] if trade.side is Side.BUY else extremes[0])
    return OpenTrade(
        trade=trade,
        market=context.analysis[trade.symbol],
        instrument=context.instruments[trade.symbol],
        mark=context.mark_of(trade.symbol),
        best=best,
        stop=trade.stop if stop is None else stop,
        cost_bps=context.cost_bps,
        rules=context.management,
    )


def figure_or_none(value: Decimal | None) -> str | None:
    """`figure` of a value that may not exist."""
    return None if value is None else figure(value)
