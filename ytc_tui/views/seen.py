"""What the engine sees beside its state: marks, sums, limits in use, and why things wait.

Decides what a view may be built from. Imports the model only. Invariant: frozen; every figure was
reckoned by the engine at `at_ns`, so that no view reckons money a second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ytc_tui.model.market import Instrument
from ytc_tui.model.session import Mode, StepResult


class Level(StrEnum):
    """How near a figure is to its limit."""

    OK = "ok"
    NEAR = "near"
    OVER = "over"
    UNKNOWN = "unknown"


class Unit(StrEnum):
    """What a limit counts."""

    PERCENT = "%"
    COUNT = ""
    MULTIPLE = "x"


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit: how much of it is used. `used` None = cannot be told now."""

    rule: str
    label: str
    used: Decimal | None
    limit: Decimal
    unit: Unit


@dataclass(frozen=True, slots=True)
class SymbolSeen:
    """A symbol's market: last price met (None before the first), and what is wrong with its data."""

    instrument: Instrument
    mark: Decimal | None
    last_bar_ns: int
    problem: str


@dataclass(frozen=True, slots=True)
class AgentSeen:
    """An agent as the workflow has it now. `next_due_ns` 0 = not by time; `mean_ms` None = not measured;
    `recent_ms` are its newest runs, oldest first; `needs` are the agents whose reports it reads."""

    title: str
    critical: bool
    why_idle: str
    next_due_ns: int
    mean_ms: float | None
    needs: tuple[str, ...] = ()
    recent_ms: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that the next phase waits for."""

    text: str
    met: bool


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of the session, UTC ns."""

    init_ns: int
    open_ns: int
    active_ns: int
    planned_end_ns: int
    hard_end_ns: int


@dataclass(frozen=True, slots=True)
class NewsSeen:
    """News as it acts now: `standing` says what and until when, empty in normal times. `next_ns` is the
    next event (UTC ns), 0 = none is known."""

    standing: str = ""
    blackout: bool = False
    next_label: str = ""
    next_ns: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """The engine's sight at feed time `at_ns`. Money in account currency, percents of start balance.

    `equity`, `pnl` and `pnl_pct` are None while a mark is missing. `protected` is the quantity of each
    open symbol that working stops at the venue cover. `feed_state` says in a word what the feed does.
    `left_s` is the wall time left for an answer, by the id of what waits;
    `mistake_codes` are those that a note may name, `rules` the gate's rules in their order, each with a line
    on what it asks for. `guard` names who watches the engine from outside, empty = nobody. `timeframes` are
    the minutes of a bar, lowest first; `pnl_trace` is the P&L (percent) from `pnl_trace_ns` on, oldest first.
    None is what was not written down of a past session: `guard`, `venue_requests`, `journal_stalled`, a time
    in `left_s`.
    """

    at_ns: int
    mode: Mode
    account_id: str
    currency: str
    software: str
    speed: str
    feed_state: str
    journal_stalled: str | None
    hours: Hours
    base_balance: Decimal
    equity: Decimal | None
    pnl: Decimal | None
    pnl_pct: Decimal | None
    loss_limit_pct: Decimal
    entries_off_pct: Decimal
    venue: str
    venue_guard: str
    symbols: Mapping[str, SymbolSeen]
    protected: Mapping[str, Decimal] = field(default_factory=dict)
    limits: tuple[LimitUse, ...] = ()
    agents: Mapping[str, AgentSeen] = field(default_factory=dict)
    waits_for: tuple[Requirement, ...] = ()
    components: tuple[tuple[str, StepResult, str], ...] = ()
    left_s: Mapping[str, int | None] = field(default_factory=dict)
    news: NewsSeen = field(default_factory=NewsSeen)
    mistake_codes: tuple[str, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    correlation_threshold: float = 1.0
    guard: str | None = ""
    journal_entries: int = 0
    venue_requests: int | None = 0
    timeframes: tuple[int, ...] = ()
    pnl_trace: tuple[float, ...] = ()
    pnl_trace_ns: int = 0
