"""The desk: the first screen, and the only one that a trader needs open.

Decides where the panes are and which of them is zoomed. Imports the panes. Invariant: a pane that fails takes
no other with it.
"""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.content import Content

from ytc_tui.screens import words
from ytc_tui.screens.actions import key_text
from ytc_tui.screens.dialogs.asking import ReadingDialog
from ytc_tui.screens.engine_screen import EngineScreen
from ytc_tui.screens.glyphs import GlyphSet
from ytc_tui.screens.panes import (
    WARMING_UP,
    AgentsPane,
    AlertsPane,
    ChartPane,
    ExposurePane,
    PhasePane,
    RiskPane,
)
from ytc_tui.screens.widgets.candle_chart import CandleChart
from ytc_tui.screens.widgets.chart_raster_scale import price_text
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_painter import UNKNOWN_TEXT
from ytc_tui.views.alerts import AlertRow, AlertsView
from ytc_tui.views.catalog import chart_name, past_name

# Where the row of a table is told whole.
_SCREENS_OF = {
    "positions-table": "trades",
    "orders-table": "trades",
    "agents-table": "agents",
    "risk-table": "risk",
}


class DeskScreen(EngineScreen):
    CSS_PATH: ClassVar[Any] = ["engine_screen.tcss", "desk.tcss"]
    VIEWS = frozenset({"phase", "agents", "risk", "own"})
    FOOTER = frozenset({"close_position", "acknowledge", "journal"})

    def body(self) -> ComposeResult:
        yield PhasePane(id="phase")
        yield RiskPane(id="risk")
        yield AlertsPane(id="alerts")
        yield ExposurePane(id="exposure")
        yield AgentsPane(id="agents")
        yield ChartPane(id="chart-pane", ascii_only=self.desk.desk.glyphs is GlyphSet.ASCII)

    def on_mount(self) -> None:
        for table in self.query("#positions-table"):
            table.focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._focus_something)

    def _focus_something(self) -> None:
        """A pane that had no room lost the focus; somebody has it as soon as there is room again."""
        for table in self.query("#positions-table"):
            if self.focused is None and table.focusable:
                table.focus()

    def show_body(self) -> None:
        link, zone, chart = self.desk.link, self.desk.desk.zone, self.desk.chart
        views = link.views
        unknown = UNKNOWN_TEXT if link.playback else WARMING_UP
        charted = views.get(chart_name(*chart)) if chart else None
        past = views.get(past_name(*chart)) if chart else None
        phase, own, top = views.get("phase"), views.get("own"), link.top
        risk, alerts, exposure, agents = map(views.get, ("risk", "alerts", "exposure", "agents"))
        glyphs = self.desk.desk.glyphs
        self.query_one(PhasePane).guarded(
            lambda p: p.show(phase, top, zone, own, unknown), phase, top, own, unknown
        )
        self.query_one(RiskPane).guarded(lambda p: p.show(risk), risk)
        self.query_one(AlertsPane).guarded(lambda p: p.show(alerts, zone), alerts)
        self.query_one(ExposurePane).guarded(lambda p: p.show(exposure), exposure)
        self.query_one(AgentsPane).guarded(lambda p: p.show(agents, zone, glyphs), agents)
        self.query_one(ChartPane).guarded(lambda p: p.show(charted, past), charted, past)

    def open_chart(self, at_ns: int = 0) -> None:
        """The focus on the chart, over the whole screen where it is not seen now; at an instant, if any."""
        if self.chart_hidden:
            self.zoom_on(self.query_one(ChartPane))
        for chart in self.query(CandleChart):
            self.call_after_refresh(chart.focus)
            if at_ns:
                chart.look_at(at_ns)

    @property
    def chart_hidden(self) -> bool:
        """Whether there is no room for the chart beside the rest, and it was not opened."""
        return not self.query_one(ChartPane).display

    def zoom(self) -> None:
        super().zoom()
        self.call_after_refresh(self._focus_something)

    @property
    def level_price(self) -> str:
        """The price under the chart's price cursor; empty where that is off."""
        for chart in self.query(CandleChart):
            if chart.price is not None and chart.view is not None:
                return price_text(chart.price, chart.view.decimals)
        return ""

    def on_candle_chart_nothing_there(self, event: CandleChart.NothingThere) -> None:
        self.desk.say(f"chart: {event.why.plain}")

    def on_live_table_row_selected(self, event: LiveTable.RowSelected) -> None:
        """Enter opens what is behind a row."""
        screen = _SCREENS_OF.get(event.table.id or "")
        if screen is not None:
            self.desk.call_next(self.desk.open_row, screen, event.key)
            return
        view = self.desk.link.view("alerts", AlertsView)
        for row in view.rows if view is not None else ():
            if row.alert_id == event.key:
                told = alert_content(row, self.desk.desk.zone, self.desk.keys["acknowledge"])
                self.app.push_screen(ReadingDialog(f"Alert {row.code}", told))

    def why_target(self) -> str:
        focused = self.focused.id if self.focused is not None else None
        explained = ("positions-table", "orders-table", "agents-table")
        return super().why_target() if focused in explained else ""


def alert_content(row: AlertRow, zone: ZoneInfo, key: str) -> Content:
    """An alert whole; `key` acknowledges it."""
    by = row.acknowledged_by
    seen = f"acknowledged by {by}" if by else f"not acknowledged: {key_text(key)}"
    times = f"{row.count} times, last " if row.count > 1 else ""
    return Content(
        f"{row.severity.value}: {row.message}\n\n{times}{words.both_clocks(row.at_ns, zone)}, {seen}"
    )
