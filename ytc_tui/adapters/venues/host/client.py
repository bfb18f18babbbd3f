"""The engine's side of a paper host: the `MatchingVenue` port over its socket.

Decides what a broken line means: a command whose answer did not come whole has an unknown outcome, a read
may be repeated (safety.md 2.2). Imports the port and the wire. Invariants: nothing is sent twice; an answer
of another call is never taken for this one's.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from ytc_tui.adapters.error_documents import error_from
from ytc_tui.adapters.venues.host import wire
from ytc_tui.adapters.venues.host.wire import AccountRequest, Call, Place
from ytc_tui.adapters.venues.matching_state import reports_from_json
from ytc_tui.engine.ports import MatchedPoint, Minute
from ytc_tui.errors import VenueError, VenueOutcomeUnknown, VenueRefused, VenueRetryable, YtcError
from ytc_tui.model.codec import from_json
from ytc_tui.model.market import NS_PER_MIN, Instrument
from ytc_tui.model.orders import Fill, OrderRequest, VenueAccount, VenueOrder, VenuePosition, VenueReport
from ytc_tui.model.venue_rules import VENUE_RULES

DRIVE_TIMEOUT_S = 2.0  # the engine's loop waits so long at most for a host that hangs
# What a line that broke, and an answer that makes no sense, raise.
_BROKEN = (OSError, ValueError, EOFError, TypeError, KeyError, AttributeError, ArithmeticError)

_Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
ResultT = TypeVar("ResultT")


class HostedVenue:
    """A paper venue in another process, which `path` leads to. Opening it takes the market's drive:
    AlreadyRunning if another engine has it, VenueRetryable if no host answers."""

    name = "paper"
    supports_attached_stop = True

    def __init__(self, path: Path, account: AccountRequest) -> None:
        self._path = path
        self._account = account
        self._drive: socket.socket | None = None
        self._received = b""
        self._drive_number = 0
        self._line: _Line | None = None
        self._number = 0
        self._turn = asyncio.Lock()
        self._place = Place(0, True)
        self.absence_is_proof = True
        self._take_drive()
        self._now_ns = self._place.place_ns  # where the feed stands that this side drives

    # ---- Venue ---------------------------------------------------------------------------------

    async def instruments(self) -> dict[str, Instrument]:
        return dict(self._account.instruments)

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        valid_until_ns = self._now_ns + VENUE_RULES[self.name].request_life_ns
        body = {"request": wire.request_json(request), "valid_until_ns": valid_until_ns}
        return await self._command(Call.SUBMIT, request.client_id, body)

    async def cancel(self, client_id: str) -> tuple[VenueReport, ...]:
        return await self._command(Call.CANCEL, client_id, {"client_id": client_id})

    async def order(self, client_id: str) -> VenueOrder | None:
        return await self._read(
            Call.ORDER,
            lambda found: None if found is None else from_json(VenueOrder, found),
            {"client_id": client_id},
        )

    async def open_orders(self) -> tuple[VenueOrder, ...]:
        return await self._read(Call.OPEN_ORDERS, _each(VenueOrder))

    async def positions(self) -> tuple[VenuePosition, ...]:
        return await self._read(Call.POSITIONS, _each(VenuePosition))

    async def account(self) -> VenueAccount:
        return await self._read(Call.ACCOUNT, lambda found: from_json(VenueAccount, found))

    async def fills(self, since_ns: int) -> tuple[Fill, ...]:
        return await self._read(Call.FILLS, _each(Fill), {"since_ns": since_ns})

    # ---- MatchingVenue -------------------------------------------------------------------------

    def idle(self) -> bool:
        return self._place.idle

    def match(self, minute: Minute, point: int) -> MatchedPoint:
        found = self._driven(Call.MATCH, {"minute": wire.minute_json(minute), "point": point})
        matched = wire.point_from(found)
        self._now_ns = matched.at_ns
        return matched

    def skip_minute(self, minute: Minute) -> None:
        self._driven(Call.SKIP, {"minute": wire.minute_json(minute)})
        self._now_ns = minute.open_ns + NS_PER_MIN

    def place_ns(self) -> int:
        return self._place.place_ns

    def close(self) -> None:
        """Give up the drive. What is open stays open, and the host's market goes on."""
        self._drop_drive()
        self._drop_line()

    # ---- the drive's line: one local round trip, which the loop waits for -------------------------

    def _take_drive(self) -> None:
        try:
            answer = self._driven(Call.DRIVE, {"account": wire.account_request_json(self._account)})
            self.absence_is_proof = bool(answer["absence_is_proof"])
        except BaseException:
            self._drop_drive()
            raise

    def _driven(self, call: Call, body: dict[str, Any]) -> Any:
        try:
            if self._drive is None:
                self._drive = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self._drive.settimeout(DRIVE_TIMEOUT_S)
                self._drive.connect(os.fspath(self._path))
                self._received = b""
                if call is not Call.DRIVE:
                    self._take_drive()
            self._drive_number += 1
            self._drive.sendall(wire.line_of({"id": self._drive_number, "call": call, **body}))
            return self._taken(self._drive_line(), self._drive_number)
        except _BROKEN as error:
            self._drop_drive()
            self._unreachable(error)

    def _drop_drive(self) -> None:
        if self._drive is not None:
            self._drive.close()
            self._drive = None

    def _drive_line(self) -> bytes:
        assert self._drive is not None
        while b"\n" not in self._received:
            chunk = self._drive.recv(65536)
            if not chunk or len(self._received) > wire.MAX_LINE_BYTES:
                raise ConnectionError("the host closed the connection")
            self._received += chunk
        line, self._received = self._received.split(b"\n", 1)
        return line

    # ---- the trading line ------------------------------------------------------------------------

    async def _command(self, call: Call, client_id: str, body: dict[str, Any]) -> tuple[VenueReport, ...]:
        """A submit or cancel: once it may have left, only its own whole answer ends the doubt."""
        async with self._turn:
            try:
                line = await self._opened()
            except _BROKEN as error:
                raise VenueRefused(f"not sent: {_words(error)}", where=str(self._path)) from error
            try:
                reports = reports_from_json(await self._asked(line, call, body))
                if not reports or any(
                    getattr(report, "client_id", "") != client_id for report in reports[:1]
                ):
                    raise ValueError("the answer is about another order")
                return reports
            except asyncio.CancelledError:
                self._drop_line()
                raise
            except _BROKEN as error:
                self._drop_line()
                raise VenueOutcomeUnknown(
                    f"{call} {client_id}: {_words(error)}",
                    where=str(self._path),
                    fix="ask the venue for this client id",
                ) from error

    async def _read(
        self, call: Call, meaning: Callable[[Any], ResultT], body: dict[str, Any] | None = None
    ) -> ResultT:
        async with self._turn:
            try:
                return meaning(await self._asked(await self._opened(), call, body or {}))
            except asyncio.CancelledError:
                self._drop_line()
                raise
            except _BROKEN as error:
                self._drop_line()
                self._unreachable(error)

    async def _opened(self) -> _Line:
        if self._line is None:
            limit = wire.MAX_LINE_BYTES
            self._line = await asyncio.open_unix_connection(os.fspath(self._path), limit=limit)
            try:
                await self._asked(self._line, Call.OPEN, {"account": self._account.name})
            except BaseException:
                self._drop_line()
                raise
        return self._line

    async def _asked(self, line: _Line, call: Call, body: dict[str, Any]) -> Any:
        reader, writer = line
        self._number += 1
        writer.write(wire.line_of({"id": self._number, "call": call, **body}))
        await writer.drain()
        answer = await reader.readline()
        if not answer.endswith(b"\n"):
            raise ConnectionError("the host closed the connection")
        try:
            return self._taken(answer, self._number)
        except VenueError:
            raise
        except YtcError as error:
            # A host that was started anew knows the account once it is driven again.
            raise ConnectionError(str(error)) from error

    def _drop_line(self) -> None:
        """Begin anew with the next call: what is still on its way belongs to no later one."""
        if self._line is not None:
            with suppress(RuntimeError):
                self._line[1].close()
            self._line = None

    # ---- both ------------------------------------------------------------------------------------

    def _taken(self, line: bytes, number: int) -> Any:
        """The result in an answer's line. Raises what the host reports, ValueError for nonsense."""
        answer = wire.object_of(line)
        if answer.get("id") != number:
            raise ValueError("the answer is not to this call")
        if "place" in answer:
            place_ns, idle = answer["place"]
            self._place = Place(int(place_ns), bool(idle))
        if "error" in answer:
            raise error_from(answer, VenueOutcomeUnknown)
        if "result" not in answer:
            raise ValueError("the answer holds no result")
        return answer["result"]

    def _unreachable(self, error: Exception) -> NoReturn:
        raise VenueRetryable(
            f"the paper host does not answer: {_words(error)}",
            where=str(self._path),
            fix="start it with `ytc paper-host`",
        ) from error


def _each(kind: type[ResultT]) -> Callable[[Any], tuple[ResultT, ...]]:
    return lambda found: tuple(from_json(kind, each) for each in found)


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
