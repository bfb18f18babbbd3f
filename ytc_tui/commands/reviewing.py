"""Sessions as the desk looks back on them: the list, and one of them whole.

Decides how much of a record is listed. Imports the store's reader and what reports are made of. Invariant: a
review says what `ytc report` says of the same session.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.commands.sessions import open_session, session_row
from ytc_tui.views.report_layout import sections
from ytc_tui.views.review import PastSession, PastSessions, Review
from ytc_tui.views.sanitised import Sanitiser, sanitised

LISTED = 500


def past_sessions(db_path: Path, *, safe: Sanitiser) -> PastSessions:
    """The newest `LISTED` sessions of the record."""
    with SqliteReader(db_path) as reader:
        names = reader.sessions()
        rows = [session_row(reader, name, db_path) for name in reversed(names[-LISTED:])]
    found = tuple(
        PastSession(
            session_id=row["session"],
            mode=row["mode"] or "",
            status=row["status"] or "",
            phase=row["phase"] or "",
            started_ns=row["started_at"],
            ended_ns=row["ended_at"],
            pnl=row["pnl"],
            pnl_pct=row["pnl_pct"],
            trades=row["trades"],
            wins=row["wins"],
            end_reason=row["stop_reason"] or "",
        )
        for row in rows
    )
    return sanitised(PastSessions(found, len(names)), safe)


def review(db_path: Path, session: str, *, safe: Sanitiser) -> Review:
    """The session called `session`. Raises as `ytc report` does."""
    # What reports are made of is loaded by an engine that is asked for one.
    from ytc_tui.commands.report import reviewed

    with ExitStack() as stack:
        reader, name = open_session(db_path, session, stack)
        built, figures, _, tables = reviewed(reader, name, db_path, safe)
    return Review(
        session_id=name,
        currency=built.result.currency,
        balances=tuple((row.at_ns, row.balance) for row in built.ledger),
        r_counts=tuple((each.low_r, each.count) for each in figures.distribution),
        tables=sections(built, tables),
    )
