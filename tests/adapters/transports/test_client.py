"""The client's side: what silence is called, and which engine is meant."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.contracts.door_contract import RecordingEngine, command
from ytc_tui.adapters.transports.client import HttpClient, RunningEngine, engine_for, find_engines
from ytc_tui.adapters.transports.http import DoorServer
from ytc_tui.adapters.transports.sockets import listener
from ytc_tui.errors import EngineUnreachable, UsageInvalid, YtcError
from ytc_tui.model.commands import Verb

KILL_FILE = Path("/state dir/paper/kill-s-1")
Answering = Callable[[bytes], Awaitable[Path]]


@pytest.fixture
async def answering(socket_dir: Path) -> AsyncIterator[Answering]:
    """Starts a server that answers every connection with the given bytes and hangs up."""
    servers: list[asyncio.Server] = []

    async def start(answer: bytes) -> Path:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            writer.close()

        path = socket_dir / "odd.sock"
        servers.append(await asyncio.start_unix_server(serve, path))
        return path

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


async def test_nobody_there(socket_dir: Path) -> None:
    missing, stale = socket_dir / "none.sock", socket_dir / "stale.sock"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(stale))
    for path in (missing, stale):
        async with HttpClient(path, kill_file=KILL_FILE) as client:
            for call in (client.status(), client.explain("x"), client.health()):
                with pytest.raises(EngineUnreachable) as caught:
                    await call
                assert caught.value.where == str(path)
            with pytest.raises(EngineUnreachable) as caught:
                await client.send(command(Verb.FLATTEN))
            assert "the command flatten was not sent" in caught.value.what
            assert "touch '/state dir/paper/kill-s-1'" in caught.value.fix


async def test_the_kill_file_is_named_where_it_helps(socket_dir: Path) -> None:
    async with HttpClient(socket_dir / "none.sock", kill_file=KILL_FILE) as client:
        with pytest.raises(EngineUnreachable) as caught:
            await client.send(command(Verb.ACK))
    assert "touch" not in caught.value.fix
    async with HttpClient(socket_dir / "none.sock") as client:
        with pytest.raises(EngineUnreachable) as caught:
            await client.send(command(Verb.FLATTEN))
    assert "touch" not in caught.value.fix


async def test_an_engine_that_hangs(server: DoorServer, engine: RecordingEngine) -> None:
    engine.hold = asyncio.Event()
    async with HttpClient(server.socket_path, status_timeout_s=0.02, command_timeout_s=0.03) as client:
        with pytest.raises(EngineUnreachable, match=r"did not answer within 0\.02 s"):
            await client.status()
        with pytest.raises(EngineUnreachable, match=r"within 0\.03 s; the command pause may have arrived"):
            await client.send(command())
    engine.hold.set()


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", b"SSH-2.0-OpenSSH\r\n"]
)
async def test_an_engine_that_dies_over_a_command(answering: Answering, answer: bytes) -> None:
    async with HttpClient(await answering(answer)) as client:
        with pytest.raises(EngineUnreachable, match="hung up before it answered; the command pause may have"):
            await client.send(command())


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html", "not a JSON object"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "not a JSON object"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"[" * 5000, "not a JSON object"),
        (b"HTTP/1.1 503 x\r\nContent-Length: 4\r\n\r\nbusy", "HTTP status 503 and no reason"),
        (b"SSH-2.0-OpenSSH\r\n", "hung up"),
    ],
)
async def test_something_else_at_the_socket(answering: Answering, answer: bytes, says: str) -> None:
    async with HttpClient(await answering(answer)) as client:
        with pytest.raises(YtcError, match=says):
            await client.status()


async def test_engines_are_found_by_who_answers(
    engine: RecordingEngine, server: DoorServer, socket_dir: Path
) -> None:
    other = DoorServer(engine, socket_dir / "s-2.sock")
    await other.start()
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(socket_dir / "dead.sock"))
    (socket_dir / "file.sock").touch()
    (socket_dir / "Odd Name.sock").touch()
    assert find_engines(socket_dir) == (
        RunningEngine("s-1", os.getpid(), socket_dir / "s-1.sock"),
        RunningEngine("s-2", os.getpid(), socket_dir / "s-2.sock"),
    )
    await other.stop()
    assert [each.session_id for each in find_engines(socket_dir)] == ["s-1"]
    assert find_engines(socket_dir / "none") == ()


def test_an_engine_that_takes_no_more_connections_is_still_there(
    socket_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ytc_tui.adapters.transports.sockets.CONNECT_TIMEOUT_S", 0.01)
    path = socket_dir / "full.sock"
    with socket.socket(socket.AF_UNIX) as door, socket.socket(socket.AF_UNIX) as queued:
        door.bind(str(path))
        door.listen(0)
        queued.connect(str(path))
        assert listener(path) == 0


def test_which_engine_is_meant() -> None:
    one, two = RunningEngine("ab-1", 7, Path("/1")), RunningEngine("ab-12", 0, Path("/2"))
    assert engine_for([one]) == one
    assert engine_for([one, two], "ab-1") == one
    assert engine_for([one, two], "ab-12") == two
    assert engine_for([one], "a") == one
    with pytest.raises(UsageInvalid, match=r"2 engines fit: ab-1 \(pid 7\), ab-12 \(pid unknown\)"):
        engine_for([one, two])
    with pytest.raises(UsageInvalid, match="2 engines fit"):
        engine_for([one, two], "ab")
    with pytest.raises(EngineUnreachable, match=r"no engine runs session 'x'.*running: ab-1"):
        engine_for([one], "x")
    with pytest.raises(EngineUnreachable, match=r"no engine is running.*ytc run"):
        engine_for([])
