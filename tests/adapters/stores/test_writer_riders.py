"""What rides along with entries: bars, telemetry, heads, snapshots, the log, and a small disk."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.adapters.stores.disks import small_disk
from tests.adapters.stores.entries import SESSION, bar_at, entries_after
from ytc_tui.adapters.stores import store
from ytc_tui.adapters.stores.backlog import BARS_LIMIT, TELEMETRY_LIMIT
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.verify import verify
from ytc_tui.adapters.stores.writer import SqliteJournal
from ytc_tui.engine.ports import Batch, Snapshot
from ytc_tui.errors import JournalUnavailable
from ytc_tui.model.chain import ChainHead


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


async def test_bars_are_durable_with_the_append_after_them(journal: SqliteJournal, path: Path) -> None:
    bars = [bar_at(minute, symbol) for minute in range(3) for symbol in ("BTCUSDT", "ETHUSDT")]
    journal.record_bars(bars)
    await journal.append(Batch(entries_after(ChainHead(SESSION), 1)))
    with SqliteReader(path) as reader:
        assert list(reader.bars("ETHUSDT", 0, 2**62)) == bars[1::2]
        assert list(reader.bars("BTCUSDT", bars[2].open_ns, bars[4].open_ns)) == [bars[2]]


async def test_a_bar_recorded_again_is_kept_once_and_a_different_one_is_counted(path: Path) -> None:
    journal = LoopJournal(path, feed="demo")
    journal.record_bars([bar_at(1), bar_at(2)])
    journal.store.flush()
    journal.record_bars([bar_at(0), bar_at(1), bar_at(2, close=99.0), bar_at(3), bar_at(3)])
    journal.store.flush()
    assert list(journal.reader().bars("BTCUSDT", 0, 2**62)) == [bar_at(n) for n in range(4)]
    assert journal.store.backlog.bars_conflicting == 1
    await journal.close()
    other = LoopJournal(path, feed="other")
    other.record_bars([bar_at(2, close=99.0)])
    await other.close()
    with SqliteReader(path) as reader:
        assert list(reader.bars("BTCUSDT", 0, 2**62, feed="other")) == [bar_at(2, close=99.0)]
        assert len(list(reader.bars("BTCUSDT", 0, 2**62))) == 5
    assert verify(path).exit_code == 0


async def test_waiting_rows_are_bounded_and_what_is_dropped_is_counted(path: Path) -> None:
    journal = LoopJournal(path, busy_timeout_s=0)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        journal.record_bars([bar_at(minute) for minute in range(BARS_LIMIT + 5)])
        journal.store.backlog._telemetry.extend([(None, 1, "x", 1.0, "")] * TELEMETRY_LIMIT)
        journal.record_telemetry(1, "one too many", 1.0)
        holder.execute("COMMIT")
    assert journal.store.backlog.bars_dropped == 5
    assert journal.store.backlog.telemetry_dropped == 1
    await journal.close()
    with SqliteReader(path) as reader:
        assert len(list(reader.bars("BTCUSDT", 0, 2**62))) == BARS_LIMIT


async def test_rows_of_no_use_are_dropped_and_counted_and_the_entry_is_written(
    journal: SqliteJournal, path: Path
) -> None:
    journal.record_bars([bar_at(1, close=float("nan"))])
    journal.record_telemetry(5, "nothing", float("inf"))
    await journal.append(Batch(entries_after(ChainHead(SESSION), 1)))
    assert seqs(path) == [1]
    assert journal.store.backlog.bars_dropped == 1


async def test_heads_link_sessions_and_are_anchored(journal: SqliteJournal, path: Path) -> None:
    first, second = ChainHead("a"), ChainHead("b")
    await journal.append(Batch(entries_after(first, 3)))
    linked = ChainHead("a", first.seq, first.hash)
    await journal.append(Batch(entries_after(second, 1)))
    await journal.append(Batch(entries_after(first, 250)))
    with SqliteReader(path) as reader:
        a, b = reader.rows("heads", order_by="counter")
        assert (a["counter"], a["previous_session"], a["head_seq"]) == (1, "", 253)
        assert (b["counter"], b["previous_session"], b["previous_seq"]) == (2, "a", 3)
        assert b["previous_hash"] == linked.hash
    await journal.append(Batch(entries_after(first, 1)))
    await journal.anchor("a", 77)
    with SqliteReader(path) as reader:
        (a,) = reader.rows("heads", session="a")
        assert (a["head_seq"], a["head_hash"], a["anchored_at"]) == (254, first.hash, 77)


async def test_only_the_newest_snapshots_are_kept(journal: SqliteJournal, path: Path) -> None:
    head = ChainHead(SESSION)
    for _ in range(6):
        await journal.append(Batch(entries_after(head, 1)))
        await journal.save_snapshot(Snapshot(SESSION, head.seq, head.hash, "{}"))
    with SqliteReader(path) as reader:
        assert [row["seq"] for row in reader.rows("snapshots")] == [4, 5, 6]


async def test_the_log_is_folded_into_the_file_and_does_not_grow_without_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "FOLD_PAGES", 40)
    journal = LoopJournal(path)
    head = ChainHead(SESSION)
    for _ in range(300):
        await journal.append(Batch(entries_after(head, 1, size=2_000)))
    assert os.stat(f"{path}-wal").st_size < 500_000
    assert journal.store.checkpoint_failure == ""
    assert len(seqs(path)) == 300


async def test_the_log_has_its_blocks_before_they_are_needed(journal: SqliteJournal, path: Path) -> None:
    await journal.append(Batch(entries_after(ChainHead(SESSION), 1)))
    size = os.stat(f"{path}-wal").st_size
    assert size >= store.LOG_BYTES
    journal.store.reserve_log()
    assert os.stat(f"{path}-wal").st_size == size
    with SqliteReader(path) as reader:
        assert reader.rows("telemetry") == ()
    assert seqs(path) == [1]


async def test_nothing_is_reserved_where_space_is_short(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "free_bytes", lambda _: store.ENOUGH_BYTES - 1)
    journal = SqliteJournal(path)
    await journal.append(Batch(entries_after(ChainHead(SESSION), 1)))
    assert os.stat(f"{path}-wal").st_size < 100_000
    await journal.close()


async def test_a_disk_of_one_megabyte_that_fills_up(tmp_path: Path) -> None:
    with small_disk(tmp_path, "1m") as disk:
        await _fill_a_disk(disk)


async def _fill_a_disk(disk: Path) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(256 * 1024))
    path = disk / "ytc.db"
    journal = SqliteJournal(path)
    head = ChainHead(SESSION)
    written = 0
    batch = Batch(entries_after(head, 10, size=1_000))
    with pytest.raises(JournalUnavailable, match=r"cannot write the journal.*bytes free"):
        for _ in range(200):
            await journal.append(batch)
            written += 10
            batch = Batch(entries_after(head, 10, size=1_000))
    assert written > 0
    assert seqs(path) == list(range(1, written + 1))
    ballast.unlink()
    await journal.append(batch)
    await journal.close()
    assert seqs(path) == list(range(1, written + 11))
    assert verify(path).exit_code == 0
