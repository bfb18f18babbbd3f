"""What a door asks of the written record: explanations and pages of the journal.

Decides that such reading happens on a thread, off the engine's loop, over a connection of its own.
Imports the store's reader and the explanation. Invariant: never writes; text is sanitised here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.client import Page, PageRow
from ytc_tui.commands.explain import explain
from ytc_tui.model.events import decode_event
from ytc_tui.views.event_lines import event_line

_LINE_LIMIT = 400
# Routine entries have no line: at most so many are passed over for one page.
_MAX_READ = 2_000


@dataclass(frozen=True, slots=True)
class Record:
    """The record in `database`."""

    database: Path

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

    async def page(self, session: str, before_seq: int, rows: int) -> Page:
        return await asyncio.to_thread(self._page, session, before_seq, rows)

    def _page(self, session: str, before_seq: int, rows: int) -> Page:
        found: list[PageRow] = []
        read = 0
        with SqliteReader(self.database) as reader:
            while len(found) < rows and read < _MAX_READ:
                entries = reader.newest(session, before_seq, rows)
                if not entries:
                    return Page(session, tuple(found), 0)
                for entry in entries:
                    read += 1
                    before_seq = entry.seq
                    text = event_line(entry, decode_event(entry))
                    if text:
                        found.append(PageRow(entry.seq, entry.at, entry.type, safe_line(text, _LINE_LIMIT)))
                        if len(found) == rows:
                            break
        return Page(session, tuple(found), before_seq if before_seq > 1 else 0)
