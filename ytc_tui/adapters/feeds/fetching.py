"""Bars of a venue, page after page, into a file that can be taken up again.

Decides what a page may hold, when an answer is asked for again, and what counts as a gap. Imports its
sibling readers, model and errors. Invariants: only sound, closed bars are stored, each once and in order; a
gap is told, never filled; what is stored stays, whatever happens after it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from ytc_tui.adapters.feeds.decoding import RawRows
from ytc_tui.adapters.feeds.tables import Chunk, quoted
from ytc_tui.adapters.feeds.timestamps import UNITS, TimeAxis, utc_text
from ytc_tui.adapters.feeds.validation import faults_of
from ytc_tui.errors import DataInvalid, VenueRetryable

MINUTE_MS = 60_000
ATTEMPTS = 6
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 120.0
_NS_PER_MS = 1_000_000
_GOES_ON = "the same command goes on where this one stopped"
_AXIS = TimeAxis(UNITS[0], 0, 0, "open")

AnswerT = TypeVar("AnswerT")
# Open time in ms, open, high, low, close, volume.
BarRow = tuple[int, float, float, float, float, float]


class TryLater(VenueRetryable):
    """The venue gave no usable answer this time; it asked for a pause of `after_s`, 0 if for none."""

    def __init__(self, what: str, *, after_s: float = 0.0) -> None:
        super().__init__(what)
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Page:
    """What the venue sent: each row as read (None for what is no number), and as it came."""

    read: Sequence[Sequence[Any]]
    came: Sequence[Any]


class BarPages(Protocol):
    """A venue's one-minute bars of one symbol. Its calls raise TryLater or VenueRefused."""

    page_bars: int

    async def now_ms(self) -> int:
        """The venue's own clock, UTC."""
        ...

    async def page(self, since_ms: int) -> Page:
        """The first `page_bars` bars opened at or after `since_ms`."""
        ...


class Stretch(NamedTuple):
    """A half-open stretch of time, UTC ms."""

    from_ms: int
    to_ms: int

    @property
    def minutes(self) -> int:
        return (self.to_ms - self.from_ms) // MINUTE_MS

    def __str__(self) -> str:
        return f"{moment(self.from_ms)} to {moment(self.to_ms)} UTC"


class PageStore(Protocol):
    """Where pages are kept. `add` is durable when it returns."""

    def covered(self, at_ms: int) -> int:
        """The end of what is known without a break from `at_ms`; `at_ms` itself if nothing is."""
        ...

    def next_covered(self, at_ms: int) -> int | None:
        """Where the next known stretch after `at_ms` begins, None if there is none."""
        ...

    def add(self, stretch: Stretch, rows: Sequence[BarRow]) -> None: ...


@dataclass(slots=True)
class Tally:
    """What a fetch did: pages and rows stored, answers asked for again, rows dropped as already known."""

    pages: int = 0
    stored: int = 0
    asked_again: int = 0
    repeated: int = 0


def moment(at_ms: int) -> str:
    return utc_text(at_ms * _NS_PER_MS)


@dataclass(slots=True)
class Fetch:
    """One fetch: where from, where to, and whom to tell. `sleep` waits so many seconds."""

    pages: BarPages
    store: PageStore
    say: Callable[[str], None]
    progress: Callable[[int], None]
    sleep: Callable[[float], Awaitable[None]]
    tally: Tally = field(default_factory=Tally)

    async def run(self, wanted: Stretch) -> None:
        """Store every bar of `wanted` that the venue has. VenueRetryable: it gave up; the same call goes on.

        DataInvalid names the row that is not sound; nothing of its page is stored.
        """
        while (at_ms := self.store.covered(wanted.from_ms)) < wanted.to_ms:
            next_ms = self.store.next_covered(at_ms)
            end_ms = wanted.to_ms if next_ms is None else min(next_ms, wanted.to_ms)
            rows = await self._rows(at_ms)
            inside = [row for row in rows if row[0] < end_ms]
            if inside:
                known_to_ms = inside[-1][0] + MINUTE_MS
            elif rows:
                known_to_ms = end_ms
            else:
                known_to_ms = min(at_ms + self.pages.page_bars * MINUTE_MS, end_ms)
            self.store.add(Stretch(at_ms, known_to_ms), inside)
            self.tally.pages += 1
            self.tally.stored += len(inside)
            self.progress(known_to_ms)

    async def _rows(self, at_ms: int) -> Sequence[BarRow]:
        """The sound bars from `at_ms` on; none only where the venue says so twice."""
        where = f"bars from {moment(at_ms)} UTC"
        rows = await self.patiently(where, lambda: self._fresh(at_ms))
        if not rows:
            self.tally.asked_again += 1
            rows = await self.patiently(where, lambda: self._fresh(at_ms))
        return rows

    async def _fresh(self, at_ms: int) -> Sequence[BarRow]:
        """One page without what lies before `at_ms`. TryLater when all of it does."""
        rows = sound_rows(await self.pages.page(at_ms), at_ms)
        fresh = [row for row in rows if row[0] >= at_ms]
        self.tally.repeated += len(rows) - len(fresh)
        if rows and not fresh:
            raise TryLater(f"the venue gave bars to {moment(rows[-1][0])} UTC again")
        return fresh

    async def patiently(self, what: str, ask: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        """The answer of `ask`, which is called up to `ATTEMPTS` times with growing pauses.

        VenueRetryable: it never came, or the venue wants a pause that is longer than `LONGEST_WAIT_S`.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await ask()
            except TryLater as error:
                if attempt == ATTEMPTS:
                    raise VenueRetryable(
                        f"gave up after {ATTEMPTS} tries: {error.what}", where=what, fix=_GOES_ON
                    ) from error
                if error.after_s > LONGEST_WAIT_S:
                    raise VenueRetryable(
                        f"the venue wants {error.after_s:.0f} s without a request: {error.what}",
                        where=what,
                        fix=_GOES_ON,
                    ) from error
                wait_s = max(error.after_s, FIRST_WAIT_S * 2 ** (attempt - 1))
                self.say(f"{what}: {error.what}; try {attempt + 1} of {ATTEMPTS} in {wait_s:.0f} s")
                self.tally.asked_again += 1
                await self.sleep(wait_s)
        raise AssertionError("the last try returns or raises")


def sound_rows(page: Page, since_ms: int) -> list[BarRow]:
    """The rows of a page, oldest first, equal ones once. DataInvalid names the first row that is no bar."""
    count = len(page.read)
    times = [_whole(row[0]) for row in page.read]
    values = np.array([[_number(value) for value in row[1:6]] for row in page.read], dtype=np.float64)
    open_, high, low, close, volume = values.reshape(count, 5).T
    opened = np.array(times, dtype=np.int64)
    raw = RawRows(Chunk(1, {}, count), opened, open_, high, low, close, volume, None, ())
    wrong = min(faults_of(raw, _AXIS), key=lambda found: found.row, default=None)
    if wrong is not None:
        raise _refusal(page, since_ms, wrong.row, f"{wrong.fault.value}: {wrong.detail}")
    columns = (column.tolist() for column in (open_, high, low, close, volume))
    rows: list[BarRow] = list(zip(times, *columns, strict=True))
    # Some venues send the newest first.
    newest_first = count > 1 and rows[0][0] > rows[-1][0]
    ordered: list[BarRow] = []
    for index in range(count - 1, -1, -1) if newest_first else range(count):
        row = rows[index]
        if ordered and row[0] < ordered[-1][0]:
            raise _refusal(page, since_ms, index + 1, f"{moment(row[0])} stands out of order")
        if ordered and row[0] == ordered[-1][0]:
            if row != ordered[-1]:
                raise _refusal(page, since_ms, index + 1, f"a second, other bar of {moment(row[0])}")
            continue
        ordered.append(row)
    return ordered


def gaps(times_ms: Sequence[int], wanted: Stretch) -> list[Stretch]:
    """The stretches of `wanted` without a bar. `times_ms` are opens in order."""
    inside = [at for at in times_ms if wanted.from_ms <= at < wanted.to_ms]
    ends = [wanted.from_ms, *(at + MINUTE_MS for at in inside)]
    begins = [*inside, wanted.to_ms]
    return [Stretch(end, begin) for end, begin in zip(ends, begins, strict=True) if begin > end]


def _refusal(page: Page, since_ms: int, row: int, what: str) -> DataInvalid:
    return DataInvalid(
        f"{what}; the venue sent {quoted(str(page.came[row - 1]))}",
        where=f"page from {moment(since_ms)} UTC, row {row} of {len(page.read)}",
        fix="nothing of this page is kept; try again later, the same command goes on here",
    )


def _whole(value: object) -> int:
    """`value` as a time; 0, which is no time of a bar, for anything else."""
    return value if isinstance(value, int) and 0 <= value < 2**63 else 0


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
