"""The PIN over the door's socket: taken for one command, and in no answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.contracts.door_contract import RecordingEngine
from ytc_tui.adapters.transports.client import HttpClient
from ytc_tui.adapters.transports.http import DoorServer
from ytc_tui.errors import PinRefused, UsageInvalid

PIN = "correct 48151623"


class Taker:
    """Takes one PIN, for any command."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    async def __call__(self, command_id: str, pin: str) -> None:
        if pin != PIN:
            raise PinRefused("the PIN is wrong, 4 tries left")
        self.shown.append(command_id)


@pytest.fixture
def taker() -> Taker:
    return Taker()


@pytest.fixture
async def guarded(engine: RecordingEngine, socket_dir: Path, taker: Taker) -> AsyncIterator[DoorServer]:
    server = DoorServer(engine, socket_dir / "s-1.sock", taker)
    await server.start()
    yield server
    await server.stop()


async def test_a_pin_is_taken_for_its_command(guarded: DoorServer, taker: Taker) -> None:
    async with HttpClient(guarded.socket_path) as client:
        await client.show_pin("c-1", PIN)
        with pytest.raises(PinRefused, match="4 tries left"):
            await client.show_pin("c-2", "wrong 48151623")
    assert taker.shown == ["c-1"]


async def test_an_engine_that_needs_none_says_so(server: DoorServer) -> None:
    async with HttpClient(server.socket_path) as client:
        with pytest.raises(UsageInvalid, match="needs a PIN"):
            await client.show_pin("c-1", PIN)


@pytest.mark.parametrize(
    "body",
    [
        PIN,
        json.dumps(PIN),
        json.dumps({"pin": PIN}),
        json.dumps({"command_id": PIN, "pin": PIN}),
        json.dumps({"command_id": "c-1", "pin": [PIN]}),
        json.dumps({"command_id": "c-1", "pin": PIN, "also": PIN}),
        json.dumps({"command_id": "c-1", "pin": PIN * 100}),
    ],
)
async def test_what_is_no_body_is_refused_and_not_repeated(guarded: DoorServer, body: str) -> None:
    transport = httpx.AsyncHTTPTransport(uds=str(guarded.socket_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://x/api/orchestrator") as raw:
        answer = await raw.post("/pin", content=body)
    assert answer.status_code == 422
    assert PIN not in answer.text
