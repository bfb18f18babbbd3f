"""The desk: the first screen, and the only one that a trader needs open.

Decides where the panes are and which of them is zoomed. Imports the panes and the top line. Invariants: it
shows what the app's link holds and asks nobody; below 60x16 only P&L, gate and the flatten key are left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from ytc_tui.screens import words
from ytc_tui.screens.dialogs.asking import ReadingDialog
from ytc_tui.screens.panes import AgentsPane, AlertsPane, ChartPane, ExposurePane, Pane, PhasePane, RiskPane
from ytc_tui.screens.top_line import GATE_STYLES, banner_content, top_content
from ytc_tui.screens.widgets.key_footer import KeyFooter
from ytc_tui.screens.widgets.line import Line
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_screen import LiveScreen
from ytc_tui.views.alerts import AlertRow, AlertsView
from ytc_tui.views.catalog import chart_name
from ytc_tui.views.top import TopView

if TYPE_CHECKING:
    from ytc_tui.screens.app import DeskApp


class DeskScreen(LiveScreen[None]):
    CSS_PATH = "desk.tcss"

    def compose(self) -> ComposeResult:
        yield Line(id="top-line")
        yield Line(id="banner")
        yield Line(id="emergency")
        with Container(id="panes"):
            yield PhasePane(id="phase")
            yield RiskPane(id="risk")
            yield AlertsPane(id="alerts")
            yield ExposurePane(id="exposure")
            yield AgentsPane(id="agents")
            yield ChartPane(id="chart-pane")
        yield Line(id="said")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#positions-table", LiveTable).focus()
        self.show_views()

    def on_screen_resume(self) -> None:
        self.show_views()

    def on_resize(self) -> None:
        self._show_lines()
        self.call_after_refresh(self._focus_something)

    def _focus_something(self) -> None:
        """A pane that had no room lost the focus; somebody has it as soon as there is room again."""
        table = self.query_one("#positions-table", LiveTable)
        if self.focused is None and table.focusable:
            table.focus()

    @property
    def desk(self) -> DeskApp:
        return cast("DeskApp", self.app)

    # ---- showing ---------------------------------------------------------------------------------

    def show_views(self) -> None:
        """Show what the link holds."""
        if not self.is_current and self.app.screen_stack[0] is not self:
            return
        link, zone = self.desk.link, self.desk.desk.zone
        views = link.views
        self._show_lines()
        self.query_one(PhasePane).show(views.get("phase"), link.top, zone, views.get("own"))
        self.query_one(RiskPane).show(views.get("risk"))
        self.query_one(AlertsPane).show(views.get("alerts"), zone)
        self.query_one(ExposurePane).show(views.get("exposure"))
        self.query_one(AgentsPane).show(views.get("agents"), zone)
        chart = self.desk.chart
        self.query_one(ChartPane).show(views.get(chart_name(*chart)) if chart else None)

    def _show_lines(self) -> None:
        link, settings = self.desk.link, self.desk.desk
        now_s, top = settings.now_s(), link.top
        line = self.query_one("#top-line", Line)
        line.say(top_content(top, link, settings.zone, max(1, self.size.width - 2), now_s))
        banner = self.query_one("#banner", Line)
        kill = self.desk.handle.kill_command
        said = banner_content(top, link, settings.zone, self.size.width, now_s, kill)
        banner.set_class(bool(said), "-said")
        banner.say(said)
        lines_left = self.size.height - 1 - bool(said)
        small = _emergency(top, self.desk.dead, max(1, self.size.width - 2), lines_left)
        self.query_one("#emergency", Line).say(small)
        self.set_class(link.heard_s is not None and link.silent(now_s), "-stale")

    def show_said(self, content: Content) -> None:
        """The last thing that was said, above the footer."""
        self.query_one("#said", Line).say(content)

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

    # ---- panes -----------------------------------------------------------------------------------

    def zoom(self) -> None:
        """The focused pane over all of the desk, and back."""
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
            for pane in self.query(Pane):
                pane.remove_class("-zoom")
            return
        focused = self.focused
        around = [pane for pane in self.query(Pane) if focused is not None and pane in focused.ancestors]
        (around[0] if around else self.query_one(ExposurePane)).add_class("-zoom")
        self.add_class("-zoomed")

    def selected(self, table: str) -> str | None:
        """Key of the row under the cursor of a table; None without rows."""
        return self.query_one(f"#{table}", LiveTable).cursor_key


def alert_content(row: AlertRow, zone: ZoneInfo) -> Content:
    """An alert whole."""
    seen = f"acknowledged by {row.acknowledged_by}" if row.acknowledged_by else "not acknowledged: k"
    times = f"{row.count} times, last " if row.count > 1 else ""
    return Content(
        f"{row.severity.value}: {row.message}\n\n{times}{words.both_clocks(row.at_ns, zone)}, {seen}"
    )


def _emergency(top: TopView | None, dead: str, width: int, height: int) -> Content:
    """All that is left of the desk where there is no room: P&L, gate, and the key that flattens, which
    stays at any height."""
    key = Content.assemble(("! flatten", "bold"), (f"  {dead}" if dead else "", "bold $text-error"))
    if top is None:
        return Content("\n").join([Content("no session yet"), key])
    share = f"{words.signed(top.pnl_pct)} %" if top.pnl_pct is not None else words.UNKNOWN
    money = f"P&L {words.money(top.pnl)} {top.currency}"
    held = "1 position" if top.positions == 1 else f"{top.positions} positions"
    gate = Content.styled(f"gate {top.gate.value.upper()}", GATE_STYLES[top.gate])
    both = gate + Content(f", {held}")
    lines = [
        Content(next((text for text in (f"{money} ({share})", money) if len(text) <= width), share)),
        both if both.cell_length <= width else gate,
        key,
    ]
    return Content("\n").join([*lines[: max(0, height - 1)], key] if height < len(lines) else lines)
