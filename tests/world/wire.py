"""The line to the venue: slow, lossy, out of order, and watched. What passes it wrongly is a violation."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import TypeVar

from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.engine.ports import MatchedPoint, Minute
from ytc_tui.errors import VenueOutcomeUnknown, VenueRetryable
from ytc_tui.model.market import Instrument
from ytc_tui.model.orders import (
    Fill,
    OrderRequest,
    VenueAccount,
    VenueOrder,
    VenuePosition,
    VenueReport,
)

ResultT = TypeVar("ResultT")
_HANG_S = 600.0
_PARTS = 3  # of a reading of the books


@dataclass(frozen=True)
class Faults:
    """How often each thing happens to a call or a report, as shares."""

    lost: float = 0.0  # a request never arrives
    unanswered: float = 0.0  # it is carried out and the answer is lost
    hung: float = 0.0  # no answer comes, ever
    doubled: float = 0.0  # a fill is told twice
    untold: float = 0.0  # a report of the market's doing is never told
    late: float = 0.0  # a report is told with the next point
    stray: float = 0.0  # a request arrives after its caller gave up
    shuffled: bool = False  # the reports of a point come in any order
    latency_s: float = 0.0


@dataclass
class Sent:
    """What was sent to the venue, over all lives of the engine."""

    requests: dict[str, OrderRequest] = field(default_factory=dict)
    lives: dict[str, set[int]] = field(default_factory=dict)
    cancels: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)  # submits without an answer
    told_fills: Counter[str] = field(default_factory=Counter)  # by the market's side, not by asking
    holdings: list[tuple[int, dict[str, Decimal]]] = field(default_factory=list)  # told when, entries written
    readings: dict[tuple[int, float], Counter[str]] = field(default_factory=dict)  # begun when: what
    read_whole: int = 0  # entries written when the last reading began of which every part was told
    violations: list[str] = field(default_factory=list)
    drawn: Counter[str] = field(default_factory=Counter)

    def submit(self, request: OrderRequest, life: int, *, durable: bool, told: bool, stopped: bool) -> None:
        """An order is sent. `durable`: its intent is in the journal; `told`: in the emergency file;
        `stopped`: a final flatten is on record."""
        name = request.client_id
        if not durable and not (told and request.reduce_only):
            self.violations.append(f"I3 {name} was sent before its intent was durable")
        if stopped and not request.reduce_only:
            self.violations.append(f"I7 {name} raises risk after a final flatten")
        if life in self.lives.setdefault(name, set()):
            self.violations.append(f"I2 {name} was sent twice in one life")
        self.lives[name].add(life)
        before = self.requests.setdefault(name, request)
        if before != request:
            self.violations.append(f"I2 {name} was sent again with other content")


@dataclass
class Wire:
    """A venue's port over `venue`. `is_durable`, `is_told`, `is_stopped` and `written` look at what
    the engine left."""

    venue: PaperVenue
    faults: Faults
    chance: Random
    sent: Sent
    life: int
    is_durable: Callable[[str], bool]
    is_told: Callable[[str], bool]
    is_stopped: Callable[[], bool]
    written: Callable[[], int]  # how many entries the journal holds
    strangers: list[tuple[int, OrderRequest]] = field(default_factory=list)  # when somebody else sends what
    name: str = "paper"
    supports_attached_stop: bool = True
    absence_is_proof: bool = field(init=False)
    _late: list[VenueReport] = field(default_factory=list)
    _strays: list[asyncio.Future[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.absence_is_proof = self.venue.absence_is_proof and not self.faults.stray

    def cut(self) -> None:
        """The engine is gone; what it sent is on its way no more."""
        for stray in self._strays:
            stray.cancel()

    def _drawn(self, what: str, share: float) -> bool:
        happens = share > 0 and self.chance.random() < share
        self.sent.drawn[what] += happens
        return happens

    async def _latency(self) -> None:
        if self.faults.latency_s:
            await asyncio.sleep(self.chance.uniform(0, self.faults.latency_s))
        else:
            await asyncio.sleep(0)

    async def _there(self) -> None:
        """The way to the venue; raises where the request does not arrive while somebody waits for it."""
        await self._latency()
        if self._drawn("lost", self.faults.lost):
            raise VenueOutcomeUnknown("the line was cut", where="wire", fix="ask")
        if self._drawn("hung", self.faults.hung):
            await asyncio.sleep(_HANG_S)

    async def _back(self, answer: ResultT) -> ResultT:
        await self._latency()
        if self._drawn("unanswered", self.faults.unanswered):
            raise VenueOutcomeUnknown("the answer was lost", where="wire", fix="ask")
        return answer

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        name = request.client_id
        self.sent.submit(
            request,
            self.life,
            durable=self.is_durable(name),
            told=self.is_told(name),
            stopped=self.is_stopped(),
        )
        try:
            return await self._submitted(request)
        except VenueOutcomeUnknown:
            self.sent.failed.add(name)
            raise

    async def _submitted(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        if self._drawn("stray", self.faults.stray):
            self._strays.append(asyncio.ensure_future(self._straggle(request)))
            raise VenueOutcomeUnknown("timed out", where="wire", fix="ask")
        await self._there()
        return await self._back(await self.venue.submit(request))

    async def _straggle(self, request: OrderRequest) -> None:
        """A request that arrives long after its caller gave up."""
        await asyncio.sleep(self.chance.uniform(1.0, 30.0))
        with suppress(VenueOutcomeUnknown):
            await self.venue.submit(request)

    async def _by_somebody_else(self, request: OrderRequest) -> None:
        """An order on the same account that is not ours."""
        self.sent.drawn["stranger"] += 1
        await self.venue.submit(request)

    async def cancel(self, client_id: str) -> tuple[VenueReport, ...]:
        self.sent.cancels.add(client_id)
        await self._there()
        return await self._back(await self.venue.cancel(client_id))

    async def _read(self) -> None:
        await self._latency()
        if self._drawn("unread", self.faults.lost + self.faults.unanswered):
            raise VenueRetryable("the line was cut", where="wire", fix="ask again")
        if self._drawn("hung", self.faults.hung):
            await asyncio.sleep(_HANG_S)

    def _told_of(self, part: str, begun: tuple[int, float]) -> None:
        told = self.sent.readings.setdefault(begun, Counter())
        told[part] += 1
        if len(told) == _PARTS:
            self.sent.read_whole = max(self.sent.read_whole, begun[0])

    def _now(self) -> tuple[int, float]:
        return self.written(), asyncio.get_running_loop().time()

    async def order(self, client_id: str) -> VenueOrder | None:
        await self._read()
        return await self.venue.order(client_id)

    async def open_orders(self) -> tuple[VenueOrder, ...]:
        begun = self._now()
        await self._read()
        self._told_of("orders", begun)
        return await self.venue.open_orders()

    async def positions(self) -> tuple[VenuePosition, ...]:
        begun = self._now()
        await self._read()
        self._told_of("positions", begun)
        answer = await self.venue.positions()
        self.sent.holdings.append((self.written(), {held.symbol: held.quantity for held in answer}))
        return answer

    async def account(self) -> VenueAccount:
        begun = self._now()
        await self._read()
        self._told_of("account", begun)
        return await self.venue.account()

    async def fills(self, since_ns: int) -> tuple[Fill, ...]:
        await self._read()
        return await self.venue.fills(since_ns)

    async def instruments(self) -> dict[str, Instrument]:
        return await self.venue.instruments()

    # ---- the market's side ----

    def idle(self) -> bool:
        return self.venue.idle() and not self._late

    def match(self, minute: Minute, point: int) -> MatchedPoint:
        while self.strangers and self.strangers[0][0] <= minute.open_ns:
            self._strays.append(asyncio.ensure_future(self._by_somebody_else(self.strangers.pop(0)[1])))
        matched = self.venue.match(minute, point)
        told: list[VenueReport] = [*self._late]
        self._late = []
        for report in matched.reports:
            if self._drawn("untold", self.faults.untold):
                continue
            told.append(report)
            if isinstance(report, Fill) and self._drawn("doubled", self.faults.doubled):
                told.append(report)
        if self.faults.shuffled:
            self.chance.shuffle(told)
        if told and self._drawn("late", self.faults.late):
            self._late = [told.pop()]
        self.sent.told_fills.update(report.venue_fill_id for report in told if isinstance(report, Fill))
        return MatchedPoint(matched.at_ns, matched.prices, tuple(told))

    def skip_minute(self, minute: Minute) -> None:
        self.venue.skip_minute(minute)

    def place_ns(self) -> int:
        return self.venue.place_ns()
