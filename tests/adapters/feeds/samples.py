"""Bars of the bundled demo, and files written from them in every spelling that the feed reads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ytc_tui.adapters.feeds.demo import demo_paths
from ytc_tui.adapters.feeds.files import BarSource
from ytc_tui.model.market import Bar

MIN_MS = 60_000
START_MS = 1_667_260_800_000  # 2022-11-01 00:00 UTC
START_NS = START_MS * 1_000_000
HEADER = "timestamp,open,high,low,close,volume"

Row = tuple[int, float, float, float, float, float]


@cache
def demo_rows(symbol: str = "BTCUSDT") -> tuple[Row, ...]:
    """All rows of a demo file: open time in ms, prices, volume."""
    path = next(path for path in demo_paths() if symbol in path.name)
    columns = [column.to_pylist() for column in pq.read_table(path).columns]
    return tuple(zip(*columns, strict=True))


def bars_of(symbol: str, rows: Sequence[Row]) -> list[Bar]:
    return [Bar(symbol, row[0] * 1_000_000, *row[1:]) for row in rows]


def csv_text(rows: Sequence[Row], *, header: bool = True, per_ms: int = 1, shift: int = 0) -> str:
    """`per_ms` units in a millisecond; `shift` is added to every time, in those units."""
    lines = [HEADER] if header else []
    for time, *values in rows:
        lines.append(",".join([str(time * per_ms + shift), *(repr(value) for value in values)]))
    return "\n".join(lines) + "\n"


def write_csv(
    folder: Path, rows: Sequence[Row], name: str = "test_um_BTCUSDT_1m.csv", **spelling: int
) -> str:
    path = folder / name
    path.write_text(csv_text(rows, **spelling))  # type: ignore[arg-type]
    return str(path)


def write_parquet(
    folder: Path,
    rows: Sequence[Row],
    name: str = "test_um_BTCUSDT_1m.parquet",
    *,
    group_rows: int = 1440,
    statistics: bool = True,
    time_type: pa.DataType | None = None,
    funding: Sequence[float | None] | None = None,
) -> str:
    columns: list[list[float]] = [list(column) for column in zip(*rows, strict=True)]
    arrays = [pa.array([int(time) for time in columns[0]], type=pa.int64())]
    if time_type is not None:
        arrays = [arrays[0].cast(pa.timestamp("ms")).cast(time_type)]
    arrays += [pa.array(column, type=pa.float64()) for column in columns[1:]]
    names = HEADER.split(",")
    if funding is not None:
        arrays.append(pa.array(funding, type=pa.float64()))
        names = [*names, "funding_rate"]
    path = folder / name
    table = pa.table(dict(zip(names, arrays, strict=True)))
    pq.write_table(table, path, row_group_size=group_rows, write_statistics=statistics)
    return str(path)


SOME = demo_rows()[:200]


def changed(index: int, **values: float) -> list[Row]:
    """SOME with fields of one row replaced."""
    names = HEADER.split(",")
    row = list(SOME[index])
    for name, value in values.items():
        row[names.index(name)] = value
    return [*SOME[:index], tuple(row), *SOME[index + 1 :]]  # type: ignore[list-item]


def recorded(name: str) -> str:
    """A recorded file of the big test data; skips the test where that data is not at hand."""
    beside = Path(__file__).resolve().parents[4] / "shared" / "data"
    folder = Path(os.environ.get("YTC_TEST_DATA", beside))
    path = folder / "ohlcv" / name
    if not path.exists():
        pytest.skip(f"no {name} under YTC_TEST_DATA")
    return str(path)


def bars_in(source: BarSource, from_ns: int = 0, to_ns: int = 2**62) -> list[Bar]:
    """What a source reads, as bars."""
    bars: list[Bar] = []
    for rows in source.read(from_ns, to_ns):
        columns = [column.tolist() for column in rows[:6] if column is not None]
        bars += [Bar(source.symbol, *values) for values in zip(*columns, strict=True)]
    return bars
