"""Pages of a journal of any length: found through the index as far as it reaches, by reading beyond.

Decides in which order entries are looked at and when a page is handed over unfinished. Imports the store's
reader, its sibling modules and the views. Invariants: it only reads the journal; no call takes much longer
than it is given; every entry on the way from where a page begins to where it ends was looked at.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from ytc_tui.adapters.stores.failures import translated
from ytc_tui.adapters.stores.reader import open_readonly
from ytc_tui.adapters.stores.search_index import SearchIndex
from ytc_tui.adapters.stores.search_terms import Narrowed, match_expression, narrowed, terms_of
from ytc_tui.model.chain import Entry
from ytc_tui.views.journal_match import Matcher, Search, found_in
from ytc_tui.views.journal_query import BEYOND, PageQuery

# Entries that one statement passes over: so many at first, then as many as take about STATEMENT_S.
FIRST_SPAN, LONGEST_SPAN, STATEMENT_S = 1_000, 100_000, 0.03
# Entries or proposals that are taken out at a time.
TAKEN = 200
# Entries that are indexed with one commit.
INDEXED = 500
_FIELDS = ", ".join(Entry._fields)
_HASH_SQL = "SELECT hash FROM journal WHERE session = ? AND seq = ?"
_LAST_SQL = "SELECT max(seq) FROM journal WHERE session = ?"
_ORDERS_SQL = "SELECT client_id FROM orders WHERE session = ? AND trade_id = ? COLLATE NOCASE"
_BETWEEN_SQL = f"SELECT {_FIELDS} FROM journal WHERE session = ? AND seq >= ? AND seq < ? ORDER BY seq"
_NEXT_SQL = f"SELECT {_FIELDS} FROM journal WHERE session = ? AND seq > ? ORDER BY seq LIMIT ?"


class Found(NamedTuple):
    """A page: entries, newest first. It goes on before `before_seq` or after `after_seq`, whichever way it
    was read; 0 = that was all. `last_seq` is the journal's last entry, `reached` how far the index reaches,
    and `no_index` why there is none for the time being."""

    entries: tuple[Entry, ...]
    before_seq: int
    after_seq: int
    last_seq: int
    reached: int
    no_index: str = ""


class _Looked(NamedTuple):
    """An entry that may be wanted, None where there was none, and the sequence number up to which, this one
    too, everything was looked at."""

    entry: Entry | None
    seq: int


class JournalSearch:
    """Searches `session` of the store at `database`; `indexed` = by its index. One thread at a time; close
    it."""

    def __init__(
        self,
        database: Path,
        session: str,
        *,
        indexed: bool = False,
        search: Search = found_in,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises JournalUnavailable or JournalCorrupt as a reader does."""
        self.database, self.session = database, session
        self._connection = open_readonly(database)
        self._search, self._now_s = search, now_s
        self.index = SearchIndex(database, session, self._hash_of) if indexed else None
        self._span = FIRST_SPAN

    def close(self) -> None:
        if self.index is not None:
            self.index.close()
        self._connection.close()

    # ---- pages ---------------------------------------------------------------------------------

    def page(self, query: PageQuery, limit_s: float) -> Found:
        """The page, or as much of it as is found within `limit_s`."""
        deadline_s = self._now_s() + limit_s
        last_seq = min(self._last_seq(), query.upto_seq or BEYOND)
        reached = min(self._reached(), last_seq)
        matcher = Matcher(query, self._orders_of, self._search)
        older = query.after_seq is None
        end = 1 if older else last_seq
        found: list[Entry] = []
        looked_at = (
            min(query.before_seq or BEYOND, last_seq + 1) if query.after_seq is None else query.after_seq
        )
        for entry, seq in self._candidates(query, matcher, looked_at, last_seq):
            looked_at = seq
            if entry is not None and matcher.wants(entry):
                found.append(entry)
            if len(found) == query.rows or self._now_s() >= deadline_s:
                break
        else:
            looked_at = end
        off = self.index.off if self.index is not None else ""
        if not older:
            return Found(tuple(reversed(found)), 0, looked_at, last_seq, reached, off)
        return Found(tuple(found), looked_at if looked_at > 1 else 0, 0, last_seq, reached, off)

    def entry(self, seq: int) -> Entry | None:
        """Entry `seq`, None where there is none."""
        rows = self._all(f"SELECT {_FIELDS} FROM journal WHERE session = ? AND seq = ?", (self.session, seq))
        return Entry._make(rows[0]) if rows else None

    def _candidates(self, query: PageQuery, matcher: Matcher, start: int, last_seq: int) -> Iterator[_Looked]:
        """Every entry that may be wanted from where the page begins to the journal's end on that side."""
        sql = narrowed(query, matcher, self._orders_of)
        expression = match_expression(query, matcher, self._orders_of)
        reached = min(self._reached(), last_seq)
        if query.after_seq is not None:
            if start < reached:
                yield from self._indexed(query, expression, sql, start + 1, reached + 1, older=False)
            yield from self._read(sql, max(start, reached) + 1, last_seq + 1, older=False)
        else:
            yield from self._read(sql, reached + 1, start, older=True)
            if reached:
                to_seq = min(start, reached + 1)
                yield from self._indexed(query, expression, sql, 1, to_seq, older=True)

    def _indexed(
        self, query: PageQuery, expression: str, sql: Narrowed, from_seq: int, to_seq: int, *, older: bool
    ) -> Iterator[_Looked]:
        """Candidates in [from_seq, to_seq) through the index; by reading, should it fail on the way."""
        assert self.index is not None
        if query.from_ns is not None or query.to_ns is not None:
            first, last = self.index.span(
                -BEYOND if query.from_ns is None else query.from_ns,
                BEYOND if query.to_ns is None else query.to_ns,
            )
            from_seq, to_seq = max(from_seq, first), min(to_seq, last + 1)
        while expression and from_seq < to_seq:
            seqs = self.index.proposed(expression, from_seq, to_seq, older=older, limit=TAKEN)
            if not self.index.reached:
                break
            yield from self._taken(seqs)
            if len(seqs) < TAKEN:
                return
            from_seq, to_seq = (from_seq, seqs[-1]) if older else (seqs[-1] + 1, to_seq)
        yield from self._read(sql, from_seq, to_seq, older=older)

    def _read(self, sql: Narrowed, from_seq: int, to_seq: int, *, older: bool) -> Iterator[_Looked]:
        """Candidates in [from_seq, to_seq) by reading the journal, a stretch at a time. Within each the file
        is read forwards, whichever way the stretches go: from a disk that is several times as quick."""
        statement = f"SELECT seq FROM journal WHERE session = ? AND seq >= ? AND seq < ? AND {sql.sql}"
        while from_seq < to_seq:
            span = self._span if sql.values else TAKEN
            low = max(from_seq, to_seq - span) if older else from_seq
            high = to_seq if older else min(to_seq, from_seq + span)
            if sql.values:
                began_s = self._now_s()
                seqs = [row[0] for row in self._all(statement, (self.session, low, high, *sql.values))]
                self._pace(self._now_s() - began_s)
                yield from self._taken(sorted(seqs, reverse=older))
            else:
                rows = self._all(_BETWEEN_SQL, (self.session, low, high))
                for row in reversed(rows) if older else rows:
                    yield _Looked(Entry._make(row), row[0])
            yield _Looked(None, low if older else high - 1)
            from_seq, to_seq = (from_seq, low) if older else (high, to_seq)

    def _taken(self, seqs: list[int]) -> Iterator[_Looked]:
        """The entries of these numbers, in this order, read some at a time."""
        for start in range(0, len(seqs), TAKEN):
            part = seqs[start : start + TAKEN]
            entries = self._entries(part)
            for seq in part:
                yield _Looked(entries.get(seq), seq)

    def _pace(self, took_s: float) -> None:
        if took_s > STATEMENT_S:
            self._span = max(FIRST_SPAN, self._span // 2)
        elif took_s < STATEMENT_S / 4:
            self._span = min(LONGEST_SPAN, self._span * 2)

    # ---- the index -----------------------------------------------------------------------------

    def bring_up(self, limit_s: float) -> bool:
        """Index entries that are not yet, at least some, for about `limit_s`; whether there are more."""
        index, deadline_s = self.index, self._now_s() + limit_s
        if index is None:
            return False
        while True:
            self._reached()
            if index.off:
                return False
            rows = self._all(_NEXT_SQL, (self.session, index.reached, INDEXED))
            if not rows:
                return False
            entries = [Entry._make(row) for row in rows]
            times = [entry.at for entry in entries]
            terms = [(entry.seq, terms_of(entry)) for entry in entries]
            index.add(terms, (min(times), max(times)), entries[-1].hash)
            if self._now_s() >= deadline_s:
                return True

    def _reached(self) -> int:
        if self.index is None or self.index.off:
            return 0
        self.index.ready()
        return self.index.reached

    # ---- the journal ---------------------------------------------------------------------------

    def _entries(self, seqs: list[int]) -> dict[int, Entry]:
        marks = ", ".join("?" * len(seqs))
        sql = f"SELECT {_FIELDS} FROM journal WHERE session = ? AND seq IN ({marks})"
        return {row[0]: Entry._make(row) for row in self._all(sql, (self.session, *seqs))}

    def _orders_of(self, trade_id: str) -> frozenset[str]:
        return frozenset(str(row[0]) for row in self._all(_ORDERS_SQL, (self.session, trade_id)))

    def _last_seq(self) -> int:
        return int(self._all(_LAST_SQL, (self.session,))[0][0] or 0)

    def _hash_of(self, seq: int) -> str:
        rows = self._all(_HASH_SQL, (self.session, seq))
        return str(rows[0][0]) if rows else ""

    def _all(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        try:
            with closing(self._connection.execute(sql, values)) as cursor:
                return cursor.fetchall()
        except (sqlite3.Error, MemoryError) as error:
            raise translated(error, self.database, "read") from error
