"""A report as titled tables of text, and those as Markdown.

Decides order, wording and rounding of what people read; JSON keeps every place. Imports the report.
Invariant: all formats are made from the same sections, so none says more than another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from ytc_tui.views.journal import plain, short
from ytc_tui.views.report import Header, SessionReport
from ytc_tui.views.report_after import after_sections
from ytc_tui.views.report_tables import FlattenRow, Funnel, TradeRow
from ytc_tui.views.section import Section
from ytc_tui.views.structure_journal import structure_sections

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~&])")
_PRICE_DIGITS = 8  # significant ones; JSON keeps all


def sections(report: SessionReport, figures: Iterable[Section] = ()) -> tuple[Section, ...]:
    """The report's tables, in reading order; `figures` are those of performance, after the trades."""
    return (
        Section("Session", (), tuple(_header(report))),
        Section("Result", (), tuple(_result(report))),
        *_loss(report),
        Section(
            "Trades", _TRADE_COLUMNS, tuple(_trade(row) for row in report.trades), "no trade was planned"
        ),
        *_notes(report),
        *figures,
        *after_sections(report.review, report.after_close),
        *structure_sections(report.structure_journal),
        Section("Funnel", (), tuple(funnel_pairs(report.funnel))),
        Section(
            "Limits",
            ("rule", "asked", "refused", "least used", "most used", "limit"),
            tuple(
                (r.rule, f"{r.asked}", f"{r.refused}", _n(r.least_used), _n(r.most_used), _n(r.limit))
                for r in report.limits
            ),
            "no rule was asked: no setup was proposed",
        ),
        Section(
            "Drawdown",
            ("span", "since", "base", "lost at begin, %", "lost at end, %", "warning, %", "limit, %"),
            tuple(
                (d.span, d.since, _n(d.base), _n(d.begin_pct), _n(d.end_pct), _n(d.warn_pct), _n(d.limit_pct))
                for d in report.drawdown
            ),
            "this session was recorded without a ledger",
        ),
        Section(
            "Alerts",
            ("time", "severity", "code", "count", "message", "acknowledged"),
            tuple(
                (a.at, a.severity, a.code, f"{a.count}", a.message, a.acknowledged_by or "-")
                for a in report.alerts
            ),
        ),
        Section(
            "Handoffs",
            ("id", "time", "from", "to", "state", "by", "task"),
            tuple(
                (h.handoff_id, h.at, h.from_phase, h.to_phase, h.state, h.decided_by or "-", h.task)
                for h in report.handoffs
            ),
        ),
        *(
            Section(
                f"Checklist: {name}",
                ("result", "step", "detail"),
                tuple((line.result, line.step, line.detail or "-") for line in lines),
            )
            for name, lines in report.checklists.items()
        ),
        Section(
            "Agents",
            ("agent", "runs", "failures", "retries", "last run", "last error"),
            tuple(
                (a.name, f"{a.runs}", f"{a.failures}", f"{a.retries}", a.last_run or "-", a.last_error or "-")
                for a in report.agents
            ),
        ),
    )


def markdown(report: SessionReport, figures: Iterable[Section] = ()) -> str:
    """The report as Markdown (tables of GitHub's kind), ending in a newline."""
    title = f"Session report {report.header.session}"
    return "\n".join(markdown_lines(title, sections(report, figures))) + "\n"


def markdown_lines(title: str, tables: Iterable[Section]) -> Iterator[str]:
    """Titled tables under one heading."""
    yield f"# {_cell(title)}"
    for section in tables:
        yield ""
        yield f"## {_cell(section.title)}"
        yield ""
        if not section.rows:
            yield f"{_cell(section.empty)}."
            continue
        if section.columns:
            yield _row(section.columns)
            marks = ("--:" if section.is_numeric(n) else "---" for n in range(len(section.columns)))
            yield f"| {' | '.join(marks)} |"
            for row in section.rows:
                yield _row(row)
        else:
            for name, value in section.rows:
                yield f"- {_cell(name)}: {_cell(value)}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    """`text` on one line, with every character that Markdown or HTML would act on escaped."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _header(report: SessionReport) -> Iterator[tuple[str, str]]:
    header = report.header
    yield "session", header.session
    yield "mode", header.mode.upper() or "-"
    yield "account", header.account or "-"
    yield "feed", header.feed or "-"
    yield "symbols", ", ".join(header.symbols) or "-"
    yield (
        "hours",
        f"init {header.init or '-'}, open {header.open or '-'}, planned end {header.planned_end or '-'}",
    )
    yield "ended", header.ended or f"not ended: stands in phase {header.phase}"
    yield "status", header.status
    yield "end reason", header.end_reason or "-"
    yield "software", f"{header.software or '-'}, config {header.config_digest[:12] or '-'}"
    yield "journal", f"{header.entries} entries"
    yield "head", header.anchor
    yield "signed", signed_words(header)


def signed_words(header: Header) -> str:
    """Whether the head is signed, and by which key."""
    signed = header.signed
    if signed is None:
        return "no"
    if not signed.genuine:
        return f"NOT GENUINE: entry {signed.seq}, said to be by key {signed.key}"
    upto = "" if signed.seq == header.entries else f"up to entry {signed.seq} alone, "
    return f"yes, {upto}{signed.at}, key {signed.key}"


def _result(report: SessionReport) -> Iterator[tuple[str, str]]:
    result = report.result
    unit = f" {result.currency}".rstrip()
    yield "start balance", f"{result.start_balance:,.2f}{unit}"
    yield "end balance", f"{result.end_balance:,.2f}{unit}"
    percent = "" if result.pnl_pct is None else f" ({result.pnl_pct:+.4f} %)"
    yield "P&L", f"{result.pnl:+,.2f}{unit}{percent}"
    yield "fees", f"{result.fees:,.2f}{unit}"
    yield "funding", result.funding
    outcomes = f"{result.wins} won, {result.losses} lost, {result.breakevens} breakeven"
    yield "trades", f"{result.trades}: {outcomes}, {result.total_r:+.2f} R in all"
    if result.open_positions:
        held = ", ".join(f"{symbol} {quantity}" for symbol, quantity in result.open_positions.items())
        yield "still open", f"{held} (not valued here)"
    sums = "equal what the journal states" if not result.differences else f"{result.differences} DIFFERENCES"
    yield "sums from fills", sums


def _notes(report: SessionReport) -> Iterator[Section]:
    """What the operator said and wrote; nothing where nothing was."""
    if report.said:
        rows = tuple((row.at, row.text) for row in report.said)
        yield Section("Levels and bias of the operator", ("time", "what"), rows)
    if report.notes:
        columns = ("id", "about", "tags", "mistakes", "note", "by", "written")
        noted = tuple(
            (n.note_id, n.about, n.tags or "-", n.mistakes or "-", n.text or "-", n.written_by, n.written)
            for n in report.notes
        )
        yield Section("Notes", columns, noted)


def _loss(report: SessionReport) -> Iterator[Section]:
    if report.flattens:
        rows = tuple(_flatten(row) for row in report.flattens)
        columns = ("time", "cause", "reason", "P&L", "limit", "verified flat", "past the limit")
        yield Section("Flattens", columns, rows)


def _flatten(row: FlattenRow) -> tuple[str, ...]:
    verified = "NOT VERIFIED"
    if row.verified:
        verified = f"{row.verified} at {_percent(row.verified_pnl_pct)}"
    elif row.remaining:
        verified = f"NOT FLAT: {'; '.join(row.remaining)}"
    cause = f"{row.cause} (final)" if row.final else row.cause
    beyond = _percent(row.beyond_limit_pct)
    return (row.at, cause, row.reason, _percent(row.pnl_pct), _percent(row.limit_pct), verified, beyond)


_TRADE_COLUMNS = (
    "trade", "setup", "symbol", "side", "size", "entry", "stop", "T1", "T2", "exit", "how", "P&L", "R",
    "MAE R", "MFE R",
)  # fmt: skip


def _trade(row: TradeRow) -> tuple[str, ...]:
    return (
        row.trade_id,
        row.setup,
        row.symbol,
        row.side,
        plain(row.quantity),
        _price(row.entry_price),
        _price(row.initial_stop),
        _price(row.t1),
        _price(row.t2),
        _price(row.exit_price),
        row.exit_reason or row.state,
        "-" if row.pnl is None else f"{row.pnl:+,.2f}",
        "-" if row.r_multiple is None else f"{row.r_multiple:+.2f}",
        "-" if row.mae_r is None else f"{row.mae_r:.2f}",
        "-" if row.mfe_r is None else f"{row.mfe_r:.2f}",
    )


def funnel_pairs(funnel: Funnel) -> Iterator[tuple[str, str]]:
    kinds = ", ".join(f"{kind} {count}" for kind, count in funnel.detected.items())
    yield "setups detected", f"{sum(funnel.detected.values())}{f' ({kinds})' if kinds else ''}"
    yield "never proposed", f"{funnel.never_proposed}"
    yield "decisions", f"{funnel.decisions}"
    for rule, count in funnel.refused_by.items():
        yield f"refused by {rule}", f"{count}"
    yield "approved", f"{funnel.approved}"
    yield "entered", f"{funnel.entered}"
    yield "not entered", f"{funnel.not_entered}"


def _n(value: Decimal | None) -> str:
    return "-" if value is None else short(value)


def _price(value: Decimal | None) -> str:
    return "-" if value is None else plain(Decimal(f"{value:.{_PRICE_DIGITS}g}"))


def _percent(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:+.4f} %"
