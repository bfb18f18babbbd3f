"""A venue that cannot be reached at times: the connection is cut, the venue itself goes on.

Decides what is lost in between. Imports the port and the model. Invariants: a request made during an outage
never arrives; a report is withheld until the outage is over, none is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ytc_tui.adapters.venues.faults import Outage
from ytc_tui.engine.ports import MatchedPoint, MatchingVenue, Minute
from ytc_tui.errors import VenueOutcomeUnknown, VenueRetryable
from ytc_tui.model.market import NS_PER_MIN, Instrument
from ytc_tui.model.orders import Fill, OrderRequest, VenueAccount, VenueOrder, VenuePosition, VenueReport

_WHERE = "the line to the venue"


@dataclass(slots=True)
class UnreachableAtTimes:
    """`venue` behind a line that is cut during `outages`, in the time of the feed. `now_ns` tells it to those
    who ask between two points; without it the last point's counts."""

    venue: MatchingVenue
    outages: tuple[Outage, ...]
    now_ns: Callable[[], int] = int
    name: str = field(init=False)
    supports_attached_stop: bool = field(init=False)
    absence_is_proof: bool = field(init=False)
    _point_ns: int = 0
    _withheld: list[VenueReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = self.venue.name
        self.supports_attached_stop = self.venue.supports_attached_stop
        self.absence_is_proof = self.venue.absence_is_proof

    def _cut_at(self, at_ns: int) -> bool:
        return any(outage.from_ns <= at_ns < outage.until_ns for outage in self.outages)

    @property
    def _cut(self) -> bool:
        return self._cut_at(max(self._point_ns, self.now_ns()))

    async def instruments(self) -> dict[str, Instrument]:
        return await self.venue.instruments()

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        self._send()
        return await self.venue.submit(request)

    async def cancel(self, client_id: str) -> tuple[VenueReport, ...]:
        self._send()
        return await self.venue.cancel(client_id)

    async def order(self, client_id: str) -> VenueOrder | None:
        self._read()
        return await self.venue.order(client_id)

    async def open_orders(self) -> tuple[VenueOrder, ...]:
        self._read()
        return await self.venue.open_orders()

    async def positions(self) -> tuple[VenuePosition, ...]:
        self._read()
        return await self.venue.positions()

    async def account(self) -> VenueAccount:
        self._read()
        return await self.venue.account()

    async def fills(self, since_ns: int) -> tuple[Fill, ...]:
        self._read()
        return await self.venue.fills(since_ns)

    def idle(self) -> bool:
        return not self._withheld and self.venue.idle()

    def match(self, minute: Minute, point: int) -> MatchedPoint:
        matched = self.venue.match(minute, point)
        self._point_ns = matched.at_ns
        self._withheld.extend(matched.reports)
        if self._cut_at(matched.at_ns):
            return MatchedPoint(matched.at_ns, matched.prices, ())
        told, self._withheld = tuple(self._withheld), []
        return MatchedPoint(matched.at_ns, matched.prices, told)

    def skip_minute(self, minute: Minute) -> None:
        self.venue.skip_minute(minute)
        self._point_ns = minute.open_ns + NS_PER_MIN

    def place_ns(self) -> int:
        return self.venue.place_ns()

    def _send(self) -> None:
        if self._cut:
            raise VenueOutcomeUnknown("no connection", where=_WHERE, fix="ask the venue for this client id")

    def _read(self) -> None:
        if self._cut:
            raise VenueRetryable("no connection", where=_WHERE, fix="try again")
