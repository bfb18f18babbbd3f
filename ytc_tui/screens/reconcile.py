"""The differences with the venue: what we say, what it says, and what may be done about it.

Decides how both sides' evidence stands side by side. Imports the base, the view and the words of remedies.
Invariant: a difference is shown until the engine says that it is resolved.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from textual.content import Content

from ytc_tui.screens import words
from ytc_tui.screens.remedies import effect
from ytc_tui.screens.table_screen import TableScreen
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row
from ytc_tui.views.ages import age_text
from ytc_tui.views.differences import DifferenceRow, DifferencesView

_COLUMNS = (
    Column("state", "state", 12, priority=9),
    Column("kind", "difference", 19, priority=8),
    Column("symbol", "symbol", 9, priority=7),
    Column("ours", "ours", 12, priority=6, share=1),
    Column("venue", "venue", 12, priority=6, share=1),
    Column("age", "age", 5, "right", priority=5),
)


class ReconcileScreen(TableScreen):
    VIEWS = frozenset({"differences"})
    FOOTER = TableScreen.FOOTER | {"resolve"}
    HEADING = "Differences with the venue"
    COLUMNS = _COLUMNS
    EMPTY = "our books and the venue's agree"

    def rows(self) -> Sequence[Row] | None:
        view = self._view()
        return tuple(map(_row, view.rows)) if view is not None else None

    def summary(self) -> Content:
        view = self._view()
        still = sum(1 for row in view.rows if row.state == "open") if view is not None else 0
        if not still:
            return Content()
        return Content.styled(f"{still} open: no entries while one is; r resolves the selected one", "bold")

    def behind(self, key: str) -> Content:
        row = self.difference
        return evidence_content(row, self.desk.desk.zone) if row is not None else Content()

    def asks(self, key: str) -> str:
        row = self.difference
        # Of an order that is not ours no entry tells why.
        return row.client_id if row is not None and not row.kind.startswith("foreign") else ""

    @property
    def difference(self) -> DifferenceRow | None:
        """The difference under the cursor."""
        view, key = self._view(), self.selected_key
        return next((row for row in view.rows if row.id == key), None) if view is not None else None

    def _view(self) -> DifferencesView | None:
        return self.desk.link.view("differences", DifferencesView)


def _row(row: DifferenceRow) -> Row:
    still = row.state == "open"
    return Row(
        row.id,
        (
            Cell(row.state, "critical" if still else "muted"),
            Cell(row.kind.replace("_", " ")),
            Cell(row.symbol),
            Cell(row.ours),
            Cell(row.theirs),
            Cell(age_text(row.age_s), "muted"),
        ),
    )


def evidence_content(row: DifferenceRow, zone: ZoneInfo) -> Content:
    """Both sides' evidence, and each remedy with what it does."""
    lines = [
        Content.assemble(("ours   ", MUTED), row.ours),
        Content.assemble(("venue  ", MUTED), row.theirs),
        Content.assemble(("since  ", MUTED), words.both_clocks(row.since_ns, zone)),
        Content(""),
    ]
    lines += [
        Content.assemble((f"{remedy.value:<7}", "bold"), effect(remedy, row)) for remedy in row.remedies
    ]
    return Content("\n").join(lines)
