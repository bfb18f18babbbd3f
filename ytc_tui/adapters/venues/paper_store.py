"""The paper venue's own durable record, one SQLite file apart from the engine's journal.

Decides what a commit of the venue holds: a command with its answer or a step with its reports, and
the state after it, all or nothing. The venue survives a kill of the engine with what is here
(semantics.md 3). Invariant: a write has returned only when it is on disk (WAL, synchronous FULL).
"""

from __future__ import annotations

import json
import os
import sqlite3
import weakref
from dataclasses import dataclass
from pathlib import Path

from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.adapters.venues.faults import CommandKind
from ytc_tui.adapters.venues.matching_state import StoredState, reports_from_json, reports_to_json
from ytc_tui.errors import VenueRefused, VenueRetryable
from ytc_tui.model.codec import Json, from_json, to_json
from ytc_tui.model.orders import Fill, OrderRequest, VenueReport

SCHEMA_VERSION = 1
# Disk space taken ahead at every opening, in the file and in its write-ahead log. A full disk must
# not keep a position from being closed: the venue then goes on within this space.
RESERVE_BYTES = 1_000_000
_LOG_PAGES = 128  # at 4 KiB half the reserve, so that the log turns round within it
_IN_MEMORY = Path(":memory:")
_SCHEMA = """
CREATE TABLE commands (
    seq INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, kind TEXT NOT NULL, client_id TEXT NOT NULL,
    request TEXT, reports TEXT NOT NULL, lost TEXT NOT NULL
) STRICT;
CREATE INDEX commands_by_time ON commands (at_ns, kind, client_id);
CREATE TABLE steps (at_ns INTEGER PRIMARY KEY, reports TEXT NOT NULL) STRICT;
CREATE TABLE fills (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE orders (client_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE machine (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command was told: reports, or when `lost` says why, that its outcome is unknown."""

    reports: tuple[VenueReport, ...] = ()
    lost: str = ""


@dataclass(frozen=True, slots=True)
class CommandRecord:
    at_ns: int
    kind: CommandKind
    client_id: str
    request: OrderRequest | None
    answer: Answer


@dataclass(frozen=True, slots=True)
class StepRecord:
    at_ns: int
    reports: tuple[VenueReport, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One commit: what happened, and the state after it (new fills, changed orders, the machine)."""

    events: tuple[CommandRecord | StepRecord, ...]
    machine: Json
    orders: tuple[Json, ...]
    fills: tuple[Fill, ...]


class PaperStore:
    """The store at `path`; its folder is created. Raises VenueRefused on a file it cannot read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            if path != _IN_MEMORY:
                path.parent.mkdir(parents=True, exist_ok=True)
                # Created here so that the database, and the files beside it, are the owner's alone.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            # Opened by the composition root, used by the one thread that runs the engine.
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            weakref.finalize(self, self._db.close)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._prepare()
            if path != _IN_MEMORY:
                self._reserve()
        except (sqlite3.Error, OSError) as error:
            raise self._unreadable(str(error)) from error

    @classmethod
    def in_memory(cls) -> PaperStore:
        """A store that ends with its process, for simulation; it can outlive its venue."""
        return cls(_IN_MEMORY)

    def close(self) -> None:
        self._db.close()

    def load(self) -> StoredState | None:
        """The state after the last write, None for a new store."""
        try:
            machine = self._db.execute("SELECT body FROM machine").fetchone()
            if machine is None:
                return None
            orders = self._db.execute("SELECT body FROM orders ORDER BY seq").fetchall()
            fills = self._db.execute("SELECT body FROM fills ORDER BY seq").fetchall()
            (place_ns,) = self._db.execute(
                "SELECT MAX(at_ns) FROM (SELECT MAX(at_ns) AS at_ns FROM commands"
                " UNION ALL SELECT MAX(at_ns) FROM steps)"
            ).fetchone()
            return StoredState(
                place_ns=place_ns,
                machine=loads(machine[0]),
                orders=tuple(loads(body) for (body,) in orders),
                fills=tuple(from_json(Fill, loads(body)) for (body,) in fills),
            )
        except (sqlite3.Error, ValueError) as error:
            raise self._unreadable(str(error)) from error

    def write(self, change: Change) -> None:
        """Commit one change; raises VenueRetryable when the disk does not take it, and nothing is."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._write(change)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise self._failed("write", error) from error

    def step_reports(self, at_ns: int) -> tuple[VenueReport, ...]:
        """The reports of a past step; empty when it had none."""
        row = self._one("SELECT reports FROM steps WHERE at_ns = ?", (at_ns,))
        return () if row is None else reports_from_json(loads(row[0]))

    def answer(self, at_ns: int, kind: CommandKind, client_id: str, index: int) -> Answer | None:
        """What the command was told that was the `index`-th (from 0) of its kind and id at that instant."""
        row = self._one(
            "SELECT reports, lost FROM commands WHERE at_ns = ? AND kind = ? AND client_id = ?"
            " ORDER BY seq LIMIT 1 OFFSET ?",
            (at_ns, kind.value, client_id, index),
        )
        return None if row is None else Answer(reports_from_json(loads(row[0])), row[1])

    def _one(self, query: str, values: tuple[str | int, ...]) -> tuple[str, ...] | None:
        try:
            row: tuple[str, ...] | None = self._db.execute(query, values).fetchone()
        except sqlite3.Error as error:
            raise self._failed("read", error) from error
        return row

    def _prepare(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == SCHEMA_VERSION:
            return
        if version:
            raise self._unreadable(f"its layout is version {version}, this program reads {SCHEMA_VERSION}")
        self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")

    def _reserve(self) -> None:
        """Grow the file and its log by writing a filler and dropping it; both keep their size."""
        self._db.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        self._db.execute("DROP TABLE IF EXISTS filler")
        self._db.execute(f"CREATE TABLE filler AS SELECT zeroblob({RESERVE_BYTES}) AS bytes")
        self._db.execute("DROP TABLE filler")

    def _write(self, change: Change) -> None:
        for event in change.events:
            self._write_event(event)
        self._db.executemany(
            "INSERT INTO fills (body) VALUES (?)", [(json.dumps(to_json(fill)),) for fill in change.fills]
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO orders VALUES (?, ?, ?)",
            [(order["request"]["client_id"], order["seq"], json.dumps(order)) for order in change.orders],
        )
        self._db.execute("INSERT OR REPLACE INTO machine VALUES (1, ?)", (json.dumps(change.machine),))

    def _write_event(self, event: CommandRecord | StepRecord) -> None:
        match event:
            case CommandRecord(at_ns, kind, client_id, request, answer):
                self._db.execute(
                    "INSERT INTO commands (at_ns, kind, client_id, request, reports, lost)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        at_ns,
                        kind.value,
                        client_id,
                        None if request is None else json.dumps(to_json(request)),
                        json.dumps(reports_to_json(answer.reports)),
                        answer.lost,
                    ),
                )
            case StepRecord(at_ns, reports):
                self._db.execute(
                    "INSERT INTO steps VALUES (?, ?)", (at_ns, json.dumps(reports_to_json(reports)))
                )

    def _unreadable(self, why: str) -> VenueRefused:
        return VenueRefused(
            f"the paper venue's store cannot be read: {why}",
            where=str(self.path),
            fix="restore the file, or move it away to begin a new paper account",
        )

    def _failed(self, what: str, error: sqlite3.Error) -> VenueRetryable:
        return VenueRetryable(
            f"the paper venue cannot {what}: {error}",
            where=str(self.path),
            fix="free disk space or end the process that locks the file",
        )
