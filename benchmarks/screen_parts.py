"""What the apps of `benchmarks.screens` share: ticks in an app's own loop, and Textual's own table."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.text import Text
from textual.app import App
from textual.widgets import DataTable

from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row
from ytc_tui.screens.widgets.live_table_screen import freeze_start_up

TICK_S = 0.005
TONE_STYLES = {"gain": "#4ebf71", "loss": "#ba3c5b", "muted": "#8f8f8f"}


async def every(period_s: float, call: Callable[[float], None]) -> None:
    """Call with the seconds by which it is late, each `period_s`; a call that was missed is left out."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        due += period_s
        await asyncio.sleep(max(0.0, due - loop.time()))
        late_s = loop.time() - due
        call(late_s)
        due += late_s // period_s * period_s


class Ticking(App[None]):
    """An app that can carry an engine's ticks in its own loop, and writes down how late they were."""

    ticks_file: Path | None = None

    def begin(self, period_s: float, call: Callable[[float], None]) -> None:
        self._tasks = (*getattr(self, "_tasks", ()), asyncio.create_task(every(period_s, call)))

    def on_mount(self) -> None:
        self.call_after_refresh(freeze_start_up)
        self._late: list[float] = []
        if self.ticks_file is not None:
            self.begin(TICK_S, self._late.append)

    def on_unmount(self) -> None:
        if self.ticks_file is not None:
            self.ticks_file.write_text(json.dumps(self._late))


def stock_text(cell: Cell, column: Column) -> Text:
    return Text(cell.text, TONE_STYLES.get(cell.tone, ""), justify=column.align)


def stock_table(columns: Sequence[Column], rows: Sequence[Row]) -> DataTable[Text]:
    table: DataTable[Text] = DataTable(cursor_type="row")
    for column in columns:
        table.add_column(column.title, width=column.width, key=column.key)
    for row in rows:
        table.add_row(*map(stock_text, row.cells, columns), key=row.key)
    return table


def update_stock(
    table: DataTable[Text], columns: Sequence[Column], rows: Sequence[Row], changing: Sequence[int]
) -> None:
    for row in rows:
        for at in changing:
            table.update_cell(row.key, columns[at].key, stock_text(row.cells[at], columns[at]))
