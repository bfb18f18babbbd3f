"""Sessions reckoned again from their entries: money, state and rows.

Decides how a session's books are held against its entries, and how many processes share a long journal.
Imports the store, the engine's replay and the ledger check. Invariants: reckoning writes nothing; nothing is
concluded from a broken chain.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from ytc_tui.adapters.stores.reader import SqliteReader, open_readonly
from ytc_tui.adapters.stores.schema import RECORD_TABLES, Shape, shapes
from ytc_tui.adapters.stores.values import Stored, unpack
from ytc_tui.adapters.stores.verify import SessionVerdict, Verdict
from ytc_tui.engine.ports import ProjectionRow
from ytc_tui.engine.projections import rows_of
from ytc_tui.engine.recovery import replay_entry
from ytc_tui.errors import JournalCorrupt, YtcError
from ytc_tui.model.chain import ChainHead
from ytc_tui.model.codec import to_json
from ytc_tui.model.events import decode_event
from ytc_tui.model.state import State
from ytc_tui.views.journal import Reading, Recorded
from ytc_tui.views.ledger import Ledger, LedgerReport

# With fewer entries a second process takes longer to start than it saves.
SHARED_FROM_ENTRIES = 100_000
# Sessions go to the processes in so many turns each, so that none waits long for the last one.
_TURNS = 8

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
    ended: bool = False

    @property
    def verdict(self) -> Verdict:
        if self.row_faults or (self.ledger is not None and not self.ledger.ok):
            return Verdict.TAMPERED
        return Verdict.UNREADABLE if self.unreadable else Verdict.OK


def examine_all(db_path: Path, verdicts: Sequence[SessionVerdict]) -> dict[str, Examination]:
    """Each session of `verdicts` examined, a long journal by as many processes as there are cores for us.

    What a session holds becomes its examination, never an exception; the rebuilt rows are not kept.
    """
    workers = min(len(verdicts), len(os.sched_getaffinity(0)))
    if workers < 2 or sum(verdict.entries for verdict in verdicts) < SHARED_FROM_ENTRIES:
        return dict(_examined(db_path, verdicts))
    size = -(-len(verdicts) // (workers * _TURNS))
    parts = [verdicts[start : start + size] for start in range(0, len(verdicts), size)]
    # Ctrl-C reaches every process of the terminal; what it means is said once.
    interrupt = (signal.SIGINT, signal.SIG_DFL)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=signal.signal, initargs=interrupt) as pool:
        running = [pool.submit(_examined, db_path, part) for part in parts]
        return dict(one for part, future in zip(parts, running, strict=True) for one in _taken(part, future))


def _taken(
    part: Sequence[SessionVerdict], future: Future[list[tuple[str, Examination]]]
) -> list[tuple[str, Examination]]:
    try:
        return future.result()
    except BrokenProcessPool:
        killed = "a process of this check was killed; it may have been short of memory"
        return [(verdict.session, Examination(unreadable=killed)) for verdict in part]


def _examined(db_path: Path, verdicts: Sequence[SessionVerdict]) -> list[tuple[str, Examination]]:
    found = []
    for verdict in verdicts:
        try:
            examination = examine(db_path, verdict)
        except (YtcError, ValueError, ArithmeticError, TypeError) as error:
            examination = Examination(unreadable=str(error))
        examination.rebuilt.clear()
        found.append((verdict.session, examination))
    return found


def examine(db_path: Path, verdict: SessionVerdict) -> Examination:
    """Reckon one session again. Nothing is concluded from a broken chain.

    One read transaction covers entries and rows, so that a running engine cannot come between.
    """
    if verdict.fault is not None or not verdict.entries:
        return Examination()
    with closing(open_readonly(db_path)) as connection:
        connection.execute("BEGIN")
        reader = SqliteReader.over(connection, db_path)
        result = _reckon(reader, verdict.session)
        if verdict.verdict is not Verdict.TRUNCATED and not result.row_faults:
            tables = {name: s for name, s in shapes(connection).items() if name not in RECORD_TABLES}
            _compare_rows(reader, tables, verdict.session, result)
    return result


def _reckon(reader: SqliteReader, session: str) -> Examination:
    """Sums and rows from the entries; a fault of one does not stop the other."""
    result = Examination()
    ledger, reading, state, head = Ledger(), Reading(), State(session), ChainHead(session)
    for entry in reader.entries(session):
        event = decode_event(entry)
        ledger.take(Recorded(entry, reading.full(entry, event)))
        if result.row_faults:
            continue
        try:
            replay_entry(state, entry, head, event)
        except JournalCorrupt as error:
            result.row_faults.append(f"state cannot be rebuilt: {error.what}")
            continue
        for row in rows_of(state, event):
            result.rebuilt[row.table, row.key] = row
    result.ledger = ledger.report()
    result.ended = state.ended
    return result


def _compare_rows(
    reader: SqliteReader, tables: Mapping[str, Shape], session: str, result: Examination
) -> None:
    """Every stored row equals the rebuilt one, none is missing and none is there without a cause."""
    result.rows, result.compared = len(result.rebuilt), True
    stored: dict[RowKey, tuple[Stored, ...]] = {}
    for table, shape in tables.items():
        places = [shape.places[name] for name in shape.key]
        for row in reader.stored_rows(table, session):
            stored[table, tuple(str(row[place]) for place in places)] = row
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
