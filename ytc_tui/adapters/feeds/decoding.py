"""From Arrow columns to numbers: one batch of raw times and float prices.

Decides what counts as a readable value. Imports pyarrow, numpy, the table shapes only.
Invariant: a value that cannot be read becomes 0 (time) or NaN (price) AND is listed in `unreadable`;
floats of the file are handed on bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pa_compute
from numpy.typing import NDArray

from ytc_tui.adapters.feeds.tables import PRICES, Chunk, quoted
from ytc_tui.adapters.feeds.timestamps import Ints

Floats = NDArray[np.float64]
_NO_CAST = (pa.ArrowInvalid, pa.ArrowNotImplementedError)
_INT64_DIGITS = 19


@dataclass(frozen=True, slots=True)
class RawRows:
    """One batch as numbers. `time` is in the file's own unit and label; `funding_rate` is NaN where empty.

    `unreadable` lists (index, field, quoted text) of values that are no numbers.
    """

    chunk: Chunk
    time: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    funding_rate: Floats | None
    unreadable: tuple[tuple[int, str, str], ...]


def decode(chunk: Chunk) -> RawRows:
    """The chunk's columns as numbers. A file without a volume column has volume 0 throughout."""
    unreadable: list[tuple[int, str, str]] = []
    open_, high, low, close = (_floats(chunk.arrays[name], name, unreadable) for name in PRICES)
    volume = chunk.arrays.get("volume")
    funding = chunk.arrays.get("funding_rate")
    return RawRows(
        chunk,
        decode_time(chunk, unreadable),
        open_,
        high,
        low,
        close,
        np.zeros(chunk.length) if volume is None else _floats(volume, "volume", unreadable),
        None if funding is None else _floats(funding, "funding_rate", unreadable),
        tuple(sorted(unreadable)),
    )


def decode_time(chunk: Chunk, unreadable: list[tuple[int, str, str]]) -> Ints:
    """Raw times as int64; timestamp-typed columns count as microseconds, or nanoseconds if stored so."""
    array = chunk.arrays["time"]
    if pa.types.is_timestamp(array.type):
        unit = "ns" if array.type.unit == "ns" else "us"
        array = array.cast(pa.timestamp(unit, array.type.tz)).cast(pa.int64())
    try:
        numbers = array.cast(pa.int64())
    except _NO_CAST:
        values = [_whole_number(value) for value in array.to_pylist()]
        unreadable += [
            (at, "time", quoted(str(array[at].as_py()))) for at, value in enumerate(values) if value is None
        ]
        return np.array([value or 0 for value in values], dtype=np.int64)
    return _numpy(pa_compute.fill_null(numbers, 0) if numbers.null_count else numbers, np.int64)


def decode_volume(chunk: Chunk) -> Floats:
    """Volume alone, NaN where it is empty or no number."""
    return _floats(chunk.arrays["volume"], "volume", [])


def _floats(array: Any, name: str, unreadable: list[tuple[int, str, str]]) -> Floats:
    try:
        numbers = array.cast(pa.float64())
    except _NO_CAST:
        values = [_number(value) for value in array.to_pylist()]
        unreadable += [
            (at, name, quoted(str(array[at].as_py()))) for at, value in enumerate(values) if value is None
        ]
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return _numpy(pa_compute.fill_null(numbers, np.nan) if numbers.null_count else numbers, np.float64)


def _numpy(array: Any, dtype: type[np.generic]) -> NDArray[Any]:
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=dtype)


def _number(value: Any) -> float | None:
    if value is None:
        return float("nan")
    text = str(value)
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _whole_number(value: Any) -> int | None:
    """An integer in any spelling (`1667260800000.0` too); 0 if empty, None if it is none of 64 bits."""
    if value is None:
        return 0
    text = str(value).strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if "_" in text or not number.is_finite() or number.adjusted() >= _INT64_DIGITS:
        return None
    whole = int(number)
    return whole if whole == number and abs(whole) < 2**63 else None
