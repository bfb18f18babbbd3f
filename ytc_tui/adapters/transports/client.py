"""A running engine as a client sees it through its Unix socket.

Decides what silence means and what a person can do about it. Imports the client protocol, its sibling
modules, h11 and httpx. Invariant: every failure to reach the engine is an EngineUnreachable that says whether
a command may have arrived.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncGenerator, Collection
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import h11
import httpx
from websockets.asyncio.client import unix_connect
from websockets.exceptions import WebSocketException

from ytc_tui.adapters.error_documents import error_from
from ytc_tui.adapters.transports.frames import MAX_FRAME_BYTES, frame_from
from ytc_tui.adapters.transports.posting import posted
from ytc_tui.adapters.transports.sockets import RunningEngine, engine_for, find_engines
from ytc_tui.adapters.transports.wire import PREFIX
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.client import NEWEST, Frame, Page, Receipt, WholeEntry
from ytc_tui.errors import EngineUnreachable, YtcError
from ytc_tui.model.codec import canonical, from_json
from ytc_tui.model.commands import Command, Verb
from ytc_tui.views.journal_query import PageQuery
from ytc_tui.views.review import PastSessions, Review

__all__ = ["HttpClient", "RunningEngine", "engine_for", "find_engines"]

STATUS_TIMEOUT_S = 5.0
# A command waits for the end of the engine's present step.
COMMAND_TIMEOUT_S = 15.0
CLOSE_TIMEOUT_S = 0.5
# A report of a long session takes seconds to make.
RECORD_TIMEOUT_S = 60.0


class HttpClient:
    """The EngineClient over `socket_path`. Close it with `aclose`, or use it in `async with`.

    `kill_file` is the file whose creation flattens the session; messages name the command for it.
    """

    def __init__(
        self,
        socket_path: Path,
        *,
        kill_file: Path | None = None,
        status_timeout_s: float = STATUS_TIMEOUT_S,
        command_timeout_s: float = COMMAND_TIMEOUT_S,
    ) -> None:
        self._socket_path = socket_path
        self._kill_file = kill_file
        self._status_timeout_s = status_timeout_s
        self._command_timeout_s = command_timeout_s
        # A Unix socket needs no certificates and no proxy. A connection that is kept could be hung up just
        # as a command goes out; a new one costs next to nothing here, and leaves nothing to close.
        self._http = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(
                uds=str(socket_path), verify=False, limits=httpx.Limits(max_keepalive_connections=0)
            ),
            base_url=f"http://engine{PREFIX}",
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def frames(self, names: Collection[str]) -> AsyncGenerator[Frame, None]:
        """Frames of `names` until the engine hangs up, which is an EngineUnreachable."""
        query = quote(",".join(sorted(names)), safe=",")
        connect = unix_connect(
            str(self._socket_path),
            f"ws://engine{PREFIX}/frames?views={query}",
            compression=None,
            max_size=MAX_FRAME_BYTES,
            open_timeout=self._status_timeout_s,
            close_timeout=CLOSE_TIMEOUT_S,
        )
        try:
            async with connect as socket:
                async for message in socket:
                    yield _frame(message)
        except (OSError, TimeoutError, WebSocketException) as error:
            raise self._unreachable("no engine answers at this door", "", None) from error
        raise self._unreachable("the engine hung up", "", None)

    async def page(self, query: PageQuery = NEWEST) -> Page:
        """Journal entries that `query` asks for, newest first."""
        return from_json(Page, await self._read("/journal", {"query": canonical(query)}))

    async def entry(self, seq: int) -> WholeEntry | None:
        """The journal entry `seq`."""
        found = (await self._read("/journal/entry", {"seq": str(seq)}))["entry"]
        return None if found is None else from_json(WholeEntry, found)

    async def status(self, component: str | None = None) -> dict[str, Any]:
        """The session document, or one component's health."""
        return await self._read("/status", {} if component is None else {"component": component})

    async def send(self, command: Command) -> Receipt:
        """Carry out `command`, which leaves at once. An EngineUnreachable says whether it may have arrived
        all the same."""
        try:
            on_its_way = posted(self._socket_path, f"{PREFIX}/commands", canonical(command).encode())
        except OSError as error:
            raise self._unreachable("no engine answers at this door", "was not sent", command) from error
        try:
            async with asyncio.timeout(self._command_timeout_s):
                status_code, body = await on_its_way.answer()
        except TimeoutError as error:
            what = f"the engine did not answer within {self._command_timeout_s:g} s"
            raise self._unreachable(what, "may have arrived", command) from error
        except (OSError, h11.RemoteProtocolError) as error:
            what = "the engine hung up before it answered"
            raise self._unreachable(what, "may have arrived", command) from error
        return from_json(Receipt, self._document(status_code, body))

    async def show_pin(self, command_id: str, pin: str) -> None:
        """Show `pin` for the command that will be sent as `command_id`. Raises PinRefused if it is not it."""
        request = self._http.build_request(
            "POST", "/pin", json={"command_id": command_id, "pin": pin}, timeout=self._command_timeout_s
        )
        await self._exchange(request)

    async def explain(self, target: str) -> dict[str, Any]:
        """Why `target` is as it is."""
        return await self._read(f"/explain/{quote(target, safe='')}", {})

    async def sessions(self) -> PastSessions:
        """The sessions that are on record."""
        return from_json(PastSessions, await self._read("/sessions", {}, RECORD_TIMEOUT_S))

    async def review(self, session: str) -> Review:
        """The session `session`, as its report has it."""
        return from_json(Review, await self._read(f"/review/{quote(session, safe='')}", {}, RECORD_TIMEOUT_S))

    async def health(self) -> dict[str, Any]:
        """The engine's pid, its session, and the health of every component."""
        return await self._read("/health", {})

    async def _read(
        self, path: str, parameters: dict[str, str], timeout_s: float | None = None
    ) -> dict[str, Any]:
        timeout_s = self._status_timeout_s if timeout_s is None else timeout_s
        request = self._http.build_request("GET", path, params=parameters, timeout=timeout_s)
        return await self._exchange(request)

    async def _exchange(self, request: httpx.Request) -> dict[str, Any]:
        try:
            response = await self._http.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise self._unreachable("no engine answers at this door", "", None) from error
        except httpx.TimeoutException as error:
            what = f"the engine did not answer within {request.extensions['timeout']['read']:g} s"
            raise self._unreachable(what, "", None) from error
        except httpx.TransportError as error:
            raise self._unreachable("the engine hung up before it answered", "", None) from error
        return self._document(response.status_code, response.content)

    def _document(self, status_code: int, body: bytes) -> dict[str, Any]:
        try:
            document = loads(body)
        except ValueError:
            document = None
        if status_code != 200:
            raise _error_of(document, status_code)
        if not isinstance(document, dict):
            raise YtcError("the answer is not a JSON object", where=str(self._socket_path))
        return document

    def _unreachable(self, what: str, fate: str, command: Command | None) -> EngineUnreachable:
        if command is not None:
            what = f"{what}; the command {command.verb} {fate}"
        fix = "`ytc status` says whether it runs, the same `ytc run` takes the session up again"
        if self._kill_file is not None and (command is None or command.verb in (Verb.FLATTEN, Verb.SHUTDOWN)):
            fix = f"to flatten without it: touch {shlex.quote(str(self._kill_file))}; {fix}"
        return EngineUnreachable(what, where=str(self._socket_path), fix=fix)


def _error_of(document: object, status_code: int) -> YtcError:
    """The error in an answer; a plain one for anything else."""
    if not isinstance(document, dict) or "what" not in document:
        return YtcError(f"the engine answered with HTTP status {status_code} and no reason")
    return error_from(document)


def _frame(message: str | bytes) -> Frame:
    """The frame in a message; an error that the engine sent instead is raised."""
    if message[:9] == '{"error":':
        try:
            document = loads(message)
        except ValueError:
            document = None
        raise _error_of(document, 200)
    return frame_from(message)
