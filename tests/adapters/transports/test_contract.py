"""The door's contract, against an engine itself and through its socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from tests.contracts.door_contract import DoorBench, DoorContract, RecordingEngine
from tests.contracts.frames_contract import FramesContract
from tests.contracts.pages_contract import PagesContract
from ytc_tui.adapters.transports.client import HttpClient
from ytc_tui.adapters.transports.local import LocalClient
from ytc_tui.errors import EngineUnreachable


class TestDirect(DoorContract, FramesContract, PagesContract):
    @pytest.fixture
    def bench(self, engine: RecordingEngine) -> DoorBench:
        return DoorBench(engine, engine)


class TestThroughTheSocket(DoorContract, FramesContract, PagesContract):
    @pytest.fixture
    async def bench(self, engine: RecordingEngine, client: HttpClient) -> DoorBench:
        return DoorBench(client, engine)


class TestFromAnotherLoop(DoorContract, FramesContract, PagesContract):
    @pytest.fixture
    def engine_loop(self) -> Iterator[asyncio.AbstractEventLoop]:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        yield loop
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    @pytest.fixture
    def bench(self, engine: RecordingEngine, engine_loop: asyncio.AbstractEventLoop) -> DoorBench:
        return DoorBench(LocalClient(engine, engine_loop), engine)

    async def test_an_engine_whose_loop_ended_is_unreachable(self, engine: RecordingEngine) -> None:
        loop = asyncio.new_event_loop()
        loop.close()
        with pytest.raises(EngineUnreachable):
            await LocalClient(engine, loop).status()
