"""The paper host: accounts of paper venues behind a socket, with the line's own trouble in between.

Decides who drives an account's market, and that it goes on when its driver is gone: a market does not stop
because an engine died. Imports the paper venue, the bars feed and the wire. Invariants: one driver an
account; a call is answered after what it did is on disk; a client's nonsense ends its connection alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ytc_tui.adapters.error_documents import error_document
from ytc_tui.adapters.transports.sockets import bind
from ytc_tui.adapters.venues.host import wire
from ytc_tui.adapters.venues.host.account import HostedAccount
from ytc_tui.adapters.venues.host.trouble import NOT_SENT_ON, LineFault, Trouble
from ytc_tui.adapters.venues.host.wire import Call
from ytc_tui.adapters.venues.matching_entry import expired_request
from ytc_tui.adapters.venues.matching_state import reports_to_json
from ytc_tui.errors import AlreadyRunning, UsageInvalid, VenueRefused, VenueRetryable, YtcError
from ytc_tui.model.codec import to_json
from ytc_tui.model.orders import RejectCode, Rejected

_DRIVING = frozenset({Call.DRIVE, Call.MATCH, Call.SKIP})
_COMMANDS = frozenset({Call.SUBMIT, Call.CANCEL})
_IN_ORDER = _DRIVING | {Call.OPEN}
_MAX_CONNECTIONS = 64
_MAX_CALLS = 256  # of one connection at a time; a client that asks for more waits
_STOP_S = 2.0

OpenAccount = Callable[[wire.AccountRequest], HostedAccount]


@dataclass(slots=True, eq=False)
class _Connection:
    writer: asyncio.StreamWriter
    task: asyncio.Task[None] | None
    account: HostedAccount | None = None
    drives: bool = False
    recent: deque[float] = field(default_factory=deque)  # when it asked within the last second
    serving: set[asyncio.Task[None]] = field(default_factory=set)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_MAX_CALLS))


class _Silence(Exception):
    """This call gets no answer."""


class _CutOff(Exception):
    """This connection ends without an answer."""


class _Garbled(Exception):
    """This call is answered by nonsense."""


@dataclass(slots=True, eq=False)
class PaperHost:
    """Serves accounts at `path`. `open_account` makes one over its store; `now_s` is a monotonic clock."""

    path: Path
    trouble: Trouble
    open_account: OpenAccount
    now_s: Callable[[], float]
    told: Callable[[str], None]
    accounts: dict[str, HostedAccount] = field(default_factory=dict)
    _counts: Counter[Call] = field(default_factory=Counter)
    _connections: set[_Connection] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises AlreadyRunning if a host answers there, ConfigInvalid for an unusable path."""
        door = bind(self.path)
        self._server = await asyncio.start_unix_server(self._serve, sock=door, limit=wire.MAX_LINE_BYTES)

    async def stop(self) -> None:
        """End all connections; accounts stay as they are on disk."""
        if self._server is not None:
            self._server.close()
        serving = [each.task for each in self._connections if each.task is not None]
        for connection in self._connections:
            connection.writer.close()
        if serving:
            await asyncio.wait(serving, timeout=_STOP_S)
        for account in self.accounts.values():
            await account.close()
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(writer, asyncio.current_task())
        if len(self._connections) >= _MAX_CONNECTIONS:
            writer.close()
            return
        self._connections.add(connection)
        try:
            while line := await reader.readline():
                document = wire.object_of(line)
                call = Call(str(document.get("call")))
                if call in _IN_ORDER:
                    await self._serve_call(connection, call, document)
                    continue
                # An exchange answers each request by itself: none waits for the one before.
                await connection.room.acquire()
                serving = asyncio.create_task(self._serve_call(connection, call, document))
                connection.serving.add(serving)
                serving.add_done_callback(connection.serving.discard)
                serving.add_done_callback(lambda _: connection.room.release())
        except (OSError, ValueError):
            pass
        finally:
            for serving in connection.serving:
                serving.cancel()
            self._connections.discard(connection)
            writer.close()
            if connection.drives and connection.account is not None:
                self.told(f"account {connection.account.name}: its driver is gone")
                connection.account.left_alone()

    async def _serve_call(self, connection: _Connection, call: Call, document: dict[str, Any]) -> None:
        try:
            answer = await self._answered(connection, call, document)
            if answer is not None:
                connection.writer.write(answer)
                await connection.writer.drain()
        except (OSError, _CutOff):
            connection.writer.close()

    async def _answered(self, connection: _Connection, call: Call, document: dict[str, Any]) -> bytes | None:
        """The answer to a call, None for silence."""
        number = document.get("id")
        answer: dict[str, Any] = {"id": number}
        try:
            answer["result"] = await self._through_the_line(connection, call, document)
        except _Silence:
            return None
        except _Garbled:
            named = number if isinstance(number, int) else 0
            return b'{"id":%d,"result":<html><body>502 Bad Gateway</body></html>\n' % named
        except YtcError as error:
            answer |= error_document(error)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            answer |= error_document(VenueRefused(f"{call} cannot be read: {error!r}", where="paper host"))
        if connection.account is not None:
            answer["place"] = connection.account.place()
        return wire.line_of(answer)

    async def _through_the_line(self, connection: _Connection, call: Call, document: dict[str, Any]) -> Any:
        """What the call gives, after latency, limit and faults; the market's drive has none of them."""
        if call in _DRIVING or call is Call.OPEN:
            return await self._carried_out(connection, call, document)
        self._counts[call] += 1
        fault = self._fault(call)
        if self.trouble.latency_ms:
            await asyncio.sleep(self.trouble.latency_ms / 2000)
        if fault is LineFault.BUSY or self._over_limit(connection):
            kind = VenueRefused if call in _COMMANDS else VenueRetryable
            raise kind("too many requests", where="paper host", fix="ask less often")
        result = None
        if fault not in NOT_SENT_ON:
            result = await self._carried_out(connection, call, document)
        if self.trouble.latency_ms:
            await asyncio.sleep(self.trouble.latency_ms / 2000)
        match fault:
            case LineFault.LOST_REQUEST | LineFault.LOST_ANSWER:
                raise _Silence
            case LineFault.CUT | LineFault.CUT_AFTER:
                raise _CutOff
            case LineFault.GARBAGE:
                raise _Garbled
            case _:
                return result

    def _fault(self, call: Call) -> LineFault | None:
        count = self._counts[call]
        return next((r.fault for r in self.trouble.line if r.call is call and r.hits(count)), None)

    def _over_limit(self, connection: _Connection) -> bool:
        """Whether this request is one more than a second of its connection holds."""
        limit, now_s, recent = self.trouble.requests_per_s, self.now_s(), connection.recent
        if not limit:
            return False
        while recent and now_s - recent[0] >= 1.0:
            recent.popleft()
        if len(recent) >= limit:
            return True
        recent.append(now_s)
        return False

    async def _carried_out(self, connection: _Connection, call: Call, document: dict[str, Any]) -> Any:
        if call is Call.DRIVE:
            return await self._drive(connection, wire.account_request_from(document["account"]))
        if call is Call.OPEN:
            connection.account = self._known(str(document["account"]))
            return {"absence_is_proof": connection.account.venue.absence_is_proof}
        account = connection.account
        if account is None or (call in _DRIVING and not connection.drives):
            raise UsageInvalid(f"{call} before an account is open", where="paper host")
        return await _CALLS[call](account, document)

    def _known(self, name: str) -> HostedAccount:
        found = self.accounts.get(name)
        if found is None:
            raise UsageInvalid(f"no account {name[:80]!r} is open", where="paper host")
        return found

    async def _drive(self, connection: _Connection, request: wire.AccountRequest) -> Any:
        """Give this connection the market of an account, as its store has it."""
        held = self.accounts.get(request.name)
        if held is not None and any(one.drives and one.account is held for one in self._connections):
            raise AlreadyRunning(f"account {request.name} is driven by another engine", where=str(self.path))
        if held is not None:
            await held.close()
        account = self.accounts[request.name] = self.open_account(request)
        # Those who only trade go on with the account as it is now.
        for other in self._connections:
            if held is not None and other.account is held:
                other.account = account
        connection.account, connection.drives = account, True
        self.told(f"account {request.name}: driven from {account.place().place_ns or 'the start'}")
        return {"absence_is_proof": account.venue.absence_is_proof}


async def _submit(account: HostedAccount, document: dict[str, Any]) -> Any:
    request, valid_until_ns = wire.request_from(document["request"]), int(document.get("valid_until_ns", 0))
    if 0 < valid_until_ns < account.now_ns:
        late = expired_request(account.now_ns, valid_until_ns)
        refused = Rejected(request.client_id, late, account.now_ns, RejectCode.EXPIRED_REQUEST)
        return reports_to_json((refused,))
    return reports_to_json(await account.commanded(lambda: account.venue.submit(request)))


async def _cancel(account: HostedAccount, document: dict[str, Any]) -> Any:
    client_id = str(document["client_id"])
    return reports_to_json(await account.commanded(lambda: account.venue.cancel(client_id)))


async def _order(account: HostedAccount, document: dict[str, Any]) -> Any:
    return to_json(await account.venue.order(str(document["client_id"])))


async def _open_orders(account: HostedAccount, document: dict[str, Any]) -> Any:
    return to_json(await account.venue.open_orders())


async def _positions(account: HostedAccount, document: dict[str, Any]) -> Any:
    return to_json(await account.venue.positions())


async def _account(account: HostedAccount, document: dict[str, Any]) -> Any:
    return to_json(await account.venue.account())


async def _fills(account: HostedAccount, document: dict[str, Any]) -> Any:
    return to_json(await account.venue.fills(int(document["since_ns"])))


async def _match(account: HostedAccount, document: dict[str, Any]) -> Any:
    point = int(document["point"])
    return wire.point_json(account.match(wire.minute_from(document["minute"]), point))


async def _skip(account: HostedAccount, document: dict[str, Any]) -> Any:
    account.skip(wire.minute_from(document["minute"]))


_CALLS: dict[Call, Callable[[HostedAccount, dict[str, Any]], Awaitable[Any]]] = {
    Call.SUBMIT: _submit,
    Call.CANCEL: _cancel,
    Call.ORDER: _order,
    Call.OPEN_ORDERS: _open_orders,
    Call.POSITIONS: _positions,
    Call.ACCOUNT: _account,
    Call.FILLS: _fills,
    Call.MATCH: _match,
    Call.SKIP: _skip,
}
