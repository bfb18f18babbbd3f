"""A titled table of text: what every format of a report is made from.

Decides when a column counts as numbers. Standard library only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"[-+]?[\d,.]+( %)?")


@dataclass(frozen=True, slots=True)
class Section:
    """A titled table. Without `columns` its rows are pairs of name and value."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "none"

    def is_numeric(self, column: int) -> bool:
        """Whether every filled cell of the column is a number."""
        cells = [row[column] for row in self.rows if row[column] != "-"]
        return bool(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)
