"""The door over HTTP: an EngineClient served on a Unix socket with FastAPI on uvicorn.

Decides how requests become calls and failures become status codes. Imports the client protocol, its
sibling modules, FastAPI and uvicorn. Invariants: only this user and root get an answer; no signal
handler is installed; nothing is logged about a request that went well.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from ytc_tui.adapters.error_documents import error_document
from ytc_tui.adapters.secrets import REDACTOR
from ytc_tui.adapters.transports.desk import CommandDesk
from ytc_tui.adapters.transports.frames import frame_text
from ytc_tui.adapters.transports.sockets import bind, peer
from ytc_tui.adapters.transports.wire import (
    MAX_BODY_BYTES,
    PREFIX,
    command_from,
    pin_from,
    query_from,
    seq_from,
)
from ytc_tui.client import EngineClient
from ytc_tui.errors import EngineUnreachable, PinRefused, UsageInvalid, YtcError
from ytc_tui.model.codec import to_json

TakePin = Callable[[str, str], Awaitable[None]]

MAX_CONNECTIONS = 64
STOP_TIMEOUT_S = 2
# What stands for a connection that ended without a closing frame of its client's (RFC 6455, 7.4.1).
_NO_FAREWELL = frozenset({1005, 1006})


class DoorServer:
    """Serves `client` at `socket_path` as a task of the running event loop."""

    def __init__(self, client: EngineClient, socket_path: Path, take_pin: TakePin | None = None) -> None:
        """`take_pin` takes a command id and a PIN, where commands may need one; raises PinRefused."""
        self.socket_path = socket_path
        self._desk = CommandDesk(client)
        self.lost = 0  # watchers that left without a word, as when their line breaks
        self._app = _app(client, self._desk, self._lose, take_pin)
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._inode = 0

    async def start(self) -> None:
        """Listen; when this returns, clients can connect. Raises what `sockets.bind` raises."""
        door = bind(self.socket_path)
        self._inode = self.socket_path.lstat().st_ino
        self._server = _Server(_config(self._app))
        self._task = asyncio.create_task(self._server.serve(sockets=[door]), name="door")
        ready = asyncio.create_task(self._server.listening.wait())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            door.close()
            self._remove_socket()
            await self._task
            raise EngineUnreachable("the door ended while it was opened", where=str(self.socket_path))

    async def stop(self) -> None:
        """Take no more requests, let those under way end for `STOP_TIMEOUT_S`, remove the socket."""
        if self._server is None or self._task is None:
            return
        self._server.leaving.set()
        await asyncio.wait({self._task})
        await self._desk.close()
        self._remove_socket()
        self._server = None

    def _lose(self) -> None:
        self.lost += 1

    def _remove_socket(self) -> None:
        # Another engine may have come to this path after ours was taken away.
        with contextlib.suppress(FileNotFoundError):
            if self.socket_path.lstat().st_ino == self._inode:
                self.socket_path.unlink()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers and its ten wake-ups a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.leaving = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """The process's signals belong to whoever runs the engine."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        await self.leaving.wait()


class _PeerChecked(H11Protocol):
    """A connection that is ended at once unless this user or root is at the other end."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if peer(transport.get_extra_info("socket"))[1] not in (os.getuid(), 0):
            transport.abort()


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_PeerChecked,
        ws="websockets-sansio",
        ws_max_size=MAX_BODY_BYTES,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )


def _app(
    client: EngineClient, desk: CommandDesk, lose: Callable[[], None], take_pin: TakePin | None
) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get(f"{PREFIX}/status")
    async def status(component: str | None = None) -> Response:
        return _answer(await client.status(component))

    @app.post(f"{PREFIX}/commands")
    async def commands(request: Request) -> Response:
        command = command_from(await _body(request), f"POST {request.url.path}")
        return _answer(to_json(await desk.send(command)))

    @app.post(f"{PREFIX}/pin")
    async def pin(request: Request) -> Response:
        command_id, typed = pin_from(await _body(request), f"POST {request.url.path}")
        if take_pin is None:
            raise UsageInvalid("no command of this engine needs a PIN", fix="see security.pin_for")
        await take_pin(command_id, typed)
        return _answer({"command_id": command_id, "taken": True})

    @app.get(f"{PREFIX}/explain/{{target:path}}")
    async def explain(target: str) -> Response:
        return _answer(await client.explain(target))

    @app.get(f"{PREFIX}/sessions")
    async def sessions() -> Response:
        return _answer(to_json(await client.sessions()))

    @app.get(f"{PREFIX}/review/{{session:path}}")
    async def review(session: str) -> Response:
        return _answer(to_json(await client.review(session)))

    @app.get(f"{PREFIX}/journal")
    async def journal(query: str = "{}") -> Response:
        return _answer(to_json(await client.page(query_from(query, f"GET {PREFIX}/journal"))))

    @app.get(f"{PREFIX}/journal/entry")
    async def entry(seq: str = "") -> Response:
        found = await client.entry(seq_from(seq, f"GET {PREFIX}/journal/entry"))
        return _answer({"entry": None if found is None else to_json(found)})

    @app.websocket(f"{PREFIX}/frames")
    async def frames(socket: WebSocket, views: str = "") -> None:
        if not await _stream(client, socket, [name for name in views.split(",") if name]):
            lose()

    @app.get(f"{PREFIX}/health")
    async def health() -> Response:
        document = await client.status()
        told = {name: document.get(name) for name in ("session_id", "session_status", "as_of", "health")}
        return _answer({"pid": os.getpid(), **told})

    _handle_failures(app)
    return app


async def _stream(client: EngineClient, watcher: WebSocket, names: list[str]) -> bool:
    """Send frames until the watcher leaves; an error is the last message. Whether it took its leave, or we
    did, so that no line broke."""
    await watcher.accept()
    sending = asyncio.create_task(_send_frames(client, watcher, names))
    leaving = asyncio.create_task(_until_it_leaves(watcher))
    await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    for task in (sending, leaving):
        task.cancel()
    sent, left = await asyncio.gather(sending, leaving, return_exceptions=True)
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # the connection is gone
        await watcher.close()
    return left not in _NO_FAREWELL if isinstance(left, int) else sent is None


async def _send_frames(client: EngineClient, watcher: WebSocket, names: list[str]) -> None:
    try:
        async with contextlib.aclosing(client.frames(names)) as frames:
            async for frame in frames:
                await watcher.send_text(frame_text(frame))
    except YtcError as error:
        await watcher.send_text(json.dumps(error_document(error)))


async def _until_it_leaves(watcher: WebSocket) -> int:
    """The code with which the watcher closes."""
    try:
        while True:
            await watcher.receive_text()
    except WebSocketDisconnect as closed:
        return closed.code


def _handle_failures(app: FastAPI) -> None:
    @app.exception_handler(YtcError)
    async def refused(request: Request, error: YtcError) -> Response:
        own_fault = isinstance(error, UsageInvalid | PinRefused)
        return _answer(error_document(error), 422 if own_fault else 503)

    @app.exception_handler(_TooLarge)
    async def too_large(request: Request, error: _TooLarge) -> Response:
        problem = UsageInvalid(f"a request of more than {MAX_BODY_BYTES} bytes", where=request.url.path)
        return _answer(error_document(problem), 413)

    @app.exception_handler(404)
    @app.exception_handler(405)
    async def unknown(request: Request, error: Exception) -> Response:
        problem = UsageInvalid(f"no {request.method} {request.url.path} at this door")
        return _answer(error_document(problem), getattr(error, "status_code", 404))

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        # The details go to the log; a client gets no inside of the engine.
        problem = YtcError("the engine failed on this request", fix="its log says why: `ytc logs`")
        return _answer(error_document(problem), 500)


class _TooLarge(Exception):
    """The body is longer than MAX_BODY_BYTES."""


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > MAX_BODY_BYTES:
        raise _TooLarge
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise _TooLarge
    return bytes(body)


def _answer(document: dict[str, Any], status_code: int = 200) -> Response:
    text = REDACTOR.values(json.dumps(to_json(document), allow_nan=False, separators=(",", ":")))
    return Response(text, status_code, media_type="application/json")
