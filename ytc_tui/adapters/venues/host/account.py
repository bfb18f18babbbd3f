"""One account of a paper host: its venue, and its market while nobody drives it.

Decides how the market goes on alone: minute by minute from the venue's place, at the pace that the host was
given. Imports the paper venue and the port. Invariants: while somebody drives, nothing moves by itself;
a market alone takes the very steps that a driver would have taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from ytc_tui.adapters.venues.host.wire import Place
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.engine.ports import MatchedPoint, MatchingVenue, Minute
from ytc_tui.errors import VenueRetryable
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, PATH_OFFSETS_NS

Minutes = Callable[[int], Iterator[Minute]]  # from an instant on
_RETRY_S = 0.25


@dataclass(slots=True, eq=False)
class HostedAccount:
    """The account `name`. `minutes` are its market's bars from an instant on; `pace` is feed seconds a
    real second while nobody drives; before that begins, a driver has `grace_s` to come back."""

    name: str
    venue: MatchingVenue
    store: PaperStore
    minutes: Minutes
    pace: float
    grace_s: float
    now_ns: int = 0  # how far the market has come
    _alone: asyncio.Task[None] | None = field(default=None)

    def __post_init__(self) -> None:
        self.now_ns = self.venue.place_ns()

    def place(self) -> Place:
        return Place(self.venue.place_ns(), self.venue.idle())

    def match(self, minute: Minute, point: int) -> MatchedPoint:
        """The next point of the market."""
        matched = self.venue.match(minute, point)
        self.now_ns = matched.at_ns
        return matched

    def skip(self, minute: Minute) -> None:
        """A minute in which nothing is open."""
        self.venue.skip_minute(minute)
        self.now_ns = minute.open_ns + NS_PER_MIN

    def left_alone(self) -> None:
        """The driver is gone: the market goes on."""
        self._alone = asyncio.get_running_loop().create_task(self._go_on())

    async def close(self) -> None:
        """Stop the market and give up the store."""
        if self._alone is not None:
            self._alone.cancel()
            with suppress(asyncio.CancelledError):
                await self._alone
            self._alone = None
        self.store.close()

    async def _go_on(self) -> None:
        await asyncio.sleep(self.grace_s)
        for minute in self.minutes(self.now_ns // NS_PER_MIN * NS_PER_MIN):
            for point, offset_ns in enumerate(PATH_OFFSETS_NS):
                wait_ns = minute.open_ns + offset_ns - self.now_ns
                if wait_ns > 0:
                    await asyncio.sleep(wait_ns / NS_PER_S / self.pace)
                    await self._step(minute, point)

    async def _step(self, minute: Minute, point: int) -> None:
        while True:
            try:
                self.match(minute, point)
            except VenueRetryable:
                await asyncio.sleep(_RETRY_S)
            else:
                return
