"""Sessions verified, and reckoned again from their entries: money, state and rows.

Decides how a session's books are held against its entries, and how many processes share a long journal.
Imports the store, the engine's replay and the ledger check. Invariants: reckoning writes nothing; nothing is
concluded from a broken chain.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from ytc_tui.adapters.stores.beside import Finding
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.schema import RECORD_TABLES, Shape
from ytc_tui.adapters.stores.values import Stored, unpack
from ytc_tui.adapters.stores.verify import Claims, SessionVerdict, Verdict, session_verdict, unread
from ytc_tui.commands.sessions import find_session
from ytc_tui.engine.ports import ProjectionRow, Snapshot
from ytc_tui.engine.projections import rows_of
from ytc_tui.engine.recovery import replay_entry, snapshot_problem
from ytc_tui.errors import JournalCorrupt, YtcError, words_of
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.codec import to_json
from ytc_tui.model.events import decode_event
from ytc_tui.model.state import State
from ytc_tui.views.journal import Reading, Recorded
from ytc_tui.views.ledger import Ledger, LedgerReport

# With fewer entries a second process takes longer to start than it saves.
SHARED_FROM_ENTRIES = 100_000
# Sessions go to the processes in so many turns each, so that none waits long for the last one.
_TURNS = 32

# What an entry or a row that is not what it should be may raise.
_UNREADABLE = (
    YtcError,
    ValueError,
    ArithmeticError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
)

RowKey = tuple[str, tuple[str, ...]]


@dataclass(slots=True)
class Examination:
    """What the entries of one session say of its money and its rows."""

    ledger: LedgerReport | None = None
    rows: int = 0
    compared: bool = False
    row_faults: list[str] = field(default_factory=list)
    unreadable: str = ""
    rebuilt: dict[RowKey, ProjectionRow] = field(default_factory=dict)
    wrong_rows: list[RowKey] = field(default_factory=list)
    snapshot_faults: list[Finding] = field(default_factory=list)
    ended: bool = False
    unsigned: str = ""

    @property
    def verdict(self) -> Verdict:
        if self.row_faults or self.snapshot_faults or (self.ledger is not None and not self.ledger.ok):
            return Verdict.TAMPERED
        return Verdict.UNREADABLE if self.unreadable else Verdict.OK


Judged = tuple[SessionVerdict, Examination | None]


class Reckoner:
    """Judges the sessions of a file and reckons them again in the same pass; only `wanted` where it is given
    (an id or its beginning), whose name raises UsageInvalid if it is none. `examined` is what was found."""

    def __init__(self, db_path: Path, wanted: str | None = None) -> None:
        self.examined: dict[str, Examination] = {}
        self._db_path = db_path
        self._wanted = wanted

    @contextmanager
    def judge(self, claims: Sequence[Claims]) -> Iterator[Iterable[SessionVerdict]]:
        """The verdicts of these sessions, a long journal's by as many processes as there are cores for us."""
        names = [each.session for each in claims]
        wanted = None if self._wanted is None else find_session(names, self._wanted, str(self._db_path))
        workers = min(len(claims), len(os.sched_getaffinity(0)))
        if workers < 2 or self._entries(names) < SHARED_FROM_ENTRIES:
            yield self._kept(_part(self._db_path, claims, wanted))
            return
        size = -(-len(claims) // (workers * _TURNS))
        parts = [claims[start : start + size] for start in range(0, len(claims), size)]
        # Ctrl-C reaches every process of the terminal; what it means is said once.
        interrupt = (signal.SIGINT, signal.SIG_DFL)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, context, initializer=signal.signal, initargs=interrupt) as pool:
            running = [pool.submit(_part, self._db_path, part, wanted) for part in parts]
            yield self._kept(chain.from_iterable(map(taken, parts, running)))

    def _entries(self, names: Sequence[str]) -> int:
        with SqliteReader(self._db_path) as reader:
            return sum(reader.head(name).seq for name in names)

    def _kept(self, judged: Iterable[Judged]) -> Iterator[SessionVerdict]:
        for verdict, examination in judged:
            if examination is not None:
                self.examined[verdict.session] = examination
            yield verdict


def taken(part: Sequence[Claims], future: Future[list[Judged]]) -> list[Judged]:
    """What a process found of `part`; a process that was killed could read none of it."""
    try:
        return future.result()
    except BrokenProcessPool:
        killed = "a process of this check was killed; it may have been short of memory"
        return [(unread(claims, killed), Examination(unreadable=killed)) for claims in part]


def _part(db_path: Path, part: Sequence[Claims], wanted: str | None) -> list[Judged]:
    """These sessions judged, the `wanted` one (None: each) reckoned; the rebuilt rows are not kept."""
    judged: list[Judged] = []
    with SqliteReader(db_path) as reader:
        for claims in part:
            if wanted in (None, claims.session):
                verdict, examination = examine(reader, claims)
                examination.rebuilt.clear()
                judged.append((verdict, examination))
            else:
                with reader.one_view():
                    judged.append((session_verdict(reader, claims), None))
    return judged


def examine(reader: SqliteReader, claims: Claims) -> tuple[SessionVerdict, Examination]:
    """Verify one session and reckon it again. Nothing is concluded from a broken chain.

    What a session holds becomes its examination, never an exception. One read transaction covers entries and
    rows, so that a running engine cannot come between.
    """
    with reader.one_view():
        reckoning = _Reckoning(claims.session, [kept.snapshot for kept in reader.snapshots(claims.session)])
        verdict = session_verdict(reader, claims, take=reckoning.take)
        if verdict.fault is not None or not verdict.entries:
            return verdict, Examination()
        result = reckoning.result()
        if result.ended and claims.keys:
            result.unsigned = _unsigned(reader, verdict)
        if verdict.verdict is Verdict.TRUNCATED or result.row_faults or result.unreadable:
            return verdict, result
        try:
            _compare_rows(reader, claims.session, result)
        except _UNREADABLE as error:
            result = _unread(result, error)
    return verdict, result


def _unread(before: Examination, error: Exception) -> Examination:
    """What is left of an examination that met what cannot be read."""
    why = words_of(error) or type(error).__name__
    return Examination(unreadable=why, snapshot_faults=before.snapshot_faults, unsigned=before.unsigned)


def _unsigned(reader: SqliteReader, verdict: SessionVerdict) -> str:
    """What a session that has ended lacks, where there is a key to sign it with."""
    row, last = reader.head_row(verdict.session), verdict.head_seq
    signed = None if row is None else row.signed()
    if row is None or signed is None:
        return "it has ended: `ytc sign` signs it; if it was signed before, somebody took the signature away"
    if signed.seq < last:
        return f"after entry {signed.seq}: `ytc sign` signs it to its end, entry {last}"
    if row.head_seq < last:
        return f"its row in the table heads stands at entry {row.head_seq} of {last}: `ytc sign` moves it on"
    return ""


class _Reckoning:
    """Sums, rows and snapshots from the entries; a fault of one does not stop the other."""

    def __init__(self, session: str, snapshots: Iterable[Snapshot]) -> None:
        self._snapshots = {snapshot.seq: snapshot for snapshot in snapshots}
        self._result = Examination()
        self._ledger, self._reading = Ledger(), Reading()
        self._state, self._head = State(session), ChainHead(session)

    def take(self, entry: Entry) -> None:
        """Book the next entry; after one that cannot be read, nothing."""
        if not self._result.unreadable:
            try:
                self._book(entry)
            except _UNREADABLE as error:
                self._result = _unread(self._result, error)

    def _book(self, entry: Entry) -> None:
        event = decode_event(entry)
        self._ledger.take(Recorded(entry, self._reading.full(entry, event)))
        result = self._result
        if result.row_faults:
            return
        try:
            replay_entry(self._state, entry, self._head, event)
        except JournalCorrupt as error:
            result.row_faults.append(f"state cannot be rebuilt: {error.what}")
            return
        for row in rows_of(self._state, event):
            result.rebuilt[row.table, row.key] = row
        snapshot = self._snapshots.get(entry.seq)
        if snapshot is not None and (problem := snapshot_problem(snapshot, self._state)):
            result.snapshot_faults.append(Finding(entry.session, entry.seq, problem))

    def result(self) -> Examination:
        if not self._result.unreadable:
            self._result.ledger = self._ledger.report()
            self._result.ended = self._state.ended
        return self._result


def _compare_rows(reader: SqliteReader, session: str, result: Examination) -> None:
    """Every stored row equals the rebuilt one, none is missing and none is there without a cause."""
    result.rows, result.compared = len(result.rebuilt), True
    stored: dict[RowKey, tuple[Stored, ...]] = {}
    tables = {name: shape for name, shape in reader.shapes().items() if name not in RECORD_TABLES}
    for table, shape in tables.items():
        places = [shape.places[name] for name in shape.key]
        for row in reader.stored_rows(table, session):
            stored[table, tuple([str(row[place]) for place in places])] = row
    for key in dict.fromkeys((*result.rebuilt, *stored)):
        problem = _row_problem(tables[key[0]], stored.get(key), result.rebuilt.get(key))
        if problem:
            result.wrong_rows.append(key)
            result.row_faults.append(f"{key[0]} {' '.join(key[1][1:])}: {problem}".replace(" : ", ": "))


def _row_problem(shape: Shape, stored: tuple[Stored, ...] | None, rebuilt: ProjectionRow | None) -> str:
    if rebuilt is None:
        return "no entry accounts for it"
    if stored is None:
        return "missing"
    should = shape.packed(rebuilt.key, rebuilt.values)
    if stored == should:
        return ""
    columns = zip(shape.columns, shape.declared, stored, should, strict=True)
    return "; ".join(
        f"{name} is {to_json(unpack(declared, found))}, should be {to_json(unpack(declared, wanted))}"
        for name, declared, found, wanted in columns
        if found != wanted
    )
