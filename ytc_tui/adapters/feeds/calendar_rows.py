"""Rows of a calendar in CSV or JSON, and the one check that every row of any format passes.

Decides what a row may say: time, currency, impact, title, and optionally forecast, previous, timezone.
Imports pydantic, the sanitiser and the model. Invariants: a local time is never guessed at: one that a
change of clocks skips or repeats is refused; a problem names the row, the field and what is allowed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from io import StringIO
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.news import Impact, NewsEvent

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?( ?(Z|[+-]\d\d:\d\d))?")
_YEARS = range(1970, 2101)
_SHOWN_CHARS = 60
_TITLE_CHARS = 120
_FIGURE_CHARS = 40

ALLOWED = {
    "time": "YYYY-MM-DDTHH:MM with Z or an offset like -05:00, years 1970 to 2100",
    "currency": "three letters like USD, or ALL",
    "impact": f"one of: {', '.join(Impact)}",
    "title": "text that is not empty",
    "forecast": f"text of at most {_FIGURE_CHARS} characters",
    "previous": f"text of at most {_FIGURE_CHARS} characters",
    "timezone": "an IANA time zone like America/New_York",
}
_REQUIRED = ("time", "currency", "impact", "title")
_ZONE_FIX = "write an offset, give the row a timezone, or set feed.calendar_timezone"


class Problem(NamedTuple):
    """What is wrong at `place` (", row 3, field impact"; empty for the file as a whole)."""

    place: str
    what: str
    fix: str

    @property
    def text(self) -> str:
        return f"{self.place.removeprefix(', ') or 'file'}: {self.what} ({self.fix})"


Found = tuple[list[NewsEvent], list[Problem]]


class TimeRefused(ValueError):
    """A time that names no instant, or two; `fix` says what to write."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


class EventRow(BaseModel):
    """One row as it stands in a file."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, coerce_numbers_to_str=True
    )

    time: str
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    impact: Impact
    title: str = Field(min_length=1)
    forecast: str = Field("", max_length=_FIGURE_CHARS)
    previous: str = Field("", max_length=_FIGURE_CHARS)
    timezone: str = Field("", max_length=64)

    @field_validator("currency", mode="before")
    @classmethod
    def _capitals(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("impact", mode="before")
    @classmethod
    def _small_letters(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("forecast", "previous", "timezone", mode="before")
    @classmethod
    def _nothing_is_empty(cls, value: object) -> object:
        return "" if value is None else value


def checked_row(row: Mapping[str, Any], place: str, timezone: str, at_ns: int | None = None) -> Found:
    """The event of one row, or its problems. `at_ns` is given where the format told the time itself."""
    try:
        read = EventRow.model_validate(dict(row))
        at_ns = instant_of(read.time, read.timezone or timezone) if at_ns is None else at_ns
    except ValidationError as error:
        return [], [_problem(detail, place) for detail in error.errors(include_url=False)]
    except TimeRefused as error:
        field = "timezone" if "zone" in str(error).split(":")[0] else "time"
        return [], [Problem(f"{place}, field {field}", str(error), error.fix)]
    event = NewsEvent(
        at_ns,
        read.currency,
        read.impact,
        safe_line(read.title, _TITLE_CHARS),
        safe_line(read.forecast),
        safe_line(read.previous),
    )
    return [event], []


def _problem(detail: Any, place: str) -> Problem:
    """pydantic's finding as ours."""
    field = str(detail["loc"][0]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        known = ", ".join(ALLOWED)
        return Problem(f"{place}, field {shown(field)}", "is not a field of a calendar", f"fields: {known}")
    what = "is missing" if detail["type"] == "missing" else f"{shown(detail['input'])} cannot be read"
    return Problem(f"{place}, field {field}", what, ALLOWED.get(field, "see the manual"))


def shown(value: object) -> str:
    """A value of the file as it may be printed: short, in ASCII, quoted."""
    text = ascii(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 3]}..."


def instant_of(text: str, timezone: str) -> int:
    """UTC ns of an ISO time; one without an offset is local to `timezone`. Raises TimeRefused."""
    if not _TIME.fullmatch(text):
        raise TimeRefused(f"{shown(text)} is not a time", ALLOWED["time"])
    try:
        read = datetime.fromisoformat(text.replace(" Z", "Z").replace(" +", "+").replace(" -", "-"))
    except ValueError as error:
        raise TimeRefused(f"{shown(text)} is not a time: {error}", ALLOWED["time"]) from None
    if read.year not in _YEARS:
        raise TimeRefused(f"{shown(text)} is not a time of this calendar", ALLOWED["time"])
    return to_ns(read if read.tzinfo is not None else located(read, timezone))


def located(local: datetime, timezone: str) -> datetime:
    """`local` in `timezone`. Raises TimeRefused for a time that is skipped or repeated there."""
    if not timezone:
        raise TimeRefused(f"{local.isoformat()} says no time zone", _ZONE_FIX)
    zone = zone_of(timezone)
    early, late = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return early
    back = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    told = "happens twice" if back == local else "does not exist"
    raise TimeRefused(
        f"{local.isoformat()} {told} in {timezone}: the clocks change", "write it with an offset"
    )


def zone_of(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise TimeRefused(f"time zone {shown(timezone)} is not known", ALLOWED["timezone"]) from None


def to_ns(moment: datetime) -> int:
    """UTC ns of an aware time, to the second."""
    seconds = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (seconds.days * 86_400 + seconds.seconds) * NS_PER_S


def csv_rows(text: str, timezone: str) -> Found:
    """Rows of a CSV with a header; row 1 is the first below it."""
    try:
        lines = list(csv.reader(StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return [], [Problem("", f"is not CSV: {error}", "write one row a line, quoted where it has commas")]
    header = [name.strip().lower() for name in lines[0]] if lines else []
    absent = [name for name in _REQUIRED if name not in header]
    if absent:
        what = f"the header lacks {', '.join(absent)}"
        return [], [Problem("", what, f"begin with a line {','.join(ALLOWED)}")]
    if len(set(header)) != len(header):
        return [], [Problem("", "the header names a column twice", "name each once")]
    events: list[NewsEvent] = []
    problems: list[Problem] = []
    for number, cells in enumerate(lines[1:], start=1):
        place = f", row {number}"
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            what = f"{len(cells)} cells where the header has {len(header)}"
            problems.append(Problem(place, what, "quote cells that hold commas"))
            continue
        found, wrong = checked_row(dict(zip(header, cells, strict=True)), place, timezone)
        events += found
        problems += wrong
    return events, problems


def json_rows(text: str, timezone: str) -> Found:
    """A list of rows, or `{"timezone": ..., "events": [...]}`; row 1 is the first."""
    rows_fix = 'write a list of rows, or {"timezone": "UTC", "events": [...]}'
    try:
        data = loads(text)
    except ValueError as error:
        return [], [Problem("", f"is not JSON: {shown(str(error))}", rows_fix)]
    if isinstance(data, dict):
        unknown = set(data) - {"timezone", "events"}
        zone = data.get("timezone", "")
        if unknown or not isinstance(zone, str):
            what = f"unknown keys: {shown(sorted(unknown))}" if unknown else "timezone is not text"
            return [], [Problem("", what, rows_fix)]
        timezone, data = zone or timezone, data.get("events")
    if not isinstance(data, list):
        return [], [Problem("", "holds no list of events", rows_fix)]
    events: list[NewsEvent] = []
    problems: list[Problem] = []
    for number, row in enumerate(data, start=1):
        place = f", row {number}"
        if not isinstance(row, dict):
            fix = f"an object with {', '.join(ALLOWED)}"
            problems.append(Problem(place, f"{shown(row)} is not a row", fix))
            continue
        found, wrong = checked_row(row, place, timezone)
        events += found
        problems += wrong
    return events, problems
