"""A request whose bytes have left before anything else runs in this process.

Decides how a command reaches the engine's socket: a desk that repaints takes long for each turn of its loop,
and an ordinary client needs many of them until its first byte is out. Imports h11 alone. Invariant: what
raises in `posted` has not left; what raises in `answer` may have.
"""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import h11

_READ_BYTES = 65_536


class Posted:
    """A POST on its way, over a connection of its own."""

    def __init__(self, line: socket.socket, http: h11.Connection) -> None:
        self._line = line
        self._http = http

    async def answer(self) -> tuple[int, bytes]:
        """Status and body. Raises OSError when the engine hangs up before their end, or h11's
        RemoteProtocolError when they are no HTTP."""
        loop = asyncio.get_running_loop()
        status_code, body = 0, bytearray()
        try:
            while True:
                match self._http.next_event():
                    case h11.NEED_DATA:
                        self._http.receive_data(await loop.sock_recv(self._line, _READ_BYTES))
                    case h11.InformationalResponse():
                        pass
                    case h11.Response() as response:
                        status_code = response.status_code
                    case h11.Data() as part:
                        body += part.data
                    case h11.EndOfMessage():
                        return status_code, bytes(body)
                    case _:
                        raise ConnectionResetError("the engine hung up")
        finally:
            self._line.close()


def posted(socket_path: Path, target: str, body: bytes) -> Posted:
    """Send `body`, a JSON document, to `target`. Raises OSError where nobody takes it."""
    http = h11.Connection(h11.CLIENT)
    headers = {
        "Host": "engine",
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    request = h11.Request(method="POST", target=target, headers=list(headers.items()))
    message = b"".join(http.send(part) or b"" for part in (request, h11.Data(data=body), h11.EndOfMessage()))
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.setblocking(False)
        line.connect(os.fspath(socket_path))
        if line.send(message) < len(message):
            raise ConnectionError("the engine takes no more")
    except BaseException:
        line.close()
        raise
    return Posted(line, http)
