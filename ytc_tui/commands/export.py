"""`ytc export`: one session's trades, fills, ledger or notes as CSV or JSON, or its trade log with proofs.

Imports the store's reader and the report. Invariant: what is exported is what `ytc verify` adds up.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from ytc_tui.commands.answer import Answer
from ytc_tui.commands.report import read_report
from ytc_tui.commands.sessions import open_session
from ytc_tui.errors import JournalCorrupt
from ytc_tui.views.export import Table, csv_text, json_text
from ytc_tui.views.journal import recorded
from ytc_tui.views.sanitised import Sanitiser
from ytc_tui.views.tradelog import trade_log


def export(db_path: Path, table: Table, session: str | None, *, safe: Sanitiser, as_json: bool) -> Answer:
    """The table of `session` (an id, its beginning, or the newest for None).

    Raises UsageInvalid (no such session), JournalUnavailable, JournalCorrupt (an entry that cannot be read).
    """
    built = read_report(db_path, session, safe=safe)
    return Answer(json_text(built, table) if as_json else csv_text(built, table), None)


def export_trade_log(db_path: Path, session: str | None) -> Answer:
    """Spec 003's trade log of `session` as JSON lines; raises as `export` does.

    What the journal says is told unchanged, in ASCII: it must match its hashes.
    """
    with ExitStack() as stack:
        reader, name = open_session(db_path, session, stack)
        try:
            lines = list(trade_log(recorded(reader.entries(name))))
        except (ValueError, ArithmeticError) as error:
            raise JournalCorrupt(
                f"session {name} cannot be read: {error}", where=str(db_path), fix="run `ytc verify`"
            ) from error
    return Answer("\n".join(lines), None)
