"""How long a request to a venue may take: ordinary ones by a limit, urgent ones by what the venue needs.

Decides when a request counts as unanswered. Imports the errors only. Invariants: an urgent request
never waits for an ordinary one, which is given up instead; a limit follows measured round trips and grows
while nothing is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from ytc_tui.errors import YtcError

AnswerT = TypeVar("AnswerT")

# An order on its way may still be answered when something urgent waits; a read has nothing to lose.
GRACE_S = 0.1
# Above the usual round trip, so that a busy moment, of ours or of the venue, is not taken for silence.
_SLACK_S, _SOON_SLACK_S = 0.05, 0.02
# What is asked again too early costs a request, what is waited for too long costs risk.
_DEVIATIONS, _SOON_DEVIATIONS, _SOON_SHARE = 2, 4, 1 / 4
_UNANSWERED_DOUBLE = 20  # so many requests without an answer double the limit
_AGAIN = 2  # without an answer an urgent request that may be repeated is asked so many times more
# How much the last round trip counts in the mean, and in the mean deviation (RFC 6298).
_MEAN_SHARE, _DEVIATION_SHARE = 1 / 8, 1 / 4


class GivenUp(TimeoutError):
    """An ordinary request was given up, because something urgent waited."""


async def nothing() -> None:
    """Done at once."""


async def together(
    requests: Iterable[Awaitable[AnswerT]], meanwhile: Callable[[], Awaitable[None]] = nothing
) -> list[AnswerT]:
    """The answers to `requests`, which leave before `meanwhile` is done."""
    answering = asyncio.gather(*requests)
    try:
        await asyncio.sleep(0)  # in this turn of the loop all of them leave
        await meanwhile()
        return await answering
    except BaseException:
        answering.cancel()
        raise


async def first_of(requests: Iterable[Awaitable[AnswerT]]) -> AnswerT:
    """The first answer to any of `requests`, which all ask the same; the others are given up. Raises what
    the last one raised when none is answered."""
    asked = [asyncio.ensure_future(request) for request in requests]
    failure: BaseException = TimeoutError("nothing was asked")
    try:
        while waiting := [request for request in asked if not request.done()]:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            failures = {request: request.exception() for request in waiting if request in done}
            for request, error in failures.items():
                if error is None:
                    return request.result()
                failure = error
        raise failure
    finally:
        for request in asked:
            request.cancel()


class Asking:
    """Requests to one venue, in the event loop's time; none takes longer than `timeout_s`."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._ordinary: dict[asyncio.Timeout, float] = {}  # with the seconds it has left when hurried
        self._hurried = False
        self.urgent_waits = False
        self._mean_s: float | None = None
        self._deviation_s = 0.0
        self._unanswered = 0  # urgent requests in a row
        self._in_trouble = False  # an urgent request failed since the last ordinary one

    async def patiently(self, request: Awaitable[AnswerT], grace_s: float = GRACE_S) -> AnswerT:
        """The answer to an ordinary request, which still has `grace_s` when something urgent waits, and
        `GRACE_S` where that waited before it began. Raises TimeoutError, as GivenUp where it had no more."""
        begun_s = asyncio.get_running_loop().time()
        self._in_trouble = False
        self._hurried = self._hurried or self.urgent_waits
        limit = asyncio.timeout(min(self._timeout_s, GRACE_S) if self.urgent_waits else self._timeout_s)
        try:
            async with limit:
                self._ordinary[limit] = grace_s
                answer = await request
        except TimeoutError as error:
            if self._hurried:
                raise GivenUp("given up: something urgent waited") from error
            raise
        finally:
            self._ordinary.pop(limit, None)
            self._hurried = self._hurried and bool(self._ordinary)
        self._took(asyncio.get_running_loop().time() - begun_s)
        return answer

    async def urgently(self, request: Awaitable[AnswerT], *, soon: bool = False) -> AnswerT:
        """The answer to an urgent request. Raises TimeoutError after `limit_s`, or after `soon_s`."""
        begun_s = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self.soon_s if soon else self.limit_s):
                answer = await request
        except TimeoutError:
            self._unanswered += 1
            self._in_trouble = True
            raise
        except Exception:
            self._in_trouble = True
            raise
        self._unanswered = 0
        self._took(asyncio.get_running_loop().time() - begun_s)
        return answer

    async def insistently(self, ask: Callable[[], Awaitable[AnswerT]], *, reads: bool) -> AnswerT:
        """The answer to an urgent request that may be repeated: where it has none, it is asked twice more,
        beside each other. What only `reads` is asked twice from the first once there was trouble."""
        with suppress(YtcError, TimeoutError):
            if not (reads and self._in_trouble):
                return await self.urgently(ask(), soon=True)
            return await first_of(self.urgently(ask(), soon=True) for _ in range(_AGAIN))
        return await first_of(self.urgently(ask()) for _ in range(_AGAIN))

    def hurry(self) -> None:
        """Something urgent waits, until `urgent_waits` is taken back: what is under way has its grace left,
        and no more."""
        self.urgent_waits = True
        if self._ordinary:
            self._hurried = True
            now_s = asyncio.get_running_loop().time()
            for limit, grace_s in self._ordinary.items():
                due_s, soon_s = limit.when(), now_s + grace_s
                if due_s is not None and soon_s < due_s:
                    limit.reschedule(soon_s)

    @property
    def limit_s(self) -> float:
        """How long an urgent request may take now: longer the more of them were not answered in a row."""
        return self._limit_s(max(_DEVIATIONS * self._deviation_s, self._mean_s or 0.0, _SLACK_S))

    @property
    def soon_s(self) -> float:
        """After how long an urgent request that has no answer may be followed by another."""
        share_s = _SOON_SHARE * (self._mean_s or 0.0)
        return self._limit_s(max(_SOON_DEVIATIONS * self._deviation_s, share_s, _SOON_SLACK_S))

    def _limit_s(self, slack_s: float) -> float:
        """The usual round trip and `slack_s`, or whatever is allowed while none is known."""
        if self._mean_s is None:
            return self._timeout_s
        usual_s = self._mean_s + slack_s
        return min(usual_s * (1 + self._unanswered / _UNANSWERED_DOUBLE), self._timeout_s)

    def _took(self, round_trip_s: float) -> None:
        if self._mean_s is None:
            self._mean_s, self._deviation_s = round_trip_s, round_trip_s / 2
            return
        off_s = round_trip_s - self._mean_s
        self._deviation_s += _DEVIATION_SHARE * (abs(off_s) - self._deviation_s)
        self._mean_s += _MEAN_SHARE * off_s
