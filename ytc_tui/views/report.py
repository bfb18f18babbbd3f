"""A session's report: what it was, what it did, and why it did no more.

Decides which figures a report states and how they follow from the journal. Imports the model and the
ledger check. Invariant: every figure is stated by an entry or recomputed from fills; none is guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ytc_tui.model import events as ev
from ytc_tui.model.chain import GENESIS_HASH
from ytc_tui.model.history import OrderCounts, TradeResult
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.model.own import OwnNote
from ytc_tui.model.session import Phase, SessionStatus
from ytc_tui.model.trades import TradeOutcome
from ytc_tui.views.journal import Recorded, plain, utc
from ytc_tui.views.ledger import Ledger, LedgerReport
from ytc_tui.views.report_books import Books
from ytc_tui.views.report_rows import Rows
from ytc_tui.views.report_tables import (
    AgentRow,
    AlertRow,
    ChecklistRow,
    DrawdownRow,
    FillRow,
    FlattenRow,
    Funnel,
    HandoffRow,
    LedgerRow,
    LimitRow,
    NoteRow,
    SaidRow,
    TradeRow,
)
from ytc_tui.views.sanitised import Sanitiser, sanitised
from ytc_tui.views.structure_journal import StructureReadings, SymbolStructure

NOT_MODELLED = "not modelled"
REVIEWER, STRUCTURE = "session_review", "market_structure"
AFTER_CLOSE = ("performance_analytics", "psychology", "learning", "next_session_prep")


@dataclass(frozen=True, slots=True)
class HeadSignature:
    """Who vouches for the journal up to the entry `seq`: by the fingerprint of the key, and whether the
    signature is one by that key over that entry."""

    seq: int
    at: str
    key: str
    genuine: bool


@dataclass(frozen=True, slots=True)
class Header:
    """Which session it was. Times are UTC, empty when the journal does not tell them; `until_ns` is the
    instant of its last entry. `anchor` is that entry and its hash, as `ytc verify --anchor` takes them."""

    session: str
    mode: str
    account: str
    feed: str
    symbols: tuple[str, ...]
    software: str
    config_digest: str
    init: str
    open: str
    planned_end: str
    hard_end: str
    ended: str
    phase: str
    status: str
    end_reason: str
    entries: int
    head: str
    feed_digest: str
    init_ns: int
    until_ns: int
    anchor: str
    signed: HeadSignature | None


@dataclass(frozen=True, slots=True)
class Result:
    """What the session came to, in account currency. `pnl` is what it changed the wallet by: positions
    still open are listed and not valued."""

    currency: str
    start_balance: Decimal
    end_balance: Decimal
    pnl: Decimal
    pnl_pct: Decimal | None
    fees: Decimal
    funding: str
    trades: int
    wins: int
    losses: int
    breakevens: int
    total_r: Decimal
    open_positions: dict[str, str]
    differences: int


@dataclass(frozen=True, slots=True)
class SessionReport:
    """`after_close` holds the newest answer of each agent that reviews, `structure` that of market
    structure; `structure_journal` what the structure of each symbol was, `results` the closed trades as
    figures are made from them, `said` what the operator told the session of levels and bias."""

    header: Header
    result: Result
    limits: tuple[LimitRow, ...]
    drawdown: tuple[DrawdownRow, ...]
    trades: tuple[TradeRow, ...]
    funnel: Funnel
    flattens: tuple[FlattenRow, ...]
    alerts: tuple[AlertRow, ...]
    handoffs: tuple[HandoffRow, ...]
    checklists: dict[str, tuple[ChecklistRow, ...]]
    agents: tuple[AgentRow, ...]
    review: dict[str, Any] | None
    after_close: dict[str, dict[str, Any]]
    structure: dict[str, Any]
    structure_journal: tuple[SymbolStructure, ...]
    fills: tuple[FillRow, ...]
    ledger: tuple[LedgerRow, ...]
    orders: OrderCounts
    results: tuple[TradeResult, ...]
    said: tuple[SaidRow, ...]
    notes: tuple[NoteRow, ...]


@dataclass(slots=True)
class _Course:
    """How the session went, as far as the header tells it."""

    started: ev.SessionStarted | None = None
    phase: Phase = Phase.INIT
    status: SessionStatus = SessionStatus.INITIALIZED
    end_reason: str = ""
    ended_ns: int = 0
    entries: int = 0
    session: str = ""
    until_ns: int = 0
    head: str = GENESIS_HASH
    outcomes: Counter[TradeOutcome] = field(default_factory=Counter)
    ledger: ev.LedgerFixed | None = None

    def take(self, record: Recorded) -> None:
        self.entries, self.until_ns = record.seq, record.at_ns
        self.session, self.head = record.entry.session, record.entry.hash
        match record.event:
            case ev.SessionStarted() as started:
                self.started = started
            case ev.LedgerFixed() as fixed:
                self.ledger = fixed
            case ev.PhaseChanged(after=after, end_reason=reason):
                self.phase = after
                self.end_reason = self.end_reason or reason
            case ev.StatusChanged(after=after_status):
                self.status = after_status
            case ev.TradeClosed(outcome=outcome):
                self.outcomes[outcome] += 1
            case ev.SessionEnded(reason):
                self.end_reason = self.end_reason or reason
                self.ended_ns = record.at_ns
            case _:
                return


def build_report(
    records: Iterable[Recorded],
    *,
    safe: Sanitiser,
    later_notes: Iterable[OwnNote] = (),
    signed: HeadSignature | None = None,
) -> SessionReport:
    """The report of one session from its entries, oldest first, the notes written on it later, and who signed
    its head; every text in it passed `safe`."""
    course, ledger, rows, books, readings = _Course(), Ledger(), Rows(), Books(), StructureReadings()
    for record in records:
        course.take(record)
        ledger.take(record)
        rows.take(record)
        books.take(record, ledger)
        readings.take(record)
    checked = ledger.report()
    trades = tuple(rows.trade_rows(ledger))
    report = SessionReport(
        _header(course, signed),
        _result(course, checked, trades),
        rows.limit_rows(),
        tuple(_drawdown(course.ledger, checked)),
        trades,
        rows.funnel(trades),
        tuple(rows.flattens),
        tuple(rows.alerts.values()),
        tuple(rows.handoffs.values()),
        {name: tuple(lines) for name, lines in rows.checklists.items()},
        tuple(rows.agents.values()),
        rows.answers.get(REVIEWER),
        {name: rows.answers[name] for name in AFTER_CLOSE if name in rows.answers},
        rows.answers.get(STRUCTURE, {}),
        readings.entries(),
        tuple(books.fills),
        tuple(books.rows),
        books.counts(),
        tuple(rows.results(ledger, books.fills)),
        tuple(rows.said),
        (
            *(_note(note, "in the session") for note in rows.notes),
            *(_note(note, "later") for note in later_notes),
        ),
    )
    return sanitised(report, safe)


def _note(note: OwnNote, written: str) -> NoteRow:
    return NoteRow(
        note_id=note.note_id,
        about=note.trade_id or utc(note.about_ns),
        trade_id=note.trade_id,
        tags=" ".join(note.tags),
        mistakes=" ".join(note.mistakes),
        text=note.text,
        written_by=note.actor,
        written=written,
    )


def _drawdown(fixed: ev.LedgerFixed | None, checked: LedgerReport) -> Iterator[DrawdownRow]:
    sums = checked.sums
    for held in fixed.spans if fixed is not None else ():
        yield DrawdownRow(
            held.span.value,
            held.since,
            held.base,
            held.used_pct(sums.base),
            held.used_pct(sums.wallet),
            held.warn_pct,
            held.limit_pct,
        )


def _header(course: _Course, signed: HeadSignature | None) -> Header:
    started = course.started
    return Header(
        session=course.session,
        mode=started.mode.value if started else "",
        account=started.account_id if started else "",
        feed=started.feed if started else "",
        symbols=started.symbols if started else (),
        software=started.software if started else "",
        config_digest=started.config_digest if started else "",
        init=utc(started.init_ns) if started else "",
        open=utc(started.open_ns) if started else "",
        planned_end=utc(started.planned_end_ns) if started else "",
        hard_end=utc(started.hard_end_ns) if started else "",
        ended=utc(course.ended_ns) if course.ended_ns else "",
        phase=course.phase.value,
        status=course.status.value,
        end_reason=course.end_reason,
        entries=course.entries,
        head=course.head,
        feed_digest=started.feed_digest if started else "",
        init_ns=started.init_ns if started else 0,
        until_ns=course.until_ns,
        anchor=f"{course.entries}:{course.head}",
        signed=signed,
    )


def _result(course: _Course, checked: LedgerReport, trades: tuple[TradeRow, ...]) -> Result:
    sums = checked.sums
    results = [trade.r_multiple for trade in trades if trade.r_multiple is not None]
    return Result(
        currency=course.started.currency if course.started else "",
        start_balance=sums.base,
        end_balance=sums.wallet,
        pnl=sums.pnl,
        pnl_pct=sums.pnl / sums.base * HUNDRED if sums.base else None,
        fees=sums.fees,
        funding=plain(sums.funding) if sums.funding_events else NOT_MODELLED,
        trades=sum(1 for trade in trades if trade.quantity),
        wins=course.outcomes[TradeOutcome.WIN],
        losses=course.outcomes[TradeOutcome.LOSS],
        breakevens=course.outcomes[TradeOutcome.BREAKEVEN],
        total_r=sum(results, ZERO),
        open_positions={symbol: plain(quantity) for symbol, quantity in sums.open_positions().items()},
        differences=len(checked.differences),
    )
