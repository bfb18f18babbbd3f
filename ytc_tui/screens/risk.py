"""Rules and limits, the path to the loss limit, the drawdown ledger, and what moves together.

Decides how limits, losses and correlations look. Imports the base, the rows and the view. Invariants: a rule
that gave no verdict yet is a warning; a cell of the heat map says its figure, whatever its colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from textual.content import Content

from ytc_tui.screens import rows, words
from ytc_tui.screens.glyphs import GlyphSet
from ytc_tui.screens.table_screen import TableScreen
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row
from ytc_tui.screens.widgets.sparkline import sparkline
from ytc_tui.views.risk import NEAR_SHARE
from ytc_tui.views.rules import LedgerLine, LossPath, Pair, RuleLine, RulesView

_COLUMNS = (
    Column("rule", "rule", 17, priority=10),
    *rows.RISK_COLUMNS[1:5],
    Column("refused", "refused", 7, "right", priority=6),
    Column("asked", "eval", 5, "right", priority=8),
    Column("summary", "asks for", 10, priority=1, share=1),
)
_NOTABLE = 0.4
_GAUGE_CELLS = 10
_PATH_CELLS = 8
_TRACE_CELLS = 20


class RiskScreen(TableScreen):
    VIEWS = frozenset({"rules"})
    HEADING = "Rules and limits"
    COLUMNS = _COLUMNS
    EMPTY = "no rules yet"

    def rows(self) -> Sequence[Row] | None:
        view = self._view()
        return tuple(row for line in view.rules for row in rule_rows(line)) if view is not None else None

    def summary(self) -> Content:
        view = self._view()
        settings = self.desk.desk
        return path_content(view.path, settings.zone, settings.glyphs) if view is not None else Content()

    def behind(self, key: str) -> Content:
        view = self._view()
        if view is None:
            return Content()
        line = next((line for line in view.rules if line.rule == key.partition(".")[0]), None)
        parts = [rule_content(line)] if line is not None else []
        if view.ledger:
            parts.append(ledger_content(view.ledger))
        if view.pairs:
            parts.append(heat_content(view.pairs))
        return Content("\n\n").join(parts)

    def asks(self, key: str) -> str:
        return ""

    def _view(self) -> RulesView | None:
        return self.desk.link.view("rules", RulesView)


def rule_rows(line: RuleLine) -> Iterable[Row]:
    """A row for each limit that a rule watches, or one for a rule that counts nothing."""
    refused = Cell(str(line.refused) if line.refused else "", "warning")
    summary = Cell(line.summary, "muted")
    for limit in line.limits:
        _, gauge, used, of, left, asked = rows.limit_cells(limit)
        yield Row(limit.rule, (Cell(limit.rule), gauge, used, of, left, refused, asked, summary))
    if not line.limits:
        empty = (Cell(""),) * 4
        yield Row(line.rule, (Cell(line.rule), *empty, refused, rows.asked_cell(line.asked_s), summary))


def rule_content(line: RuleLine) -> Content:
    """What a rule asks for, and what it did."""
    asked = "has given no verdict in this session" if line.asked_s is None else "was asked"
    return Content.assemble(
        (line.rule, "bold"),
        f": {line.summary}\n",
        (f"{asked}; refused {line.refused}", MUTED if line.asked_s is not None else "$text-warning"),
    )


def path_content(path: LossPath, zone: ZoneInfo, glyphs: GlyphSet) -> Content:
    """Where the session stands and stood, and how far it is from each loss at which something happens."""
    pieces: list[str | tuple[str, str]] = [
        f"P&L {words.signed(path.pnl_pct)} % ",
        *_trace(path, zone, glyphs),
    ]
    at_stops = f"   every stop hit: {words.signed(path.at_stops_pct)} %"
    for step in path.steps:
        near = step.share is not None and step.share >= NEAR_SHARE
        pieces.append((f"\n{f'-{step.at_pct:g} %':<7}", "bold"))
        style = "$text-warning" if near else "$text-success"
        pieces.append((f"{words.gauge(step.share, _PATH_CELLS)} ", style))
        pieces.append(f"{step.what}: {_away(step.away)}{at_stops}")
        at_stops = ""
    return Content.assemble(*pieces)


def _trace(path: LossPath, zone: ZoneInfo, glyphs: GlyphSet) -> Iterator[str | tuple[str, str]]:
    """The P&L from the first close on, between the loss that ends the session and its best."""
    if not path.trace or not path.steps:
        yield ("; of earlier minutes it is not known", MUTED)
        return
    limit_pct, best_pct = float(max(step.at_pct for step in path.steps)), max(0.0, *path.trace)
    # How near it came counts for more than how often: blocks have twice the heights of dots.
    tall = GlyphSet.BLOCKS if glyphs is GlyphSet.BRAILLE else glyphs
    yield sparkline(path.trace, _TRACE_CELLS, tall, low=-limit_pct, high=best_pct, whole=True)
    yield (f" since {words.clock(path.trace_ns, zone)}, between -{limit_pct:g} % and {best_pct:+g} %", MUTED)


def _away(money: Decimal | None) -> str:
    if money is None:
        return words.UNKNOWN
    return f"{money:,.2f} away" if money > 0 else "reached"


def ledger_content(lines: Iterable[LedgerLine]) -> Content:
    """The drawdown ledger, a span a line."""
    found = [Content.styled("Drawdown", "bold")]
    for line in lines:
        share = None if line.used_pct is None or not line.limit_pct else line.used_pct / line.limit_pct
        over = line.used_pct is not None and line.used_pct >= line.warn_pct
        found.append(
            Content.assemble(
                (f"{line.span:<6}", MUTED),
                (f" {words.gauge(share, _GAUGE_CELLS)} ", "$text-warning" if over else "$text-success"),
                f"{words.figure(line.used_pct)} % of {line.base:,.2f} since {line.since}, warning"
                f" {line.warn_pct:g} %, limit {line.limit_pct:g} %",
            )
        )
    return Content("\n").join(found)


def heat_content(pairs: Sequence[Pair]) -> Content:
    """Every symbol against every other; a tilde marks what was assumed, not measured."""
    symbols = list(dict.fromkeys(name for pair in pairs for name in (pair.first, pair.second)))
    known = {(pair.first, pair.second): pair for pair in pairs}
    width = max(map(len, symbols))
    short = [symbol.removesuffix("USDT")[:5] for symbol in symbols]
    lines = [
        Content.styled("Correlation", "bold"),
        Content.styled(" " * width + "".join(f"{name:>7}" for name in short), MUTED),
    ]
    for row in symbols:
        cells = [_heat_cell(known.get((row, other)) or known.get((other, row))) for other in symbols]
        lines.append(Content.assemble((f"{row:<{width}}", MUTED), *cells))
    return Content("\n").join(lines)


def _heat_cell(pair: Pair | None) -> tuple[str, str]:
    if pair is None:
        return f"{'·':>7}", MUTED
    style = "bold $text-error" if pair.counts else "$text-warning" if abs(pair.rho) >= _NOTABLE else ""
    return f"{pair.rho:>+6.2f}{'~' if pair.assumed else ' '}", style
