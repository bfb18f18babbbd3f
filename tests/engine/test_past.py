"""What counts as a past session of an account."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.sim.stage import stage
from tests.sim.tape import Tape
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.engine.past import session_balance
from ytc_tui.engine.ports import Batch, JournalReader
from ytc_tui.model.chain import Entry
from ytc_tui.model.drawdown import SessionBalance
from ytc_tui.model.session import Mode

DATE = "2022-11-08"


async def recorded(folder: Path) -> tuple[Entry, ...]:
    simulation = stage(folder, Tape(end="13:00"), until="12:45")
    await simulation.run()
    return tuple(simulation.journal.entries(simulation.journal.sessions()[0]))


async def test_a_closed_session_of_this_account_counts(tmp_path: Path) -> None:
    entries = await recorded(tmp_path)
    session = entries[0].session
    journal = MemoryJournal()
    await journal.append(Batch(entries))
    store = LoopJournal(tmp_path / "ytc.db")
    await store.append(Batch(entries))
    await store.close()
    with SqliteReader(tmp_path / "ytc.db") as reader:
        readers: tuple[JournalReader, ...] = (journal, reader)
        for each in readers:
            assert each.ends(session) == (entries[0], entries[-1])
            assert each.ends("none") is None
            found = session_balance(each, session, DATE, "paper", Mode.PAPER)
            assert found == SessionBalance(DATE, Decimal(10_000), Decimal(10_000))
            assert session_balance(each, session, DATE, "other", Mode.PAPER) is None
            assert session_balance(each, session, DATE, "paper", Mode.LIVE) is None
            assert session_balance(each, "none", DATE, "paper", Mode.PAPER) is None


@pytest.mark.parametrize("kept", [1, 5])
async def test_one_that_did_not_end_does_not(tmp_path: Path, kept: int) -> None:
    entries = await recorded(tmp_path)
    journal = MemoryJournal()
    await journal.append(Batch(entries[:kept]))
    assert session_balance(journal, entries[0].session, DATE, "paper", Mode.PAPER) is None
