"""How long a request to a venue may take: ordinary ones by a limit, urgent ones by what the venue needs.

Decides when a request counts as unanswered. Imports the standard library only. Invariants: an urgent request
never waits for an ordinary one, which is given up instead; a limit follows measured round trips and grows
while nothing is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

AnswerT = TypeVar("AnswerT")

# An order on its way may still be answered when something urgent waits; a read has nothing to lose.
GRACE_S = 0.1
# Above the usual round trip, so that a busy moment, of ours or of the venue, is not taken for silence.
_SLACK_S = 0.05
_DEVIATIONS = 2  # what is asked again too early costs a request, what is waited for too long costs risk
_UNANSWERED_DOUBLE = 20  # so many requests without an answer double the limit
# How much the last round trip counts in the mean, and in the mean deviation (RFC 6298).
_MEAN_SHARE, _DEVIATION_SHARE = 1 / 8, 1 / 4


class GivenUp(TimeoutError):
    """An ordinary request was given up, because something urgent waited."""


class Asking:
    """Requests to one venue, in the event loop's time; none takes longer than `timeout_s`."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._ordinary: dict[asyncio.Timeout, float] = {}  # with the seconds it has left when hurried
        self._hurried = False
        self._mean_s: float | None = None
        self._deviation_s = 0.0
        self._unanswered = 0  # urgent requests in a row

    async def patiently(self, request: Awaitable[AnswerT], grace_s: float = GRACE_S) -> AnswerT:
        """The answer to an ordinary request, which still has `grace_s` when something urgent waits. Raises
        TimeoutError, as GivenUp where `hurry` ended it."""
        begun_s = asyncio.get_running_loop().time()
        limit = asyncio.timeout(self._timeout_s)
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

    async def urgently(self, request: Awaitable[AnswerT]) -> AnswerT:
        """The answer to an urgent request. Raises TimeoutError after `limit_s`."""
        begun_s = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self.limit_s):
                answer = await request
        except TimeoutError:
            self._unanswered += 1
            raise
        self._unanswered = 0
        self._took(asyncio.get_running_loop().time() - begun_s)
        return answer

    def hurry(self) -> None:
        """Something urgent waits: what is under way has its grace left, and no more."""
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
        if self._mean_s is None:
            return self._timeout_s
        usual_s = self._mean_s + max(_DEVIATIONS * self._deviation_s, self._mean_s, _SLACK_S)
        return min(usual_s * (1 + self._unanswered / _UNANSWERED_DOUBLE), self._timeout_s)

    def _took(self, round_trip_s: float) -> None:
        if self._mean_s is None:
            self._mean_s, self._deviation_s = round_trip_s, round_trip_s / 2
            return
        off_s = round_trip_s - self._mean_s
        self._deviation_s += _DEVIATION_SHARE * (abs(off_s) - self._deviation_s)
        self._mean_s += _MEAN_SHARE * off_s
