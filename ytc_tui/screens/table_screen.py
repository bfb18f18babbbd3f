"""A screen of one table, with what is behind its selected row beside it or below.

Decides how rows are filtered, when the engine is asked about a row, and where both parts stand. Imports the
base of all screens and the widgets. Invariants: what a filter leaves out is counted in the title; the engine
is asked about a row because a person stopped at it, and while he stays there every few seconds at most.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input

from ytc_tui.errors import YtcError
from ytc_tui.screens.actions import title_of
from ytc_tui.screens.engine_screen import EngineScreen
from ytc_tui.screens.panes import Pane
from ytc_tui.screens.row_filter import RowFilter, filter_of
from ytc_tui.screens.widgets.line import Line
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Row
from ytc_tui.views.sanitised import Sanitiser

# So long the cursor stands on a row before the engine is asked about it, and then again when it has changed.
STOPPED_S, AGAIN_S = 0.15, 5.0
CRUMBS = 2  # screens that a title names before its own
HINT = "regular expression; a leading - says not"


def lines_content(text: str, safe: Sanitiser) -> Content:
    """Foreign text of several lines."""
    return Content("\n".join(safe(line) for line in text.splitlines()))


class TablePane(Pane):
    """The table, a line about all of it above, and the filter below."""

    def __init__(self, heading: str, columns: Sequence[Column], empty_text: str, hint: str = HINT) -> None:
        self.heading = heading
        super().__init__(id="table-pane")
        self._columns, self._empty_text, self._hint = columns, empty_text, hint

    def content(self) -> ComposeResult:
        yield Line(id="summary")
        yield LiveTable(self._columns, empty_text=self._empty_text, id="rows")
        yield Input(id="filter", placeholder=self._hint, max_length=200)


class BehindPane(Pane):
    """What is behind the selected row."""

    def __init__(self) -> None:
        super().__init__(id="behind-pane")

    def content(self) -> ComposeResult:
        with VerticalScroll(id="behind"):
            yield Line(id="behind-text")


class TableScreen(EngineScreen):
    """`rows` and `summary` come from the app's link; `asks` names what the engine is asked about a row."""

    CSS_PATH: ClassVar[Any] = ["engine_screen.tcss", "table_screen.tcss"]
    FOOTER = frozenset({"filter", "zoom"})
    HEADING: ClassVar[str]
    COLUMNS: ClassVar[Sequence[Column]]
    EMPTY: ClassVar[str] = "nothing here"
    BEHIND: ClassVar[type[BehindPane]] = BehindPane
    STACKED: ClassVar[bool] = False  # what is behind a row stands below, however wide the terminal

    def __init__(self) -> None:
        super().__init__(classes="-stacked" if self.STACKED else None)
        self._filter: RowFilter | None = None
        self._wanted = ""  # key of the row that the cursor goes to once it is there
        self._problem = ""
        self._asked: Row | None = None
        self._asked_s = 0.0
        self._asked_at: int | None = None  # the entry at which a playback stood then
        self._answer = Content()

    def rows(self) -> Sequence[Row] | None:
        """All rows that there are; None = not known."""
        raise NotImplementedError

    def summary(self) -> Content:
        """A line or more about all of it."""
        return Content()

    def behind(self, key: str) -> Content:
        """What is known here of the row `key`."""
        return Content()

    def asks(self, key: str) -> str:
        """What the engine is asked to explain about the row `key`; empty = nothing."""
        return key

    def why_target(self) -> str:
        key = self.selected_key
        return self.asks(key) if key is not None else ""

    # ---- what is shown ---------------------------------------------------------------------------

    def body(self) -> ComposeResult:
        yield TablePane(self.HEADING, self.COLUMNS, self.EMPTY)
        yield self.BEHIND()

    def on_mount(self) -> None:
        for table in self.query(LiveTable):
            table.focus()

    def show_body(self) -> None:
        pane = self.query_one(TablePane)
        before = self.desk.trail[:-1]
        left_out = ["…"] if len(before) > CRUMBS else []
        pane.heading = " › ".join([*left_out, *map(title_of, before[-CRUMBS:]), self.HEADING])
        pane.guarded(self.show_table)
        self._ask()

    def show_table(self, pane: TablePane) -> None:
        rows = self.rows()
        left = self._filter.of(rows) if self._filter is not None and rows is not None else rows
        table = pane.query_one(LiveTable)
        table.set_rows(left)
        if self._wanted and rows is not None:
            table.move_cursor(self._wanted)
            self._wanted = ""
        pane.query_one("#summary", Line).say(self.summary())
        if self._problem:
            pane.entitle(self._problem, "bold $text-error")
        elif self._filter is not None:
            count = f"{len(left or ())} of {len(rows or ())}"
            pane.entitle(f"{count}: /{self._filter.text}", "bold $text-warning")
        else:
            pane.entitle(str(len(rows)) if rows else "")

    def go_to(self, key: str) -> None:
        """Put the cursor on the row `key`, now or when it comes."""
        self._wanted = key
        self.show_views()

    @property
    def selected_key(self) -> str | None:
        """Key of the row under the cursor."""
        return next((table.cursor_key for table in self.query("#rows").results(LiveTable)), None)

    # ---- behind a row ----------------------------------------------------------------------------

    def on_live_table_row_highlighted(self, event: LiveTable.RowHighlighted) -> None:
        self._ask()

    def on_live_table_row_selected(self, event: LiveTable.RowSelected) -> None:
        self.query_one("#behind").focus()

    def _ask(self) -> None:
        """Tell what is behind the row under the cursor, and ask the engine for more where it is time to."""
        key = self.selected_key
        row = next((row for row in self.query_one(LiveTable).rows if row.key == key), None)
        before, self._asked = self._asked, row
        now_s, standing = self.desk.desk.now_s(), self.desk.link.standing
        elsewhere, self._asked_at = self._asked_at, standing.seq if standing is not None else None
        if row is None or before is None or row.key != before.key or elsewhere != self._asked_at:
            self._answer = Content()
            self.workers.cancel_group(self, "behind")
            for read in self.query("#behind"):
                read.scroll_home(animate=False)
            if row is not None:
                self._read(row.key, STOPPED_S)
        elif row != before and now_s - self._asked_s >= AGAIN_S:
            self._read(row.key, 0.0)
        self._tell()

    @work(group="behind", exclusive=True, exit_on_error=False)
    async def _read(self, key: str, wait_s: float) -> None:
        self._asked_s = self.desk.desk.now_s()
        await asyncio.sleep(wait_s)
        safe = self.desk.desk.safe
        try:
            told = await self.told(key)
        except YtcError as error:
            told = lines_content(str(error), safe)
        if told is not None:
            self._answer = told
            self._tell()

    async def told(self, key: str) -> Content | None:
        """What the engine says of the row `key`; None = it is not asked. Raises what the engine raises."""
        client, target = self.desk.client, self.asks(key)
        if client is None or not target:
            return None
        said = await client.explain(target)
        return lines_content(str(said.get("text") or f"nothing is known of {target}"), self.desk.desk.safe)

    def _tell(self) -> None:
        self.query_one(BehindPane).guarded(self.show_behind)

    def show_behind(self, pane: BehindPane) -> None:
        """Fill `pane` with what is known of the row under the cursor."""
        key = self.selected_key
        known = self.behind(key) if key is not None else Content()
        parts = [part for part in (known, self._answer) if part]
        pane.query_one("#behind-text", Line).say(Content("\n\n").join(parts))
        pane.entitle(self.desk.desk.safe(key or ""))

    # ---- filter ----------------------------------------------------------------------------------

    def filter_rows(self) -> None:
        """Let the person type what must be found in a row."""
        typed = self.query_one("#filter", Input)
        typed.add_class("-open")
        typed.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.take_filter(event.value)

    def take_filter(self, text: str) -> None:
        """A person has typed `text` so far."""
        try:
            self._filter, self._problem = filter_of(text), ""
        except ValueError as error:
            self._filter, self._problem = None, str(error)
        self.show_body()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.input.remove_class("-open")
        self.query_one(LiveTable).focus()

    @property
    def reading(self) -> bool:
        """Whether the person is at what is behind a row."""
        return self.focused is not None and self.focused.id == "behind"

    def back(self) -> bool:
        """From what is behind a row to the rows; from a filter to all of them."""
        typed = self.query_one("#filter", Input)
        filtered = bool(typed.value) or typed.has_class("-open")
        if not (self.reading or filtered):
            return super().back()
        if not self.reading:
            typed.value = ""
            typed.remove_class("-open")
        self.query_one(LiveTable).focus()
        return True
