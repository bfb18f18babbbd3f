"""Events of an iCalendar file (RFC 5545), by the icalendar library.

Decides where such a file says currency and impact: X-CURRENCY and X-IMPACT, else CATEGORIES, and for the
impact PRIORITY (1 to 4 high, 5 medium, 6 to 9 low). Imports the rows' check and icalendar, when a file of
the kind is read. Invariants: what the file does not say is refused, never taken for harmless; repeating
events are not expanded but refused; a canceled event is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ytc_tui.adapters.feeds.calendar_rows import (
    ALLOWED,
    Found,
    Problem,
    TimeRefused,
    checked_row,
    located,
    shown,
    to_ns,
)
from ytc_tui.model.news import Impact, NewsEvent

_REPEATING = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_TIME_ALLOWED = "a date with a time: UTC (...Z), or with a TZID that is IANA's or defined in the file"
_CATEGORY_FIX = "write X-CURRENCY and X-IMPACT, or CATEGORIES:USD,High"


def ics_rows(text: str, timezone: str) -> Found:
    """Rows of a calendar file; a row's number is the line of its BEGIN:VEVENT."""
    import icalendar

    try:
        components = icalendar.Calendar.from_ical(text, multiple=True)
        found = [event for component in components for event in component.walk("VEVENT")]
    except Exception as error:  # the parser's own failures, of whatever kind, are the file's
        return [], [Problem("", f"is not iCalendar: {shown(str(error))}", "see RFC 5545")]
    begins = [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if line.rstrip().upper() == "BEGIN:VEVENT"  # a folded line begins with a space
    ]
    if len(begins) != len(found):
        what = f"{len(begins)} events begin and {len(found)} are whole"
        return [], [Problem("", what, "close each with END:VEVENT and the file with END:VCALENDAR")]
    if not components:
        return [], [Problem("", "holds no calendar", "begin with BEGIN:VCALENDAR")]
    events: list[NewsEvent] = []
    problems: list[Problem] = []
    for line, event in zip(begins, found, strict=True):
        good, wrong = _event(event, f", row {line}", timezone)
        events += good
        problems += wrong
    return events, problems


def _event(event: Any, place: str, timezone: str) -> Found:
    if _text(event, "STATUS").upper() == "CANCELLED":
        return [], []
    repeating = [name for name in _REPEATING if name in event]
    if repeating:
        fix = "write an event for each time it happens"
        return [], [Problem(f"{place}, field {repeating[0]}", "repeating events are not expanded", fix)]
    try:
        at_ns = to_ns(_begin(event, timezone))
    except TimeRefused as error:
        return [], [Problem(f"{place}, field DTSTART", str(error), error.fix)]
    row = {
        "time": "",
        "currency": _text(event, "X-CURRENCY") or _category(event, _is_currency),
        "impact": _text(event, "X-IMPACT") or _category(event, _is_impact) or _by_priority(event),
        "title": _text(event, "SUMMARY"),
        "forecast": _text(event, "X-FORECAST"),
        "previous": _text(event, "X-PREVIOUS"),
    }
    absent = [name for name in ("currency", "impact") if not row[name]]
    if absent:
        fix = f"{ALLOWED[absent[0]]}; {_CATEGORY_FIX}"
        return [], [Problem(f"{place}, field {absent[0]}", "is not said", fix)]
    return checked_row(row, place, timezone, at_ns)


def _begin(event: Any, timezone: str) -> datetime:
    """The event's time, aware. Raises TimeRefused."""
    start = event.get("DTSTART")
    if start is None or isinstance(start, list):
        raise TimeRefused("is missing" if start is None else "is there more than once", _TIME_ALLOWED)
    try:
        moment, zone = start.dt, start.params.get("TZID")
    except Exception:  # a value that the parser kept as broken
        raise TimeRefused(f"{shown(str(start))} is not a time", _TIME_ALLOWED) from None
    if not isinstance(moment, datetime):
        raise TimeRefused(f"{shown(str(moment))} has no time of day", _TIME_ALLOWED)
    if not 1970 <= moment.year <= 2100:
        raise TimeRefused(f"{moment.isoformat()} is not a time of this calendar", "years 1970 to 2100")
    if moment.tzinfo is not None:
        return moment
    if zone is not None:
        raise TimeRefused(f"TZID {shown(str(zone))} is neither known nor defined", _TIME_ALLOWED)
    return located(moment, timezone)


def _text(event: Any, name: str) -> str:
    value = event.get(name)
    return "" if value is None or isinstance(value, list) else str(value).strip()


def _categories(event: Any) -> Iterator[str]:
    held = event.get("CATEGORIES")
    for group in held if isinstance(held, list) else [held]:
        for name in getattr(group, "cats", ()):
            yield str(name).strip()


def _category(event: Any, fits: Any) -> str:
    """The one category that `fits`; empty when there is none, or when two contradict each other."""
    found = {name.upper() for name in _categories(event) if fits(name)}
    return found.pop() if len(found) == 1 else ""


def _is_currency(name: str) -> bool:
    return len(name) == 3 and name.isascii() and name.isalpha() and not _is_impact(name)


def _is_impact(name: str) -> bool:
    return name.lower() in set(Impact)


def _by_priority(event: Any) -> str:
    number = _text(event, "PRIORITY")
    if len(number) != 1 or number not in "123456789":
        return ""
    return str(Impact.HIGH if number < "5" else Impact.MEDIUM if number == "5" else Impact.LOW)
