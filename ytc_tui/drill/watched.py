"""The paper venue of a scene with a witness on its line, who counts what is sent and can make it hang.

Decides nothing of how the venue answers. Imports the ports. Invariant: what is counted was sent by the
engine, in the time of the feed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ytc_tui.engine.ports import MatchedPoint, MatchingVenue, Minute
from ytc_tui.model.market import Instrument
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import (
    Fill,
    OrderRequest,
    OrderRole,
    VenueAccount,
    VenueOrder,
    VenuePosition,
    VenueReport,
)

# Longer than any request is waited for.
_HANGS_S = 600.0


@dataclass(slots=True)
class WatchedVenue:
    """`venue` behind a witness. The first request of role `hangs` never arrives and is never answered;
    fills are told as if they had slipped by `slips_bps` (None: as they are), the account as if it held
    `more_money`."""

    venue: MatchingVenue
    now_ns: Callable[[], int]
    hangs: OrderRole | None = None
    slips_bps: Decimal | None = None
    more_money: Decimal = ZERO
    sent: list[tuple[int, OrderRequest]] = field(default_factory=list)
    canceled: list[tuple[int, str]] = field(default_factory=list)
    name: str = field(init=False)
    supports_attached_stop: bool = field(init=False)
    absence_is_proof: bool = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.venue.name
        self.supports_attached_stop = self.venue.supports_attached_stop
        self.absence_is_proof = self.venue.absence_is_proof

    def count(self, role: OrderRole) -> int:
        """How many orders of `role` were sent."""
        return sum(1 for _, request in self.sent if request.role is role)

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        self.sent.append((self.now_ns(), request))
        if self.hangs is request.role:
            self.hangs = None
            await asyncio.sleep(_HANGS_S)
        return await self.venue.submit(request)

    async def cancel(self, client_id: str) -> tuple[VenueReport, ...]:
        self.canceled.append((self.now_ns(), client_id))
        return await self.venue.cancel(client_id)

    async def instruments(self) -> dict[str, Instrument]:
        return await self.venue.instruments()

    async def order(self, client_id: str) -> VenueOrder | None:
        return await self.venue.order(client_id)

    async def open_orders(self) -> tuple[VenueOrder, ...]:
        return await self.venue.open_orders()

    async def positions(self) -> tuple[VenuePosition, ...]:
        return await self.venue.positions()

    async def account(self) -> VenueAccount:
        held, more = await self.venue.account(), self.more_money
        return replace(held, wallet_balance=held.wallet_balance + more, equity=held.equity + more)

    async def fills(self, since_ns: int) -> tuple[Fill, ...]:
        return await self.venue.fills(since_ns)

    def idle(self) -> bool:
        return self.venue.idle()

    def match(self, minute: Minute, point: int) -> MatchedPoint:
        matched = self.venue.match(minute, point)
        return matched._replace(reports=tuple(map(self._told, matched.reports)))

    def _told(self, report: VenueReport) -> VenueReport:
        if self.slips_bps is None or not isinstance(report, Fill):
            return report
        share = 1 + self.slips_bps * report.side.sign / 10_000
        return replace(report, reference_price=report.price / share)

    def skip_minute(self, minute: Minute) -> None:
        self.venue.skip_minute(minute)

    def place_ns(self) -> int:
        return self.venue.place_ns()
