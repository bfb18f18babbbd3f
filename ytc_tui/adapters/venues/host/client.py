"""The engine's side of a paper host: the `MatchingVenue` port over its socket.

Decides which line carries what: the market's drive, trading, and what takes risk away, which has a line of
its own and so waits behind nothing (design.md 6). Imports the port and the lines. Invariant: one drive; a
line that broke is opened anew by the next call.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

from ytc_tui.adapters.venues.host import wire
from ytc_tui.adapters.venues.host.line import BROKEN, TradingLine, result_of, unreachable
from ytc_tui.adapters.venues.host.wire import AccountRequest, Call, Place
from ytc_tui.engine.ports import MatchedPoint, Minute
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.venue_rules import VENUE_RULES

DRIVE_TIMEOUT_S = 2.0  # the engine's loop waits so long at most for a host that hangs
OPEN_TIMEOUT_S = 15.0  # before there is a session nothing else waits, and the host may have files to read


class HostedVenue(TradingLine):
    """A paper venue in another process, which `path` leads to. Opening it takes the market's drive:
    AlreadyRunning if another engine has it, VenueRetryable if no host answers.

    `urgent` is the same account over a line that ordinary calls never use.
    """

    def __init__(self, path: Path, account: AccountRequest) -> None:
        named = path, account.name, account.instruments
        super().__init__(*named, True, self._stands, self._valid_until_ns)
        self._account = account
        self._drive: socket.socket | None = None
        self._received = b""
        self._drive_number = 0
        self._drive_timeout_s = OPEN_TIMEOUT_S
        self._place = Place(0, True)
        self._take_drive()
        self._wait_at_most(DRIVE_TIMEOUT_S)
        self._now_ns = self._place.place_ns  # where the feed stands that this side drives
        self.urgent = TradingLine(*named, self.absence_is_proof, self._stands, self._valid_until_ns)

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
        self.urgent.close()
        super().close()

    def _valid_until_ns(self) -> int:
        return self._now_ns + VENUE_RULES[self.name].request_life_ns

    def _stands(self, place: Place) -> None:
        self._place = place

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
                self._received = b""
                self._drive.settimeout(self._drive_timeout_s)
                self._drive.connect(os.fspath(self._path))
                if call is not Call.DRIVE:
                    self._take_drive()
            self._drive_number += 1
            self._drive.sendall(wire.line_of({"id": self._drive_number, "call": call, **body}))
            return result_of(wire.object_of(self._drive_line()), self._drive_number, self._stands)
        except BROKEN as error:
            self._drop_drive()
            unreachable(self._path, error)

    def _wait_at_most(self, timeout_s: float) -> None:
        self._drive_timeout_s = timeout_s
        if self._drive is not None:
            self._drive.settimeout(timeout_s)

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
