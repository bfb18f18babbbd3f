"""Reading a store back: recovery, playback, history and verification.

Decides how much is read at a time, and that a snapshot which its chain does not carry is passed over.
May import the engine's ports and the model. Invariant: never writes; holds no read transaction
between two pages, so a long read keeps no log from being folded.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import quote

from ytc_tui.adapters.stores.bars import DIGEST_SQL, LAST_SQL
from ytc_tui.adapters.stores.failures import translated
from ytc_tui.adapters.stores.heads import HeadRow, head_row
from ytc_tui.adapters.stores.plan import HEAD_SQL
from ytc_tui.adapters.stores.schema import Shape, shapes
from ytc_tui.adapters.stores.upgrade import REVISION, revision_of
from ytc_tui.adapters.stores.values import Stored, pack, unpack
from ytc_tui.engine.ports import Snapshot
from ytc_tui.errors import JournalCorrupt, UsageInvalid
from ytc_tui.model.chain import GENESIS_HASH, BarsHead, ChainHead, Entry, SignedHead
from ytc_tui.model.market import Bar

PAGE_ROWS = 2_000
BUSY_TIMEOUT_S = 5.0
_END = 2**62  # past every sequence number
_BEGIN = float("-inf")  # before every one, also before those that no chain has
ENTRIES_SQL = (
    f"SELECT {', '.join(Entry._fields)} FROM journal WHERE session = ? AND seq > ? ORDER BY seq LIMIT ?"
)
NEWEST_SQL = (
    f"SELECT {', '.join(Entry._fields)} FROM journal WHERE session = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
)
# From one session to the next by the key; DISTINCT would read every entry.
SESSIONS_SQL = (
    "WITH RECURSIVE known (session) AS (SELECT min(session) FROM journal UNION ALL"
    " SELECT (SELECT min(session) FROM journal WHERE session > known.session) FROM known"
    " WHERE known.session IS NOT NULL)"
    " SELECT session FROM known LEFT JOIN heads USING (session) WHERE session IS NOT NULL"
    " ORDER BY counter, session"
)
SNAPSHOTS_SQL = (
    "SELECT s.session, s.seq, s.hash, s.state, s.digest, j.hash IS NOT NULL FROM snapshots AS s"
    " LEFT JOIN journal AS j ON j.session = s.session AND j.seq = s.seq AND j.hash = s.hash"
    " WHERE s.session = ? ORDER BY s.seq DESC"
)
BARS_SQL = (
    "SELECT symbol, open_ns, open, high, low, close, volume, place FROM bars"
    " WHERE symbol = ?1 AND (open_ns, place) > (?2, ?3) AND open_ns < ?4 AND (?5 IS NULL OR feed = ?5)"
    " ORDER BY open_ns, place LIMIT ?6"
)


def open_readonly(path: Path) -> sqlite3.Connection:
    """A read-only connection. Raises JournalUnavailable or JournalCorrupt (absent, no store, newer)."""
    if not path.is_file():
        if os.path.lexists(path):
            raise JournalCorrupt("is not an ordinary file", where=str(path), fix="move it away")
        raise JournalCorrupt("there is no journal", where=str(path), fix="`ytc run` begins one")
    address = f"file:{quote(str(path))}?mode=ro"
    try:
        try:
            connection = _opened(address)
        except sqlite3.OperationalError:
            # A closed store on read-only media: no log beside it, and none can be made.
            if path.with_name(path.name + "-wal").exists():
                raise
            connection = _opened(address + "&immutable=1")
        revision = _revision(connection, path)
    except sqlite3.Error as error:
        raise translated(error, path, "read") from error
    if revision != REVISION:
        connection.close()
        raise JournalCorrupt(
            f"its store revision is {revision or 'missing'}, this program reads {REVISION}",
            where=str(path),
            fix="an older store is migrated when an engine opens it; a newer one needs a newer program",
        )
    return connection


def _opened(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _revision(connection: sqlite3.Connection, path: Path) -> str:
    try:
        return revision_of(connection)
    except JournalCorrupt as error:
        connection.close()
        raise JournalCorrupt(error.what, where=str(path), fix=error.fix) from error


class KeptSnapshot(NamedTuple):
    """A snapshot as found: is its text as it was written, and does the chain hold its entry?"""

    snapshot: Snapshot
    whole: bool
    in_chain: bool


class SqliteReader:
    """The JournalReader port over a store file. One thread at a time; close it, or use `with`."""

    def __init__(self, path: Path) -> None:
        """Open `path` read-only. Raises JournalUnavailable or JournalCorrupt."""
        self._connect(open_readonly(path), path, own=True)

    @classmethod
    def over(cls, connection: sqlite3.Connection, path: Path) -> Self:
        """A reader on an open connection, which stays the caller's."""
        reader = cls.__new__(cls)
        reader._connect(connection, path, own=False)
        return reader

    def _connect(self, connection: sqlite3.Connection, path: Path, *, own: bool) -> None:
        self.path = path
        self._connection = connection
        self._own = own
        self._shapes: dict[str, Shape] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._own:
            self._connection.close()

    def sessions(self) -> tuple[str, ...]:
        """Every session that has an entry, oldest first."""
        return tuple(row[0] for row in self._all(SESSIONS_SQL, ()))

    def head(self, session: str) -> ChainHead:
        """Where the chain stands; entry 0 with the genesis hash if the session is not known."""
        rows = self._all(HEAD_SQL, (session,))
        return ChainHead(session, rows[0][0], rows[0][1]) if rows else ChainHead(session)

    def head_row(self, session: str) -> HeadRow | None:
        """The row of `session` in the table heads."""
        try:
            return head_row(self._connection, session)
        except sqlite3.Error as error:
            raise translated(error, self.path, "read") from error

    def signed_head(self, session: str) -> SignedHead | None:
        """The head of `session` that was signed last, None where none was."""
        row = self.head_row(session)
        return None if row is None else row.signed()

    def bars_head(self) -> BarsHead:
        """Where the bar store stands."""
        rows = self._all(LAST_SQL, ())
        return BarsHead(*rows[0]) if rows else BarsHead()

    def bars_digest(self, bars: int) -> str:
        """The rolling digest after so many bars; empty if the store holds fewer."""
        rows = self._all(DIGEST_SQL, (bars,)) if bars else [(GENESIS_HASH,)]
        return str(rows[0][0]) if rows else ""

    def latest_snapshot(self, session: str) -> Snapshot | None:
        """The newest snapshot whose entry is in the chain and whose text is whole."""
        kept = self.snapshots(session)
        return next((item.snapshot for item in kept if item.whole and item.in_chain), None)

    def snapshots(self, session: str) -> Iterator[KeptSnapshot]:
        """Every snapshot of `session` in the file, newest first."""
        for *fields, digest, in_chain in self._all(SNAPSHOTS_SQL, (session,)):
            snapshot = Snapshot(*fields)
            yield KeptSnapshot(snapshot, _sha256(str(snapshot.state)) == digest, bool(in_chain))

    def entries(self, session: str, after_seq: int = 0) -> Iterator[Entry]:
        """Entries after `after_seq` in order, read a page at a time; after 0 every one that is there."""
        after: float = after_seq or _BEGIN
        while True:
            page = self._all(ENTRIES_SQL, (session, after, PAGE_ROWS))
            yield from map(Entry._make, page)
            if len(page) < PAGE_ROWS:
                return
            after = page[-1][0]

    def ends(self, session: str) -> tuple[Entry, Entry] | None:
        """The first and the last entry of `session`; None if it has none."""
        last = self.newest(session, 0, 1)
        return (Entry._make(self._all(ENTRIES_SQL, (session, _BEGIN, 1))[0]), last[0]) if last else None

    def newest(self, session: str, before_seq: int, limit: int) -> tuple[Entry, ...]:
        """At most `limit` entries before `before_seq` (0 = the end), newest first."""
        return tuple(map(Entry._make, self._all(NEWEST_SQL, (session, before_seq or _END, limit))))

    def bars(self, symbol: str, from_ns: int, to_ns: int, feed: str | None = None) -> Iterator[Bar]:
        """Bars that open in [from_ns, to_ns), oldest first; of `feed` alone if it is given."""
        after: tuple[int, int] = (from_ns, -1)
        while True:
            page = self._all(BARS_SQL, (symbol, *after, to_ns, feed, PAGE_ROWS))
            for *bar, _ in page:
                yield Bar._make(bar)
            if len(page) < PAGE_ROWS:
                return
            after = (page[-1][1], page[-1][-1])

    def rows(
        self,
        table: str,
        *,
        order_by: str = "",
        descending: bool = False,
        limit: int = 1_000,
        offset: int = 0,
        **filters: object,
    ) -> tuple[dict[str, Any], ...]:
        """Rows of `table` as column -> value (Decimal, JSON data, bool as the column declares).

        A filter is a column with the value it must equal; a tuple means any of its values. Ordered by
        `order_by`, then the primary key. UsageInvalid: no such table or column.
        """
        shape = self._shape(table)
        for name in (*filters, *([order_by] if order_by else [])):
            if name not in shape.columns:
                raise UsageInvalid(
                    f"{table} has no column {name!r}", fix=f"use one of {', '.join(shape.columns)}"
                )
        conditions = ["1"]
        values: list[object] = []
        for name, wanted in filters.items():
            declared = shape.declared[shape.columns.index(name)]
            options = wanted if isinstance(wanted, tuple) else (wanted,)
            conditions.append(f'"{name}" IN ({", ".join("?" * len(options))})')
            values.extend(pack(declared, option) for option in options)
        direction = "DESC" if descending else "ASC"
        order = ", ".join(f'"{name}" {direction}' for name in dict.fromkeys((order_by, *shape.key)) if name)
        sql = f'SELECT * FROM "{table}" WHERE {" AND ".join(conditions)} ORDER BY {order} LIMIT ? OFFSET ?'
        return tuple(
            {
                name: unpack(declared, value)
                for name, declared, value in zip(shape.columns, shape.declared, row, strict=True)
            }
            for row in self._all(sql, (*values, limit, offset))
        )

    def stored_rows(self, table: str, session: str) -> list[tuple[Stored, ...]]:
        """Every row of a projection of `session`, as stored, in the order of its columns and its key."""
        key = ", ".join(f'"{name}"' for name in self._shape(table).key)
        return self._all(f'SELECT * FROM "{table}" WHERE session = ? ORDER BY {key}', (session,))

    @contextlib.contextmanager
    def one_view(self) -> Iterator[None]:
        """What is read inside is of one instant, though an engine may be writing."""
        self._all("BEGIN", ())
        try:
            yield
        finally:
            self._connection.rollback()

    def shapes(self) -> dict[str, Shape]:
        """Every table of the store by name."""
        if not self._shapes:
            self._shapes = shapes(self._connection)
        return self._shapes

    def _shape(self, table: str) -> Shape:
        shape = self.shapes().get(table)
        if shape is None:
            raise UsageInvalid(f"no table {table!r}", fix=f"use one of {', '.join(sorted(self.shapes()))}")
        return shape

    def _all(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        try:
            with contextlib.closing(self._connection.execute(sql, values)) as cursor:
                return cursor.fetchall()
        except (sqlite3.Error, MemoryError) as error:
            raise translated(error, self.path, "read") from error


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
