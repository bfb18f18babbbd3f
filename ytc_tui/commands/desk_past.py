"""A past session for the desk to show: the handle of an engine that never runs.

Decides what is opened, and that it is closed after the desk. Imports the store's reader and the composition
root. Invariants: the store is opened for reading alone; nothing is read before somebody looks.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.client import EngineClient
from ytc_tui.commands.instants import parse_moment
from ytc_tui.commands.record import Record
from ytc_tui.engine.playback.past import Past
from ytc_tui.engine.playback.player import Player
from ytc_tui.engine.playback.record import Progress
from ytc_tui.past_run import open_past
from ytc_tui.screens.link import EngineEnd, Survival

WHERE = "--at"


class PastSession:
    """`session` of the store in `paths`, from the place that `begin` names, played at `bars_per_s`."""

    owned = False
    outlives_desk = True
    survives_logout = (Survival.YES, "it is a record")
    kill_command = ""

    def __init__(self, paths: Paths, session: str, begin: str, bars_per_s: float) -> None:
        self._paths, self._session = paths, session
        self._closing = ExitStack()
        self._record = Record(paths.database)
        self.player = Player(session, self._open, self._record, asyncio.to_thread, begin, bars_per_s)

    @property
    def description(self) -> str:
        return f"playback of session {self._session}; nothing can be sent to it"

    def _open(self, progress: Progress) -> Past:
        """On a thread: read the record and drive the market."""
        self._closing.close()
        reader = self._closing.enter_context(SqliteReader(self._paths.database))
        return open_past(
            self._paths,
            reader,
            reader.bars,
            self._session,
            lambda text, from_ns: parse_moment(text, from_ns, WHERE),
            progress,
        )

    async def start(self) -> EngineClient:
        return self.player

    async def ended(self) -> EngineEnd:
        """A record does not end."""
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def stop(self) -> None:
        return

    def close(self) -> None:
        """After the desk: close the store, and end its search."""
        self._closing.close()
        self._record.searcher.close()
