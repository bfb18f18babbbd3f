"""What is typed after `/` on the Journal: one line that says which entries, and where to begin.

Decides how the line is read. Imports errors and the query. Invariants: what cannot be read is told with its
column, and nothing is hidden because of it; what the words mean is the engine's to decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ytc_tui.errors import UsageInvalid
from ytc_tui.model.market import NS_PER_S
from ytc_tui.screens.row_filter import NOT
from ytc_tui.views.journal_query import Condition, ConditionKind, check_condition

HINT = 'type:order_* agent: order: trade: from:09:30 to: at: words "a phrase" /regex/   - before it: not'
# What a person may write before a colon.
_NAMED = {
    kind.value: kind
    for kind in (ConditionKind.TYPE, ConditionKind.AGENT, ConditionKind.ORDER, ConditionKind.TRADE)
}
_PLACES = ("from", "to", "at")
_KEY = re.compile(r"([A-Za-z_]+):(.*)", re.DOTALL)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(Z?)")
_SEQ = re.compile(r"[0-9]{1,18}")
# The end of an expression: a slash that is not masked.
_TO_SLASH = re.compile(r"((?:[^/\\]|\\.)*)/(?=\s|$)")
LONGEST_SESSION_DAYS = 3
_TIME_LIKE = "write it like 13:45 or 2022-11-08T13:45"
# UTC nanoseconds of a time as it is typed. Raises ValueError that says what is wrong.
Instant = Callable[[str], int]


class FilterProblem(ValueError):
    """What is wrong with a filter, and in which column."""


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """A filter as it was typed, and what it asks for. Reading begins at entry `at_seq`, or at the last entry
    not after `at_ns` (feed time, UTC ns); at the newest where neither is given."""

    text: str = ""
    conditions: tuple[Condition, ...] = ()
    from_ns: int | None = None
    to_ns: int | None = None
    at_seq: int | None = None
    at_ns: int | None = None

    @property
    def begins_at_newest(self) -> bool:
        return self.at_seq is None and self.at_ns is None


EVERYTHING = JournalFilter()


class _Piece(NamedTuple):
    """A part of the line between blanks: where it begins, what kind it is, and its text."""

    column: int
    negated: bool
    kind: str  # a name before a colon, "words" or "expression"
    value: str


def read_filter(text: str, instant: Instant) -> JournalFilter:
    """The filter that `text` asks for. Raises FilterProblem."""
    conditions: list[Condition] = []
    places: dict[str, int] = {}
    at_seq: int | None = None
    for column, negated, kind, value in _pieces(text):
        if kind in _PLACES:
            if negated or kind in places:
                what = "cannot be negated" if negated else "is there twice"
                raise FilterProblem(f"{kind}: {what}, column {column}")
            if kind == "at" and _SEQ.fullmatch(value):
                at_seq = places[kind] = int(value)
                continue
            try:
                places[kind] = instant(value)
            except ValueError as error:
                raise FilterProblem(f"{kind}: {error}, column {column}") from error
            continue
        condition = Condition(ConditionKind(kind), value, negated)
        try:
            check_condition(condition)
        except UsageInvalid as error:
            fix = f" ({error.fix})" if error.fix else ""
            raise FilterProblem(f"{kind}: {error.what}, column {column}{fix}") from error
        conditions.append(condition)
    from_ns, to_ns = places.get("from"), places.get("to")
    if from_ns is not None and to_ns is not None and from_ns >= to_ns:
        raise FilterProblem("to: is not after from:")
    at_ns = places.get("at") if at_seq is None else None
    return JournalFilter(text.strip(), tuple(conditions), from_ns, to_ns, at_seq, at_ns)


def _pieces(text: str) -> Iterator[_Piece]:
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        column = place + 1
        negated = text.startswith(NOT, place)
        place += negated
        kind, value, place = _piece(text, place, column)
        yield _Piece(column, negated, kind, value)


def _piece(text: str, place: int, column: int) -> tuple[str, str, int]:
    """Kind and value of the piece at `place`, and where the next may begin."""
    first = text[place : place + 1]
    if first == "/":
        closed = _TO_SLASH.match(text, place + 1)
        if closed is None:
            raise FilterProblem(f"the expression has no closing slash, column {column}")
        return ConditionKind.EXPRESSION.value, closed[1].replace(r"\/", "/"), closed.end()
    if first == '"':
        value, end = _quoted(text, place, column)
        return ConditionKind.WORDS.value, value, end
    end = next((at for at in range(place, len(text)) if text[at].isspace()), len(text))
    named = _KEY.fullmatch(text[place:end])
    if named is None:
        # A minus that is meant is masked by a backslash.
        return ConditionKind.WORDS.value, text[place:end].removeprefix("\\"), end
    name = named[1].lower()
    if name not in _NAMED and name not in _PLACES:
        known = ", ".join(f"{each}:" for each in (*_NAMED, *_PLACES))
        raise FilterProblem(f"there is no {named[1]}:, column {column} ({known}; in quotes it is words)")
    begins = place + len(named[1]) + 1
    if text[begins : begins + 1] == '"':
        value, end = _quoted(text, begins, column)
        return name, value, end
    return name, named[2], end


def _quoted(text: str, place: int, column: int) -> tuple[str, int]:
    end = text.find('"', place + 1)
    if end < 0:
        raise FilterProblem(f"a quote is not closed, column {column}")
    return text[place + 1 : end], end + 1


def instant_in(zone: ZoneInfo, start_ns: int, now_ns: int) -> Instant:
    """Reads times in `zone` of a session that began at `start_ns` and is at `now_ns` (UTC ns; 0 = not known).

    A time of day is the one between both; where there is none, the one of today.
    """

    def read(text: str) -> int:
        clock = _CLOCK.fullmatch(text)
        if clock is None:
            try:
                when = datetime.fromisoformat(text)
            except ValueError:
                raise ValueError(f"{text!r} is not a time ({_TIME_LIKE})") from None
            return _ns(when if when.tzinfo is not None else when.replace(tzinfo=zone))
        if not now_ns:
            raise ValueError("the day is not known yet (write it like 2022-11-08T13:45)")
        hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
        if hour > 23 or minute > 59 or second > 59:
            raise ValueError(f"{text!r} is not a time of day ({_TIME_LIKE})")
        here = ZoneInfo("UTC") if clock[4] else zone
        today = datetime.fromtimestamp(now_ns // NS_PER_S, here)
        of_today = today.replace(hour=hour, minute=minute, second=second, microsecond=0)
        days = [_ns(of_today - timedelta(days=back)) for back in range(LONGEST_SESSION_DAYS)]
        return next((at_ns for at_ns in days if 0 < start_ns <= at_ns <= now_ns), days[0])

    return read


def _ns(when: datetime) -> int:
    return int(when.timestamp()) * NS_PER_S
