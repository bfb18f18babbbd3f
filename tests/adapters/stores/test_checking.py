"""A record verified beside a running engine: whole, edited, or with a snapshot of another state."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.views.journals import SESSION, finished, stored
from ytc_tui.adapters.stores.checking import ChainChecker
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.engine.ports import Snapshot
from ytc_tui.engine.recovery import recover_state
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.codec import in_order


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return await stored(tmp_path / "ytc.db", finished())


async def test_a_whole_record_passes_and_an_edited_entry_is_named(path: Path) -> None:
    await ChainChecker(path).begin(SESSION)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE journal SET at = at + 1 WHERE seq = 5")
    with pytest.raises(JournalCorrupt, match="entry 5"):
        await ChainChecker(path).begin(SESSION)


async def test_a_forged_snapshot_that_recovery_takes_is_refused(path: Path) -> None:
    with SqliteReader(path) as reader:
        state, head = recover_state(reader, SESSION)
    journal = LoopJournal(path)
    await journal.save_snapshot(Snapshot(SESSION, head.seq, head.hash, in_order(state)))
    await ChainChecker(path).begin(SESSION)
    forged = replace(state, wallet=state.wallet * 10)
    await journal.save_snapshot(Snapshot(SESSION, head.seq, head.hash, in_order(forged)))
    await journal.close()
    with SqliteReader(path) as reader:
        assert recover_state(reader, SESSION)[0].wallet == forged.wallet
    with pytest.raises(JournalCorrupt, match="is not the state of its journal: wallet"):
        await ChainChecker(path).begin(SESSION)
