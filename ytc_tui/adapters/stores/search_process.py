"""The process that searches a journal: `python -m ytc_tui.adapters.stores.search_process STORE`.

Decides what is done between two questions: the index is brought up. Imports its sibling modules and the
pages. One JSON object a line comes in and one goes out. Invariants: it only reads the store; it ends when
nobody can ask any more, and when nobody has asked for a while.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from ytc_tui.adapters.error_documents import error_document
from ytc_tui.adapters.process_guard import guard_process
from ytc_tui.adapters.stores.bounded_search import BoundedSearch
from ytc_tui.adapters.stores.pages import page_of
from ytc_tui.adapters.stores.search import JournalSearch
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import YtcError
from ytc_tui.model.codec import from_json, to_json
from ytc_tui.views.journal_match import Search
from ytc_tui.views.journal_query import PageQuery

PAGE_S = 0.15
# A question waits for no more than one such piece of work.
PIECE_S = 0.03
IDLE_S = 60.0
# The engine goes first where processors are few.
NICE = 5


class Answering:
    """Answers questions about sessions of the store at `database`, one session at a time."""

    def __init__(self, database: Path, search: Search) -> None:
        self._database, self._search = database, search
        self._open: JournalSearch | None = None

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A page as JSON, or the document of an error."""
        try:
            query = from_json(PageQuery, asked["query"])
            found = self._of(str(asked["session"])).page(query, PAGE_S)
            return {"page": to_json(page_of(str(asked["session"]), found))}
        except YtcError as error:
            return error_document(error)
        except Exception as error:  # the one who asked is told, and the next question may fare better
            failed = f"the search failed: {type(error).__name__}: {error}"
            return error_document(YtcError(failed, fix="`ytc verify` says whether the journal is whole"))

    def work(self) -> bool:
        """Index a piece; whether there is more to do."""
        try:
            return self._open is not None and self._open.bring_up(PIECE_S)
        except Exception:  # whatever an entry holds: the next question is answered, by reading
            return False

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _of(self, session: str) -> JournalSearch:
        if self._open is None or self._open.session != session:
            self.close()
            self._open = JournalSearch(self._database, session, indexed=True, search=self._search)
        return self._open


def serve(answering: Answering, read: int, write: int) -> None:
    """Answer the lines that come from the descriptor `read` at `write` until nobody asks any more."""
    with os.fdopen(read, "rb", closefd=False) as lines, os.fdopen(write, "wb", closefd=False) as answers:
        busy, asking = False, select.poll()
        asking.register(read, select.POLLIN)
        while True:
            if asking.poll(0 if busy else IDLE_S * 1_000):
                line = lines.readline()
                if not line:
                    return
                answers.write(
                    json.dumps(answering.answer(loads(line)), separators=(",", ":")).encode() + b"\n"
                )
                answers.flush()
                busy = True
            elif busy:
                busy = answering.work()
            else:
                return


def main() -> None:
    guard_process()
    # What a terminal sends is for the program that it belongs to; this one ends when nobody can ask.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with suppress(OSError):
        os.nice(NICE)
    answering = Answering(Path(sys.argv[1]), BoundedSearch())
    with suppress(BrokenPipeError):
        serve(answering, 0, 1)
    answering.close()


if __name__ == "__main__":
    main()
