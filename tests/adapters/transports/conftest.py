"""Doors in folders whose paths are short enough for a socket."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.contracts.door_contract import RecordingEngine
from ytc_tui.adapters.transports.client import HttpClient
from ytc_tui.adapters.transports.http import DoorServer


@pytest.fixture
def socket_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ytc-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def engine() -> RecordingEngine:
    return RecordingEngine()


@pytest.fixture
async def server(engine: RecordingEngine, socket_dir: Path) -> AsyncIterator[DoorServer]:
    server = DoorServer(engine, socket_dir / "s-1.sock")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(server: DoorServer) -> AsyncIterator[HttpClient]:
    async with HttpClient(server.socket_path) as client:
        yield client
