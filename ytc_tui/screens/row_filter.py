"""What is typed after `/`: which rows of a table are left.

Decides how a filter is read. Imports the rows' words only. Invariants: a text that is no regular expression
is told what is wrong with it and filters nothing; a filter never changes a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ytc_tui.screens.widgets.live_table_rows import Row

# `!` is the flatten key wherever it is typed (ADR-0034); a filter that was pasted may begin with it.
NOT = ("-", "!")


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Keeps the rows in whose line `pattern` is found, whatever the case; or those in which it is not."""

    text: str
    pattern: re.Pattern[str]
    negated: bool

    def keeps(self, row: Row) -> bool:
        line = " ".join(cell.text for cell in row.cells)
        return (self.pattern.search(line) is None) is self.negated

    def of(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that are left, in their order."""
        return [row for row in rows if self.keeps(row)]


def filter_of(text: str) -> RowFilter | None:
    """The filter that `text` asks for; None for an empty one. Raises ValueError that says what is wrong."""
    negated = text.startswith(NOT)
    wanted = text[1:] if negated else text
    if not wanted:
        return None
    try:
        return RowFilter(text, re.compile(wanted, re.IGNORECASE), negated)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"no regular expression: {error}") from error
