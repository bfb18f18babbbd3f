"""Flattening an account at its venue without its engine: cancel, close reduce-only, read again, until flat.

Decides each round from what the venue says alone. Imports the venue port and the model. Invariants: every
request is noted before it is sent, and sent also where the note cannot be kept; every close is reduce-only,
so none can open anything; protective stops stay until nothing is open; flat is what the venue said for a
while, never what was sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ytc_tui.engine.ports import Venue
from ytc_tui.errors import VenueError, VenueRefused
from ytc_tui.model.codec import to_json
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import (
    PROVEN_REJECTS,
    OrderKind,
    OrderRequest,
    OrderRole,
    Rejected,
    VenueOrder,
    VenuePosition,
)
from ytc_tui.model.venue_rules import VENUE_RULES

REQUEST_TIMEOUT_S = 5.0
POLL_S = 0.2
LONGEST_WAIT_S = 5.0
# A flat account is read again for so long at least: what was on its way may still land.
SETTLE_S = 3.0
# As long as it is not flat, somebody is told at least so often what is left.
TOLD_EVERY_S = 10.0
NOT_YET = "not flat yet"
# A close whose fate nobody knows is looked for this long, then another is sent; reduce-only, they do no harm
# if both arrive.
DOUBT_S = 2.0

# Keeps one line, durable before it returns where it can be kept: kind, and what it holds.
Note = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Left:
    """What the venue last said is open."""

    positions: tuple[VenuePosition, ...] = ()
    orders: tuple[VenueOrder, ...] = ()

    @property
    def flat(self) -> bool:
        return not self.positions and not self.orders

    def by_hand(self) -> tuple[str, ...]:
        """What a person has to do at the venue to be flat."""
        closes = [
            f"{closing_side(held)} {abs(held.quantity)} {held.symbol}, reduce-only, at the market"
            for held in self.positions
        ]
        cancels = [
            f"cancel {order.request.client_id} ({order.request.role} {order.request.side} "
            f"{order.request.quantity} {order.request.symbol})"
            for order in self.orders
        ]
        return (*closes, *cancels)


def closing_side(held: VenuePosition) -> Side:
    return Side.SELL if held.quantity > ZERO else Side.BUY


def is_protective(order: VenueOrder) -> bool:
    return order.request.role is OrderRole.PROTECTIVE_STOP and order.request.reduce_only


async def read_left(venue: Venue) -> Left:
    """What is open now. Raises VenueError or TimeoutError."""
    async with asyncio.timeout(REQUEST_TIMEOUT_S):
        positions = await venue.positions()
        orders = await venue.open_orders()
    held = tuple(each for each in positions if each.quantity != ZERO)
    return Left(held, tuple(order for order in orders if order.open))


@dataclass(slots=True)
class Settling:
    """Whether an account was flat for so long that no request can land there any more that left before."""

    settle_s: float
    _since_s: float | None = None

    @classmethod
    def at(cls, venue: Venue) -> Settling:
        """As the rules of `venue` ask for: a create that it still takes, and the lag of its reads."""
        rules = VENUE_RULES[venue.name]
        return cls(max(SETTLE_S, (rules.request_life_ns + rules.read_lag_ns) / NS_PER_S))

    def over(self, flat: bool, asked_s: float) -> bool:
        """Take a reading asked for at `asked_s`; whether that is enough. One that failed is not flat."""
        if not flat:
            self._since_s = None
            return False
        self._since_s = asked_s if self._since_s is None else self._since_s
        return asked_s - self._since_s >= self.settle_s


@dataclass(slots=True)
class _Closing:
    """The closes sent for one symbol; `held` is what the last was to close, at `sent_s`, and `refused` why
    the venue did not take it. `doubtful` is its id while nobody said what became of it. As long as closes
    change nothing, each waits `again_s`, twice as long as the one before."""

    count: int = 0
    held: Decimal = ZERO
    sent_s: float = 0.0
    again_s: float = POLL_S
    doubtful: str = ""
    refused: str = ""

    def waits(self, held: Decimal, now_s: float) -> bool:
        """Whether the last one changed nothing and is too young for another."""
        return held == self.held and now_s - self.sent_s < self.again_s

    def sends(self, client_id: str, held: Decimal, now_s: float) -> None:
        self.again_s = min(2 * self.again_s, LONGEST_WAIT_S) if held == self.held else POLL_S
        self.held, self.sent_s, self.doubtful, self.refused = held, now_s, client_id, ""


@dataclass(slots=True)
class Flattener:
    """Flattens what `venue` holds. `client_id` names the n-th close of a symbol, `tell` says what happens,
    `now_s` is a monotonic clock. `left` is what the venue last said, None before it said anything."""

    venue: Venue
    note: Note
    client_id: Callable[[str, int], str]
    tell: Callable[[str], None]
    unconfirmed: Callable[[str, Left | None], Awaitable[None]]
    now_s: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    left: Left | None = None
    sent: int = 0
    _own: set[str] = field(default_factory=set)
    _closings: dict[str, _Closing] = field(default_factory=dict)  # by symbol
    _told: str = ""
    _told_s: float = 0.0

    async def until_flat(self) -> None:
        """Rounds until the venue has said for long enough that nothing is open. A venue that does not answer,
        or does not get flat, is asked on for ever, and somebody is told again and again what it last held."""
        settling = Settling.at(self.venue)
        self._told, self._told_s = NOT_YET, self.now_s()
        wait_s = POLL_S
        while True:
            asked_s = self.now_s()
            try:
                self.left = await read_left(self.venue)
                if settling.over(self.left.flat, asked_s):
                    return
                if not self.left.flat:
                    await self._round(self.left)
                    await self._alarm(self._refusals(self.left) or NOT_YET)
                wait_s = POLL_S
            except (VenueError, TimeoutError) as error:
                settling.over(flat=False, asked_s=asked_s)
                await self._alarm(str(error) or "the venue does not answer in time")
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            await self.sleep(wait_s)

    async def _alarm(self, reason: str) -> None:
        """Tell of exposure: a new reason at once, the same again after `TOLD_EVERY_S`."""
        if reason != self._told or self.now_s() - self._told_s >= TOLD_EVERY_S:
            self._told, self._told_s = reason, self.now_s()
            await self.unconfirmed(reason, self.left)

    def _refusals(self, left: Left) -> str:
        """Which of the closes of what is open the venue did not take, and why."""
        held = {each.symbol for each in left.positions}
        refused = {name: each.refused for name, each in self._closings.items() if each.refused}
        return "; ".join(f"no close of {name}: {why}" for name, why in refused.items() if name in held)

    async def _round(self, left: Left) -> None:
        """All that one reading asks for, gathered; the first failure is raised after all were tried."""
        kept = self._own if left.positions else set()
        doomed = [
            order.request.client_id
            for order in left.orders
            if not (left.positions and is_protective(order)) and order.request.client_id not in kept
        ]
        closing = {order.request.symbol for order in left.orders if order.request.client_id in self._own}
        naked = [held for held in left.positions if held.symbol not in closing]
        outcomes = await asyncio.gather(
            *map(self._cancel, doomed), *map(self._close, naked), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _cancel(self, client_id: str) -> None:
        self.note("cancel", {"client_id": client_id})
        self.sent += 1
        async with asyncio.timeout(REQUEST_TIMEOUT_S):
            await self.venue.cancel(client_id)

    async def _close(self, held: VenuePosition) -> None:
        closing = self._closings.setdefault(held.symbol, _Closing())
        if await self._in_doubt(closing) or closing.waits(held.quantity, self.now_s()):
            return
        closing.count += 1
        order = OrderRequest(
            client_id=self.client_id(held.symbol, closing.count),
            symbol=held.symbol,
            side=closing_side(held),
            kind=OrderKind.MARKET,
            role=OrderRole.FLATTEN,
            quantity=abs(held.quantity),
            reduce_only=True,
        )
        self.note("submit", {"order": to_json(order)})
        self._own.add(order.client_id)
        closing.sends(order.client_id, held.quantity, self.now_s())
        self.sent += 1
        self.tell(f"close {order.side} {order.quantity} {order.symbol} ({order.client_id})")
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                reports = await self.venue.submit(order)
        except VenueRefused as error:
            self._refused(closing, str(error))
            return
        rejected = next((report for report in reports if isinstance(report, Rejected)), None)
        if rejected is None:
            closing.doubtful = ""
        elif rejected.code in PROVEN_REJECTS:
            self._refused(closing, rejected.reason)

    def _refused(self, closing: _Closing, reason: str) -> None:
        """The venue proved that it did not take the last close: nobody has to look for it."""
        self.note("refused", {"client_id": closing.doubtful, "reason": reason})
        closing.doubtful, closing.refused = "", reason

    async def _in_doubt(self, closing: _Closing) -> bool:
        """Whether the last close may still be on its way: nobody said what became of it."""
        if not closing.doubtful:
            return False
        async with asyncio.timeout(REQUEST_TIMEOUT_S):
            found = await self.venue.order(closing.doubtful)
        if found is None and self.now_s() - closing.sent_s < DOUBT_S:
            return True
        closing.doubtful = ""
        return found is not None and found.open
