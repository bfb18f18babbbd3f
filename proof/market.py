"""Bars and instruments, read from their files.

Standard library and pyarrow only: nothing of the program is used. Prices are kept as the shortest decimal
that reads back as the number in the file; times are UTC nanoseconds.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

NS_PER_S = 1_000_000_000
NS_PER_MIN = 60 * NS_PER_S

_COLUMNS = ("open", "high", "low", "close", "volume", "funding_rate")
_SYMBOL_IN_NAME = re.compile(r"_([A-Z0-9]+)_1m")


@dataclass(frozen=True, slots=True)
class Bar:
    """One minute: `open_ns` its first instant, prices in quote, volume in base."""

    open_ns: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    funding_rate: Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """The bars of one symbol by their opening time; `volume_known` is False where every volume is zero."""

    bars: dict[int, Bar]
    volume_known: bool
    has_funding: bool


@dataclass(frozen=True, slots=True)
class Instrument:
    """The row of a symbol; fees are fractions of notional."""

    tick: Decimal
    lot: Decimal
    contract_size: Decimal
    maker_fee: Decimal
    taker_fee: Decimal
    maintenance_margin: Decimal


def load_instruments(path: Path) -> dict[str, Instrument]:
    """Every row of an instrument table."""
    with path.open("rb") as file:
        table = tomllib.load(file, parse_float=Decimal)
    names = ("tick", "lot", "contract_size", "maker_fee", "taker_fee", "maintenance_margin")
    return {symbol: Instrument(*(Decimal(str(row[name])) for name in names)) for symbol, row in table.items()}


def load_bars(arguments: list[str], from_ns: int, to_ns: int) -> dict[str, Series]:
    """The bars of each symbol that open in [from_ns, to_ns), from `[SYMBOL=]PATH` arguments.

    ValueError where a name tells no symbol or two files of a symbol share a minute.
    """
    series: dict[str, Series] = {}
    for argument in arguments:
        symbol, _, path = argument.rpartition("=")
        if not symbol:
            found = _SYMBOL_IN_NAME.search(Path(path).name)
            if found is None:
                raise ValueError(f"{path}: the name tells no symbol; write SYMBOL=PATH")
            symbol = found.group(1)
        new = _read(Path(path), from_ns, to_ns)
        old = series.get(symbol)
        if old is not None and old.bars.keys() & new.bars.keys():
            raise ValueError(f"{path}: shares minutes with another file of {symbol}")
        series[symbol] = (
            new
            if old is None
            else Series(
                {**old.bars, **new.bars},
                old.volume_known or new.volume_known,
                old.has_funding or new.has_funding,
            )
        )
    return series


def _read(path: Path, from_ns: int, to_ns: int) -> Series:
    table = pq.read_table(path)
    unit = _ns_per_unit(table["timestamp"][0].as_py())
    volume_known = bool(pc.any(pc.not_equal(table["volume"], 0)).as_py())
    has_funding = "funding_rate" in table.column_names
    stamps = table["timestamp"]
    inside = pc.and_(
        pc.greater_equal(stamps, from_ns // unit),
        pc.less(stamps, to_ns // unit),
    )
    bars = {}
    for row in table.filter(inside).to_pylist():
        open_ns = int(row["timestamp"]) * unit
        bars[open_ns] = Bar(open_ns, *(_exact(row.get(name)) for name in _COLUMNS))
    return Series(bars, volume_known, has_funding)


def _exact(value: Any) -> Decimal:
    return Decimal(repr(float(value))) if value is not None else Decimal(0)


def _ns_per_unit(stamp: int) -> int:
    """Nanoseconds in one unit of `stamp`, told by its magnitude: milli-, micro- or nanoseconds."""
    for limit, unit in ((10**14, 1_000_000), (10**17, 1_000)):
        if stamp < limit:
            return unit
    return 1
