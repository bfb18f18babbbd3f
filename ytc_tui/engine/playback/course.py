"""The places of a playback, and the way from one to the next: by bars, by entries, by time, by name.

Decides what a step and a jump are. Imports the record and errors. Invariants: a place holds every entry up to
its instant and, within an instant, up to its entry; a step back undoes a step forward.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ytc_tui.engine.playback.record import PastRecord
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.views.journal import utc

START, END = "start", "end"
_NEAR = 5

# (text, first instant) -> UTC ns; raises UsageInvalid for what is no time
ReadTime = Callable[[str, int], int]


class Place(NamedTuple):
    """An instant (UTC ns) and the last entry that belongs to it."""

    at_ns: int
    seq: int


@dataclass(frozen=True, slots=True)
class Course:
    """All places of one record. `closes_ns` are the closes of the bars that are known, in order; without any,
    every whole minute is taken for one."""

    record: PastRecord
    closes_ns: Sequence[int]
    read_time: ReadTime

    @property
    def first(self) -> Place:
        return self.entry(1)

    @property
    def last(self) -> Place:
        return self.entry(self.record.entries)

    def entry(self, seq: int) -> Place:
        """Where entry `seq` has just been written; the nearest one for a number that there is not."""
        seq = max(1, min(seq, self.record.entries))
        return Place(self.record.times_ns[seq - 1], seq)

    def instant(self, at_ns: int) -> Place:
        """The instant `at_ns`, with everything that was written by then; within the record."""
        at_ns = max(self.first.at_ns, min(at_ns, self.last.at_ns))
        return Place(at_ns, bisect_right(self.record.times_ns, at_ns))

    def bars_on(self, place: Place, count: int) -> Place:
        """`count` bar closes on, or back where it is below 0, at most to an end of the record."""
        for _ in range(abs(count)):
            place = self._next_close(place) if count > 0 else self._close_before(place)
        return place

    def _next_close(self, place: Place) -> Place:
        here = self.instant(place.at_ns)
        if here.seq > place.seq:
            # Entries of this very instant are still to come.
            return here
        later = bisect_right(self.closes_ns, place.at_ns)
        if later < len(self.closes_ns):
            return self.instant(self.closes_ns[later])
        return self.last if self.closes_ns else self.instant((place.at_ns // NS_PER_MIN + 1) * NS_PER_MIN)

    def _close_before(self, place: Place) -> Place:
        if self.closes_ns:
            earlier = bisect_left(self.closes_ns, place.at_ns) - 1
            return self.instant(self.closes_ns[earlier]) if earlier >= 0 else self.first
        before_ns = -(-place.at_ns // NS_PER_MIN) * NS_PER_MIN - NS_PER_MIN
        return self.instant(before_ns) if before_ns > self.first.at_ns else self.first

    def entries_on(self, place: Place, count: int) -> Place:
        """`count` entries on, or back where it is below 0."""
        if count < 0 and place != self.entry(place.seq):
            # Between two entries the one before is the last that was written.
            count += 1
        return self.entry(place.seq + count)

    def find(self, where: str, here: Place | None) -> Place:
        """The place that a person names: `start`, `end`, an entry's number, a time, or the id of a trade, an
        alert, an order and the like.

        What has several entries is found at its first one, and from there at the next. Raises UsageInvalid.
        """
        name = where.strip()
        if name.lower() == START:
            return self.first
        if name.lower() == END:
            return self.last
        if name.isascii() and name.isdigit():
            return self._numbered(name)
        known = self.record.named
        seqs = known.get(name) or known.get(name.upper()) or known.get(name.lower())
        if seqs:
            return self.entry(_after(seqs, here))
        try:
            at_ns = self.read_time(name, self.first.at_ns)
        except UsageInvalid:
            raise UsageInvalid(f"there is no {name[:80]!r} in this session", fix=self._asked(name)) from None
        if not self.first.at_ns <= at_ns <= self.last.at_ns:
            raise UsageInvalid(
                f"{utc(at_ns)} is outside the record",
                fix=f"it goes from {utc(self.first.at_ns)} to {utc(self.last.at_ns)}",
            )
        return self.instant(at_ns)

    def _numbered(self, digits: str) -> Place:
        count = self.record.entries
        if len(digits) > len(str(count)) or not 1 <= int(digits) <= count:
            raise UsageInvalid(f"there is no entry {digits[:20]}", fix=f"they are 1 to {count}")
        return self.entry(int(digits))

    def _asked(self, name: str) -> str:
        close = difflib.get_close_matches(name, self.record.named, n=_NEAR, cutoff=0.6)
        trades = [known for known in self.record.named if known.startswith("T")][:_NEAR]
        listed = ", ".join(dict.fromkeys((*close, *trades)))
        return f"a time like 13:45, an entry's number, start, end{f', or {listed}' if listed else ''}"


def _after(seqs: Sequence[int], here: Place | None) -> int:
    """The first of `seqs`; the one after it where that is where somebody stands already."""
    if here is not None and here.seq in seqs:
        return seqs[(list(seqs).index(here.seq) + 1) % len(seqs)]
    return seqs[0]


def closes_of(opens_ns: Sequence[int]) -> Iterator[int]:
    """When the minutes that open then close."""
    return (open_ns + NS_PER_MIN for open_ns in opens_ns)
