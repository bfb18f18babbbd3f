"""The words of a session's entries in a file beside its store, so that a search need not read them all.

Decides what the file holds, when it is believed, and when it is made anew. Imports sqlite3 and the rules for
private files. Invariants: it is no part of the record and may be deleted at any time; it covers entries 1 to
`reached` and says nothing of any other; what it proposes is always checked against the journal.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from ytc_tui.adapters.paths import SESSION_NAME, private_folder
from ytc_tui.adapters.stores.failures import is_unavailable
from ytc_tui.adapters.stores.sealed_file import SealedFile, remove_unused
from ytc_tui.errors import YtcError

FOLDER = "search"
# Raised whenever an entry is indexed under other words.
VERSION = 1
# Files that are kept in the folder: those of the sessions that were searched last.
KEEP_FILES = 4
# So often the file is made anew before the process goes on without it.
MAX_RENEWALS = 3
_SCHEMA = """
CREATE VIRTUAL TABLE words USING fts5 (
    terms, content = '', columnsize = 0, detail = none, tokenize = "ascii tokenchars '_'"
);
INSERT INTO words (words, rank) VALUES ('hashsize', 33554432);
CREATE TABLE blocks (first_seq INTEGER PRIMARY KEY, last_seq INTEGER, from_ns INTEGER, to_ns INTEGER);
CREATE TABLE covered (version INTEGER, session TEXT, seq INTEGER, hash TEXT);
"""

ResultT = TypeVar("ResultT")


class _Distrusted(Exception):
    """The file is not what it should be."""


class SearchIndex:
    """The index of `session` in the folder `search` beside `database`. Close it.

    `hash_of` gives the hash of a journal's entry, empty where there is none. Nothing here raises for what is
    wrong with the file: `reached` goes back to 0, and `off` says why there is no index for the time being.
    """

    def __init__(self, database: Path, session: str, hash_of: Callable[[int], str]) -> None:
        self._file = SealedFile(database.parent / FOLDER / f"{session}.db")
        self._session, self._hash_of = session, hash_of
        self._connection: sqlite3.Connection | None = None
        self._renewals = 0
        self.reached = 0
        self.off = "" if SESSION_NAME.fullmatch(session) else "the session's name is no name of a file"

    def ready(self) -> None:
        """Open the file, and see whether what it covers is what the journal holds."""

        def look(connection: sqlite3.Connection) -> None:
            version, session, seq, digest = self._covered(connection)
            if (version, session) != (VERSION, self._session):
                raise _Distrusted("it is of another session or release")
            if seq and self._hash_of(seq) != digest:
                raise _Distrusted("it is of another journal")
            self.reached = seq

        self._trying(look, None)

    def add(self, rows: Sequence[tuple[int, str]], span_ns: tuple[int, int], hash_of_last: str) -> None:
        """Index the entries after `reached`: `rows` of sequence number and terms."""
        last = rows[-1][0]

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            if self._covered(connection)[2] != rows[0][0] - 1:
                raise _Distrusted("it covers something else than was read from it")
            connection.executemany("INSERT INTO words (rowid, terms) VALUES (?, ?)", rows)
            connection.execute("INSERT INTO blocks VALUES (?, ?, ?, ?)", (rows[0][0], last, *span_ns))
            connection.execute("UPDATE covered SET seq = ?, hash = ?", (last, hash_of_last))
            connection.execute("COMMIT")
            self.reached = last

        self._trying(write, None)

    def proposed(self, expression: str, from_seq: int, to_seq: int, *, older: bool, limit: int) -> list[int]:
        """Entries from `from_seq` to before `to_seq` that fit `expression`, the first `limit` from the newer
        or the older end. Look at `reached` afterwards: it is 0 when the file could not be read."""
        order = "DESC" if older else "ASC"
        sql = (
            "SELECT rowid FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ?"
            f" ORDER BY rowid {order} LIMIT ?"
        )
        values = (expression, from_seq, to_seq, limit)
        return self._trying(lambda connection: [int(row[0]) for row in connection.execute(sql, values)], [])

    def span(self, from_ns: int, to_ns: int) -> tuple[int, int]:
        """The numbers of the first and the last entry that can be of a time in [from_ns, to_ns); 1 and 0
        where none can."""
        sql = (
            "SELECT coalesce(min(first_seq), 1), coalesce(max(last_seq), 0) FROM blocks"
            " WHERE to_ns >= ? AND from_ns < ?"
        )
        whole = (1, self.reached)
        return self._trying(lambda connection: connection.execute(sql, (from_ns, to_ns)).fetchone(), whole)

    def close(self) -> None:
        """Fold everything into the file and seal it."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except sqlite3.Error:
            self._file.give_back(whole=False)
        else:
            self._file.give_back(whole=True)

    # ---- the file ------------------------------------------------------------------------------

    def _trying(self, work: Callable[[sqlite3.Connection], ResultT], otherwise: ResultT) -> ResultT:
        """What `work` makes of the file. Whatever is wrong with it: `otherwise`, and it is left alone for now
        where it cannot be had, and else made anew the next time."""
        if self.off:
            return otherwise
        try:
            if self._connection is None:
                self._connection = self._opened()
            return work(self._connection)
        except (sqlite3.Error, OSError, ValueError, TypeError, YtcError, _Distrusted) as error:
            self._give_up(error)
            return otherwise

    def _give_up(self, error: Exception) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
        self.reached = 0
        self._renewals += 1
        cannot_be_had = isinstance(error, sqlite3.Error | OSError) and is_unavailable(error)
        if cannot_be_had or isinstance(error, YtcError) or self._renewals > MAX_RENEWALS:
            self.off = error.what if isinstance(error, YtcError) else str(error)
        else:
            with contextlib.suppress(OSError):
                self._file.remove()
        self._file.give_back(whole=False)

    def _opened(self) -> sqlite3.Connection:
        private_folder(self._file.path.parent)
        whole = self._file.take()
        if not whole:
            self._file.make()
        connection = sqlite3.connect(self._file.path, timeout=0, isolation_level=None)
        try:
            # Nobody else comes near it: no memory to share, and no lock to take for each statement.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            if not whole:
                connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA}")
                connection.execute("INSERT INTO covered VALUES (?, ?, 0, '')", (VERSION, self._session))
                connection.execute("COMMIT")
                self._forget_old()
        except BaseException:
            connection.close()
            raise
        return connection

    @staticmethod
    def _covered(connection: sqlite3.Connection) -> tuple[int, str, int, str]:
        rows = connection.execute("SELECT version, session, seq, hash FROM covered").fetchall()
        if len(rows) != 1 or not isinstance(rows[0][2], int):
            raise _Distrusted("it does not say what it covers")
        version, session, seq, digest = rows[0]
        return version, session, seq, digest

    def _forget_old(self) -> None:
        """Delete the files of sessions that were searched longest ago."""
        files = [(path.stat().st_mtime_ns, path) for path in self._file.path.parent.glob("*.db")]
        for _, path in sorted(files, reverse=True)[KEEP_FILES:]:
            if path != self._file.path:
                remove_unused(path)
