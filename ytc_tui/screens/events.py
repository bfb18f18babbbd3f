"""What happened, newest first, a page at a time; and what the desk itself said.

Decides when another page is read. Imports the client protocol and the widgets. Invariants: a page is read
because somebody looks; who stands at the newest line sees newer ones, who reads further down is not moved.
"""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.content import Content

from ytc_tui.client import PageRow
from ytc_tui.errors import YtcError
from ytc_tui.screens.engine_screen import EngineScreen
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row

PAGE_ROWS = 100
FRESH_S = 2.0
_COLUMNS = (
    Column("seq", "entry", 6, "right", priority=2),
    Column("text", "what happened (UTC)", 20, priority=3, share=1),
)


class EventsScreen(EngineScreen):
    def __init__(self) -> None:
        super().__init__()
        self._rows: list[PageRow] = []
        self._before_seq = 0
        self._read_s = 0.0
        self._place = 0  # the entry at which a playback stood when the newest page was read

    def body(self) -> ComposeResult:
        yield LiveTable(_COLUMNS, empty_text="nothing is on record yet", id="events-table")

    def on_screen_resume(self) -> None:
        for table in self.query(LiveTable):
            table.focus()
            self.read_newest()

    def show_body(self) -> None:
        table = self.query_one(LiveTable)
        at_newest = not table.rows or table.cursor_key == table.rows[0].key
        standing = self.desk.link.standing
        place = standing.seq if standing is not None else self._place
        gone_back = place < self._place
        if gone_back:
            # A playback went back: what is still to come is not on record yet.
            self._show([row for row in self._rows if row.seq <= place])
        old = place != self._place or self.desk.desk.now_s() - self._read_s >= FRESH_S
        if self.is_current and (gone_back or (at_newest and old)):
            self.read_newest()

    def on_live_table_row_highlighted(self, event: LiveTable.RowHighlighted) -> None:
        """The cursor at the oldest line asks for older ones."""
        rows = event.table.rows
        if not rows or event.key is None:
            return
        if event.key == rows[-1].key and self._before_seq:
            self.read_older()

    @work(group="events", exclusive=True, exit_on_error=False)
    async def read_newest(self) -> None:
        """The newest page, afresh."""
        self._read_s = self.desk.desk.now_s()
        standing = self.desk.link.standing
        self._place = standing.seq if standing is not None else 0
        await self._read(0)

    @work(group="events", exclusive=True, exit_on_error=False)
    async def read_older(self) -> None:
        await self._read(self._before_seq)

    async def _read(self, before_seq: int) -> None:
        client = self.desk.client
        if client is None:
            return
        try:
            page = await client.page(before_seq, PAGE_ROWS)
        except YtcError as error:
            self.show_said(Content(self.desk.desk.safe(str(error))))
            return
        self._before_seq = page.before_seq
        self._show([*self._rows, *page.rows] if before_seq else list(page.rows))

    def _show(self, rows: list[PageRow]) -> None:
        self._rows, safe = rows, self.desk.desk.safe
        self.query_one(LiveTable).set_rows(
            [Row(str(row.seq), (Cell(str(row.seq), "muted"), Cell(safe(row.text)))) for row in rows]
        )
