"""`ytc verify` over snapshots that were forged, and over what is nested too deep to be read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.commands.test_verify import OTHER, asked, of
from tests.views.journals import SESSION, finished, opened, stored
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.store import Store
from ytc_tui.engine.ports import Snapshot
from ytc_tui.engine.recovery import recover_state
from ytc_tui.model.codec import in_order
from ytc_tui.model.state import State


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return await stored(tmp_path / "ytc.db", finished(), opened(OTHER))


async def test_a_snapshot_that_its_entries_do_not_come_to(path: Path) -> None:
    """Whoever can write the file makes its digest anew; the entries up to it say otherwise."""
    with SqliteReader(path) as reader:
        state, head = recover_state(reader, SESSION)

    def keep(state: State) -> None:
        store = Store(path)
        assert store.write([Snapshot(SESSION, head.seq, head.hash, in_order(state))]) == [None]
        store.close()

    keep(state)
    assert asked(path)[0] == 0
    keep(replace(state, wallet=state.wallet + 1))
    code, data, text = asked(path)
    assert (code, of(data)["ok"], of(data, OTHER)["ok"]) == (1, False, True)
    told = f"the snapshot of entry {head.seq} is not the state of its journal: wallet"
    assert of(data)["findings"] == [{"seq": head.seq, "text": told}]
    assert told in text


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE decisions SET detail = ?", 3),
        ("UPDATE journal SET body = ? WHERE seq = 5", 1),
        ("UPDATE snapshots SET state = ?", 1),
    ],
)
async def test_what_is_nested_too_deep_becomes_the_answer(path: Path, statement: str, code: int) -> None:
    with SqliteReader(path) as reader:
        state, head = recover_state(reader, SESSION)
    store = Store(path)
    assert store.write([Snapshot(SESSION, head.seq, head.hash, in_order(state))]) == [None]
    store.close()
    assert asked(path)[0] == 0
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement, ("[" * 100_000,)).rowcount
    assert asked(path)[0] == code
