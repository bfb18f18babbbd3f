"""What a door asks of the written record: explanations, entries, and pages of the journal.

Decides that reading happens off the engine's loop: what costs little on a thread, a search in a process of
its own, which holds no lock of this one's interpreter. Imports the store's search and the explanation.
Invariant: the store is never written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ytc_tui.adapters.stores.pages import page_of, whole
from ytc_tui.adapters.stores.search import JournalSearch
from ytc_tui.adapters.stores.searcher import Searcher
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.client import Page, WholeEntry
from ytc_tui.commands.explain import explain
from ytc_tui.commands.reviewing import past_sessions, review
from ytc_tui.views.journal_query import PageQuery
from ytc_tui.views.review import PastSessions, Review

# A page without a condition is there at once, or as much of it as there is by then.
PAGE_S = 0.1


@dataclass(frozen=True, slots=True)
class Record:
    """The record in `database`. Close it."""

    database: Path
    searcher: Searcher = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "searcher", Searcher(self.database))

    async def explain(
        self, session: str, target: str, now: Mapping[str, str], upto: int | None = None
    ) -> dict[str, Any]:
        """`now` is what the engine says of the agent `target`; entries after `upto` count for nothing. Raises
        UsageInvalid naming what there is to ask about."""
        answer = await asyncio.to_thread(
            explain,
            self.database,
            target,
            safe=safe_line,
            session=session,
            ask_agent=lambda _, __: now,
            upto=upto,
        )
        return {**answer.data, "text": answer.text}

    async def sessions(self) -> PastSessions:
        """The sessions of the record, the newest first."""
        return await asyncio.to_thread(past_sessions, self.database, safe=safe_line)

    async def review(self, session: str) -> Review:
        """Raises UsageInvalid for a session that is not on record."""
        return await asyncio.to_thread(review, self.database, session, safe=safe_line)

    async def page(self, session: str, query: PageQuery) -> Page:
        if query.plain:
            if not query.before_seq and query.after_seq is None:  # somebody has opened the journal
                await asyncio.to_thread(self.searcher.warm)
            return await asyncio.to_thread(self._page, session, query)
        return await asyncio.to_thread(self.searcher.page, session, query)

    async def entry(self, session: str, seq: int) -> WholeEntry | None:
        return await asyncio.to_thread(self._entry, session, seq)

    async def close(self) -> None:
        await asyncio.to_thread(self.searcher.close)

    def _page(self, session: str, query: PageQuery) -> Page:
        with closing(JournalSearch(self.database, session)) as search:
            return page_of(session, search.page(query, PAGE_S))

    def _entry(self, session: str, seq: int) -> WholeEntry | None:
        with closing(JournalSearch(self.database, session)) as search:
            found = search.entry(seq)
        return None if found is None else whole(found)
