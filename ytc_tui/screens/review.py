"""Sessions in hindsight: the list of those on record, and one of them as its report has it.

Decides when a record is read again. Imports the base of table screens, the review and the widgets.
Invariants: a review is made because a person stopped at its session; what could not be read is said in its
place.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Sparkline, Static

from ytc_tui.errors import YtcError
from ytc_tui.screens import words
from ytc_tui.screens.containment import Contained
from ytc_tui.screens.section_tables import page
from ytc_tui.screens.table_screen import BehindPane, TableScreen
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.line import Line
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row, Tone
from ytc_tui.views.review import PastSession, PastSessions, Review
from ytc_tui.views.sanitised import sanitised
from ytc_tui.views.section import Section

AGAIN_S = 10.0
_COLUMNS = (
    Column("began", "began", 16, priority=20),
    Column("mode", "mode", 5, priority=12),
    Column("status", "status", 14, priority=16),
    Column("pnl", "P&L", 10, "right", priority=18),
    Column("pct", "%", 7, "right", priority=15),
    Column("trades", "trades", 6, "right", priority=17),
    Column("why", "how it ended", 16, priority=10, share=1),
)
_STATUS_TONES: dict[str, Tone] = {"emergency_stop": "critical", "running": "ok", "paused": "warning"}
_BAR_CELLS = 30
SHORT_ID = 8  # characters that name a session for a command


class ReviewPane(BehindPane):
    """The session under the cursor: its balance, its trades by R, and its report."""

    def content(self) -> ComposeResult:
        with VerticalScroll(id="behind"):
            yield Line(id="behind-text")
            yield Balance(id="balance", summary_function=lambda values: values[-1])
            yield Line(id="distribution")
            yield ReportTables(id="tables")

    def show_review(self, review: Review | None) -> None:
        """Everything of `review`; nothing where there is none."""
        balances = [float(balance) for _, balance in review.balances] if review is not None else []
        self.query_one(Balance).say(balances)
        self.query_one("#distribution", Line).say(distribution_content(review))
        self.query_one(ReportTables).say(review.tables if review is not None else ())


class Balance(Contained, Sparkline):
    """The wallet's balance from the session's begin to its end."""

    # Textual takes these from the first base alone.
    COMPONENT_CLASSES: ClassVar[set[str]] = Sparkline.COMPONENT_CLASSES
    DEFAULT_CSS = """
    Balance { height: 4; margin: 0 1 1 0; display: none; }
    Balance > .sparkline--max-color { color: $primary; }
    Balance > .sparkline--min-color { color: $primary 40%; }
    """

    def say(self, values: list[float]) -> None:
        if values != self.data:
            self.display = len(values) > 1
            self.data = values


class ReportTables(Contained, Static):
    """The report's tables, one under the other."""

    _said: tuple[Section, ...] = ()

    def say(self, tables: tuple[Section, ...]) -> None:
        if tables is not self._said:
            self._said = tables
            self.update(page(tables))


class ReviewScreen(TableScreen):
    HEADING = "Sessions"
    COLUMNS = _COLUMNS
    EMPTY = "no session is on record"
    BEHIND: ClassVar[type[BehindPane]] = ReviewPane
    STACKED = True

    def __init__(self) -> None:
        super().__init__()
        self._sessions: PastSessions | None = None
        self._read_s = float("-inf")
        self._unread = ""
        self._review: Review | None = None

    def rows(self) -> Sequence[Row] | None:
        found, zone = self._sessions, self.desk.desk.zone
        return tuple(_row(session, zone) for session in found.rows) if found is not None else None

    def summary(self) -> Content:
        if self._unread:
            return Content.styled(self._unread, "bold $text-error")
        found = self._sessions
        if found is None:
            return Content()
        newest = f"the newest {len(found.rows)} of " if len(found.rows) < found.total else ""
        return Content(f"{newest}{found.total} on record; enter reads the report")

    def show_body(self) -> None:
        if self.is_current and self.desk.desk.now_s() - self._read_s >= AGAIN_S:
            self.read_sessions()
        super().show_body()

    @work(group="sessions", exclusive=True, exit_on_error=False)
    async def read_sessions(self) -> None:
        """Ask for the sessions on record, and show them."""
        client = self.desk.client
        if client is None:
            return
        self._read_s = self.desk.desk.now_s()
        try:
            self._sessions, self._unread = await client.sessions(), ""
        except YtcError as error:
            self._unread = self.desk.desk.safe(str(error))
        self.show_body()

    async def told(self, key: str) -> Content | None:
        client = self.desk.client
        if client is None:
            return None
        self._review = None
        self._review = sanitised(await client.review(key), self.desk.desk.safe)
        return Content()

    def behind(self, key: str) -> Content:
        review = self._reviewed(key)
        if review is None:
            return Content()
        again = self.desk.desk.safe(f"`ytc playback {key[:SHORT_ID]}` plays it again")
        return Content("\n").join([balance_content(review), Content.styled(again, MUTED)])

    def show_behind(self, pane: BehindPane) -> None:
        super().show_behind(pane)
        if isinstance(pane, ReviewPane):
            pane.show_review(self._reviewed(self.selected_key))

    def _reviewed(self, key: str | None) -> Review | None:
        review = self._review
        return review if review is not None and review.session_id == key else None


def _row(session: PastSession, zone: ZoneInfo) -> Row:
    ended = session.end_reason or (f"not ended: {session.phase}" if session.phase else words.UNKNOWN)
    return Row(
        session.session_id,
        (
            Cell(words.day_and_clock(session.started_ns, zone)),
            Cell(session.mode.upper()),
            Cell(session.status or words.UNKNOWN, _STATUS_TONES.get(session.status, "plain")),
            _money(session.pnl, words.money(session.pnl)),
            _money(session.pnl_pct, words.signed(session.pnl_pct)),
            Cell(words.UNKNOWN if session.trades is None else str(session.trades)),
            Cell(ended, "muted"),
        ),
    )


def _money(value: Decimal | None, text: str) -> Cell:
    return Cell(text, "gain" if value is not None and value > 0 else "loss" if value else "muted")


def balance_content(review: Review) -> Content:
    """What the wallet began and ended with, and between which balances it stood."""
    if not review.balances:
        return Content("no balance is on record")
    balances = [balance for _, balance in review.balances]
    first, last = balances[0], balances[-1]
    return Content(
        f"balance {first:,.2f} to {last:,.2f} {review.currency} ({words.money(last - first)}), "
        f"lowest {min(balances):,.2f}, highest {max(balances):,.2f}"
    )


def distribution_content(review: Review | None) -> Content:
    """Trades by R, a bar for each half of an R."""
    counts = review.r_counts if review is not None else ()
    if not any(count for _, count in counts):
        return Content()
    most = max(count for _, count in counts)
    lines: list[Content] = [Content.styled("Trades by R", "bold")]
    for low_r, count in counts:
        style = "$text-error" if low_r < 0 else "$text-success"
        bar = "█" * max(1, round(count / most * _BAR_CELLS)) if count else ""
        lines.append(Content.assemble((f"{low_r:>+5.1f} R  ", MUTED), (bar, style), f" {count}"))
    return Content("\n").join(lines)
