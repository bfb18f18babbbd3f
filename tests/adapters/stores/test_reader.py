"""Reading back: pages, filters, snapshots that do not fit, and files that cannot be read."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.adapters.stores.disks import make_read_only, small_disk
from tests.adapters.stores.entries import SESSION, bar_at, entries_after, order_row
from ytc_tui.adapters.stores import reader as reader_module
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.writer import SqliteJournal
from ytc_tui.engine.ports import Batch, ProjectionRow, Snapshot
from ytc_tui.errors import JournalCorrupt, JournalUnavailable, UsageInvalid
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.orders import OrderState

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=20)
AMOUNT = st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**12), max_value=10**12)
ENTRY = st.tuples(st.integers(-(2**63), 2**63 - 1), TEXT, st.integers(0, 99), TEXT, TEXT, TEXT)
ROW = st.fixed_dictionaries({"symbol": TEXT, "state": st.sampled_from(OrderState), "quantity": AMOUNT})
BATCH = st.tuples(st.lists(ENTRY, max_size=8), st.dictionaries(st.integers(0, 5), ROW, max_size=4))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ytc.db"


async def write(path: Path, *batches: Batch, snapshots: tuple[Snapshot, ...] = ()) -> None:
    journal = LoopJournal(path)
    for batch in batches:
        await journal.append(batch)
    for snapshot in snapshots:
        await journal.save_snapshot(snapshot)
    await journal.close()


def change(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql, values)
        connection.commit()


@settings(max_examples=10, deadline=None)
@given(batches=st.lists(BATCH, max_size=6))
def test_random_batches_read_back_equal(
    batches: list[tuple[list[tuple[int, str, int, str, str, str]], dict[int, dict[str, object]]]],
) -> None:
    async def run(path: Path) -> tuple[list[Entry], dict[str, dict[str, object]]]:
        journal = SqliteJournal(path)
        head = ChainHead(SESSION)
        entries: list[Entry] = []
        rows: dict[str, dict[str, object]] = {}
        sends = []
        for fields, changed in batches:
            new = tuple(head.link(*field) for field in fields)
            entries.extend(new)
            given_rows = tuple(
                ProjectionRow("orders", (SESSION, f"y{key}"), values) for key, values in changed.items()
            )
            rows.update({row.key[1]: row.values for row in given_rows})
            sends.append(journal.append(Batch(new, given_rows)))
        await asyncio.gather(*sends)
        await journal.close()
        return entries, rows

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ytc.db"
        entries, rows = asyncio.run(run(path))
        with SqliteReader(path) as reader:
            assert list(reader.entries(SESSION)) == entries
            found = {row["client_id"]: row for row in reader.rows("orders")}
    assert found.keys() == rows.keys()
    for key, values in rows.items():
        assert {name: found[key][name] for name in values} == values
        assert found[key]["limit_price"] is None


async def test_entries_and_bars_come_in_pages(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "PAGE_ROWS", 3)
    journal = LoopJournal(path)
    await journal.append(Batch(entries_after(ChainHead(SESSION), 12)))
    for feed in ("one", "two", "three", "four"):
        journal.store.feed = feed
        journal.record_bars([bar_at(minute) for minute in range(4)])
        journal.store.flush()
    await journal.close()
    with SqliteReader(path) as reader:
        assert [entry.seq for entry in reader.entries(SESSION, 2)] == list(range(3, 13))
        assert [bar.open_ns for bar in reader.bars("BTCUSDT", 0, bar_at(3).open_ns)] == [
            bar_at(minute).open_ns for minute in range(3) for _ in range(4)
        ]


async def test_a_page_in_hand_keeps_no_log_from_being_folded(path: Path) -> None:
    journal = LoopJournal(path)
    head = ChainHead(SESSION)
    await journal.append(Batch(entries_after(head, 2_500)))
    with SqliteReader(path) as reader:
        entries = reader.entries(SESSION)
        next(entries)
        result = journal.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert result == (0, 0, 0)
        assert len(list(entries)) == 2_499
    await journal.close()


async def test_rows_are_filtered_ordered_and_limited(path: Path) -> None:
    rows = tuple(order_row(n, symbol="ETHUSDT" if n % 3 else "BTCUSDT", created_at=-n) for n in range(10))
    await write(path, Batch((), rows))
    with SqliteReader(path) as reader:
        assert [row["client_id"] for row in reader.rows("orders", limit=2, offset=1)] == [
            "y000001",
            "y000002",
        ]
        newest = reader.rows("orders", symbol="BTCUSDT", order_by="created_at", descending=True)
        assert [row["created_at"] for row in newest] == [0, -3, -6, -9]
        assert len(reader.rows("orders", symbol=("BTCUSDT", "ETHUSDT"), state=OrderState.ACKED)) == 10
        assert reader.rows("orders", quantity=Decimal("0.10"))[0]["quantity"] == Decimal("0.10")
        for bad in ({"colour": 1}, {"order_by": "session; DROP TABLE orders"}):
            with pytest.raises(UsageInvalid, match="no column"):
                reader.rows("orders", **bad)
        with pytest.raises(UsageInvalid, match="no table"):
            reader.rows("sqlite_master")


async def test_documents_and_flags_come_back_as_they_were(path: Path) -> None:
    values = {"deliverables": ["a", "b"], "context": {"x": Decimal("1.50"), "y": [1, None]}}
    row = ProjectionRow("handoffs", (SESSION, "h1"), {**values, "needs_approval": True})
    await write(path, Batch((), (row,)))
    with SqliteReader(path) as reader:
        (found,) = reader.rows("handoffs")
    assert found["deliverables"] == ["a", "b"]
    assert found["context"] == {"x": "1.50", "y": [1, None]}
    assert found["needs_approval"] is True
    assert found["artifacts"] is None


@pytest.mark.parametrize(
    ("damage", "used"),
    [
        ("UPDATE snapshots SET state = '{\"n\":9}' WHERE seq = 4", 2),
        ("UPDATE snapshots SET hash = 'ff' WHERE seq = 4", 2),
        ("DELETE FROM journal WHERE seq = 4", 2),
        ("DELETE FROM snapshots", None),
        ("UPDATE snapshots SET state = NULL WHERE 0", 4),
    ],
)
async def test_recovery_passes_over_a_snapshot_that_does_not_fit(
    path: Path, damage: str, used: int | None
) -> None:
    head = ChainHead(SESSION)
    entries = entries_after(head, 4)
    snapshots = tuple(Snapshot(SESSION, seq, entries[seq - 1].hash, f'{{"n":{seq}}}') for seq in (2, 4))
    await write(path, Batch(entries), snapshots=snapshots)
    change(path, damage)
    with SqliteReader(path) as reader:
        snapshot = reader.latest_snapshot(SESSION)
        after = reader.entries(SESSION, snapshot.seq if snapshot else 0)
        assert (snapshot.seq if snapshot else None) == used
        expected = [entry.seq for entry in entries if "journal" not in damage or entry.seq != 4]
        assert [entry.seq for entry in after] == [seq for seq in expected if seq > (used or 0)]


async def test_the_head_goes_on_where_the_chain_stands(path: Path) -> None:
    head = ChainHead(SESSION)
    await write(path, Batch(entries_after(head, 3)))
    with SqliteReader(path) as reader:
        found = reader.head(SESSION)
        assert found == head
        assert reader.head("new") == ChainHead("new")
    journal = LoopJournal(path)
    await journal.append(Batch(entries_after(found, 1)))
    await journal.close()


async def test_a_reader_cannot_write(path: Path) -> None:
    await write(path, Batch(entries_after(ChainHead(SESSION), 1)))
    with SqliteReader(path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM journal")


async def test_files_that_cannot_be_read_are_named(path: Path) -> None:
    with pytest.raises(JournalCorrupt, match="there is no journal"):
        SqliteReader(path)
    await write(path, Batch(entries_after(ChainHead(SESSION), 1)))
    change(path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(JournalCorrupt, match="9999"):
        SqliteReader(path)


def test_a_file_of_words_is_no_journal(path: Path) -> None:
    path.write_bytes(b"no database, only words " * 400)
    with pytest.raises(JournalCorrupt, match=r"ytc\.db"):
        SqliteReader(path)


async def test_a_copy_on_a_read_only_disk_is_read(path: Path, tmp_path: Path) -> None:
    await write(path, Batch(entries_after(ChainHead(SESSION), 3)))
    with small_disk(tmp_path, "4m") as disk:
        copy = disk / "ytc.db"
        shutil.copy(path, copy)
        make_read_only(disk)
        with SqliteReader(copy) as reader:
            assert [entry.seq for entry in reader.entries(SESSION)] == [1, 2, 3]
        with pytest.raises(JournalUnavailable, match=r"readonly|read-only|Read-only"):
            LoopJournal(copy)
