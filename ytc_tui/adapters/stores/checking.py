"""Records verified beside a running engine, in a thread with a connection of its own.

Decides nothing: the check is the engine's. Imports the reader and the engine's recovery. Invariant: it only
reads; once stopped it ends within a page of entries.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.engine.ports import Snapshot
from ytc_tui.engine.recovery import verify_record
from ytc_tui.model.chain import Entry


class _Stopped(Exception):
    """The result is not wanted any more."""


class _StoppableReader(SqliteReader):
    """A reader whose entries end with `_Stopped` once `stop` is set."""

    stop: threading.Event

    def entries(self, session: str, after_seq: int = 0) -> Iterator[Entry]:
        for entry in super().entries(session, after_seq):
            if self.stop.is_set():
                raise _Stopped
            yield entry


class ChainChecker:
    """Verifies sessions of the store at `path`. Use it in one event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stop = threading.Event()

    def begin(self, session: str) -> asyncio.Future[None]:
        """The verification of `session`, under way; it raises as `verify_record` does.

        The snapshot that it is held against is the newest one now: what recovery takes in this turn.
        """
        with SqliteReader(self._path) as reader:
            snapshot = reader.latest_snapshot(session)
        return asyncio.ensure_future(asyncio.to_thread(self._check, session, snapshot))

    def stop(self) -> None:
        """End what is under way; it counts as not done."""
        self._stop.set()

    def _check(self, session: str, snapshot: Snapshot | None) -> None:
        with _StoppableReader(self._path) as reader:
            reader.stop = self._stop
            try:
                verify_record(reader, session, snapshot)
            except _Stopped:
                return
