"""CSV bar files, read block by block.

Decides whether there is a header and what stands where without one. Imports pyarrow, numpy, the table
shapes and errors only. Invariant: values stay text until they are decoded, so a bad one names its row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from ytc_tui.adapters.feeds.tables import PRICES, Chunk, assign_columns, quoted
from ytc_tui.errors import DataInvalid

_BLOCK_BYTES = 1 << 18
_HEADERLESS = ("time", *PRICES, "volume")


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV bar file; satisfies `Table`. Columns are known by position, since a header may repeat a name."""

    path: Path
    found: dict[str, str]
    ignored: tuple[str, ...]
    width: int
    header_lines: int

    def row_count(self) -> int | None:
        return None

    def bounds(self, name: str) -> tuple[float, float] | None:
        return None

    def chunks(self, fields: Sequence[str], from_raw: int | None = None) -> Iterator[Chunk]:
        names = {name: self.found[name] for name in fields if name in self.found}
        numbering = _Numbering(self.header_lines)
        columns = [str(position) for position in range(self.width)]
        try:
            reader = pa_csv.open_csv(
                self.path,
                read_options=pa_csv.ReadOptions(
                    use_threads=False,
                    block_size=_BLOCK_BYTES,
                    column_names=columns,
                    skip_rows=self.header_lines,
                ),
                parse_options=pa_csv.ParseOptions(
                    invalid_row_handler=numbering.torn_row, ignore_empty_lines=False
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types={column: pa.string() for column in columns},
                    include_columns=list(names.values()),
                    strings_can_be_null=True,
                    null_values=["", "nan", "NaN", "null", "NULL", "None"],
                ),
            )
        except (pa.ArrowException, OSError) as error:
            raise DataInvalid(f"unreadable CSV: {error}", where=str(self.path)) from error
        with reader:
            while True:
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    break
                except (pa.ArrowException, OSError) as error:
                    raise DataInvalid(
                        f"unreadable CSV after row {numbering.rows_seen}: {error}", where=str(self.path)
                    ) from error
                yield numbering.chunk(batch, names)
        if numbering.torn:
            empty = {name: pa.array([], pa.string()) for name in names}
            yield Chunk(numbering.rows_seen + 1, empty, 0, torn=tuple(numbering.torn))


@dataclass(slots=True)
class _Numbering:
    """Row numbers of what the CSV parser hands over, past the lines that it drops as torn."""

    header_lines: int
    rows_seen: int = 0
    torn: list[tuple[int, str]] = field(default_factory=list)

    def torn_row(self, row: Any) -> str:
        what = f"{row.actual_columns} fields where {row.expected_columns} belong: {quoted(row.text)}"
        self.torn.append((row.number - self.header_lines, what))
        return "skip"

    def chunk(self, batch: Any, names: dict[str, str]) -> Chunk:
        first_row, length = self.rows_seen + 1, batch.num_rows
        arrays = {name: batch.column(column) for name, column in names.items()}
        torn = self._torn_among(length)
        self.rows_seen += length + len(torn)
        blank = arrays["time"].null_count > 0
        if not torn and not blank:
            return Chunk(first_row, arrays, length)
        everything = np.arange(first_row, self.rows_seen + 1, dtype=np.int64)
        rows = np.setdiff1d(everything, np.array([row for row, _ in torn], dtype=np.int64))
        if blank:
            filled = np.zeros(length, dtype=np.bool_)
            for column in batch.columns:
                filled |= column.is_valid().to_numpy(zero_copy_only=False)
            arrays = {name: array.filter(pa.array(filled)) for name, array in arrays.items()}
            rows = rows[filled]
        return Chunk(first_row, arrays, len(rows), rows=rows, torn=torn)

    def _torn_among(self, length: int) -> tuple[tuple[int, str], ...]:
        """Torn rows that stand before the last of the next `length` whole rows; taken off the list."""
        upto, count = self.rows_seen + length, 0
        while count < len(self.torn) and self.torn[count][0] <= upto + 1:
            count, upto = count + 1, upto + 1
        taken, self.torn = tuple(self.torn[:count]), self.torn[count:]
        return taken


def open_csv(path: Path) -> CsvTable:
    """DataInvalid: not CSV text, an empty first line, or no bar columns.

    Without a header the columns are time, open, high, low, close, volume, then whatever is ignored.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            cells = next(csv.reader([text.readline(1 << 16)]), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataInvalid(f"not a readable CSV file: {error}", where=str(path)) from error
    if not any(cell.strip() for cell in cells):
        raise DataInvalid("the first line is empty", where=str(path), fix="start with a header or a bar")
    header_lines = 0 if _is_number(cells[0]) else 1
    if header_lines:
        positions, ignored = assign_columns(cells, path)
    else:
        if len(cells) <= len(PRICES):
            raise DataInvalid(
                f"{len(cells)} columns and no header",
                where=f"{path}, row 1",
                fix=f"without a header the columns are {', '.join(_HEADERLESS)}",
            )
        positions = {name: at for at, name in enumerate(_HEADERLESS[: len(cells)])}
        ignored = tuple(f"column {at + 1}" for at in range(len(_HEADERLESS), len(cells)))
    found = {name: str(at) for name, at in positions.items()}
    return CsvTable(path, found, ignored, len(cells), header_lines)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
