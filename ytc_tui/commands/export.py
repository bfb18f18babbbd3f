"""`ytc export`: one session's trades, fills, ledger or notes as CSV or JSON, read from its journal.

Imports the store's reader and the report. Invariant: what is exported is what `ytc verify` adds up.
"""

from __future__ import annotations

from pathlib import Path

from ytc_tui.commands.answer import Answer
from ytc_tui.commands.report import read_report
from ytc_tui.views.export import Table, csv_text, json_text
from ytc_tui.views.sanitised import Sanitiser


def export(db_path: Path, table: Table, session: str | None, *, safe: Sanitiser, as_json: bool) -> Answer:
    """The table of `session` (an id, its beginning, or the newest for None).

    Raises UsageInvalid (no such session), JournalUnavailable, JournalCorrupt (an entry that cannot be read).
    """
    built = read_report(db_path, session, safe=safe)
    return Answer(json_text(built, table) if as_json else csv_text(built, table), None)
