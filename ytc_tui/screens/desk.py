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
from ytc_tui.screens.dialogs.asking import ReadingDialog
from ytc_tui.screens.engine_screen import EngineScreen
from ytc_tui.screens.panes import (
    WARMING_UP,
    AgentsPane,
    AlertsPane,
    ChartPane,
    ExposurePane,
    PhasePane,
    RiskPane,
)
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_painter import UNKNOWN_TEXT
from ytc_tui.views.alerts import AlertRow, AlertsView
from ytc_tui.views.catalog import chart_name


class DeskScreen(EngineScreen):
    CSS_PATH: ClassVar[Any] = ["engine_screen.tcss", "desk.tcss"]
    VIEWS = frozenset({"phase", "agents", "risk", "own"})
    FOOTER = frozenset({"close_position", "acknowledge", "events"})

    def body(self) -> ComposeResult:
        yield PhasePane(id="phase")
        yield RiskPane(id="risk")
        yield AlertsPane(id="alerts")
        yield ExposurePane(id="exposure")
        yield AgentsPane(id="agents")
        yield ChartPane(id="chart-pane")

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
        self.query_one(PhasePane).guarded(
            lambda p: p.show(views.get("phase"), link.top, zone, views.get("own"), unknown)
        )
        self.query_one(RiskPane).guarded(lambda p: p.show(views.get("risk")))
        self.query_one(AlertsPane).guarded(lambda p: p.show(views.get("alerts"), zone))
        self.query_one(ExposurePane).guarded(lambda p: p.show(views.get("exposure")))
        self.query_one(AgentsPane).guarded(lambda p: p.show(views.get("agents"), zone))
        self.query_one(ChartPane).guarded(lambda p: p.show(charted))

    def on_live_table_row_selected(self, event: LiveTable.RowSelected) -> None:
        """Enter opens what is behind a row."""
        if event.table.id == "alerts-table":
            view = self.desk.link.views.get("alerts")
            rows = view.rows if isinstance(view, AlertsView) else ()
            for row in rows:
                if row.alert_id == event.key:
                    self.app.push_screen(
                        ReadingDialog(f"Alert {row.code}", alert_content(row, self.desk.desk.zone))
                    )
        elif event.table.id != "risk-table":
            self.desk.explain(event.key)

    def why_target(self) -> str:
        focused = self.focused.id if self.focused is not None else None
        explained = ("positions-table", "orders-table", "agents-table")
        return super().why_target() if focused in explained else ""


def alert_content(row: AlertRow, zone: ZoneInfo) -> Content:
    """An alert whole."""
    seen = f"acknowledged by {row.acknowledged_by}" if row.acknowledged_by else "not acknowledged: k"
    times = f"{row.count} times, last " if row.count > 1 else ""
    return Content(
        f"{row.severity.value}: {row.message}\n\n{times}{words.both_clocks(row.at_ns, zone)}, {seen}"
    )
