"""What a store holds beside its entries: links between sessions, snapshots, and rows of no session.

Decides what is wrong with them, and the words for it. Reads only. May import the model. Invariant: nothing
here is believed for what it says of itself alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from ytc_tui.adapters.stores.heads import HeadRow
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.schema import RECORD_TABLES
from ytc_tui.adapters.stores.store import ANCHOR_EVERY

# From one session to the next by the key; DISTINCT would read every row.
SESSIONS_OF_SQL = (
    "WITH RECURSIVE known (session) AS (SELECT min(session) FROM {table} UNION ALL"
    " SELECT (SELECT min(session) FROM {table} WHERE session > known.session) FROM known"
    " WHERE known.session IS NOT NULL) SELECT session FROM known WHERE session IS NOT NULL"
)


class Finding(NamedTuple):
    """One thing that is not as it should be; `seq` 0 when it concerns no single entry."""

    session: str
    seq: int
    text: str


def link_findings(heads: Collection[HeadRow], known: Sequence[str]) -> Iterator[Finding]:
    """Sessions are numbered without a gap, each follows the one before it, none lacks its row."""
    before = ""
    for expected, head in enumerate(heads, start=1):
        if head.counter != expected:
            yield Finding(head.session, 0, f"is session {head.counter}; session {expected} is missing")
            return
        if head.previous_session != before:
            text = f"follows session {head.previous_session!r}, not {before!r}"
            yield Finding(head.session, 0, text)
        elif before and head.previous_seq < 1:
            yield Finding(head.session, 0, f"names no entry of session {before}, which it follows")
        before = head.session
    rows = {head.session for head in heads}
    for session in known:
        if session not in rows:
            yield Finding(session, 0, "has entries but no row in the table heads")


def row_findings(reader: SqliteReader, session: str, last_seq: int) -> Iterator[Finding]:
    """The row of a session moves along every so many entries: one that lags behind was put back."""
    row = reader.head_row(session)
    if row is not None and row.head_seq // ANCHOR_EVERY < last_seq // ANCHOR_EVERY:
        text = f"its row in the table heads was put back to {row.head_seq}, its journal ends at {last_seq}"
        yield Finding(session, 0, text)


def snapshot_findings(connection: sqlite3.Connection, reader: SqliteReader) -> tuple[int, Sequence[Finding]]:
    """Each snapshot's text is as it was written (its entry is an anchor of the chain). How many there are."""
    count, findings = 0, []
    for (session,) in connection.execute(SESSIONS_OF_SQL.format(table="snapshots")).fetchall():
        for kept in reader.snapshots(session):
            count += 1
            if not kept.whole:
                findings.append(Finding(session, kept.snapshot.seq, "its snapshot's text was changed"))
    return count, findings


def stray_findings(
    connection: sqlite3.Connection, reader: SqliteReader, known: Collection[str]
) -> Iterator[Finding]:
    """Every table's rows are those of sessions that are `known`."""
    for table, shape in reader.shapes().items():
        if "session" not in shape.columns or table in RECORD_TABLES - {"snapshots"}:
            continue
        for (session,) in connection.execute(SESSIONS_OF_SQL.format(table=f'"{table}"')):
            if session not in known:
                yield Finding(session, 0, f"has rows in the table {table}, but no entry in the journal")
