"""`ytc sessions`: the sessions of one or more stores, newest first; and finding one by its name.

Decides wording and order. Imports the store's reader. Invariant: a session that has an entry is listed,
also where its row in the table of sessions is missing.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.commands.answer import Answer
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.codec import to_json
from ytc_tui.views.journal import plain, utc
from ytc_tui.views.sanitised import Sanitiser, sanitised

_COLUMNS = ("date (UTC)", "mode", "status", "P&L", "%", "trades", "end reason", "entries", "head", "session")
_LEFT = frozenset({"date (UTC)", "mode", "status", "end reason", "head", "session"})
_LISTED = 5
_HEAD_CHARACTERS = 12
NEWEST = "last"


def sessions(db_paths: Sequence[Path], *, safe: Sanitiser, limit: int = 50) -> Answer:
    """The newest `limit` sessions of these stores; a store that does not exist yet holds none.

    Raises JournalUnavailable or JournalCorrupt when a store cannot be read.
    """
    found: list[dict[str, Any]] = []
    for path in db_paths:
        if os.path.lexists(path):
            with SqliteReader(path) as reader:
                found += [session_row(reader, name, path) for name in reversed(reader.sessions())]
    # A stable sort: sessions over the same data begin at the same instant, and the last run goes first.
    found.sort(key=lambda row: row["started_at"] or 0, reverse=True)
    shown = [sanitised(row, safe) for row in found[:limit]]
    data = {"sessions": to_json(shown), "total": len(found)}
    if not shown:
        return Answer(f"no session yet in {', '.join(map(str, db_paths))}", data)
    lines = _table([_cells(row) for row in shown])
    if len(found) > len(shown):
        lines.append(f"and {len(found) - len(shown)} older")
    return Answer("\n".join(lines), data)


def find_session(known: Sequence[str], wanted: str | None, where: str = "") -> str:
    """The session that `wanted` names: its id, the beginning of one id, or the newest for None or `last`.

    Raises UsageInvalid, listing those that are near, then the newest, when none or several fit. `known` is
    oldest first.
    """
    if not known:
        raise UsageInvalid("there is no session yet", where=where, fix="`ytc run` starts one")
    if wanted is None or wanted == NEWEST:
        return known[-1]
    fitting = [name for name in known if name == wanted] or [
        name for name in known if name.startswith(wanted)
    ]
    if len(fitting) == 1:
        return fitting[0]
    newest = (fitting or list(known))[: -_LISTED - 1 : -1]
    close = [] if fitting else difflib.get_close_matches(wanted, known, _LISTED, 0.5)
    listed = ", ".join(list(dict.fromkeys((*close, *newest)))[:_LISTED])
    problem = f"several sessions begin with {wanted!r}" if fitting else f"no session is called {wanted!r}"
    raise UsageInvalid(problem, where=where, fix=f"use one of {listed}")


def open_session(db_path: Path, wanted: str | None, stack: ExitStack) -> tuple[SqliteReader, str]:
    """A reader on the store, closed with `stack`, and the session that `wanted` names in it."""
    reader = stack.enter_context(SqliteReader(db_path))
    return reader, find_session(reader.sessions(), wanted, str(db_path))


def session_row(reader: SqliteReader, name: str, path: Path) -> dict[str, Any]:
    """What the table of sessions holds of `name`, None for what it does not hold; its entries and head."""
    head = reader.head(name)
    rows = reader.rows("sessions", session=name)
    row = rows[0] if rows else {}
    wanted = (
        "mode", "account", "feed", "phase", "status", "started_at", "ended_at", "start_balance",
        "end_balance", "pnl", "pnl_pct", "trades", "wins", "losses", "stop_reason",
    )  # fmt: skip
    return {
        "session": name,
        **{column: row.get(column) for column in wanted},
        "entries": head.seq,
        "head": head.hash,
        "store": str(path),
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    reason = row["stop_reason"] or ("-" if row["ended_at"] is not None else f"not ended ({row['phase']})")
    return (
        utc(row["started_at"]) if row["started_at"] is not None else "-",
        row["mode"] or "-",
        row["status"] or "-",
        _signed(row["pnl"], 2),
        _signed(row["pnl_pct"], 4),
        plain(Decimal(row["trades"])) if row["trades"] is not None else "-",
        " ".join(reason.split()),
        str(row["entries"]),
        row["head"][:_HEAD_CHARACTERS],
        row["session"],
    )


def _signed(amount: Decimal | None, places: int) -> str:
    return "-" if amount is None else f"{amount:+,.{places}f}"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(_COLUMNS, *rows, strict=True)]
    lines = []
    for cells in (_COLUMNS, *rows):
        padded = (
            cell.ljust(width) if name in _LEFT else cell.rjust(width)
            for name, cell, width in zip(_COLUMNS, cells, widths, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
    return lines
