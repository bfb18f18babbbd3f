"""The tables of a report, drawn: on the terminal of a command and on the desk alike.

Decides alignment and which words stand out. Imports rich and the table. Invariant: a cell is text, whatever
is in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ytc_tui.views.section import Section

_BAD = frozenset({"critical", "blocked", "failed", "rejected", "expired"})
_ODD = frozenset({"warning", "warn", "pending"})


def drawn(section: Section) -> Group:
    """The title, and the table or why it is empty."""
    title = Text(section.title, style="bold")
    return Group(title, _table(section) if section.rows else Text(f"  {section.empty}"))


def page(sections: Iterable[Section]) -> Group:
    """One under the other, a blank line after each."""
    return Group(*(Padding(drawn(section), (0, 0, 1, 0)) for section in sections))


def _table(section: Section) -> Table:
    table = Table(show_header=bool(section.columns), box=None, padding=(0, 2, 0, 0), header_style="dim")
    for number, column in enumerate(section.columns or ("", "")):
        numeric = bool(section.columns) and section.is_numeric(number)
        table.add_column(Text(column), justify="right" if numeric else "left", overflow="fold")
    for row in section.rows:
        table.add_row(*(Text(" ".join(cell.split()), style=_style(cell)) for cell in row))
    return table


def _style(cell: str) -> str:
    if cell in _BAD or cell.startswith(("NOT ", "BROKEN")):
        return "bold red"
    return "yellow" if cell in _ODD else ""
