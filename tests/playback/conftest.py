"""One busy session on record, in memory and in a store of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.sim.harness import Simulation
from tests.sim.past_sessions import past_of
from tests.sim.test_playback import busy_day
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.commands.record import Record
from ytc_tui.engine.playback.past import Past
from ytc_tui.engine.playback.player import Player
from ytc_tui.engine.ports import Batch


@pytest.fixture(scope="package")
async def day(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    """Handoffs, trades, a level, a pause, a hole, a flatten: two symbols from 12:00 to 13:45."""
    simulation, onlooker = busy_day(tmp_path_factory.mktemp("day"))
    onlooker.every = 1_000_000
    await simulation.run()
    return simulation


@pytest.fixture(scope="package")
async def past(day: Simulation) -> Past:
    return past_of(day)


@pytest.fixture
async def store(day: Simulation, tmp_path: Path) -> Path:
    """The same session in a store."""
    path = tmp_path / "ytc.db"
    journal = LoopJournal(path)
    session = day.journal.sessions()[-1]
    await journal.append(Batch(tuple(day.journal.entries(session))))
    await journal.close()
    return path


@pytest.fixture
def opening(day: Simulation) -> Callable[[], Past]:
    """Opens it anew."""
    return lambda: past_of(day)


@pytest.fixture
async def player(day: Simulation, opening: Callable[[], Past], store: Path) -> AsyncIterator[Player]:
    session, record = day.journal.sessions()[-1], Record(store)
    yield Player(session, lambda progress: opening(), record, asyncio.to_thread)
    await record.close()
