"""The server's side: rights of the socket, what it refuses and how, and that it leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, strategies as st

from tests.contracts.door_contract import RecordingEngine, command
from ytc_tui.adapters.transports import http
from ytc_tui.adapters.transports.client import HttpClient
from ytc_tui.adapters.transports.http import DoorServer
from ytc_tui.adapters.transports.wire import MAX_BODY_BYTES, command_from
from ytc_tui.errors import AlreadyRunning, ConfigInvalid, UsageInvalid
from ytc_tui.model.commands import Command, Verb

GOOD: dict[str, Any] = {"command_id": "c-1", "verb": "pause", "actor": "ada"}


@pytest.fixture
async def raw(server: DoorServer) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.AsyncHTTPTransport(uds=str(server.socket_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://x/api/orchestrator") as raw:
        yield raw


async def test_the_socket_is_this_users_alone(server: DoorServer) -> None:
    found = server.socket_path.lstat()
    assert stat.S_ISSOCK(found.st_mode)
    assert stat.S_IMODE(found.st_mode) == 0o600
    assert stat.S_IMODE(server.socket_path.parent.lstat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
async def test_another_user_gets_no_answer_even_where_the_file_lets_him_in(server: DoorServer) -> None:
    server.socket_path.parent.chmod(0o755)
    server.socket_path.chmod(0o666)
    program = (
        "import os,socket,sys;os.setuid(65534);s=socket.socket(socket.AF_UNIX);s.connect(sys.argv[1]);"
        "s.sendall(b'GET /api/orchestrator/status HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n');"
        "sys.stdout.write(repr(s.recv(100)))"
    )
    stranger = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(server.socket_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await stranger.communicate()
    assert out == b"b''" or b"ConnectionResetError" in err or b"BrokenPipeError" in err


async def test_signal_handlers_stay_as_they_were(engine: RecordingEngine, socket_dir: Path) -> None:
    before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
    server = DoorServer(engine, socket_dir / "s-1.sock")
    await server.start()
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)] == before
    await server.stop()


async def test_after_the_stop_nothing_is_left(engine: RecordingEngine, socket_dir: Path) -> None:
    server = DoorServer(engine, socket_dir / "s-1.sock")
    await server.start()
    await server.stop()
    await server.stop()
    assert os.listdir(socket_dir) == []
    await server.start()
    await server.stop()
    assert len(asyncio.all_tasks()) == 1


async def test_a_stale_socket_is_replaced_and_a_live_one_is_not(
    engine: RecordingEngine, socket_dir: Path
) -> None:
    path = socket_dir / "s-1.sock"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    first = DoorServer(engine, path)
    await first.start()
    with pytest.raises(AlreadyRunning, match=f"pid {os.getpid()}"):
        await DoorServer(engine, path).start()
    async with HttpClient(path) as client:
        assert (await client.status())["session_id"] == "s-1"
    await first.stop()


async def test_stopping_leaves_the_socket_of_a_successor(server: DoorServer) -> None:
    server.socket_path.unlink()
    with socket.socket(socket.AF_UNIX) as successor:
        successor.bind(str(server.socket_path))
        await server.stop()
        assert server.socket_path.exists()


@pytest.mark.parametrize("way", ["file", "link", "long"])
async def test_a_path_that_cannot_be_a_socket(engine: RecordingEngine, socket_dir: Path, way: str) -> None:
    path = socket_dir / ("x" * 90 + ".sock" if way == "long" else "s-1.sock")
    if way == "file":
        path.write_text("mine")
    if way == "link":
        path.symlink_to(socket_dir / "elsewhere")
    with pytest.raises(ConfigInvalid):
        await DoorServer(engine, path).start()
    if way == "file":
        assert path.read_text() == "mine"


MISFITS: list[tuple[dict[str, Any], str]] = [
    ({"verb": "buy"}, "unknown verb"),
    ({"verb": None}, "unknown verb"),
    ({"size": 3}, "unknown field 'size'"),
    ({"actor": ""}, "actor"),
    ({"actor": "a\nb"}, "actor holds characters"),
    ({"reason": "x\x1b[2J"}, "reason holds characters"),
    ({"reason": "x" * 1001}, "reason"),
    ({"target": 7}, "target"),
    ({"command_id": "a b"}, "command_id holds characters"),
    ({"command_id": ""}, "command_id"),
]


async def test_a_command_that_does_not_fit(raw: httpx.AsyncClient, engine: RecordingEngine) -> None:
    for change, says in MISFITS:
        answer = await raw.post("/commands", json=GOOD | change)
        assert answer.status_code == 422
        problem = answer.json()
        assert problem["error"] == "UsageInvalid"
        assert says in problem["what"]
        assert problem["where"] == "POST /api/orchestrator/commands"
        assert "stop-entries" in problem["fix"]
    assert engine.sends == 0


async def test_a_body_that_is_no_command(raw: httpx.AsyncClient, engine: RecordingEngine) -> None:
    for body in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"command_id": "c"}', b'"\\ud800"'):
        answer = await raw.post("/commands", content=body)
        assert answer.status_code == 422
        assert answer.json()["what"]
    assert engine.sends == 0


@given(st.binary(max_size=200) | st.dictionaries(st.text(max_size=5), st.text(max_size=5)).map(json.dumps))
def test_no_body_makes_anything_but_a_command_or_a_refusal(body: bytes | str) -> None:
    with pytest.raises(UsageInvalid):
        command_from(body if isinstance(body, bytes) else body.encode(), "here")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"verb": "close", "target": "T0001"}, "close is missing: the verb close needs it"),
        ({"verb": "close", "target": "T0001", "close": {"pct": "101"}}, "close: pct 101 is not allowed"),
        ({"verb": "close", "target": "T0001", "close": {"pct": "x"}}, "close.pct"),
        ({"verb": "close", "target": "T0001", "close": {"pct": True}}, "close.pct"),
        ({"verb": "close", "target": "T0001", "close": {"half": 1}}, "unknown field 'close.half'"),
        ({"verb": "stop", "target": "T0001", "move_stop": {"price": "1e400000"}}, "price 1E+400000 is not"),
        ({"verb": "target", "target": "T0001", "move_target": {"price": "5", "part": 3}}, "part 3 is not"),
        ({"verb": "ticket", "target": "X", "ticket": {"side": "up", "stop": 1, "target": 2}}, "ticket.side"),
        ({"close": {"pct": 50}}, "close is not allowed: the verb is pause"),
        ({"verb": "reconcile", "target": "wallet"}, "reconcile is missing: the verb reconcile needs it"),
        ({"verb": "reconcile", "target": "wallet", "reconcile": {"remedy": "forget"}}, "reconcile.remedy"),
        (
            {"verb": "reconcile", "target": "w", "reconcile": {"remedy": "link", "order": "a\x1b[2J"}},
            "letters and digits",
        ),
    ],
)
def test_a_command_by_hand_that_does_not_fit_is_refused_by_field(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageInvalid) as caught:
        command_from(json.dumps({**GOOD, **changes}).encode(), "here")
    assert words in caught.value.what
    assert "Value error" not in caught.value.what


def test_the_smallest_command() -> None:
    assert command_from(json.dumps(GOOD).encode(), "here") == Command("c-1", Verb.PAUSE, "ada")


async def test_a_body_over_the_limit(raw: httpx.AsyncClient, engine: RecordingEngine) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 65_536 + 1):
            yield b" " * 65_536

    for body in (b" " * (MAX_BODY_BYTES + 1), pieces()):
        answer = await raw.post("/commands", content=body)
        assert answer.status_code == 413
        assert "262144 bytes" in answer.json()["what"]
    padded = json.dumps(GOOD).encode().ljust(MAX_BODY_BYTES)
    assert (await raw.post("/commands", content=padded)).status_code == 200
    assert engine.sends == 1


async def test_what_is_not_here(raw: httpx.AsyncClient) -> None:
    wrong = [
        ("GET", "/nothing", 404),
        ("POST", "/status", 405),
        ("GET", "/commands", 405),
        ("GET", "/..", 404),
    ]
    for method, path, status in wrong:
        answer = await raw.request(method, path)
        assert answer.status_code == status
        assert "at this door" in answer.json()["what"]


async def test_there_is_no_documentation_page(raw: httpx.AsyncClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await raw.get(f"http://x{path}")).status_code == 404


async def test_a_fault_of_the_engine_shows_no_inside(
    raw: httpx.AsyncClient, engine: RecordingEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.failure = RuntimeError("inside")
    answer = await raw.get("/status")
    assert answer.status_code == 500
    assert "inside" not in answer.text
    assert "RuntimeError: inside" in caplog.text
    caplog.clear()


async def test_health_names_the_process(client: HttpClient) -> None:
    assert await client.health() == {
        "pid": os.getpid(),
        "session_id": "s-1",
        "session_status": "running",
        "as_of": None,
        "health": {"venue": {"status": "ok", "detail": "", "age_s": 0}},
    }


async def test_a_repeat_gets_the_first_receipt_without_asking_the_engine(
    client: HttpClient, engine: RecordingEngine
) -> None:
    engine.hold = asyncio.Event()
    waiting = [asyncio.create_task(client.send(command())) for _ in range(3)]
    await engine.arrived.wait()
    engine.hold.set()
    assert len(set(await asyncio.gather(*waiting))) == 1
    await client.send(command())
    assert engine.sends == 1


async def test_an_id_is_not_used_for_two_commands(client: HttpClient, engine: RecordingEngine) -> None:
    await client.send(command(Verb.PAUSE))
    with pytest.raises(UsageInvalid, match="c-1 was used for another command"):
        await client.send(command(Verb.FLATTEN))
    assert engine.sends == 1


async def test_a_client_that_hangs_up_does_not_take_its_command_back(
    server: DoorServer, engine: RecordingEngine
) -> None:
    engine.hold = asyncio.Event()
    _, writer = await asyncio.open_unix_connection(str(server.socket_path))
    body = json.dumps(GOOD).encode()
    head = f"POST /api/orchestrator/commands HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await engine.arrived.wait()
    writer.close()
    await writer.wait_closed()
    engine.hold.set()
    await engine.acted.wait()
    assert engine.taken == [Command("c-1", Verb.PAUSE, "ada")]


async def test_receipts_are_forgotten_one_day(
    client: HttpClient, engine: RecordingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ytc_tui.adapters.transports.desk.MAX_RECEIPTS", 2)
    for n in (1, 2, 3, 1):
        await client.send(command(command_id=f"c-{n}"))
    assert engine.sends == 4
    assert len(engine.taken) == 3


async def test_stopping_does_not_wait_for_an_engine_that_hangs(
    engine: RecordingEngine, socket_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STOP_TIMEOUT_S", 0)
    engine.hold = asyncio.Event()
    server = DoorServer(engine, socket_dir / "s-1.sock")
    await server.start()
    async with HttpClient(server.socket_path) as client:
        waiting = asyncio.create_task(client.send(command()))
        await engine.arrived.wait()
        await server.stop()
        with pytest.raises(Exception, match="engine"):
            await waiting
    assert not server.socket_path.exists()
