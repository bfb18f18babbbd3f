"""What a bar file looks like to its readers: chunks of named Arrow columns with row numbers.

Decides which column is which and how a row is numbered. Imports pyarrow, numpy, errors only.
Invariant: rows are numbered from 1 and a CSV header is not a row; every row keeps its number,
also past lines that a reader drops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ytc_tui.errors import DataInvalid

PRICES = ("open", "high", "low", "close")
FIELDS = ("time", *PRICES, "volume", "funding_rate")
BATCH_ROWS = 4096
_ALIASES = {
    "time": ("timestamp", "open_time", "opentime", "time", "ts", "datetime", "date"),
    "volume": ("volume", "vol"),
}
_QUOTED_CHARS = 40


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows. `rows` gives their numbers where torn or blank lines broke the count, else None."""

    first_row: int
    arrays: dict[str, Any]
    length: int
    rows: NDArray[np.int64] | None = None
    torn: tuple[tuple[int, str], ...] = ()

    def row(self, index: int) -> int:
        return self.first_row + index if self.rows is None else int(self.rows[index])


class Table(Protocol):
    """A bar file. `found` maps field names to the file's columns; `ignored` names the other columns."""

    @property
    def path(self) -> Path: ...
    @property
    def found(self) -> dict[str, str]: ...
    @property
    def ignored(self) -> tuple[str, ...]: ...
    @property
    def header_lines(self) -> int: ...

    def chunks(self, fields: Sequence[str], from_raw: int | None = None) -> Iterator[Chunk]:
        """Chunks of `fields` in file order; whole blocks before raw time `from_raw` may be left out."""
        ...

    def bounds(self, name: str) -> tuple[float, float] | None:
        """Lowest and highest number of a field where the file's own statistics tell, else None."""
        ...

    def row_count(self) -> int | None:
        """The number of rows where the file itself tells, else None."""
        ...


def place_of(table: Table, row: int) -> str:
    """Where a row stands, for messages: `file, row 5`, and under a CSV header also its line."""
    line = f" (line {row + table.header_lines})" if table.header_lines else ""
    return f"{table.path}, row {row}{line}"


def quoted(text: str) -> str:
    """Text from a file as it may stand in a message: short, ASCII, no control characters."""
    return ascii(text if len(text) <= _QUOTED_CHARS else text[:_QUOTED_CHARS] + "...")


def assign_columns(names: Sequence[str], path: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    """Which column (by position) is which field, and the names of those that are none.

    Volume may be missing (then it is unknown); time and prices may not: DataInvalid.
    """
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        positions.setdefault(name.strip().lower(), position)
    found: dict[str, int] = {}
    for wanted in FIELDS:
        for alias in _ALIASES.get(wanted, (wanted,)):
            if alias in positions:
                found[wanted] = positions[alias]
                break
    missing = [wanted for wanted in ("time", *PRICES) if wanted not in found]
    if missing:
        raise DataInvalid(
            f"no column for {', '.join(missing)}; the file has {', '.join(quoted(n) for n in names[:20])}",
            where=str(path),
            fix="name the columns timestamp, open, high, low, close, volume",
        )
    taken = set(found.values())
    return found, tuple(name for position, name in enumerate(names) if position not in taken)
