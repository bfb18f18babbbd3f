"""A table in an app of its own, and what it shows."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.geometry import Region

from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row, Tone

COLUMNS = (
    Column("symbol", "Symbol", 9, priority=9),
    Column("net", "Net", 8, align="right", priority=5),
    Column("note", "Note", 6, share=1),
)


def row(key: str, net: str = "+1.00", note: str = "", tone: Tone = "plain") -> Row:
    return Row(key, (Cell(key), Cell(net, tone), Cell(note)))


def many(count: int) -> list[Row]:
    return [row(f"S{number:03d}") for number in range(count)]


class Watched(LiveTable):
    """Keeps the regions it asked to be painted again; None stands for all of it."""

    def __init__(self, columns: Sequence[Column], empty_text: str = "no positions") -> None:
        super().__init__(columns, empty_text=empty_text, id="table")
        self.painted: list[Region | None] = []

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Watched:
        if repaint:
            self.painted += regions or [None]
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self


class TableApp(App[None]):
    """One table that fills the screen."""

    def __init__(self, rows: Sequence[Row] = (), columns: Sequence[Column] = COLUMNS) -> None:
        super().__init__()
        self.table = Watched(columns)
        self.table.set_rows(rows)
        self.heard: list[tuple[str, str | None]] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_live_table_row_highlighted(self, message: LiveTable.RowHighlighted) -> None:
        self.heard.append(("highlighted", message.key))

    def on_live_table_row_selected(self, message: LiveTable.RowSelected) -> None:
        self.heard.append(("selected", message.key))


def drawn(table: LiveTable) -> list[str]:
    """What the table would draw now, line by line."""
    return [table.render_line(y).text for y in range(table.size.height)]


def on_screen(app: App[None]) -> list[str]:
    """What the terminal shows: lines that were not asked for again are as they were."""
    return [strip.text for strip in app.screen._compositor.render_strips()]
