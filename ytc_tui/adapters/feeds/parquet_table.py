"""Parquet bar files, read batch by batch.

Decides which row groups are read. Imports pyarrow, the table shapes and errors only.
Invariant: at most one batch is held, however large a row group is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pa_parquet

from ytc_tui.adapters.feeds.tables import BATCH_ROWS, Chunk, assign_columns
from ytc_tui.errors import DataInvalid


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """A Parquet bar file; satisfies `Table`."""

    path: Path
    found: dict[str, str]
    ignored: tuple[str, ...]
    rows: int
    header_lines: int = 0

    def row_count(self) -> int | None:
        return self.rows

    def bounds(self, name: str) -> tuple[float, float] | None:
        with self._open() as file:
            groups = [_statistics(file, group, self.found[name]) for group in range(file.num_row_groups)]
        known = [pair for pair in groups if pair is not None]
        if not known or len(known) < len(groups):
            return None
        return min(low for low, _ in known), max(high for _, high in known)

    def chunks(self, fields: Sequence[str], from_raw: int | None = None) -> Iterator[Chunk]:
        with self._open() as file:
            first_group, first_row = self._skip(file, from_raw)
            names = {name: self.found[name] for name in fields if name in self.found}
            batches = file.iter_batches(
                BATCH_ROWS,
                row_groups=list(range(first_group, file.num_row_groups)),
                columns=list(names.values()),
                use_threads=False,
            )
            while True:
                try:
                    batch = next(batches, None)
                except (pa.ArrowException, OSError) as error:
                    raise DataInvalid(
                        f"damaged Parquet data after row {first_row - 1}: {error}", where=str(self.path)
                    ) from error
                if batch is None:
                    return
                arrays = {name: batch.column(column) for name, column in names.items()}
                yield Chunk(first_row, arrays, batch.num_rows)
                first_row += batch.num_rows

    def _open(self) -> Any:
        # Streamed, not read ahead: a year in one row group would otherwise be buffered whole.
        return pa_parquet.ParquetFile(self.path, pre_buffer=False, buffer_size=1 << 16)

    def _skip(self, file: Any, from_raw: int | None) -> tuple[int, int]:
        """The first row group that may hold a time at or after `from_raw`, and its first row."""
        group, row = 0, 1
        while from_raw is not None and group < file.num_row_groups - 1:
            known = _statistics(file, group, self.found["time"])
            if known is None or known[1] >= from_raw:
                break
            row += file.metadata.row_group(group).num_rows
            group += 1
        return group, row


def open_parquet(path: Path) -> ParquetTable:
    """DataInvalid: not Parquet, or no bar columns."""
    try:
        with pa_parquet.ParquetFile(path) as file:
            names, rows = list(file.schema_arrow.names), file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise DataInvalid(f"not a readable Parquet file: {error}", where=str(path)) from error
    found, ignored = assign_columns(names, path)
    return ParquetTable(path, {field: names[at] for field, at in found.items()}, ignored, rows)


def _statistics(file: Any, group: int, column: str) -> tuple[float, float] | None:
    """Lowest and highest number of a column in one row group, where stated as plain numbers."""
    metadata = file.metadata.row_group(group)
    for index in range(metadata.num_columns):
        if metadata.column(index).path_in_schema == column:
            statistics = metadata.column(index).statistics
            if statistics is not None and statistics.has_min_max:
                low, high = statistics.min, statistics.max
                if isinstance(low, int | float) and isinstance(high, int | float):
                    return low, high
    return None
