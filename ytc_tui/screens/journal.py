"""What happened, newest first: followed, searched, and each entry whole.

Decides when which page is read. Imports the base, the client protocol and the filter. Invariants: a page is
read because somebody looks; who stands at the newest line sees newer ones, who reads further down is not
moved; a filter that cannot be read hides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import Worker, get_current_worker

from ytc_tui.client import PageRow
from ytc_tui.errors import UsageInvalid, YtcError
from ytc_tui.screens import words
from ytc_tui.screens.journal_entry import KIND_TONES, entry_content
from ytc_tui.screens.journal_filter import (
    EVERYTHING,
    HINT,
    FilterProblem,
    JournalFilter,
    instant_in,
    read_filter,
)
from ytc_tui.screens.journal_stretch import Stretch, Way
from ytc_tui.screens.table_screen import BehindPane, TablePane, TableScreen
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.line import Line
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row
from ytc_tui.views.phase import PhaseView

PAGE_ROWS = 100
# More is read when the cursor is so near to an end.
NEAR_ROWS = 10
FRESH_S = 2.0
# A filter counts when nothing was typed for so long, or with enter.
TYPED_S = 0.35
# An index that is behind by more entries is told of.
BEHIND = 1_000


class JournalScreen(TableScreen):
    VIEWS = frozenset({"phase"})
    HEADING = "Journal"
    EMPTY = "no entry fits"

    def __init__(self) -> None:
        super().__init__()
        self._held = Stretch()
        self._rows: tuple[Row, ...] | None = None
        self._reader: Worker[None] | None = None
        self._read_s = 0.0
        self._typing: Timer | None = None
        self._trouble: YtcError | None = None
        self._place = 0  # the entry at which a playback stood when a page was asked for last

    def body(self) -> ComposeResult:
        zone = self.desk.desk.zone.key.rpartition("/")[2]
        columns = (
            Column("seq", "entry", 7, "right", priority=2),
            Column("time", zone[:8], 8, priority=4),
            Column("kind", "kind", 8, priority=5),
            Column("text", "what happened", 20, priority=6, share=1),
        )
        yield TablePane(self.HEADING, columns, self.EMPTY, HINT)
        yield BehindPane()

    # ---- what is shown ---------------------------------------------------------------------------

    def rows(self) -> Sequence[Row] | None:
        return self._rows

    def _row(self, row: PageRow) -> Row:
        safe, zone = self.desk.desk.safe, self.desk.desk.zone
        tone = "critical" if row.text.startswith("critical") else KIND_TONES.get(row.kind, "plain")
        cells = (
            Cell(str(row.seq), "muted"),
            Cell(words.clock(row.at_ns, zone, seconds=True), "muted"),
            Cell(safe(row.kind), tone),
            Cell(safe(row.text), tone if tone in ("critical", "muted") else "plain"),
        )
        return Row(str(row.seq), cells)

    def show_body(self) -> None:
        place = self._place_now()
        if place < self._place:
            # A playback went back: what is still to come is not on record yet.
            self._begin(self._held.filter, anew=True)
        super().show_body()
        old = place != self._place or self.desk.desk.now_s() - self._read_s >= FRESH_S
        if self.is_current and self._may_follow() and old:
            self.read(Way.NEWER if self._held.begun else Way.OLDER)

    def _place_now(self) -> int:
        standing = self.desk.link.standing
        return standing.seq if standing is not None else 0

    def show_table(self, pane: TablePane) -> None:
        table = pane.query_one(LiveTable)
        # A thousand rows are handed over when one has come, not with every frame.
        if self._rows is None or table.rows is not self._rows:
            table.set_rows(self._rows)
        pane.query_one("#summary", Line).say(self.summary())
        problem, text = self._wrong(), self._held.filter.text
        if problem:
            pane.entitle(problem, "bold $text-error")
        elif text:
            pane.entitle(self.desk.desk.safe(f"{self._count()}: {text}"), "bold $text-warning")
        else:
            pane.entitle(f"{self._held.last_seq:,} entries" if self._held.begun else "")

    def _wrong(self) -> str:
        """What is wrong with the filter, or with its search; empty when nothing is."""
        return self.desk.desk.safe(self._problem or (str(self._trouble) if self._trouble else ""))

    def _count(self) -> str:
        held = self._held
        if held.whole:
            return f"{len(held.rows):,} found"
        return f"{len(held.rows):,} found so far, {held.looked_at:,} of {held.last_seq:,} looked at"

    def summary(self) -> Content:
        held, parts = self._held, list[str]()
        if problem := self._wrong():
            return Content.styled(problem, "$text-error")  # the title may be too short for all of it
        if held.begun and not held.live:
            parts.append("the newest are further up; esc goes there")
        elif held.begun and not self._at_top():
            parts.append("home follows the newest")
        if not held.filter.conditions:
            parts.append("agents' answers are left out: type:* shows them")
        elif held.no_index:
            parts.append(f"searched without an index: {held.no_index}")
        elif held.last_seq - held.indexed_seq > BEHIND:
            parts.append(f"index made for {held.indexed_seq:,} of {held.last_seq:,}")
        return Content.styled(self.desk.desk.safe("; ".join(parts)), MUTED)

    # ---- behind a row ----------------------------------------------------------------------------

    async def told(self, key: str) -> Content | None:
        client = self.desk.client
        if client is None:
            return None
        found = await client.entry(int(key))
        if found is None:
            return Content("the journal has no such entry")
        return entry_content(found, self.desk.desk.zone, self.desk.desk.safe)

    def why_target(self) -> str:
        key = self.selected_key
        return next((row.about for row in self._held.rows if str(row.seq) == key), "")

    # ---- reading ---------------------------------------------------------------------------------

    def on_screen_resume(self) -> None:
        if self.query(LiveTable):
            self._go_on()

    def on_live_table_row_highlighted(self, event: LiveTable.RowHighlighted) -> None:
        self._go_on()

    def _go_on(self) -> None:
        """Read on where the cursor is near an end of what is held."""
        if self._reader is not None or self._trouble is not None or not self.is_current:
            return
        table = self.query_one(LiveTable)
        place = next((at for at, row in enumerate(table.rows) if row.key == table.cursor_key), 0)
        if self._held.more(Way.OLDER) and place >= len(table.rows) - NEAR_ROWS:
            self.read(Way.OLDER)
        elif self._held.more(Way.NEWER) and place < NEAR_ROWS:
            self.read(Way.NEWER)

    def _at_top(self) -> bool:
        table = self.query_one(LiveTable)
        return not table.rows or table.cursor_key == table.rows[0].key

    def _may_follow(self) -> bool:
        """Whether the person is where news comes in; what was refused is not asked again."""
        refused = isinstance(self._trouble, UsageInvalid)
        at_newest = self._held.live or not self._held.begun
        return self._reader is None and not refused and at_newest and self._at_top()

    def read(self, way: Way) -> None:
        """Read on until a page is full or nothing is left that way; what was being read is given up."""
        self._place = self._place_now()
        self._reader = self._read_on(way)

    @work(group="journal", exclusive=True, exit_on_error=False)
    async def _read_on(self, way: Way) -> None:
        held, wanted, fresh = self._held, PAGE_ROWS, not self._held.begun
        self._read_s = self.desk.desk.now_s()
        try:
            while wanted > 0 and self.desk.client is not None:
                page = await self.desk.client.page(held.next(way, wanted))
                followed = held.live and way is Way.NEWER and self._at_top()
                held.take(way, page)
                wanted -= len(page.rows)
                self._trouble = None
                self._take_rows(bool(page.rows), to_top=fresh or followed)
                fresh = fresh and not page.rows
                if not held.more(way):
                    break
        except YtcError as error:
            self._trouble = error
        finally:
            if self._reader is get_current_worker():
                self._reader = None
        if isinstance(self._trouble, UsageInvalid) and not held.rows and held.filter != EVERYTHING:
            self._problem = str(self._trouble)
            self._begin(EVERYTHING)
            return
        self.show_body()
        self._go_on()

    def _take_rows(self, changed: bool, *, to_top: bool) -> None:
        """Show what is held; `to_top` = from the first row."""
        if changed or self._rows is None:
            self._rows = tuple(map(self._row, self._held.rows))
        self.show_body()
        if to_top:
            self.query_one(LiveTable).action_first_row()

    # ---- filter ----------------------------------------------------------------------------------

    def take_filter(self, text: str) -> None:
        self._stop_typing()
        try:
            wanted, self._problem = self._filter_of(text), ""
        except FilterProblem as error:
            wanted, self._problem = EVERYTHING, str(error)
        self._typing = self.set_timer(TYPED_S, lambda: self._begin(wanted))
        self.show_body()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        with suppress(FilterProblem):
            self._begin(self._filter_of(event.value))

    def back(self) -> bool:
        """From an entry back to the list; from the list to all entries, the newest first."""
        typed = self.query_one("#filter", Input)
        at_rest = self._held.live and not (self._held.filter.text or typed.has_class("-open"))
        if self.reading or at_rest:
            return super().back()
        super().back()
        self._begin(EVERYTHING, anew=not self._held.live)
        self.query_one(LiveTable).action_first_row()
        return True

    def _filter_of(self, text: str) -> JournalFilter:
        top, phase = self.desk.link.top, self.desk.link.view("phase", PhaseView)
        start_ns = phase.path[0].at_ns if phase is not None and phase.path else 0
        now_ns = top.at_ns if top is not None else 0
        return read_filter(text, instant_in(self.desk.desk.zone, start_ns, now_ns))

    def _begin(self, wanted: JournalFilter, *, anew: bool = False) -> None:
        """Read what fits `wanted`, unless that is what is shown."""
        self._stop_typing()
        if wanted == self._held.filter and self._held.begun and not self._trouble and not anew:
            return
        self._held, self._rows, self._trouble = Stretch(wanted), None, None
        self.read(Way.OLDER)
        self.show_body()

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None
