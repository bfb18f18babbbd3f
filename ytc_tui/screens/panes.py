"""The panes of the desk: each shows one view and nothing else.

Decides how a view fills its pane. Imports the views, the rows and the widgets. Invariants: a pane is told
its view and asks nobody; equal views repaint nothing.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from ytc_tui.model.session import SessionStatus, StepResult
from ytc_tui.screens import rows, words
from ytc_tui.screens.containment import Part
from ytc_tui.screens.glyphs import GlyphSet
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.candle_chart import CandleChart
from ytc_tui.screens.widgets.line import Line
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.views.agent_health import AgentsView
from ytc_tui.views.ages import age_text, countdown_text
from ytc_tui.views.alerts import AlertsView
from ytc_tui.views.chart import ChartPast, ChartView, with_past
from ytc_tui.views.exposure import ExposureView
from ytc_tui.views.own import OwnView
from ytc_tui.views.phase import PhaseView, StepState
from ytc_tui.views.risk import RiskView
from ytc_tui.views.top import TopView

# Cells that the path needs with every phase by name.
_PATH_CELLS = 76
WARMING_UP = "no session yet: the feed warms up"
_STEP_MARKS = {
    StepState.DONE: ("✓", MUTED),
    StepState.NOW: ("▶", "bold $text-accent"),
    StepState.AHEAD: ("·", MUTED),
}
_STATUS_STYLES = {
    SessionStatus.PAUSED: "bold $text-warning",
    SessionStatus.EMERGENCY_STOP: "bold $text-error",
}


class Pane(Part, Vertical):
    """A titled box."""

    heading = ""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, classes="pane")
        self._title = Content()
        self.entitle()

    def entitle(self, more: str = "", style: str = "") -> None:
        """The title, with `more` behind it."""
        title = Content.assemble(f" {self.heading} ", (f"{more} ", style) if more else "")
        if title != self._title:
            self._title = title
            self.border_title = title


class PhasePane(Pane):
    """The path, time in phase, what the next move waits for."""

    heading = "Phase"

    def content(self) -> ComposeResult:
        yield Line(id="phase-text")

    _told: tuple[PhaseView | None, TopView | None, ZoneInfo, OwnView | None] | None = None
    _unknown = ""

    def show(
        self,
        view: PhaseView | None,
        top: TopView | None,
        zone: ZoneInfo,
        own: OwnView | None = None,
        unknown: str = WARMING_UP,
    ) -> None:
        self._told, self._unknown = (view, top, zone, own), unknown
        self._say()

    def on_resize(self) -> None:
        self._say()

    def _say(self) -> None:
        if self._told is not None:
            narrow = self.size.width < _PATH_CELLS
            self.query_one(Line).say(phase_content(*self._told, narrow=narrow, unknown=self._unknown))


def phase_content(
    view: PhaseView | None,
    top: TopView | None,
    zone: ZoneInfo,
    own: OwnView | None = None,
    *,
    narrow: bool = False,
    unknown: str = WARMING_UP,
) -> Content:
    """The pane's text; where it is `narrow`, phases that are not the present one are marks alone. `unknown`
    is what stands there without a view."""
    if view is None:
        return Content.styled(unknown, MUTED)
    pieces: list[str | tuple[str, str]] = []
    for step in view.path:
        mark, style = _STEP_MARKS[step.state]
        name = f" {step.phase.value}" if not narrow or step.state is StepState.NOW else ""
        pieces += [(f"{mark}{name}", style), " "]
    pieces.append(("\n", ""))
    pieces.append((view.status.value, _STATUS_STYLES.get(view.status, "")))
    pieces.append(f" {age_text(view.in_phase_s)}, since {words.clock(view.since_ns, zone)}\n")
    if own is not None and own.biases:
        biases = ", ".join(f"{held.symbol} {held.bias}" for held in own.biases)
        pieces.append((f"bias {biases}\n", "bold $text-warning"))
    if own is not None and own.levels:
        pieces.append((f"own levels {len(own.levels)}\n", "$text-accent"))
    if view.end_reason:
        pieces.append((f"ends: {view.end_reason}\n", "$text-warning"))
    for countdown in top.countdowns if top is not None else ():
        note = f": {countdown.note}" if countdown.note else ""
        when = f"{words.clock(countdown.at_ns, zone)} in {countdown_text(countdown.left_s)}"
        pieces.append(f"{countdown.label} {when}{note}\n")
    for requirement in view.waits_for:
        mark = "[x]" if requirement.met else "[ ]"
        pieces.append((f"{mark} {requirement.text}\n", MUTED if requirement.met else ""))
    for line in view.checks:
        style = "bold $text-error" if line.result is StepResult.BLOCKED else "$text-warning"
        pieces.append((f"{line.result.value}: {line.step}: {line.detail}\n", style))
    return Content.assemble(*pieces).rstrip()


class AgentsPane(Pane):
    heading = "Agent health"

    def content(self) -> ComposeResult:
        yield LiveTable(rows.AGENT_COLUMNS, empty_text="no agents yet", id="agents-table")

    def show(self, view: AgentsView | None, zone: ZoneInfo, glyphs: GlyphSet) -> None:
        self.query_one(LiveTable).set_rows(rows.agent_rows(view, zone, glyphs) if view else None)
        failed = sum(1 for row in view.rows if row.error) if view else 0
        self.entitle(f"{failed} failed" if failed else "", "bold $text-error")


class ExposurePane(Pane):
    """Positions above, working orders below."""

    heading = "Positions and orders"

    def content(self) -> ComposeResult:
        yield LiveTable(rows.POSITION_COLUMNS, empty_text="no position", id="positions-table")
        yield LiveTable(rows.ORDER_COLUMNS, empty_text="no working order", id="orders-table")

    def show(self, view: ExposureView | None) -> None:
        positions = rows.position_rows(view) if view else None
        self.query_one("#positions-table", LiveTable).set_rows(positions)
        self.query_one("#orders-table", LiveTable).set_rows(rows.order_rows(view) if view else None)


class RiskPane(Pane):
    heading = "Risk"

    def content(self) -> ComposeResult:
        yield LiveTable(rows.RISK_COLUMNS, empty_text="no limits yet", id="risk-table")

    def show(self, view: RiskView | None) -> None:
        self.query_one(LiveTable).set_rows(rows.risk_rows(view) if view and view.rows else None)
        if view is not None:
            refused = sum(refusal.count for refusal in view.refusals)
            never = len(view.never_asked)
            unasked = f"{never} rules never asked, " if never else ""
            counts = f"setups {view.detected}, refused {refused}, trades {view.trades_taken}"
            self.entitle(f"{unasked}{counts}", "$text-warning" if never else "")


class AlertsPane(Pane):
    heading = "Alerts"

    def content(self) -> ComposeResult:
        yield LiveTable(rows.ALERT_COLUMNS, empty_text="no alerts", id="alerts-table")

    def show(self, view: AlertsView | None, zone: ZoneInfo) -> None:
        self.query_one(LiveTable).set_rows(rows.alert_rows(view, zone) if view else None)
        found = []
        if view is not None and view.open_critical:
            found.append(f"{view.open_critical} CRITICAL")
        if view is not None and view.open_warning:
            found.append(f"{view.open_warning} warn")
        if view is not None and view.hidden:
            found.append(f"{view.hidden} more")
        self.entitle(", ".join(found), "bold $text-error" if view and view.open_critical else "")


class ChartPane(Pane):
    """The chart with what lies before it; `ascii_only` where the terminal has no other characters."""

    heading = "Chart"

    def __init__(self, *, id: str, ascii_only: bool = False) -> None:
        super().__init__(id=id)
        self._ascii_only = ascii_only

    def content(self) -> ComposeResult:
        yield CandleChart(ascii_only=self._ascii_only, id="chart")

    def show(self, view: ChartView | None, past: ChartPast | None) -> None:
        self.query_one(CandleChart).set_view(with_past(view, past))
        bare = view is not None and view.not_known
        self.entitle("zones and swings are not known" if bare else "", "$text-warning")
