"""One account of a paper host: its venue, and its market while nobody drives it.

Decides how the market goes on alone: minute by minute from the venue's place, at the pace that the host was
given. Imports the paper venue and the port. Invariants: while somebody drives, nothing moves by itself;
a market alone takes the very steps that a driver would have taken.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

from ytc_tui.adapters.venues.host.wire import Place
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.engine.ports import MatchedPoint, MatchingVenue, Minute
from ytc_tui.errors import VenueOutcomeUnknown, VenueRetryable
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, PATH_OFFSETS_NS

Command = Callable[[], Awaitable[Any]]
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
    together: Callable[[], AbstractContextManager[None]] = nullcontext  # one commit for several commands
    now_ns: int = 0  # how far the market has come
    _commands: list[tuple[Command, asyncio.Future[Any]]] = field(default_factory=list)
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

    async def commanded(self, command: Command) -> Any:
        """What a submit or cancel gives, once it is on disk; those of one moment share a commit."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        if not self._commands:
            loop.call_soon(lambda: loop.create_task(self._carry_out()))
        self._commands.append((command, answer))
        return await answer

    async def _carry_out(self) -> None:
        commands, self._commands = self._commands, []
        given: list[tuple[asyncio.Future[Any], Any]] = []
        waiting = deque(commands)
        try:
            with self.together():
                while waiting:
                    command, answer = waiting.popleft()
                    try:
                        given.append((answer, await command()))
                    except Exception as error:
                        given.append((answer, error))
        except VenueRetryable as error:
            lost = VenueOutcomeUnknown(f"not on record yet: {error.what}", where=error.where, fix=error.fix)
            given = [(answer, lost) for answer, _ in given] + [(answer, error) for _, answer in waiting]
        for answer, result in given:
            if answer.done():
                continue
            if isinstance(result, Exception):
                answer.set_exception(result)
            else:
                answer.set_result(result)

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
