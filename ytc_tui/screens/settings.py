"""The settings that the engine goes by: value, origin, meaning, and what its next start would take.

Decides how a value that will change looks. Imports the base and the view. Invariant: nothing is changed here;
what a file says now is never shown as what the engine goes by.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from ytc_tui.screens.table_screen import TableScreen
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row
from ytc_tui.views.settings import SettingRow, SettingsView

_COLUMNS = (
    Column("key", "setting", 28, priority=10, share=1),
    Column("value", "value", 12, priority=9, share=1),
    Column("next", "at the next start", 17, priority=7),
    Column("origin", "from", 12, priority=6, share=1),
)


class SettingsScreen(TableScreen):
    VIEWS = frozenset({"settings"})
    HEADING = "Settings"
    COLUMNS = _COLUMNS
    EMPTY = "no settings"

    def rows(self) -> Sequence[Row] | None:
        view = self._view()
        return tuple(map(_row, view.rows)) if view is not None else None

    def summary(self) -> Content:
        view = self._view()
        if view is None:
            return Content()
        changed = sum(1 for row in view.rows if row.next_value)
        lines = [f"file {view.file}, digest {view.digest[:12]}; {changed} differ at the next start"]
        problem = Content.styled(f"they would not load now: {view.problem}", "bold $text-error")
        return Content("\n").join([Content(lines[0]), *([problem] if view.problem else [])])

    def behind(self, key: str) -> Content:
        view = self._view()
        row = next((row for row in view.rows if row.key == key), None) if view is not None else None
        return setting_content(row) if row is not None else Content()

    def asks(self, key: str) -> str:
        return ""

    def _view(self) -> SettingsView | None:
        return self.desk.link.view("settings", SettingsView)


def _row(row: SettingRow) -> Row:
    given = row.origin != "default"
    return Row(
        row.key,
        (
            Cell(row.key, "muted" if row.waits_for else "plain"),
            Cell(row.value, "accent" if given else "plain"),
            Cell(row.next_value, "warning"),
            Cell(row.origin, "plain" if given else "muted"),
        ),
    )


def setting_content(row: SettingRow) -> Content:
    """A setting with all that is known of it, a line each."""
    told = [
        ("value", row.value),
        ("from", row.origin),
        ("next start", f"{row.next_value} (from {row.next_origin})" if row.next_value else "the same"),
        ("default", row.default),
        ("allowed", row.allowed),
        ("unit", row.unit),
        ("as variable", row.env),
        ("digest", "in: it can change what is traded" if row.decides else "out: it cannot change a trade"),
        ("effect", f"none in this release: it waits for {row.waits_for}" if row.waits_for else ""),
    ]
    lines = [Content.assemble((f"{name:<12}", MUTED), text) for name, text in told if text]
    return Content("\n").join([Content(row.meaning), Content(), *lines])
