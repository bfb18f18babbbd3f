"""`ytc report`: one session as a terminal page, Markdown, HTML or JSON, read from its journal.

Decides how the sections are drawn on a terminal. Imports the store's reader and rich. Invariant: the
page without colour holds the same text as the page with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from pathlib import Path

from rich.console import Console

from ytc_tui.adapters.instruments import load_instruments
from ytc_tui.adapters.signing import is_genuine
from ytc_tui.adapters.stores.operator import FILE, OperatorFile
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.report_chart import chart_data
from ytc_tui.commands.report_figures import Figures, figure_sections, figures_of
from ytc_tui.commands.report_missed import Perfect, missed_sections, perfect_of
from ytc_tui.commands.report_page import page
from ytc_tui.commands.sessions import open_session
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.chain import SignedHead, fingerprint
from ytc_tui.model.codec import to_json
from ytc_tui.screens.section_tables import drawn
from ytc_tui.views.journal import recorded, utc
from ytc_tui.views.report import HeadSignature, SessionReport, build_report
from ytc_tui.views.report_layout import markdown, sections
from ytc_tui.views.sanitised import Sanitiser, sanitised
from ytc_tui.views.section import Section

WIDTH = 120


class ReportForm(StrEnum):
    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    HTML = "html"


def report(
    db_path: Path,
    session: str | None,
    *,
    safe: Sanitiser,
    form: ReportForm = ReportForm.TERMINAL,
    colour: bool = False,
    width: int = WIDTH,
) -> Answer:
    """The report of `session` (an id, its beginning, or the newest for None).

    `colour` only where the output is a terminal that takes it. The exit code is 0 for any session that
    can be read; whether it was tampered with is `ytc verify`'s answer. Raises UsageInvalid (no such
    session), JournalUnavailable, JournalCorrupt (an entry that cannot be read).
    """
    with ExitStack() as stack:
        reader, name = open_session(db_path, session, stack)
        built, figures, perfect, tables = reviewed(reader, name, db_path, safe)
        match form:
            case ReportForm.MARKDOWN:
                text = markdown(built, tables)
            case ReportForm.TERMINAL:
                text = terminal(built, tables, colour=colour, width=width)
            case ReportForm.HTML:
                text = page(built, figures, chart_data(built, reader, _ticks()), sections(built, tables))
    data = {**to_json(built), "figures": to_json(figures), "hindsight": to_json(perfect)}
    return Answer(text, data, painted=colour and form is ReportForm.TERMINAL)


def reviewed(
    reader: SqliteReader, name: str, db_path: Path, safe: Sanitiser
) -> tuple[SessionReport, Figures, Perfect, tuple[Section, ...]]:
    """The report of the session `name`, its figures, its trades in hindsight, and the tables of both."""
    built = built_report(reader, name, db_path, safe)
    perfect = sanitised(perfect_of(built, recorded(reader.entries(name)), reader), safe)
    figures = figures_of(built, _ticks())
    return built, figures, perfect, (*figure_sections(built, figures), *missed_sections(perfect))


def _ticks() -> dict[str, Decimal]:
    return {symbol: row.tick for symbol, row in load_instruments(None).items()}


def read_report(db_path: Path, session: str | None, *, safe: Sanitiser) -> SessionReport:
    """The report's values alone; raises as `report` does."""
    with ExitStack() as stack:
        reader, name = open_session(db_path, session, stack)
        return built_report(reader, name, db_path, safe)


def built_report(reader: SqliteReader, name: str, db_path: Path, safe: Sanitiser) -> SessionReport:
    """The report of the session `name`; JournalCorrupt when an entry cannot be read."""
    try:
        later = OperatorFile(db_path.with_name(FILE)).notes(name)
        signed = _signature(reader.signed_head(name))
        return build_report(recorded(reader.entries(name)), safe=safe, later_notes=later, signed=signed)
    except (ValueError, ArithmeticError) as error:
        raise JournalCorrupt(
            f"session {name} cannot be read: {error}", where=str(db_path), fix="run `ytc verify`"
        ) from error


def _signature(signed: SignedHead | None) -> HeadSignature | None:
    if signed is None:
        return None
    return HeadSignature(signed.seq, utc(signed.signed_ns), fingerprint(signed.key), is_genuine(signed))


def terminal(
    built: SessionReport, figures: Iterable[Section] = (), *, colour: bool, width: int = WIDTH
) -> str:
    """The report for a terminal of `width` columns; `figures` are tables that go after the trades."""
    return terminal_tables(sections(built, figures), colour=colour, width=width)


def terminal_tables(tables: Iterable[Section], *, colour: bool, width: int = WIDTH) -> str:
    """Titled tables for a terminal, a blank line between them."""
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for number, section in enumerate(tables):
        if number:
            console.print()
        console.print(drawn(section))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
