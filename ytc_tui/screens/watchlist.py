"""Every symbol of the session with its market, and what keeps an entry off it.

Decides how a market looks in a line. Imports the base and the views. Invariant: enter shows the symbol's
chart on the desk.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from ytc_tui.model.structure import TrendDirection
from ytc_tui.screens import words
from ytc_tui.screens.glyphs import GlyphSet
from ytc_tui.screens.signals import gates_content
from ytc_tui.screens.table_screen import TableScreen
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row, Tone
from ytc_tui.screens.widgets.sparkline import sparkline
from ytc_tui.views.signals import SignalsView
from ytc_tui.views.watchlist import ClosesView, NearZone, WatchlistView, WatchRow

_CLOSES_CELLS = 10
_COLUMNS = (
    Column("symbol", "symbol", 9, priority=20),
    Column("price", "price", 10, "right", priority=19),
    Column("closes", "20 min", _CLOSES_CELLS, priority=13),
    Column("spread", "spread%", 7, "right", priority=8),
    Column("atr", "ATR%", 5, "right", priority=9),
    Column("trend", "trend", 13, priority=15),
    Column("regime", "regime", 15, priority=11),
    Column("zone", "nearest zone", 22, priority=12),
    Column("setup", "setup", 7, priority=16),
    Column("funding", "funding%", 8, "right", priority=7),
    Column("held", "held", 8, "right", priority=14),
    Column("why", "why not", 17, priority=18, share=1),
)
_ARROWS: dict[TrendDirection, tuple[str, Tone]] = {
    TrendDirection.UP: ("↑", "gain"),
    TrendDirection.DOWN: ("↓", "loss"),
    TrendDirection.SIDEWAYS: ("→", "plain"),
}


class WatchlistScreen(TableScreen):
    VIEWS = frozenset({"watchlist", "closes", "signals", "own"})
    FOOTER = TableScreen.FOOTER | {"switch_symbol"}
    HEADING = "Watchlist"
    COLUMNS = _COLUMNS
    EMPTY = "no session yet"
    STACKED = True

    def rows(self) -> Sequence[Row] | None:
        view = self._view()
        known = self.desk.link.view("closes", ClosesView)
        closes = known.closes if known is not None else {}
        glyphs = self.desk.desk.glyphs
        if view is None:
            return None
        rows = view.rows
        return tuple(_row(row, closes.get(row.symbol, ()), glyphs, not view.not_known) for row in rows)

    def summary(self) -> Content:
        view = self._view()
        if view is None:
            return Content()
        if view.not_known:
            return Content.styled(f"trends and zones are not known: {view.not_known}", "$text-warning")
        free = sum(1 for row in view.rows if not row.why_not)
        return Content(f"{free} of {len(view.rows)} may be entered now; enter shows the chart")

    def behind(self, key: str) -> Content:
        view = self.desk.link.view("signals", SignalsView)
        for gates in view.now if view is not None else ():
            if gates.symbol == key:
                return gates_content(gates)
        return Content()

    def symbol(self) -> str:
        return self.selected_key or ""

    def asks(self, key: str) -> str:
        return ""

    def on_live_table_row_selected(self, event: LiveTable.RowSelected) -> None:
        event.prevent_default()
        self.desk.action_chart_symbol()

    def chart_target(self) -> tuple[str, int] | None:
        return (self.selected_key, 0) if self.selected_key is not None else None

    def _view(self) -> WatchlistView | None:
        return self.desk.link.view("watchlist", WatchlistView)


def _row(row: WatchRow, closes: Sequence[float], glyphs: GlyphSet, known: bool) -> Row:
    price = words.UNKNOWN if row.price is None else f"{row.price:.{row.decimals}f}"
    arrow, tone = _ARROWS.get(row.direction, ("", "muted")) if row.direction else (words.UNKNOWN, "stale")
    label = row.label.value.replace("_", " ") if row.label is not None else ""
    return Row(
        row.symbol,
        (
            Cell(row.symbol),
            Cell(price),
            Cell(sparkline(closes, _CLOSES_CELLS, glyphs), "plain" if closes else "stale"),
            Cell(words.UNKNOWN if row.spread_pct is None else f"{row.spread_pct:.3f}", "muted"),
            Cell(words.UNKNOWN if row.atr_pct is None else f"{row.atr_pct:.2f}", "muted"),
            Cell(f"{arrow} {label}".rstrip(), tone),
            Cell(words.UNKNOWN if row.regime is None else row.regime.value.replace("_", " "), "muted"),
            Cell(_zone(row.zone, row.decimals) if known else words.UNKNOWN),
            Cell("" if row.score is None else f"{row.setup} {row.score:.0f}", "accent"),
            Cell(words.UNKNOWN if row.funding_pct is None else f"{row.funding_pct:+.4f}", "muted"),
            Cell(words.quantity(row.held) if row.held else "", "accent"),
            _why_not(row),
        ),
    )


def _why_not(row: WatchRow) -> Cell:
    if row.disabled:
        return Cell("; ".join(filter(None, ("DISABLED by the operator", row.why_not))), "warning")
    return Cell(row.why_not or "-", "warning" if row.why_not else "muted")


def _zone(zone: NearZone | None, decimals: int) -> str:
    if zone is None:
        return "none"
    away = words.UNKNOWN if zone.away_atr is None else f"{zone.away_atr:.1f} ATR"
    return f"{zone.role.value[:3]} {zone.edge:.{decimals}f} {away if zone.away_atr else 'here'}"
