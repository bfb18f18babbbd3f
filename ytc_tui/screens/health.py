"""The health of every component, the worst first.

Decides how a verdict looks. Imports the base and the view. Invariant: what is wrong is told in words too.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from ytc_tui.model.session import StepResult
from ytc_tui.screens.table_screen import TableScreen
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row, Tone
from ytc_tui.views.ages import age_text
from ytc_tui.views.health import HealthRow, HealthView

_COLUMNS = (
    Column("result", "state", 7, priority=10),
    Column("component", "component", 26, priority=9),
    Column("age", "age", 5, "right", priority=7),
    Column("detail", "what is wrong", 20, priority=8, share=1),
)
_RESULTS: dict[StepResult, tuple[str, Tone]] = {
    StepResult.OK: ("ok", "ok"),
    StepResult.WARN: ("warn", "warning"),
    StepResult.BLOCKED: ("BLOCKED", "critical"),
    StepResult.NOT_APPLICABLE: ("none", "muted"),
}


class HealthScreen(TableScreen):
    VIEWS = frozenset({"health"})
    HEADING = "Health"
    COLUMNS = _COLUMNS
    EMPTY = "nothing has answered yet"

    def rows(self) -> Sequence[Row] | None:
        view = self._view()
        return tuple(map(_row, view.rows)) if view is not None else None

    def summary(self) -> Content:
        view = self._view()
        if view is None:
            return Content()
        well = sum(1 for row in view.rows if row.result is StepResult.OK)
        return Content(
            f"{well} of {len(view.rows)} ok, feed {view.feed_state} at {view.speed}, {view.software}"
        )

    def behind(self, key: str) -> Content:
        view = self._view()
        row = next((row for row in view.rows if row.component == key), None) if view is not None else None
        return figures_content(row) if row is not None else Content()

    def asks(self, key: str) -> str:
        kind, _, name = key.partition(".")
        return name if kind == "agent" else ""

    def _view(self) -> HealthView | None:
        return self.desk.link.view("health", HealthView)


def _row(row: HealthRow) -> Row:
    text, tone = _RESULTS[row.result]
    told = Cell(row.detail, "muted" if tone in ("ok", "muted") else tone)
    return Row(
        row.component, (Cell(text, tone), Cell(row.component), Cell(age_text(row.age_s), "muted"), told)
    )


def figures_content(row: HealthRow) -> Content:
    """A component with its figures, a line each."""
    text, _ = _RESULTS[row.result]
    width = max(len(name) for name, _ in row.figures)
    lines = [Content.assemble((f"{name:<{width}}  ", MUTED), value) for name, value in row.figures]
    return Content("\n").join([Content(f"{text}: {row.detail}" if row.detail else text), *lines])
