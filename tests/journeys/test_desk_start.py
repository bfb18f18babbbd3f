"""The desk starts its engine: worker, phases, agents, events; with an engine of its own and on a thread."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest

from tests.journeys.desk import Desk, demo, desk_on, engine_pid
from tests.journeys.process import Home
from ytc_tui.agents.registry import discover
from ytc_tui.commands.desk_engine import ProcessEngine
from ytc_tui.commands.desk_thread import ThreadEngine
from ytc_tui.commands.places import paper_paths
from ytc_tui.commands.starting import Flags, request_of
from ytc_tui.config import load_settings
from ytc_tui.model.session import Phase

Start = Callable[[Flags], ProcessEngine]


@pytest.fixture
async def thread_engine(user: Home) -> AsyncIterator[ThreadEngine]:
    """The engine on a thread of `ytc run --demo --in-process`."""
    flags = demo("120")
    loaded = load_settings(None, {"feed.speed": flags.speed})
    engine = ThreadEngine(loaded, request_of(loaded, flags), paper_paths())
    yield engine
    await asyncio.to_thread(engine.close)


def running_workers(desk: Desk) -> set[str]:
    return {worker.name for worker in desk.app.workers if worker.is_running}


async def comes_to_trading(desk: Desk) -> None:
    """From the first frame to the phase in which trades are looked for, with every agent in sight."""
    assert "engine" in running_workers(desk)
    await desk.begins()
    await desk.until(lambda: desk.top.phase is Phase.ACTIVE_TRADING)
    await desk.sees("PAPER", "active_trading", "gate ACTIVE", "engine live", "setup_scanner", "120x")
    await desk.until(lambda: len(desk.app.link.views["agents"].rows) == len(discover()))
    await desk.until(lambda: any(row.runs > 1 for row in desk.app.link.views["agents"].rows))
    assert running_workers(desk) >= {"engine", "frames"}


async def test_an_engine_of_its_own(start: Start, user: Home) -> None:
    engine = start(demo("120"))
    async with desk_on(engine) as desk:
        await comes_to_trading(desk)
        assert str(engine_pid()) in desk.said
        begun = desk.top.at_ns
        await desk.until(lambda: desk.top.at_ns > begun)
        await desk.press("8")
        await desk.sees("what happened", "pre_market -> session_open")
        await desk.press("1", "?")
        await desk.sees("Emergency", "Flatten")
        await desk.press("escape")
        await desk.sees("Positions and orders")


@pytest.mark.slow
async def test_the_engine_on_a_thread_ends_after_the_desk_and_can_be_taken_up(
    thread_engine: ThreadEngine, user: Home
) -> None:
    async with desk_on(thread_engine) as desk:
        await comes_to_trading(desk)
        session = desk.top.session_id
        await desk.press("q")
        await desk.sees("Leave the desk", "stop it: entries are pulled, stops stay")
        await desk.press("l")
        await desk.ends()
    # The desk has gone and took nothing of the engine with it; `ytc run` ends it now.
    assert json.loads(user.ytc("status", "--json").stdout)["session_id"] == session
    await asyncio.to_thread(thread_engine.close)
    assert (await thread_engine.ended()).code == 0
    assert user.engines() == []
    [record] = json.loads(user.ytc("sessions", "--json").stdout)["sessions"]
    assert record["session"] == session
    assert record["status"] not in ("completed", "emergency_stop")
    assert json.loads(user.ytc("verify", "--json").stdout)["ok"]
    resumed = user.documents("--demo", "--speed", "max")
    assert [document["session_id"] for document in resumed] == [session]
    assert resumed[0]["session_status"] == "completed"
