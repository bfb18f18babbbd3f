"""The economic calendar, read once from a file: ICS, CSV or JSON.

Decides which file is a calendar, and that one wrong row refuses all of it: a filter that knows only half
of the news is worse than none that says so. Imports its sibling readers, the model and errors.
Invariant: events come out in order of time, in UTC, each once; their text is safe to show.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from ytc_tui.adapters.feeds.calendar_ics import ics_rows
from ytc_tui.adapters.feeds.calendar_rows import Found, Problem, csv_rows, json_rows
from ytc_tui.errors import DataInvalid
from ytc_tui.model.news import Calendar, NewsEvent

MAX_BYTES = 16 * 1024 * 1024
MAX_EVENTS = 50_000
_SHOWN_PROBLEMS = 20
_BUNDLED = "calendar_2022-11.csv"

_READERS: Mapping[str, Callable[[str, str], Found]] = {
    ".ics": ics_rows,
    ".csv": csv_rows,
    ".json": json_rows,
}


def load_calendar(path: Path, timezone: str = "") -> Calendar:
    """The calendar in `path`. `timezone` (IANA) is that of times without one; empty refuses them.

    DataInvalid lists every wrong row: file, row, field, and what is allowed.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise DataInvalid(
            f"{path.suffix or 'a name without an ending'} is no calendar format",
            where=str(path),
            fix=f"use a file that ends on {', '.join(_READERS)}",
        )
    events = _checked(path, *reader(_text(path), timezone))
    return Calendar(events, path.name, _digest(events))


def bundled_calendar() -> Calendar:
    """The sample beside the demo data: the events of its ten days that move the dollar."""
    path = Path(str(files("ytc_tui").joinpath("data", "demo", _BUNDLED)))
    events = _checked(path, *csv_rows(_text(path), ""))
    return Calendar(events, f"bundled {_BUNDLED}", _digest(events))


def _text(path: Path) -> str:
    try:
        if not os.path.isfile(path):
            raise DataInvalid(
                "is not a file" if os.path.exists(path) else "there is no such file",
                where=str(path),
                fix="check feed.calendar_path",
            )
        if path.stat().st_size > MAX_BYTES:
            raise DataInvalid(
                f"is larger than {MAX_BYTES} bytes", where=str(path), fix="keep the years that are traded"
            )
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataInvalid(f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise DataInvalid(
            f"is not UTF-8 text: byte {error.start}", where=str(path), fix="save it as UTF-8"
        ) from error


def _checked(path: Path, events: list[NewsEvent], problems: list[Problem]) -> tuple[NewsEvent, ...]:
    if len(events) > MAX_EVENTS:
        problems = [Problem("", f"{len(events)} events", f"keep at most {MAX_EVENTS}")]
    if len(problems) == 1:
        [only] = problems
        raise DataInvalid(only.what, where=f"{path}{only.place}", fix=only.fix)
    if problems:
        shown = [f"\n  {problem.text}" for problem in problems[:_SHOWN_PROBLEMS]]
        more = len(problems) - len(shown)
        listed = "".join(shown) + (f"\n  and {more} more" if more else "")
        raise DataInvalid(f"{len(problems)} problems:{listed}", where=str(path))
    return tuple(sorted(dict.fromkeys(events), key=_order))


def _order(event: NewsEvent) -> tuple[int, str, str, str]:
    return event.at_ns, event.currency, event.impact.value, event.title


def _digest(events: tuple[NewsEvent, ...]) -> str:
    """sha256 (hex) of what the events say, whatever file and format they came from."""
    lines = (
        f"{e.at_ns}\x1f{e.currency}\x1f{e.impact}\x1f{e.title}\x1f{e.forecast}\x1f{e.previous}"
        for e in events
    )
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()
