"""The report as one page of HTML that needs nothing else: no script, no font, no picture from outside.

Decides the page's order. Imports the report, its tables and plots. Invariants: every text is escaped, and
the page's policy forbids scripts and every request; tables are those of the other formats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape
from importlib.resources import files

from ytc_tui.commands import report_plots as plots
from ytc_tui.commands.report_candles import candles
from ytc_tui.commands.report_chart import ChartData
from ytc_tui.commands.report_figures import Figures
from ytc_tui.views.json_data import mapping, text_of
from ytc_tui.views.report import SessionReport
from ytc_tui.views.report_layout import signed_words
from ytc_tui.views.section import Section

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# What is read at once; the others fold.
_OPEN = frozenset(
    {
        "Result", "Flattens", "Trades", "Performance", "By setup, direction and hour", "Execution",
        "Trade reviews", "Session review", "Behaviour", "Next session", "Market structure", "Key levels",
    }
)  # fmt: skip
# What a plot shows.
_DRAWN = frozenset({"R distribution", "Funnel"})
_CHART_NOTE = (
    "Shaded: support and resistance of the higher timeframe as told last. Letters: swings of these candles, "
    "two bars on each side. Filled triangle: entry; hollow: exit. Dashed: stop and targets as planned; "
    "dotted: the stop's last place."
)


def page(
    report: SessionReport, figures: Figures, charts: Sequence[ChartData], tables: Sequence[Section]
) -> str:
    """The whole page, ending in a newline."""
    style = files("ytc_tui").joinpath("data", "report.css").read_text("utf-8")
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Session {escape(report.header.session)}</title>\n<style>\n{style}</style>\n</head>\n"
    )
    body = "\n".join(_body(report, figures, charts, tables))
    return f"{head}<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"


def _body(
    report: SessionReport, figures: Figures, charts: Sequence[ChartData], tables: Sequence[Section]
) -> Iterator[str]:
    header = report.header
    mode = f'<span class="badge">{escape(header.mode.upper())}</span>' if header.mode else ""
    yield f"<h1>Session of {escape(header.open[:10] or header.init[:10] or '-')}{mode}</h1>"
    told = (header.session, ", ".join(header.symbols), header.status, header.end_reason)
    yield f'<p class="sub">{escape(", ".join(part for part in told if part))}</p>'
    yield '<div class="tiles">' + "".join(_tiles(report, figures)) + "</div>"
    for chart in charts:
        title = f"{chart.symbol}, {chart.minutes}-minute candles (UTC)"
        yield _card(title, candles(report, chart), _CHART_NOTE, "card chart")
    yield '<div class="pair">' + "".join(_plots(report, figures)) + "</div>"
    yield _card("From setups to trades", plots.funnel(report.funnel), "What was refused, and by which rule.")
    for section in tables:
        if section.title not in _DRAWN:
            yield _section(section)
    # Not folded away: what is printed is an anchor of the journal.
    anchor = f"Journal of session {header.session}: head {header.anchor}, signed: {signed_words(header)}"
    yield f'<p class="note anchor">{escape(anchor)}</p>'


def _tiles(report: SessionReport, figures: Figures) -> Iterator[str]:
    result, whole = report.result, figures.whole
    review = mapping(report.review)
    pct = "" if result.pnl_pct is None else f"{result.pnl_pct:+.2f} %"
    yield _tile(f"P&L {result.currency}", f"{result.pnl:+,.2f}", _mood(result.pnl))
    yield _tile("of start balance", pct or "-", _mood(result.pnl))
    yield _tile("R in all", f"{result.total_r:+.2f}", _mood(result.total_r))
    yield _tile("won, lost, even", f"{result.wins} / {result.losses} / {result.breakevens}")
    yield _tile("expectancy R", "-" if whole.expectancy_r is None else f"{whole.expectancy_r:+.2f}")
    yield _tile("efficiency", "-" if figures.efficiency is None else f"{figures.efficiency * 100:.0f} %")
    yield _tile("largest drawdown", f"{figures.drawdown:,.2f}")
    grade = text_of(review.get("grade"))
    yield _tile("rules", f"grade {grade}" if grade != "-" else "-", "bad" if grade == "F" else "")


def _mood(value: Decimal) -> str:
    return "good" if value > 0 else "bad" if value < 0 else ""


def _tile(name: str, value: str, mood: str = "") -> str:
    return f'<div class="tile"><span>{escape(name)}</span><b class="{mood}">{escape(value)}</b></div>'


def _plots(report: SessionReport, figures: Figures) -> Iterator[str]:
    if report.ledger:
        note = "Booked balance after each fill, fee and funding; dashed: the start balance."
        yield _card("Equity", plots.equity(report), note)
    if not report.results:
        return
    yield _card("R distribution", plots.distribution(figures), "Closed trades in steps of half an R.")
    yield _card(
        "Excursions", plots.excursions(report.results), "Across: worst, up: best. Dashed: the initial stop."
    )
    yield _card(
        "Efficiency",
        plots.efficiency(report.results),
        "Frame: the best exit in hindsight. Bar: what was made.",
    )


def _card(title: str, inner: str, note: str = "", cls: str = "card") -> str:
    below = f'<p class="note">{escape(note)}</p>' if note else ""
    return f'<section class="{cls}"><h2>{escape(title)}</h2>{inner}{below}</section>'


def _section(section: Section) -> str:
    inner = _table(section) if section.rows else f'<p class="note">{escape(section.empty)}.</p>'
    if section.title in _OPEN or section.title.startswith("Learning"):
        return _card(section.title, inner)
    return f'<details class="card"><summary>{escape(section.title)}</summary>{inner}</details>'


def _table(section: Section) -> str:
    numeric = [bool(section.columns) and section.is_numeric(n) for n in range(len(section.rows[0]))]
    rows = []
    if section.columns:
        cells = zip(section.columns, numeric, strict=True)
        rows.append("".join(f"<th{_number_class(right)}>{escape(name)}</th>" for name, right in cells))
    for row in section.rows:
        rows.append("".join(_cells(row, numeric, named=not section.columns)))
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _cells(row: Sequence[str], numeric: Sequence[bool], *, named: bool) -> Iterator[str]:
    for place, (cell, right) in enumerate(zip(row, numeric, strict=True)):
        if named and place == 0:
            yield f'<td class="name">{escape(cell)}</td>'
        elif cell.startswith(("BROKEN", "NOT ")) or cell in ("critical", "blocked", "failed"):
            yield f'<td class="bad">{escape(cell)}</td>'
        elif cell in ("warning", "warn"):
            yield f'<td class="warn">{escape(cell)}</td>'
        else:
            yield f"<td{_number_class(right)}>{escape(cell)}</td>"


def _number_class(right: bool) -> str:
    return ' class="num"' if right else ""
