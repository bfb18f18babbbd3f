"""The store itself: what one commit writes to the file, called from whichever thread owns it.

Decides that entries continue their session's chain, what rides with them, and when heads are
anchored. May import the engine's ports and the model.
Invariant: a commit is all or nothing and, once `write` returned, on disk (WAL, synchronous=FULL).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ytc_tui.adapters.stores.backlog import Backlog, Load
from ytc_tui.adapters.stores.bars import write_bars
from ytc_tui.adapters.stores.failures import free_bytes, is_unavailable, translated
from ytc_tui.adapters.stores.plan import HEAD_SQL, START, Job, Plan, Point, Refusal, admit
from ytc_tui.adapters.stores.schema import build, insert, shapes
from ytc_tui.adapters.stores.upgrade import upgrade
from ytc_tui.engine.ports import Snapshot
from ytc_tui.errors import JournalUnavailable, YtcError

BUSY_TIMEOUT_S = 5.0
ANCHOR_EVERY = 100  # entries between two anchors of a head
KEEP_SNAPSHOTS = 3
LOG_BYTES = 4 * 1024 * 1024  # kept for the write-ahead log: see `reserve_log`
SPILL_MARGIN_BYTES = 128 * 1024  # the end of a large row stays in memory
FOLD_PAGES = 800  # written pages, estimated, after which the log is folded into the file
PAGES_A_COMMIT = 3
ROWS_A_PAGE = 3
ENOUGH_BYTES = 64 * 1024 * 1024  # with less free space than this nothing is reserved

LAST_SESSION_SQL = "SELECT session, counter FROM heads ORDER BY counter DESC LIMIT 1"
ANCHOR_SQL = "UPDATE heads SET head_seq = ?, head_hash = ?, anchored_at = ? WHERE session = ?"
SIGNED_SQL = (
    "UPDATE heads SET signed_seq = ?, signed_hash = ?, signed_ns = ?, key = ?, signature = ?, bars = ?,"
    " bars_digest = ? WHERE session = ?"
)
FILLER_SQL = "INSERT INTO telemetry (at, name, detail) VALUES (0, '', zeroblob(?))"
PRUNE_SQL = (
    "DELETE FROM snapshots WHERE session = ?1 AND seq NOT IN"
    " (SELECT seq FROM snapshots WHERE session = ?1 ORDER BY seq DESC LIMIT ?2)"
)


class Identity(NamedTuple):
    """Which file a path leads to."""

    device: int
    inode: int


class Store:
    """One open file, or ":memory:". Any one thread at a time may call it."""

    def __init__(self, path: Path | str, *, feed: str = "", busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        """Open `path`, created or migrated if need be; `feed` names the source of the recorded bars.

        Raises JournalUnavailable (disk, lock, rights) or JournalCorrupt (not a store, or a newer one).
        """
        self.in_memory = str(path) == ":memory:"
        self.path = Path(path)
        self.feed = feed
        self.backlog = Backlog()
        self.commits = 0
        self.checkpoint_failure = ""
        self._heads: dict[str, Point] = {}
        self._log_pages = 0
        if not self.in_memory:
            upgrade(self.path)
        try:
            self.connection = sqlite3.connect(
                path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
            )
            self._prepare()
            self._identity = self._current_identity()
        except (sqlite3.Error, OSError, MemoryError) as error:
            raise translated(error, self.path, "open") from error

    def _prepare(self) -> None:
        if self.in_memory:
            build(self.connection)
        else:
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
            # Folding the log into the file waits for a quiet moment: see `fold`.
            self.connection.execute("PRAGMA wal_autocheckpoint = 0")
        self.shapes = shapes(self.connection)

    def reserve_log(self) -> None:
        """Give the write-ahead log its blocks before they are needed; a disk that refuses is no failure.

        A commit that overwrites blocks of the log syncs about twice as fast as one that makes the file
        grow, and goes on for a while on a disk that has filled up. A large row is spilled into the log
        and rolled back: the file keeps its length, and no page of it was ever committed.
        """
        log = self.path.with_name(self.path.name + "-wal")
        space = free_bytes(self.path)
        if self.in_memory or space is None or space < ENOUGH_BYTES:
            return
        with contextlib.suppress(sqlite3.Error, OSError):
            if log.stat().st_size >= LOG_BYTES:
                return
            (cache_pages,) = self.connection.execute("PRAGMA cache_size").fetchone()
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                self.connection.execute("PRAGMA cache_size = 16")
                self.connection.execute(FILLER_SQL, (LOG_BYTES + SPILL_MARGIN_BYTES,))
            finally:
                self.connection.execute("ROLLBACK")
                self.connection.execute(f"PRAGMA cache_size = {cache_pages}")
            # The log carries no lock of the database, so closing it here gives none up.
            with log.open("rb") as file:
                os.fsync(file.fileno())

    def head(self, session: str) -> Point:
        """Where the chain of `session` stands; the start of a chain if the store does not know it."""
        point = self._heads.get(session)
        if point is None:
            row = self.connection.execute(HEAD_SQL, (session,)).fetchone()
            point = START if row is None else Point(*row)
            self._heads[session] = point
        return point

    def write(self, jobs: Sequence[Job]) -> list[Refusal | None]:
        """Write `jobs` and waiting rows in one commit; one outcome a job, None for written.

        A job that does not continue its chain, or has a value its column cannot hold, is left out alone.
        Raises JournalUnavailable or JournalCorrupt when the file did not take the commit: then nothing
        of any job is in it, and the same jobs may be tried again.
        """
        load = self.backlog.take()
        try:
            return self._attempt(jobs, load)
        except Exception as error:
            self._put_back(load, error)
            if not jobs or not any(load) or _is_locked(error):
                raise self._failure(error) from error
        # Rows that no one waits for must not cost an entry its place.
        try:
            return self._attempt(jobs, Load())
        except Exception as error:
            raise self._failure(error) from error

    def flush(self) -> None:
        """Write the waiting rows alone. Never raises: what the file does not take now goes on waiting,
        what it refuses is counted as dropped."""
        with contextlib.suppress(Exception):
            self.write(())

    def fold(self) -> None:
        """Fold the log into the file if it has grown; for a moment when no one waits. Never raises:
        what a failed fold leaves in the log is durable there, and the next one tries again."""
        if self._log_pages < FOLD_PAGES:
            return
        self._log_pages = 0
        try:
            self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self.checkpoint_failure = ""
        except sqlite3.Error as error:
            self.checkpoint_failure = str(self._translated(error))

    def close(self) -> None:
        """Write the waiting rows if the file takes them, and close."""
        waiting = len(self.backlog) + 1
        while 0 < len(self.backlog) < waiting:
            waiting = len(self.backlog)
            self.flush()
        self.connection.close()

    def _attempt(self, jobs: Sequence[Job], load: Load) -> list[Refusal | None]:
        plan = Plan()
        outcomes = [admit(plan, job, self.head, self.shapes) for job in jobs]
        if plan or any(load):
            self._commit(plan, load)
        return outcomes

    def _commit(self, plan: Plan, load: Load) -> None:
        self._check_identity()
        changes = self.connection.total_changes
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            insert(self.connection, self.shapes["journal"], plan.entries)
            for table, rows in plan.rows.items():
                insert(self.connection, self.shapes[table], list(rows.values()), replace=True)
            self._write_heads(plan)
            self._write_snapshots(plan.snapshots)
            bars = write_bars(self.connection, self.shapes["bars"], self.feed, load.bars)
            insert(self.connection, self.shapes["telemetry"], load.telemetry)
            self.connection.execute("COMMIT")
        except BaseException:
            self._heads.clear()
            if self.connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")
            raise
        self._heads.update(plan.heads)
        self.backlog.bars_conflicting += bars.conflicting
        self.commits += 1
        self._log_pages += PAGES_A_COMMIT + (self.connection.total_changes - changes) // ROWS_A_PAGE

    def _write_heads(self, plan: Plan) -> None:
        for session in plan.opened:
            self._open_head(session, plan.heads[session])
        for session, point in plan.heads.items():
            before = self._heads.get(session, START)
            if session not in plan.opened and point.seq // ANCHOR_EVERY > before.seq // ANCHOR_EVERY:
                self.connection.execute(ANCHOR_SQL, (point.seq, point.hash, point.at, session))
        for session, at_ns in plan.anchors.items():
            point = plan.heads.get(session) or self.head(session)
            self.connection.execute(ANCHOR_SQL, (point.seq, point.hash, at_ns, session))
        for session, *signed in plan.signed.values():
            self.connection.execute(SIGNED_SQL, (*signed, session))

    def _open_head(self, session: str, point: Point) -> None:
        previous, counter = self.connection.execute(LAST_SESSION_SQL).fetchone() or ("", 0)
        row = self.connection.execute(HEAD_SQL, (previous,)).fetchone()
        link = START if row is None else Point(*row)
        values = {
            "session": session,
            "counter": counter + 1,
            "previous_session": previous,
            "previous_seq": link.seq,
            "previous_hash": link.hash,
            "head_seq": point.seq,
            "head_hash": point.hash,
            "anchored_at": point.at,
        }
        shape = self.shapes["heads"]
        insert(self.connection, shape, [shape.row(values)])

    def _write_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        shape = self.shapes["snapshots"]
        for snapshot in snapshots:
            digest = hashlib.sha256(snapshot.state.encode()).hexdigest()
            values = {"hash": snapshot.hash, "state": snapshot.state, "digest": digest}
            key = {"session": snapshot.session, "seq": snapshot.seq}
            insert(self.connection, shape, [shape.row({**key, **values})], replace=True)
            self.connection.execute(PRUNE_SQL, (snapshot.session, KEEP_SNAPSHOTS))

    def _put_back(self, load: Load, error: Exception) -> None:
        if isinstance(error, JournalUnavailable) or is_unavailable(error):
            self.backlog.give_back(load)
        else:
            self.backlog.lose(load)

    def _failure(self, error: Exception) -> Exception:
        """What the caller is told; a misuse of the driver stays what it is."""
        if isinstance(error, sqlite3.Error | OSError | MemoryError):
            return error if isinstance(error, sqlite3.ProgrammingError) else self._translated(error)
        return error

    def _translated(self, error: sqlite3.Error | OSError | MemoryError) -> YtcError:
        return translated(error, self.path, "write")

    def _current_identity(self) -> Identity | None:
        if self.in_memory:
            return None
        found = os.stat(self.path)
        return Identity(found.st_dev, found.st_ino)

    def _check_identity(self) -> None:
        """The database would go on writing into a removed file without a word."""
        with contextlib.suppress(FileNotFoundError):
            if self._current_identity() == self._identity:
                return
        raise JournalUnavailable(
            "cannot write the journal: its file was removed or replaced while in use",
            where=str(self.path),
            fix="put the file back, then restart the engine",
        )


def _is_locked(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
