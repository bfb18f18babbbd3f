"""The journal of a running engine: one writer thread, group commit.

Decides how the engine's loop hands work to the thread and hears of it. The loop's part is a future
and one put; the thread's part gives up the interpreter's lock during each step of the database.
May import the engine's ports. Invariants: jobs are written in the order of the calls; after a failed
commit nothing that was queued behind it is written, so the chain has no gap.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from ytc_tui.adapters.stores.backlog import FLUSH_ROWS
from ytc_tui.adapters.stores.plan import Anchor, Job
from ytc_tui.adapters.stores.store import BUSY_TIMEOUT_S, Store
from ytc_tui.engine.ports import Batch, Snapshot
from ytc_tui.errors import JournalUnavailable
from ytc_tui.model.chain import SignedHead
from ytc_tui.model.market import Bar

QUEUE_LIMIT = 1_024  # jobs that may wait for the thread
GROUP_LIMIT = 256  # jobs that may share a commit


@dataclass(slots=True, eq=False)
class _Ticket:
    """A job on its way, the future that waits for it, and the era it was sent in."""

    job: Job
    future: asyncio.Future[None]
    era: int
    outcome: Exception | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Close:
    future: asyncio.Future[None]


class _Flush:
    """Write the waiting rows with no entry to ride with."""


_FLUSH = _Flush()
_Work = _Ticket | _Close | _Flush


class SqliteJournal:
    """The Journal port over a store in a thread of its own.

    Make it, await and close it inside one running event loop. A cancelled `append` may still be
    written: the caller that cancels reads the head again before it goes on.
    """

    def __init__(self, path: Path, *, feed: str = "", busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        """Open the store at `path` (see `Store`) and start the thread."""
        self.store = Store(path, feed=feed, busy_timeout_s=busy_timeout_s)
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Work] = SimpleQueue()
        self._waiting = 0
        self._closing = False
        self._flushing = False
        # An era ends with a failed commit. The loop counts eras as it hears of failures; the thread
        # refuses what was sent in an era that has ended.
        self._era = 0
        self._ended_era = -1
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    async def append(self, batch: Batch) -> None:
        """Return once `batch` is on disk. Raises JournalUnavailable or JournalCorrupt: not written."""
        await self._send(batch)

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        await self._send(snapshot)

    async def anchor(self, session: str, at_ns: int) -> None:
        """Anchor the head of `session` (table `heads`)."""
        await self._send(Anchor(session, at_ns))

    async def keep_signed(self, head: SignedHead) -> None:
        """Keep the signature beside the session's head."""
        await self._send(head)

    def record_bars(self, bars: Sequence[Bar]) -> None:
        """Durable with the next append, or by themselves once enough have gathered."""
        self.store.backlog.add_bars(bars)
        self._flush()

    def record_telemetry(self, at_ns: int, name: str, value: float, detail: str = "") -> None:
        self.store.backlog.add_telemetry(at_ns, name, value, detail)
        self._flush()

    async def close(self) -> None:
        """Write everything queued, fold the log into the file, end the thread."""
        if self._closing:
            return
        self._closing = True
        future = self._loop.create_future()
        self._queue.put(_Close(future))
        await future
        self._thread.join()

    def _send(self, job: Job) -> asyncio.Future[None]:
        if self._closing:
            raise JournalUnavailable("the journal is closed", where=str(self.store.path))
        if self._waiting >= QUEUE_LIMIT:
            raise JournalUnavailable(
                f"cannot write the journal: {QUEUE_LIMIT} batches wait already",
                where=str(self.store.path),
                fix="the disk does not keep up; the write is tried again",
            )
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting += 1
        self._queue.put(_Ticket(job, future, self._era))
        return future

    def _flush(self) -> None:
        if len(self.store.backlog) >= FLUSH_ROWS and not self._flushing and not self._closing:
            self._flushing = True
            self._queue.put(_FLUSH)

    def _deliver(self, tickets: Sequence[_Ticket], ended: bool) -> None:
        """On the loop: tell each caller what became of its job."""
        self._waiting -= len(tickets)
        self._era += ended
        for ticket in tickets:
            if ticket.future.done():
                continue
            if ticket.outcome is None:
                ticket.future.set_result(None)
            else:
                ticket.future.set_exception(ticket.outcome)

    def _run(self) -> None:
        """The thread: take what is queued, write it in one commit, report, tidy up."""
        self.store.reserve_log()
        while True:
            work = self._take()
            tickets = [item for item in work if isinstance(item, _Ticket)]
            if tickets:
                self._write(tickets)
            else:
                self.store.flush()
            closing = next((item for item in work if isinstance(item, _Close)), None)
            if closing is not None:
                self.store.close()
                self._call(_settle, closing.future)
                return
            self.store.fold()

    def _take(self) -> list[_Work]:
        work = [self._queue.get()]
        with contextlib.suppress(Empty):
            while len(work) < GROUP_LIMIT and not isinstance(work[-1], _Close):
                work.append(self._queue.get_nowait())
        self._flushing = False
        return work

    def _write(self, tickets: list[_Ticket]) -> None:
        refused = [ticket for ticket in tickets if ticket.era <= self._ended_era]
        current = [ticket for ticket in tickets if ticket.era > self._ended_era]
        for ticket in refused:
            ticket.outcome = JournalUnavailable(
                "not written, because a batch before it was not",
                where=str(self.store.path),
                fix="write the batches again in their order",
            )
        ended = False
        if current:
            try:
                outcomes: Sequence[Exception | None] = self.store.write([ticket.job for ticket in current])
            except Exception as error:
                outcomes = [error] * len(current)
                ended = True
                self._ended_era = current[0].era
            for ticket, outcome in zip(current, outcomes, strict=True):
                ticket.outcome = outcome
        self._call(self._deliver, tickets, ended)

    def _call(self, *call: object) -> None:
        # A loop that is gone has no one left to tell; what was written stays written.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(*call)  # type: ignore[arg-type]


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
