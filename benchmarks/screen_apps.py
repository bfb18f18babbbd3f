"""The programs that `benchmarks.screens` watches: the live table and Textual's own at the same work.

`python -m benchmarks.screen_apps NAME [--ticks FILE]`; NAME is one of `APPS`, or module:function of a
factory of an app. Rows change in the app's own loop; each changed row carries the microsecond of its change.
"""

from __future__ import annotations

import argparse
import importlib
from abc import abstractmethod
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from time import monotonic_ns

from textual.app import App, ComposeResult
from textual.containers import Grid, Horizontal
from textual.screen import Screen
from textual.widgets import DataTable, Static

from benchmarks.screen_parts import Ticking, stock_table, update_stock
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_pace import Pace
from ytc_tui.screens.widgets.live_table_rows import Cell, Row, Tone
from ytc_tui.screens.widgets.live_table_screen import LiveScreen

ROWS, VISIBLE = 1_000, 48
STORM_HZ, CHANGES_HZ = 60, 10
CURSOR_RGB = "18;52;86"
CHANGING = (4, 7, 8)

COLUMNS = (
    Column("symbol", "Symbol", 12, priority=9),
    Column("side", "Side", 6, priority=8),
    Column("size", "Size", 12, align="right"),
    Column("entry", "Entry", 12, align="right"),
    Column("last", "Last", 14, align="right", priority=7),
    Column("stop", "Stop", 12, align="right"),
    Column("target", "Target", 12, align="right"),
    Column("r", "R", 8, align="right", priority=6),
    Column("net", "Net", 12, align="right", priority=7),
    Column("note", "Note", 30, share=1),
)


def stamp_us() -> int:
    return monotonic_ns() // 1_000


class Book:
    """A thousand rows; a change gives one of them another price, R and profit, and the time of it."""

    def __init__(self) -> None:
        self._changes = 0
        self.rows = [self._row(number, 0) for number in range(ROWS)]
        self.dirty: set[int] = set()

    def _row(self, number: int, changes: int) -> Row:
        r = (number * 7 + changes * 13) % 400 - 200
        tone: Tone = "gain" if r >= 0 else "loss"
        texts = (
            f"S{number:04d}USDT",
            "long",
            "0.125",
            "101234.50",
            f"t{stamp_us():012d}",
            "100900.00",
            "102400.00",
        )
        cells = [Cell(text) for text in texts]
        cells += [
            Cell(f"{r / 100:+.2f}", tone),
            Cell(f"{r * 1.25:+.2f}", tone),
            Cell("at the venue", "muted"),
        ]
        return Row(f"r{number}", tuple(cells))

    def change(self, number: int) -> None:
        self._changes += 1
        self.rows[number] = self._row(number, self._changes)
        self.dirty.add(number)


class ChangingApp(Ticking):
    """One table that fills the screen; `storm` changes every visible row at 60 Hz, else one at 10 Hz."""

    def __init__(self, storm: bool) -> None:
        super().__init__()
        self._storm = storm
        self._book = Book()
        self._next = cycle(range(VISIBLE))

    @abstractmethod
    def show(self, book: Book) -> None:
        """Put what has changed on the screen."""

    def on_mount(self) -> None:
        super().on_mount()
        self._pace = Pace(self, self.show)
        self.begin(1 / (STORM_HZ if self._storm else CHANGES_HZ), self._change)

    def _change(self, late_s: float) -> None:
        for number in range(VISIBLE) if self._storm else (next(self._next),):
            self._book.change(number)
        self._pace.offer(self._book)


class LiveApp(ChangingApp):
    CSS = f"LiveTable:focus > .live-table--cursor {{ background: rgb({CURSOR_RGB.replace(';', ',')}); }}"

    def get_default_screen(self) -> Screen[None]:
        return LiveScreen()

    def compose(self) -> ComposeResult:
        table = LiveTable(COLUMNS)
        table.set_rows(self._book.rows)
        yield table

    def show(self, book: Book) -> None:
        self.query_one(LiveTable).set_rows(book.rows)


class StockApp(ChangingApp):
    CSS = f"""
    DataTable:focus > .datatable--cursor {{ background: rgb({CURSOR_RGB.replace(";", ",")}); }}
    DataTable {{ height: 100%; }}
    """

    def compose(self) -> ComposeResult:
        yield stock_table(COLUMNS, self._book.rows)

    def show(self, book: Book) -> None:
        update_stock(
            self.query_one(DataTable), COLUMNS, [book.rows[number] for number in book.dirty], CHANGING
        )
        book.dirty.clear()


QUIET_COLUMNS = (
    Column("name", "Name", 16, priority=9, share=1),
    Column("state", "State", 10, priority=5),
    Column("age", "Age", 6, align="right", priority=8),
    Column("used", "Used", 8, align="right"),
)
PANES = ("Phase", "Agents", "Positions", "Risk", "Alerts")
PANE_ROWS = 8
SECONDS_PER_MINUTE, SECONDS_PER_HOUR = 60, 3_600


def age_text(age_s: int) -> str:
    """Seconds under ten, then tens of seconds, then minutes, then hours: an old age changes rarely."""
    if age_s < 10:
        return f"{age_s}s"
    if age_s < SECONDS_PER_MINUTE:
        return f"{age_s // 10 * 10}s"
    if age_s < SECONDS_PER_HOUR:
        return f"{age_s // SECONDS_PER_MINUTE}m"
    return f"{age_s // SECONDS_PER_HOUR}h"


class QuietApp(Ticking):
    """Five panes of eight rows and a top line; nothing changes, or `moving` the clock and the ages do."""

    CSS = """
    Static { width: auto; height: 1; }
    #top { height: 1; }
    #panes { grid-size: 2 3; }
    #panes > * { border: round $panel; height: 1fr; }
    """

    def __init__(self, stock: bool, moving: bool) -> None:
        super().__init__()
        self._stock, self._moving = stock, moving
        self._seconds = 0
        self._rows: dict[str, list[Row]] = {pane: self._pane_rows(pane) for pane in PANES}

    def get_default_screen(self) -> Screen[None]:
        return Screen() if self._stock else LiveScreen()

    def _age_s(self, pane: str, number: int) -> int:
        """Agents start anew every minute, in turn; the rest is half a minute to three hours old."""
        if pane == "Agents":
            return (self._seconds + number * SECONDS_PER_MINUTE // PANE_ROWS) % SECONDS_PER_MINUTE
        return int(30 * 360 ** (number / (PANE_ROWS - 1))) + self._seconds

    def _pane_rows(self, pane: str) -> list[Row]:
        rows = []
        for number in range(PANE_ROWS):
            age_s = self._age_s(pane, number)
            cells = (
                Cell(f"{pane} {number}"),
                Cell("ok", "ok"),
                Cell(age_text(age_s), "muted"),
                Cell("12.5 %"),
            )
            rows.append(Row(f"{pane}-{number}", cells))
        return rows

    def compose(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield Static("PAPER  BTCUSDT ETHUSDT  ACTIVE  session +12.50  ", markup=False)
            yield Static(self._clock(), id="clock", markup=False)
        with Grid(id="panes"):
            for pane in PANES:
                if self._stock:
                    table = stock_table(QUIET_COLUMNS, self._rows[pane])
                    table.id = pane
                    yield table
                else:
                    live = LiveTable(QUIET_COLUMNS, id=pane)
                    live.set_rows(self._rows[pane])
                    yield live

    def _clock(self) -> str:
        minutes, seconds = divmod(self._seconds, SECONDS_PER_MINUTE)
        return f"13:{minutes:02d}:{seconds:02d} UTC"

    def on_mount(self) -> None:
        super().on_mount()
        if self._moving:
            self.begin(1.0, self._second)

    def _second(self, late_s: float) -> None:
        self._seconds += 1
        self.query_one("#clock", Static).update(self._clock(), layout=False)
        for pane in PANES:
            old, rows = self._rows[pane], self._pane_rows(pane)
            self._rows[pane] = rows
            if self._stock:
                changed = [new for was, new in zip(old, rows, strict=True) if was != new]
                update_stock(self.query_one(f"#{pane}", DataTable), QUIET_COLUMNS, changed, (2,))
            else:
                self.query_one(f"#{pane}", LiveTable).set_rows(rows)


class MinimalApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("nothing")


APPS: dict[str, Callable[[], App[None]]] = {
    "changes-live": lambda: LiveApp(storm=False),
    "changes-stock": lambda: StockApp(storm=False),
    "storm-live": lambda: LiveApp(storm=True),
    "storm-stock": lambda: StockApp(storm=True),
    "still-live": lambda: QuietApp(stock=False, moving=False),
    "ages-live": lambda: QuietApp(stock=False, moving=True),
    "ages-stock": lambda: QuietApp(stock=True, moving=True),
    "minimal": MinimalApp,
}


def make(name: str) -> App[None]:
    if ":" in name:
        module, _, function = name.partition(":")
        made: App[None] = getattr(importlib.import_module(module), function)()
        return made
    return APPS[name]()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--ticks", type=Path, help="carry an engine's ticks; write their lateness here")
    options = parser.parse_args()
    app = make(options.name)
    if isinstance(app, Ticking):
        app.ticks_file = options.ticks
    app.run()


if __name__ == "__main__":
    main()
