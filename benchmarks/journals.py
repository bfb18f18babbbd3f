"""Large journals for measurements, written through the program's own store.

Entries, rows and snapshots are those of a run over the bundled days; only names differ from copy to copy, so
every chain, sum and row of the file is whole.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.engine import demo_file, request_of, state_folder
from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.adapters.stores.plan import Anchor
from ytc_tui.adapters.stores.store import Store
from ytc_tui.adapters.stores.upgrade import upgrade
from ytc_tui.boot import prepare
from ytc_tui.config import load_settings
from ytc_tui.engine.apply import apply
from ytc_tui.engine.ports import Batch, ProjectionRow, Snapshot
from ytc_tui.engine.projections import rows_of
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.codec import in_order
from ytc_tui.model.events import decode_event
from ytc_tui.model.market import NS_PER_DAY
from ytc_tui.model.state import State
from ytc_tui.outlets import memory_outlets
from ytc_tui.paper_run import PaperRun

SYMBOLS = ("BTCUSDT", "ETHUSDT")
ENTRIES_A_COMMIT = 2_000


@dataclass
class Recorded:
    """One session as it was recorded: its entries, its last rows, its last snapshot."""

    session: str
    entries: list[Entry]
    rows: list[ProjectionRow]
    snapshot: Snapshot | None


def recorded_days() -> list[Recorded]:
    """Every session of the bundled days, run once in memory."""
    request = request_of([demo_file(symbol) for symbol in SYMBOLS], "2022-11-01", "2022-11-11")
    loaded = load_settings(None, {"journal.state_dir": state_folder()}, environment={})
    parts = prepare(loaded, request, {})
    parts.paths.prepare()
    upgrade(parts.paths.database)
    journal = MemoryJournal()
    asyncio.run(PaperRun(parts, memory_outlets(parts, lambda entry, event: None, journal)).run())
    found = []
    for session in journal.sessions():
        rows = [
            ProjectionRow(table, key, values)
            for (table, key), values in journal.projections.items()
            if key[0] == session
        ]
        entries = list(journal.entries(session))
        found.append(Recorded(session, entries, rows, journal.latest_snapshot(session)))
    return found


def many_sessions(path: Path, entries: int) -> int:
    """A store of whole sessions, at least `entries` entries in all; how many there are."""
    days, store, written = recorded_days(), Store(path), 0
    for number in count():
        day = days[number % len(days)]
        session = f"{number:08x}{day.session[8:]}"
        copied = list(_copy(day, session))
        rows = tuple(_renamed(row, day.session, session) for row in day.rows)
        _write(store, Batch(tuple(copied), rows))
        _write(store, Anchor(session, copied[-1].at))
        if day.snapshot is not None:
            state = day.snapshot.state.replace(day.session, session)
            _write(store, Snapshot(session, len(copied), copied[-1].hash, state))
        written += len(copied)
        store.fold()
        if written >= entries:
            break
    store.close()
    return written


def _copy(day: Recorded, session: str) -> Iterator[Entry]:
    head = ChainHead(session)
    for entry in day.entries:
        body = entry.body.replace(day.session, session)
        yield head.link(entry.at, entry.type, entry.v, entry.correlation, entry.causation, body)


def _renamed(row: ProjectionRow, old: str, new: str) -> ProjectionRow:
    values: dict[str, Any] = {
        name: value.replace(old, new) if isinstance(value, str) else value
        for name, value in row.values.items()
    }
    return ProjectionRow(row.table, (new, *row.key[1:]), values)


def one_session(path: Path, entries: int, *, after_snapshot: int) -> str:
    """A store of one session that has not ended and goes on with its agents' answers to `entries` entries;
    its newest snapshot stands `after_snapshot` entries before the end. Its name."""
    day = max(recorded_days(), key=lambda each: len(each.entries))
    end = next(n for n, entry in enumerate(day.entries) if '"after":"post_market"' in entry.body)
    begin, store = day.entries[:end], Store(path)
    writer = _Writer(State(day.session), ChainHead(day.session))
    answers = [entry for entry in begin if entry.type in _ANSWERS]
    for number in range(entries):
        entry = begin[number] if number < end else _asked_anew(answers[number % len(answers)], number)
        writer.take(entry, begin[-1].at if number >= end else entry.at)
        if writer.head.seq == entries - after_snapshot:
            writer.commit(store)
            state = in_order(writer.state)
            _write(store, Snapshot(day.session, writer.head.seq, writer.head.hash, state))
        if len(writer.entries) >= ENTRIES_A_COMMIT:
            writer.commit(store)
            store.fold()
    writer.commit(store)
    store.close()
    return day.session


def long_session(path: Path, entries: int) -> str:
    """A store of one session of `entries` entries: the bundled days again and again, later each time, every
    trade, decision, order and alert under a name of its own. Its name."""
    days, store = recorded_days(), Store(path)
    session, head = days[0].session, ChainHead(days[0].session)
    made: list[Entry] = []
    orders: dict[tuple[str, tuple[str, ...]], ProjectionRow] = {}
    for turn in count():
        day = days[turn % len(days)]
        shift_ns = turn // len(days) * _TEN_DAYS_NS
        for entry in day.entries:
            named = partial(_NAME.sub, partial(_named, turn))
            body = named(entry.body.replace(day.session, session))
            correlation = named(entry.correlation)
            at_ns = entry.at + shift_ns
            made.append(head.link(at_ns, entry.type, entry.v, correlation, entry.causation, body))
        for row in day.rows:
            if row.table == "orders":
                trade = named(str(row.values["trade_id"] or ""))
                orders["orders", (session, named(row.key[1]))] = ProjectionRow(
                    "orders", (session, named(row.key[1])), {**row.values, "trade_id": trade or None}
                )
        if len(made) >= ENTRIES_A_COMMIT or head.seq >= entries:
            del made[len(made) - max(0, head.seq - entries) :]
            _write(store, Batch(tuple(made), tuple(orders.values())))
            made.clear()
            orders.clear()
            store.fold()
        if head.seq >= entries:
            break
    store.close()
    return session


_TEN_DAYS_NS = 10 * NS_PER_DAY
# Ids of trades, decisions, orders and alerts.
_NAME = re.compile(r"\b([TDA])(\d{4})\b|\by[a-z2-7]{14,17}\b")


def _named(turn: int, found: re.Match[str]) -> str:
    """The id in this turn of the days."""
    return f"{found[1]}{turn:04d}{found[2]}" if found[1] else f"y{turn:05d}{found[0][6:]}"


_ANSWERS = ("TaskAnswered", "AnswerRepeated")
_TASK_ID = re.compile(r'"task_id":"([^"]+)"')


def _asked_anew(entry: Entry, number: int) -> Entry:
    """The answer under a task id that no other has."""
    found = _TASK_ID.search(entry.body)
    assert found is not None
    fresh = f"{found[1][:-12]}{0xF0_0000_0000 + number:012x}"
    return entry._replace(
        body=entry.body.replace(found[1], fresh), correlation=entry.correlation.replace(found[1], fresh)
    )


@dataclass
class _Writer:
    """Links entries as the kernel does, with the state after them and their rows."""

    state: State
    head: ChainHead
    entries: list[Entry] = field(default_factory=list)
    rows: dict[tuple[str, tuple[str, ...]], ProjectionRow] = field(default_factory=dict)

    def take(self, entry: Entry, at_ns: int) -> None:
        event = decode_event(entry)
        self.entries.append(self.head.link(at_ns, entry.type, entry.v, entry.correlation, "", entry.body))
        apply(self.state, event, at_ns)
        for row in rows_of(self.state, event):
            self.rows[row.table, row.key] = row

    def commit(self, store: Store) -> None:
        _write(store, Batch(tuple(self.entries), tuple(self.rows.values())))
        self.entries.clear()
        self.rows.clear()


def _write(store: Store, job: Batch | Anchor | Snapshot) -> None:
    (refusal,) = store.write([job])
    if refusal is not None:
        raise refusal
