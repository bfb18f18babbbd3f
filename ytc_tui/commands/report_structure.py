"""`ytc report --structure`: the market structure journal over the newest sessions.

Decides which sessions are read and how they are headed. Imports the report. Invariant: newest first; each
session is read from its own journal, and nothing is kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.report import WIDTH, ReportForm, built_report, terminal_tables
from ytc_tui.commands.sessions import find_session
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.codec import to_json
from ytc_tui.views.report import SessionReport
from ytc_tui.views.report_layout import markdown_lines
from ytc_tui.views.sanitised import Sanitiser
from ytc_tui.views.structure_journal import structure_sections


def report_structure(
    db_path: Path,
    session: str | None,
    *,
    last: int = 1,
    safe: Sanitiser,
    form: ReportForm = ReportForm.TERMINAL,
    colour: bool = False,
    width: int = WIDTH,
) -> Answer:
    """The structure of `session` (as `report` takes it) and the sessions before it, `last` in all.

    Raises UsageInvalid (no such session, `last` below 1, HTML, which the report itself is), and as `report`.
    """
    if last < 1:
        raise UsageInvalid("at least one session is shown", where="--last")
    if form is ReportForm.HTML:
        fix = "use `ytc report --format html` without --structure: it holds these tables"
        raise UsageInvalid("the structure journal has no page of its own", where="--format", fix=fix)
    with ExitStack() as stack:
        reader = stack.enter_context(SqliteReader(db_path))
        known = reader.sessions()
        newest = known.index(find_session(known, session, str(db_path)))
        names = reversed(known[max(0, newest + 1 - last) : newest + 1])
        reports = [built_report(reader, name, db_path, safe) for name in names]
    texts = list(_texts(reports, form, colour, width))
    data = [
        {"session": each.header.session, "open": each.header.open, "symbols": to_json(each.structure_journal)}
        for each in reports
    ]
    painted = colour and form is ReportForm.TERMINAL
    return Answer("\n".join(texts), {"sessions": data}, painted=painted)


def _texts(reports: list[SessionReport], form: ReportForm, colour: bool, width: int) -> Iterator[str]:
    for number, each in enumerate(reports):
        title = f"Session of {each.header.open[:10] or '-'}, {each.header.session}"
        tables = structure_sections(each.structure_journal)
        if number:
            yield ""
        if form is ReportForm.MARKDOWN:
            yield from markdown_lines(title, tables)
        else:
            yield title
            yield ""
            yield terminal_tables(tables, colour=colour, width=width)
        if not tables:
            yield "  no structure was recorded"
