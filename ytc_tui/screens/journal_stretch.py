"""The entries of the journal that the screen holds: a stretch of what fits a filter, growing at both ends.

Decides what is asked for next and what is kept. Imports the client protocol and the filter. Invariants: rows
are newest first, and between the first and the last of them nothing that fits is missing; never more than
MAX_ROWS are held, and what is dropped can be read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ytc_tui.client import Page, PageRow
from ytc_tui.screens.journal_filter import EVERYTHING, JournalFilter
from ytc_tui.views.journal_query import PageQuery

MAX_ROWS = 2_000


class Way(StrEnum):
    """Towards which end."""

    OLDER = "older"
    NEWER = "newer"


@dataclass(slots=True)
class Stretch:
    """What fits `filter`, from where it says that reading begins.

    `older_seq` is where the older go on: before it; 0 = there are none. `newer_seq` is where the newer go on:
    after it. `live` = what fits was looked for up to the journal's end, as it stood at the last look.
    """

    filter: JournalFilter = EVERYTHING
    rows: list[PageRow] = field(default_factory=list)
    older_seq: int = 0
    newer_seq: int = 0
    live: bool = False
    begun: bool = False
    dropped: bool = False
    last_seq: int = 0
    indexed_seq: int = 0
    no_index: str = ""

    def next(self, way: Way, rows: int) -> PageQuery:
        """The page that is to be asked for."""
        wanted = self.filter
        if way is Way.NEWER:
            return PageQuery(wanted.conditions, wanted.from_ns, wanted.to_ns, 0, self.newer_seq, rows)
        to_ns, before_seq = wanted.to_ns, self.older_seq
        if not self.begun and wanted.at_seq is not None:
            before_seq = wanted.at_seq + 1
        if not self.rows and wanted.at_ns is not None:
            # Until the place is found; what is older than it need not be asked for its time.
            to_ns = wanted.at_ns + 1 if to_ns is None else min(to_ns, wanted.at_ns + 1)
        return PageQuery(wanted.conditions, wanted.from_ns, to_ns, before_seq, None, rows)

    def take(self, way: Way, page: Page) -> None:
        """The answer to what `next` asked for."""
        self.last_seq = max(self.last_seq, page.last_seq)
        self.indexed_seq, self.no_index = page.indexed_seq, page.no_index
        if way is Way.NEWER:
            self._take_newer(page)
        else:
            self._take_older(page)

    def more(self, way: Way) -> bool:
        """Whether anything may be left that way."""
        if not self.begun:
            return way is Way.OLDER
        return self.older_seq > 0 if way is Way.OLDER else not self.live

    @property
    def whole(self) -> bool:
        """Whether everything that fits is held."""
        return self.begun and not self.older_seq and self.live and not self.dropped

    @property
    def looked_at(self) -> int:
        """How many entries were looked at."""
        return max(0, self.newer_seq - max(0, self.older_seq - 1))

    def _take_older(self, page: Page) -> None:
        if not self.begun:
            self.begun = True
            at_seq = self.filter.at_seq
            self.live = self.filter.begins_at_newest
            self.newer_seq = page.last_seq if at_seq is None else min(at_seq, page.last_seq)
        if self.filter.at_ns is not None and not self.rows:
            # What is between the place and the first that fits was looked at, and none of it does.
            self.newer_seq = page.rows[0].seq if page.rows else self.newer_seq if page.before_seq else 0
        self.rows.extend(page.rows)
        self.older_seq = page.before_seq
        over = len(self.rows) - MAX_ROWS
        if over > 0:
            del self.rows[:over]
            self.newer_seq, self.live, self.dropped = self.rows[0].seq, False, True

    def _take_newer(self, page: Page) -> None:
        self.rows[:0] = page.rows
        self.newer_seq = max(self.newer_seq, page.after_seq)
        self.live = page.after_seq >= page.last_seq
        over = len(self.rows) - MAX_ROWS
        if over > 0:
            del self.rows[-over:]
            self.older_seq, self.dropped = self.rows[-1].seq, True
