"""The writer thread: group commit, failures of the disk and of the lock, and what rides along."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.adapters.stores.entries import SESSION, bar_at, entries_after, order_row
from ytc_tui.adapters.stores import writer
from ytc_tui.adapters.stores.backlog import FLUSH_ROWS
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.verify import verify
from ytc_tui.adapters.stores.writer import SqliteJournal
from ytc_tui.engine.ports import Batch, ProjectionRow
from ytc_tui.errors import JournalCorrupt, JournalUnavailable
from ytc_tui.model.chain import ChainHead

LOCK_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ytc.db"


@pytest.fixture
async def journal(path: Path) -> AsyncIterator[SqliteJournal]:
    journal = SqliteJournal(path, busy_timeout_s=0.05)
    yield journal
    await journal.close()


def seqs(path: Path) -> list[int]:
    with SqliteReader(path) as reader:
        return [entry.seq for entry in reader.entries(SESSION)]


@contextlib.contextmanager
def locked_by_another_process(path: Path) -> Iterator[int]:
    """Hold the write lock of the store from a process of its own; gives its pid."""
    holder = subprocess.Popen(
        [sys.executable, "-c", LOCK_HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder.pid
    finally:
        holder.communicate()


def limit_pages(journal: SqliteJournal | LoopJournal, more: int | None) -> None:
    """Let the file grow by `more` pages only, or freely again."""
    connection = journal.store.connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    limit = 2**30 if more is None else pages + more
    connection.execute(f"PRAGMA max_page_count = {limit}")


def overwrite_all_but_the_first_page(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4_096] + b"\xff" * (len(data) - 4_096))


async def test_batches_that_wait_together_share_one_commit(journal: SqliteJournal, path: Path) -> None:
    head = ChainHead(SESSION)
    await journal.append(Batch(entries_after(head, 1)))
    before = journal.store.commits
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        # While another writer holds the file the thread waits with one batch and the rest queues up.
        journal.store.connection.execute("PRAGMA busy_timeout = 5000")
        holder.execute("BEGIN IMMEDIATE")
        sends = [asyncio.ensure_future(journal.append(Batch(entries_after(head, 2)))) for _ in range(40)]
        await asyncio.sleep(0)
        assert not any(send.done() for send in sends)
        holder.execute("COMMIT")
        await asyncio.gather(*sends)
    assert journal.store.commits - before <= 3
    assert seqs(path) == list(range(1, 82))


async def test_the_last_row_of_a_key_wins(journal: SqliteJournal, path: Path) -> None:
    rows = tuple(order_row(7, state=state) for state in ("intent", "sent", "filled"))
    await journal.append(Batch(entries_after(ChainHead(SESSION), 1), rows))
    with SqliteReader(path) as reader:
        assert [row["state"] for row in reader.rows("orders")] == ["filled"]


@pytest.mark.parametrize(
    "row",
    [
        ProjectionRow("orders", (SESSION, "y1"), {"colour": "red"}),
        ProjectionRow("orders", (SESSION,), {}),
        ProjectionRow("nothing", (SESSION,), {}),
        ProjectionRow("journal", (SESSION, "1"), {}),
        ProjectionRow("alerts", (SESSION, "a"), {"count": 2**63}),
    ],
    ids=["column", "key", "table", "record", "size"],
)
async def test_a_row_that_does_not_fit_fails_its_batch_alone(
    journal: SqliteJournal, path: Path, row: ProjectionRow
) -> None:
    head, other = ChainHead(SESSION), ChainHead("other")
    good = asyncio.ensure_future(journal.append(Batch(entries_after(other, 1))))
    with pytest.raises(ValueError):
        await journal.append(Batch(entries_after(head, 1), (row,)))
    await good
    assert seqs(path) == []
    with SqliteReader(path) as reader:
        assert reader.sessions() == ("other",)


@pytest.mark.parametrize("kind", [SqliteJournal, LoopJournal])
async def test_a_full_store_takes_nothing_of_the_batch_and_all_of_it_later(
    path: Path, kind: type[SqliteJournal] | type[LoopJournal]
) -> None:
    journal = kind(path)
    head = ChainHead(SESSION)
    await journal.append(Batch(entries_after(head, 5)))
    limit_pages(journal, 3)
    large = Batch(entries_after(head, 40, size=4_000), (order_row(1),))
    for _ in range(2):
        with pytest.raises(JournalUnavailable, match="no space left") as failure:
            await journal.append(large)
        assert str(path) in str(failure.value)
        assert "bytes free" in str(failure.value)
        assert seqs(path) == [1, 2, 3, 4, 5]
    limit_pages(journal, None)
    await journal.append(large)
    await journal.close()
    assert seqs(path) == list(range(1, 46))
    assert verify(path).exit_code == 0


async def test_nothing_queued_behind_a_failed_batch_is_written(journal: SqliteJournal, path: Path) -> None:
    head = ChainHead(SESSION)
    await journal.append(Batch(entries_after(head, 1)))
    limit_pages(journal, 3)
    batches = [Batch(entries_after(head, 30, size=4_000))] + [Batch(entries_after(head, 1)) for _ in range(5)]
    outcomes = await asyncio.gather(*map(journal.append, batches), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {JournalUnavailable}
    limit_pages(journal, None)
    for batch in batches:
        await journal.append(batch)
    assert seqs(path) == list(range(1, 37))


async def test_bars_that_no_longer_fit_do_not_cost_an_entry_its_place(
    journal: SqliteJournal, path: Path
) -> None:
    head = ChainHead(SESSION)
    await journal.append(Batch(entries_after(head, 1)))
    limit_pages(journal, 1)
    journal.record_bars([bar_at(minute) for minute in range(FLUSH_ROWS - 1)])
    await journal.append(Batch(entries_after(head, 1)))
    assert seqs(path) == [1, 2]
    limit_pages(journal, None)
    await journal.append(Batch(entries_after(head, 1)))
    with SqliteReader(path) as reader:
        assert len(list(reader.bars("BTCUSDT", 0, 2**62))) == FLUSH_ROWS - 1
    assert journal.store.backlog.bars_dropped == 0


async def test_a_lock_is_waited_for_then_reported_with_the_holders_pid(
    journal: SqliteJournal, path: Path
) -> None:
    head = ChainHead(SESSION)
    await journal.append(Batch(entries_after(head, 1)))
    batch = Batch(entries_after(head, 2))
    with locked_by_another_process(path) as pid:
        with pytest.raises(JournalUnavailable, match=rf"locked by pid {pid} \(") as failure:
            await journal.append(batch)
        assert str(path) in str(failure.value)
    await journal.append(batch)
    assert seqs(path) == [1, 2, 3]


async def test_a_file_that_was_removed_is_noticed(journal: SqliteJournal, path: Path) -> None:
    head = ChainHead(SESSION)
    await journal.append(Batch(entries_after(head, 1)))
    batch = Batch(entries_after(head, 1))
    away = path.with_suffix(".away")
    os.rename(path, away)
    with pytest.raises(JournalUnavailable, match="removed or replaced"):
        await journal.append(batch)
    os.rename(away, path)
    await journal.append(batch)
    assert seqs(path) == [1, 2]


async def test_a_damaged_page_is_not_taken_for_a_full_disk(path: Path) -> None:
    journal = LoopJournal(path)
    head = ChainHead(SESSION)
    await journal.append(Batch(entries_after(head, 200, size=400)))
    await journal.close()
    overwrite_all_but_the_first_page(path)
    with pytest.raises(JournalCorrupt, match=str(path)):
        journal = LoopJournal(path)
        await journal.append(Batch(entries_after(head, 1)))


async def test_two_writers_of_one_session_cannot_both_win(path: Path) -> None:
    first, second = LoopJournal(path), LoopJournal(path)
    head = ChainHead(SESSION)
    await first.append(Batch(entries_after(head, 2)))
    rival = ChainHead(SESSION, head.seq, head.hash)
    await second.append(Batch(entries_after(head, 1)))
    with pytest.raises(JournalCorrupt, match="only one engine"):
        await first.append(Batch(entries_after(rival, 1, size=60)))
    with pytest.raises(JournalCorrupt, match="is a repeat"):
        await first.append(Batch(entries_after(ChainHead(SESSION, 2, rival.hash), 1)))
    await first.append(Batch(entries_after(head, 1)))
    await first.close()
    await second.close()
    assert seqs(path) == [1, 2, 3, 4]
    assert verify(path).exit_code == 0


async def test_a_queue_that_is_full_refuses(
    journal: SqliteJournal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "QUEUE_LIMIT", 3)
    head = ChainHead(SESSION)
    batches = [Batch(entries_after(head, 1)) for _ in range(5)]
    outcomes = await asyncio.gather(*map(journal.append, batches), return_exceptions=True)
    assert outcomes[:3] == [None] * 3
    assert all(isinstance(outcome, JournalUnavailable) for outcome in outcomes[3:])
    assert seqs(path) == [1, 2, 3]


async def test_a_closed_journal_refuses_and_has_written_what_was_queued(path: Path) -> None:
    journal = SqliteJournal(path)
    head = ChainHead(SESSION)
    sends = [asyncio.ensure_future(journal.append(Batch(entries_after(head, 1)))) for _ in range(20)]
    journal.record_bars([bar_at(1)])
    await asyncio.sleep(0)
    await journal.close()
    await journal.close()
    assert all(send.done() and send.exception() is None for send in sends)
    with pytest.raises(JournalUnavailable, match="closed"):
        await journal.append(Batch(entries_after(head, 1)))
    assert not path.with_name("ytc.db-wal").exists()
    assert seqs(path) == list(range(1, 21))
    with SqliteReader(path) as reader:
        assert list(reader.bars("BTCUSDT", 0, 2**62)) == [bar_at(1)]
