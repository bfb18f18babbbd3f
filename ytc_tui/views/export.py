"""A session's trades, fills, ledger and notes as plain tables for other programs.

Decides the columns, and that no text of ours or others acts in a spreadsheet. Imports the report.
Invariants: numbers are exact and stay numbers; a text cell that a spreadsheet would take for a formula is
prefixed with an apostrophe; the amounts add up to what the ledger check reckons.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from typing import assert_never

from ytc_tui.views.journal import plain
from ytc_tui.views.report import SessionReport
from ytc_tui.views.report_tables import FillRow, LedgerRow, NoteRow, TradeRow

Cell = str | int | float | Decimal | None

# What begins a formula in the usual spreadsheets, in full width too, at the begin of a cell or of what a
# spreadsheet that parts cells by semicolons or tabs would take for one.
_FORMULA = re.compile(r"(^|[;\t\r\n])([^\S\t\r\n]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_ALONE = frozenset("\t\r")
# Times are given in words; in nanoseconds they are beyond what a spreadsheet counts exactly.
_LEFT_OUT = frozenset({"at_ns"})


class Table(StrEnum):
    TRADES = "trades"
    FILLS = "fills"
    LEDGER = "ledger"
    NOTES = "notes"


def exported(report: SessionReport, table: Table) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """The columns and rows of `table`, oldest first."""
    kind: type[TradeRow | FillRow | LedgerRow | NoteRow]
    rows: Sequence[TradeRow | FillRow | LedgerRow | NoteRow]
    match table:
        case Table.TRADES:
            kind, rows = TradeRow, report.trades
        case Table.FILLS:
            kind, rows = FillRow, report.fills
        case Table.LEDGER:
            kind, rows = LedgerRow, report.ledger
        case Table.NOTES:
            kind, rows = NoteRow, report.notes
        case _:
            assert_never(table)
    columns = tuple(field.name for field in fields(kind) if field.name not in _LEFT_OUT)
    return columns, tuple(tuple(getattr(row, column) for column in columns) for row in rows)


def csv_text(report: SessionReport, table: Table) -> str:
    """The table as CSV with a header, nothing as an empty cell."""
    columns, rows = exported(report, table)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def json_text(report: SessionReport, table: Table) -> str:
    """The table as a JSON list of objects, one a line; numbers keep every digit."""
    columns, rows = exported(report, table)
    objects = (
        ", ".join(f"{json.dumps(name)}: {_json_cell(cell)}" for name, cell in zip(columns, row, strict=True))
        for row in rows
    )
    return "[" + ",".join(f"\n{{{each}}}" for each in objects) + "\n]\n"


def guarded(text: str) -> str:
    """`text`, with an apostrophe before whatever would act as a formula, also behind blanks."""
    guarded = _FORMULA.sub(r"\1'\2", text)
    return f"'{guarded}" if guarded[:1] in _ALONE else guarded


def _csv_cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return guarded(cell)
        case _:
            return _number(cell)


def _json_cell(cell: Cell) -> str:
    match cell:
        case None:
            return "null"
        case str():
            return json.dumps(cell)
        case _:
            return _number(cell)


def _number(value: float | Decimal) -> str:
    return plain(value) if isinstance(value, Decimal) else repr(value)
