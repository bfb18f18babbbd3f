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
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input

from ytc_tui.errors import YtcError
from ytc_tui.screens.engine_screen import EngineScreen
from ytc_tui.screens.panes import Pane
from ytc_tui.screens.row_filter import RowFilter, filter_of
from ytc_tui.screens.widgets.line import Line
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Row

# So long the cursor stands on a row before the engine is asked about it, and then again when it has changed.
STOPPED_S, AGAIN_S = 0.15, 5.0


class TablePane(Pane):
    """The table, a line about all of it above, and the filter below."""

    def __init__(self, heading: str, columns: Sequence[Column], empty_text: str) -> None:
        self.heading = heading
        super().__init__(id="table-pane")
        self._columns, self._empty_text = columns, empty_text

    def content(self) -> ComposeResult:
        yield Line(id="summary")
        yield LiveTable(self._columns, empty_text=self._empty_text, id="rows")
        yield Input(id="filter", placeholder="regular expression; a leading - says not", max_length=200)


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
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "unfilter", "All rows", show=False, id="table.unfilter", tooltip="Forget the filter"
        )
    ]
    FOOTER = frozenset({"filter", "zoom"})
    HEADING: ClassVar[str]
    COLUMNS: ClassVar[Sequence[Column]]
    EMPTY: ClassVar[str] = "nothing here"
    STACKED: ClassVar[bool] = False  # what is behind a row stands below, however wide the terminal

    def __init__(self) -> None:
        super().__init__(classes="-stacked" if self.STACKED else None)
        self._filter: RowFilter | None = None
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
        yield BehindPane()

    def on_mount(self) -> None:
        for table in self.query(LiveTable):
            table.focus()

    def show_body(self) -> None:
        self.query_one(TablePane).guarded(self._show_table)
        self._ask()

    def _show_table(self, pane: TablePane) -> None:
        rows = self.rows()
        left = self._filter.of(rows) if self._filter is not None and rows is not None else rows
        pane.query_one(LiveTable).set_rows(left)
        pane.query_one("#summary", Line).say(self.summary())
        if self._problem:
            pane.entitle(self._problem, "bold $text-error")
        elif self._filter is not None:
            count = f"{len(left or ())} of {len(rows or ())}"
            pane.entitle(f"{count}: /{self._filter.text}", "bold $text-warning")
        else:
            pane.entitle(str(len(rows)) if rows else "")

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
            if row is not None:
                self._read(row.key, STOPPED_S)
        elif row != before and now_s - self._asked_s >= AGAIN_S:
            self._read(row.key, 0.0)
        self._tell()

    @work(group="behind", exclusive=True, exit_on_error=False)
    async def _read(self, key: str, wait_s: float) -> None:
        self._asked_s = self.desk.desk.now_s()
        target = self.asks(key)
        await asyncio.sleep(wait_s)
        client = self.desk.client
        if client is None or not target:
            return
        safe = self.desk.desk.safe
        try:
            told = await client.explain(target)
        except YtcError as error:
            text = str(error)
        else:
            text = str(told.get("text") or f"nothing is known of {target}")
        self._answer = Content("\n".join(safe(line) for line in text.splitlines()))
        self._tell()

    def _tell(self) -> None:
        def show(pane: BehindPane) -> None:
            key = self.selected_key
            known = self.behind(key) if key is not None else Content()
            parts = [part for part in (known, self._answer) if part]
            pane.query_one("#behind-text", Line).say(Content("\n\n").join(parts))
            pane.entitle(self.desk.desk.safe(key or ""))

        self.query_one(BehindPane).guarded(show)

    # ---- filter ----------------------------------------------------------------------------------

    def filter_rows(self) -> None:
        """Let the person type what must be found in a row."""
        typed = self.query_one("#filter", Input)
        typed.add_class("-open")
        typed.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        try:
            self._filter, self._problem = filter_of(event.value), ""
        except ValueError as error:
            self._filter, self._problem = None, str(error)
        self.show_body()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.input.remove_class("-open")
        self.query_one(LiveTable).focus()

    def action_unfilter(self) -> None:
        typed = self.query_one("#filter", Input)
        typed.value = ""
        typed.remove_class("-open")
        self.query_one(LiveTable).focus()
