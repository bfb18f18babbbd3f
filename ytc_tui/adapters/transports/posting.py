"""A request whose bytes have left before anything else runs in this process.

Decides how a command reaches the engine's socket: a desk that repaints takes long for each turn of its loop,
and an ordinary client needs many of them until its first byte is out. Imports the standard library only.
Invariant: what raises in `posted` has not left; what raises in `answer` may have.
"""

from __future__ import annotations

import asyncio
import io
import os
import socket
from http.client import HTTPResponse
from pathlib import Path

_READ_BYTES = 65_536


class Posted:
    """A POST on its way, over a connection of its own."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    async def answer(self) -> tuple[int, bytes]:
        """Status and body. Raises OSError or HTTPException when the engine hangs up before their end."""
        received = bytearray()
        try:
            while part := await asyncio.get_running_loop().sock_recv(self._line, _READ_BYTES):
                received += part
        finally:
            self._line.close()
        response = HTTPResponse(_Received(bytes(received)))  # type: ignore[arg-type]
        response.begin()
        return response.status, response.read()


class _Received:
    """What was received, as `HTTPResponse` reads it from a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def posted(socket_path: Path, target: str, body: bytes) -> Posted:
    """Send `body`, a JSON document, to `target`. Raises OSError where nobody takes it."""
    head = (
        f"POST {target} HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    request = head.encode() + body
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.setblocking(False)
        line.connect(os.fspath(socket_path))
        if line.send(request) < len(request):
            raise ConnectionError("the engine takes no more")
    except BaseException:
        line.close()
        raise
    return Posted(line)
