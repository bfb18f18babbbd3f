"""The door's contract, against an engine itself and through its socket."""

from __future__ import annotations

import pytest

from tests.contracts.door_contract import DoorBench, DoorContract, RecordingEngine
from ytc_tui.adapters.transports.client import HttpClient


class TestDirect(DoorContract):
    @pytest.fixture
    def bench(self, engine: RecordingEngine) -> DoorBench:
        return DoorBench(engine, engine)


class TestThroughTheSocket(DoorContract):
    @pytest.fixture
    async def bench(self, engine: RecordingEngine, client: HttpClient) -> DoorBench:
        return DoorBench(client, engine)
