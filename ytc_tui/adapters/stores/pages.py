"""Entries on their way to a client: as rows of a page, and whole.

Decides how much of an entry's text is passed on. Imports the client protocol, the views and the sanitiser.
Invariant: text of an entry is sanitised here, once for every client.
"""

from __future__ import annotations

from dataclasses import replace

from ytc_tui.adapters.stores.search import Found
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.client import Page, PageRow, WholeEntry
from ytc_tui.model.chain import Entry
from ytc_tui.views.entry_kinds import kind_of
from ytc_tui.views.entry_lines import field_lines, line_of, why_target

LINE_LIMIT = 400
VALUE_LIMIT = 2_000


def page_of(session: str, found: Found) -> Page:
    """What was found, as a page of `session`."""
    rows = tuple(map(row_of, found.entries))
    seqs = (found.before_seq, found.after_seq, found.last_seq, found.reached)
    return Page(session, rows, *seqs, safe_line(found.no_index))


def row_of(entry: Entry) -> PageRow:
    """The entry as one line."""
    return PageRow(
        entry.seq,
        entry.at,
        safe_line(entry.type, LINE_LIMIT),
        kind_of(entry.type).value,
        safe_line(line_of(entry), LINE_LIMIT),
        safe_line(why_target(entry), LINE_LIMIT),
    )


def whole(entry: Entry) -> WholeEntry:
    """The entry with every field."""
    fields, left_out = field_lines(entry)
    return WholeEntry(
        row_of(entry),
        entry.v,
        safe_line(entry.correlation, LINE_LIMIT),
        safe_line(entry.causation, LINE_LIMIT),
        safe_line(entry.prev_hash, LINE_LIMIT),
        safe_line(entry.hash, LINE_LIMIT),
        tuple(
            replace(line, name=safe_line(line.name, LINE_LIMIT), value=safe_line(line.value, VALUE_LIMIT))
            for line in fields
        ),
        left_out,
    )
