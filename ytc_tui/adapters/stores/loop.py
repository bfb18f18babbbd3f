"""The journal written in the caller's own thread: simulation, backtest and benchmarks.

Decides nothing beyond `Store`: the same code with no thread between. May import the engine's ports.
Invariant: when `append` returns, the batch is written; it never suspends.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ytc_tui.adapters.stores.backlog import FLUSH_ROWS
from ytc_tui.adapters.stores.plan import Anchor, Job
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.store import BUSY_TIMEOUT_S, Store
from ytc_tui.engine.ports import Batch, Snapshot
from ytc_tui.model.chain import SignedHead
from ytc_tui.model.market import Bar


class LoopJournal:
    """The Journal port over a store in this thread. `path` may be ":memory:"."""

    def __init__(
        self,
        path: Path | str = ":memory:",
        *,
        feed: str = "",
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> None:
        self.store = Store(path, feed=feed, busy_timeout_s=busy_timeout_s)

    async def append(self, batch: Batch) -> None:
        """Write `batch`. Raises JournalUnavailable, JournalCorrupt (see `Store.write`)."""
        self._write(batch)

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        self._write(snapshot)

    async def anchor(self, session: str, at_ns: int) -> None:
        """Anchor the head of `session` (table `heads`)."""
        self._write(Anchor(session, at_ns))

    async def keep_signed(self, head: SignedHead) -> None:
        """Keep the signature beside the session's head."""
        self._write(head)

    def record_bars(self, bars: Sequence[Bar]) -> None:
        self.store.backlog.add_bars(bars)
        self._flush()

    def record_telemetry(self, at_ns: int, name: str, value: float, detail: str = "") -> None:
        self.store.backlog.add_telemetry(at_ns, name, value, detail)
        self._flush()

    async def close(self) -> None:
        self.store.close()

    def reader(self) -> SqliteReader:
        """A reader on the same connection: sees everything written so far."""
        return SqliteReader.over(self.store.connection, self.store.path)

    def _write(self, job: Job) -> None:
        (outcome,) = self.store.write([job])
        if outcome is not None:
            raise outcome
        self.store.fold()

    def _flush(self) -> None:
        if len(self.store.backlog) >= FLUSH_ROWS:
            self.store.flush()
