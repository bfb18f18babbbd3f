"""What every journal must do, whatever it is kept in. Subclass, say how to open one, and it is tested."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.adapters.stores.entries import SESSION, bar_at, entries_after, order_row
from ytc_tui.engine.ports import Batch, Journal, JournalReader, Snapshot
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.chain import ChainHead, Entry, first_fault


class Opened(NamedTuple):
    """A journal and the way to read what it holds."""

    journal: Journal
    reader: Callable[[], JournalReader]


class JournalContract:
    """Inherit and give `open_journal`."""

    def open_journal(self, folder: Path) -> Opened:
        raise NotImplementedError

    @pytest.fixture
    async def opened(self, tmp_path: Path) -> Opened:
        return self.open_journal(tmp_path)

    async def test_what_was_appended_reads_back_equal_and_in_order(self, opened: Opened) -> None:
        head = ChainHead(SESSION)
        written: list[Entry] = []
        for count in (1, 3, 0, 64, 41):
            entries = entries_after(head, count)
            await opened.journal.append(Batch(entries, (order_row(count),)))
            written.extend(entries)
        reader = opened.reader()
        assert list(reader.entries(SESSION)) == written
        assert list(reader.entries(SESSION, after_seq=100)) == written[100:]
        assert first_fault(reader.entries(SESSION)) is None
        assert reader.sessions() == (SESSION,)
        await opened.journal.close()

    async def test_a_session_that_is_not_known_is_empty(self, opened: Opened) -> None:
        reader = opened.reader()
        assert reader.sessions() == ()
        assert list(reader.entries("nobody")) == []
        assert reader.latest_snapshot("nobody") is None
        await opened.journal.close()

    @pytest.mark.parametrize("skipped", [0, 2], ids=["repeat", "gap"])
    async def test_a_repeat_or_a_gap_is_refused_and_leaves_nothing(
        self, opened: Opened, skipped: int
    ) -> None:
        head = ChainHead(SESSION)
        first = entries_after(head, 3)
        await opened.journal.append(Batch(first))
        later = entries_after(head, 4)
        bad = first if skipped == 0 else later[skipped:]
        with pytest.raises(JournalCorrupt, match="repeat" if skipped == 0 else "gap"):
            await opened.journal.append(Batch(bad, (order_row(1),)))
        await opened.journal.append(Batch(later))
        assert list(opened.reader().entries(SESSION)) == [*first, *later]
        await opened.journal.close()

    async def test_an_entry_of_another_chain_is_refused(self, opened: Opened) -> None:
        head = ChainHead(SESSION)
        await opened.journal.append(Batch(entries_after(head, 1)))
        stranger = ChainHead(SESSION, seq=1, hash="f" * 64)
        with pytest.raises(JournalCorrupt, match="the chain stands at"):
            await opened.journal.append(Batch(entries_after(stranger, 1)))
        await opened.journal.close()

    async def test_sessions_have_chains_of_their_own(self, opened: Opened) -> None:
        heads = [ChainHead("a"), ChainHead("b")]
        for _ in range(3):
            await opened.journal.append(Batch(sum((entries_after(head, 2) for head in heads), ())))
        reader = opened.reader()
        assert set(reader.sessions()) == {"a", "b"}
        assert [[entry.seq for entry in reader.entries(name)] for name in "ab"] == [[1, 2, 3, 4, 5, 6]] * 2
        await opened.journal.close()

    async def test_the_newest_snapshot_is_found(self, opened: Opened) -> None:
        head = ChainHead(SESSION)
        for number in range(5):
            await opened.journal.append(Batch(entries_after(head, 2)))
            snapshot = Snapshot(SESSION, head.seq, head.hash, f'{{"n":{number}}}')
            await opened.journal.save_snapshot(snapshot)
        assert opened.reader().latest_snapshot(SESSION) == snapshot
        await opened.journal.close()

    async def test_a_snapshot_ahead_of_the_chain_is_refused(self, opened: Opened) -> None:
        head = ChainHead(SESSION)
        await opened.journal.append(Batch(entries_after(head, 2)))
        for snapshot in (Snapshot(SESSION, 3, head.hash, "{}"), Snapshot(SESSION, 2, "0" * 64, "{}")):
            with pytest.raises(JournalCorrupt, match="snapshot"):
                await opened.journal.save_snapshot(snapshot)
        assert opened.reader().latest_snapshot(SESSION) is None
        await opened.journal.close()

    async def test_batches_sent_together_keep_their_order(self, opened: Opened) -> None:
        head = ChainHead(SESSION)
        batches = [Batch(entries_after(head, 1), (order_row(1, filled=n),)) for n in range(50)]
        await asyncio.gather(*(opened.journal.append(batch) for batch in batches))
        assert [entry.seq for entry in opened.reader().entries(SESSION)] == list(range(1, 51))
        await opened.journal.close()

    async def test_bars_and_telemetry_are_taken_without_waiting(self, opened: Opened) -> None:
        for minute in range(1_000):
            opened.journal.record_bars([bar_at(minute)])
            opened.journal.record_telemetry(minute, "tick", 0.5, "ms")
        await opened.journal.append(Batch(entries_after(ChainHead(SESSION), 1)))
        assert [entry.seq for entry in opened.reader().entries(SESSION)] == [1]
        await opened.journal.close()
