"""`ytc logs`: the application log of a session, filtered, newest last.

Decides which lines are shown and how they read. Imports the log adapter, instants and terminal text.
Invariants: at most `MAX_LINES` are held in memory; what a log line quotes cannot steer the terminal.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ytc_tui.adapters.logs import GUARD_LOG, log_lines, log_sessions
from ytc_tui.adapters.terminal_text import safe, safe_line
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.instants import parse_instant
from ytc_tui.commands.sessions import NEWEST
from ytc_tui.errors import UsageInvalid

MAX_LINES = 100_000
DEFAULT_LINES = 200
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_TEXT_LIMIT = 500
_TRACE_LIMIT = 8_000


def logs(
    folder: Path, wanted: str = "", *, level: str = "", since: str = "", lines: int = DEFAULT_LINES
) -> Answer:
    """The last `lines` lines of the log in `folder` that are at least of `level` and not before `since`.

    `wanted` is a session or its beginning; empty or `last` = the session written last. `since` is a UTC
    instant. Raises UsageInvalid for a session without a log or an option that does not fit.
    """
    if not 1 <= lines <= MAX_LINES:
        raise UsageInvalid(f"a number from 1 to {MAX_LINES} is wanted", where="--lines")
    least = _level(level)
    since_ns = parse_instant(since, "--since") if since else None
    session = _session(folder, wanted)
    unreadable = 0
    kept: deque[dict[str, Any]] = deque(maxlen=lines)
    for text in log_lines(folder, session):
        entry = _entry(text)
        if entry is None:
            unreadable += 1
        elif logging.getLevelName(entry["level"]) >= least and (
            since_ns is None or parse_instant(entry["at"], "log") >= since_ns
        ):
            kept.append(entry)
    data = {"session": session, "unreadable": unreadable, "lines": list(kept)}
    return Answer("\n".join(_rendered(kept, unreadable)), data)


def _level(name: str) -> int:
    if not name:
        return logging.NOTSET
    if name.upper() not in LEVELS:
        raise UsageInvalid(f"no level {name!r}", where="--level", fix=f"one of {', '.join(LEVELS)}")
    return int(logging.getLevelName(name.upper()))


def _session(folder: Path, wanted: str) -> str:
    known = log_sessions(folder)
    wanted = "" if wanted == NEWEST else wanted
    fitting = [session for session in known if session.startswith(wanted)]
    if not wanted:
        # A guard writes beside its session's log; it is meant where it is named.
        fitting = [session for session in fitting if not session.startswith(GUARD_LOG)] or fitting
    if wanted in known or (fitting and not wanted):
        return wanted or fitting[0]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join((fitting or known)[:10])
    what = (
        f"{len(fitting)} logs fit" if fitting else f"no log of session {wanted!r}" if wanted else "no log yet"
    )
    raise UsageInvalid(what, where=str(folder), fix=f"logs: {listed}" if known else "`ytc run` writes one")


def _entry(text: str) -> dict[str, Any] | None:
    """A log line as data, None if it is not one (a crash may tear the last)."""
    try:
        entry = loads(text)
        parse_instant(str(entry["at"]), "log")
        texts = isinstance(entry["message"], str) and isinstance(entry.get("error", ""), str)
        whole = texts and isinstance(entry.get("fields", {}), dict)
        return entry if whole and entry["level"] in LEVELS else None
    except (ValueError, TypeError, KeyError, UsageInvalid):
        return None


def _rendered(entries: deque[dict[str, Any]], unreadable: int) -> Iterator[str]:
    for entry in entries:
        fields = "".join(f"  {name}={_plain(value)}" for name, value in entry.get("fields", {}).items())
        yield safe_line(f"{entry['at']} {entry['level']:<8} {entry['message']}{fields}", _TEXT_LIMIT)
        if entry.get("error"):
            yield "\n".join(f"    {line}" for line in safe(entry["error"], _TRACE_LIMIT).splitlines())
    if unreadable:
        yield f"(unreadable lines left out: {unreadable})"
    if not entries:
        yield "nothing logged that fits"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
