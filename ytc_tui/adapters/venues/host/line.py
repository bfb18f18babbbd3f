"""A line to a paper host: one connection, many calls at a time, each answered under its own number.

Decides what a broken line means: a command whose answer did not come whole has an unknown outcome, a read
may be repeated (safety.md 2.2). Imports the port and the wire. Invariants: nothing is sent twice; an answer
of another call is never taken for this one's; calls on one line wait for none on another.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from ytc_tui.adapters.error_documents import error_from
from ytc_tui.adapters.venues.host import wire
from ytc_tui.adapters.venues.host.wire import Call, Place
from ytc_tui.adapters.venues.matching_state import reports_from_json
from ytc_tui.errors import VenueError, VenueOutcomeUnknown, VenueRefused, VenueRetryable, YtcError
from ytc_tui.model.codec import from_json
from ytc_tui.model.market import Instrument
from ytc_tui.model.orders import Fill, OrderRequest, VenueAccount, VenueOrder, VenuePosition, VenueReport

# What a line that broke, and an answer that makes no sense, raise.
BROKEN = (OSError, ValueError, EOFError, TypeError, KeyError, AttributeError, ArithmeticError)
# Whose answer a line is, also where the rest of it is nonsense.
_NUMBER = re.compile(rb'\{"id":\s*(\d{1,18})\s*[,}]')

Heard = Callable[[Place], None]
Barred = Callable[[], str]
ResultT = TypeVar("ResultT")


def never() -> str:
    return ""


class _Connection(asyncio.Protocol):
    """Lines out, and lines in, each for the call that waits under its number."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._received = bytearray()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._break(ConnectionError("the host closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\n")) >= 0:
            line = bytes(self._received[:end])
            del self._received[: end + 1]
            self._take(line)
        if len(self._received) > wire.MAX_LINE_BYTES:
            self._break(ConnectionError("the answer is too long"))

    @property
    def broken(self) -> bool:
        return self._transport is None

    async def ask(self, call: Call, body: dict[str, Any]) -> Any:
        """The result of a call; what the host reports is raised, as is whatever broke the line."""
        if self._transport is None:
            raise ConnectionError("the host closed the connection")
        self._number += 1
        number = self._number
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._transport.write(wire.line_of({"id": number, "call": call, **body}))
            return await answer
        finally:
            self._waiting.pop(number, None)

    def close(self) -> None:
        self._break(ConnectionError("the line was given up"))

    def _take(self, line: bytes) -> None:
        found = _NUMBER.match(line)
        if found is None:
            self._break(ValueError("the answer is to no call"))
            return
        answer = self._waiting.get(int(found[1]))
        # A caller that gave up is not there any more.
        if answer is None or answer.done():
            return
        try:
            answer.set_result(result_of(wire.object_of(line), int(found[1]), self._heard))
        except (YtcError, *BROKEN) as error:
            answer.set_exception(error)

    def _break(self, error: Exception) -> None:
        """No answer comes over this connection any more."""
        transport, self._transport = self._transport, None
        if transport is not None and not transport.is_closing():
            transport.close()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(error)


def result_of(answer: dict[str, Any], number: int, heard: Heard) -> Any:
    """The result in an answer to call `number`. Raises what the host reports, ValueError for nonsense."""
    if answer.get("id") != number:
        raise ValueError("the answer is not to this call")
    if "place" in answer:
        place_ns, idle = answer["place"]
        heard(Place(int(place_ns), bool(idle)))
    if "error" in answer:
        raise error_from(answer, VenueOutcomeUnknown)
    if "result" not in answer:
        raise ValueError("the answer holds no result")
    return answer["result"]


class TradingLine:
    """Orders and reads of one account at a paper host, by the `Venue` port. `heard` is told after each
    answer where the venue stands; `valid_until_ns` says until when, in feed time, an order may arrive, 0 = at
    any time. `barred` is asked as an order that can raise risk is written, and says why it may not leave."""

    name = "paper"
    supports_attached_stop = True

    def __init__(
        self,
        path: Path,
        account: str,
        instruments: Mapping[str, Instrument],
        absence_is_proof: bool,
        heard: Heard,
        valid_until_ns: Callable[[], int],
    ) -> None:
        self._path = path
        self._account_name = account
        self._instruments = instruments
        self.absence_is_proof = absence_is_proof
        self._heard = heard
        self._until_ns = valid_until_ns
        self.barred: Barred = never
        self._connection: _Connection | None = None
        self._opening = asyncio.Lock()

    async def instruments(self) -> dict[str, Instrument]:
        return dict(self._instruments)

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        body = {"request": wire.request_json(request), "valid_until_ns": self._until_ns()}
        barred = never if request.reduce_only else self.barred
        return await self._command(Call.SUBMIT, request.client_id, body, barred)

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

    def close(self) -> None:
        """Begin anew with the next call: what is still on its way belongs to no later one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _command(
        self, call: Call, client_id: str, body: dict[str, Any], barred: Barred = never
    ) -> tuple[VenueReport, ...]:
        """A submit or cancel: once it may have left, only its own whole answer ends the doubt."""
        try:
            connection = await self._opened()
        except BROKEN as error:
            raise VenueRetryable(f"not sent: {words_of(error)}", where=str(self._path)) from error
        # The connection may have taken a while to open.
        if why := barred():
            raise VenueRefused(f"not sent: {why}")
        try:
            reports = reports_from_json(await connection.ask(call, body))
            if not reports or any(getattr(report, "client_id", "") != client_id for report in reports[:1]):
                raise ValueError("the answer is about another order")
            return reports
        except VenueError:
            raise
        except (YtcError, *BROKEN) as error:
            raise VenueOutcomeUnknown(
                f"{call} {client_id}: {words_of(error)}",
                where=str(self._path),
                fix="ask the venue for this client id",
            ) from error

    async def _read(
        self, call: Call, meaning: Callable[[Any], ResultT], body: dict[str, Any] | None = None
    ) -> ResultT:
        try:
            connection = await self._opened()
            return meaning(await connection.ask(call, body or {}))
        except VenueError:
            raise
        except (YtcError, *BROKEN) as error:
            unreachable(self._path, error)

    async def _opened(self) -> _Connection:
        if self._connection is not None and not self._connection.broken:
            return self._connection
        async with self._opening:
            if self._connection is None or self._connection.broken:
                loop = asyncio.get_running_loop()
                _, connection = await loop.create_unix_connection(
                    lambda: _Connection(self._heard), os.fspath(self._path)
                )
                try:
                    await connection.ask(Call.OPEN, {"account": self._account_name})
                except YtcError as error:
                    connection.close()
                    # A host that was started anew knows the account once it is driven again.
                    raise ConnectionError(str(error)) from error
                except BaseException:
                    connection.close()
                    raise
                self._connection = connection
            return self._connection


def unreachable(path: Path, error: Exception) -> NoReturn:
    raise VenueRetryable(
        f"the paper host does not answer: {words_of(error)}",
        where=str(path),
        fix="start it with `ytc paper-host`",
    ) from error


def words_of(error: Exception) -> str:
    return str(error) or type(error).__name__


def _each(kind: type[ResultT]) -> Callable[[Any], tuple[ResultT, ...]]:
    return lambda found: tuple(from_json(kind, each) for each in found)
