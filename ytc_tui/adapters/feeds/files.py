"""One market-data file as a source of one-minute bars of one symbol.

Decides whose bars a file holds and refuses what is not sound (semantics.md 3 and 9). Imports pyarrow's
tables through its siblings, model and errors. Invariant: rows handed out are strictly increasing
one-minute bars with consistent positive prices; the first row that is not ends the reading with its number.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ytc_tui.adapters.feeds.csv_table import open_csv
from ytc_tui.adapters.feeds.decoding import Floats, RawRows, decode, decode_time, decode_volume
from ytc_tui.adapters.feeds.parquet_table import open_parquet
from ytc_tui.adapters.feeds.tables import FIELDS, Table, place_of, quoted
from ytc_tui.adapters.feeds.timestamps import BarLabel, Ints, TimeAxis, axis_of, unit_of, utc_text
from ytc_tui.adapters.feeds.validation import Fault, faults_of
from ytc_tui.errors import DataInvalid
from ytc_tui.model.market import NS_PER_MIN

_NAMED_SYMBOL = re.compile(r"(?:[a-z0-9]+_){1,2}([A-Z0-9]{2,30})_1m(?:[^A-Za-z0-9].*)?")
SYMBOL = re.compile(r"[A-Z0-9]{2,30}")
# So many rows without one adjacent pair are bars of another interval, not a thin market.
_INTERVAL_SAMPLE_ROWS = 30
FUNDING_INTERVAL_NS = 60 * NS_PER_MIN


class Rows(NamedTuple):
    """Sound consecutive bars as columns. `funding_rate` is NaN where empty; None if the file has none."""

    open_ns: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    funding_rate: Floats | None

    def between(self, start: int, stop: int) -> Rows:
        """Rows of the indices [start, stop), sharing memory."""
        return Rows(*(None if column is None else column[start:stop] for column in self))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class BarSource:
    """An opened file: whose bars it holds, from when to when, and how to read them.

    `first_ns` and `last_ns` are the opens of its first and last bar; `volume_known` is false when the
    file's volume is zero throughout or absent; `digest` is the SHA-256 of the file's bytes, hex.
    """

    symbol: str
    table: Table
    axis: TimeAxis
    first_ns: int
    last_ns: int
    volume_known: bool
    digest: str
    size_bytes: int

    @property
    def path(self) -> Path:
        return self.table.path

    @property
    def has_funding(self) -> bool:
        return "funding_rate" in self.table.found

    def describe(self) -> str:
        """`file (SYMBOL, first to last UTC)`, for messages."""
        return f"{self.path} ({self.symbol}, {utc_text(self.first_ns)} to {utc_text(self.last_ns)} UTC)"

    def read(self, from_ns: int, to_ns: int) -> Iterator[Rows]:
        """Bars with from_ns <= open_ns < to_ns in batches. DataInvalid names the first unsound row."""
        self._check_unchanged()
        previous_ns, interval_seen, settled_ns = -1, False, -FUNDING_INTERVAL_NS
        for chunk in self.table.chunks(FIELDS, self.axis.raw_of(from_ns)):
            if chunk.length == 0 and not chunk.torn:
                continue
            raw = decode(chunk)
            first_fault = min(faults_of(raw, self.axis), key=lambda found: found.row, default=None)
            if first_fault is not None:
                raise self._refusal(first_fault.fault, first_fault.row, first_fault.detail)
            open_ns = self.axis.open_ns(raw.time)
            self._check_order(raw, open_ns, previous_ns)
            if not interval_seen:
                interval_seen = self._check_interval(raw, open_ns)
            settled_ns = self._check_funding(raw, open_ns, settled_ns)
            start, stop = np.searchsorted(open_ns, (from_ns, to_ns)).tolist()
            if start < stop:
                rows = Rows(open_ns, raw.open, raw.high, raw.low, raw.close, raw.volume, raw.funding_rate)
                yield rows.between(start, stop)
            previous_ns = int(open_ns[-1])
            if previous_ns >= to_ns:
                return

    def span(self, from_ns: int, to_ns: int) -> tuple[int, int] | None:
        """Opens of the first and last bar with from_ns <= open_ns < to_ns; None if there is none.

        Reads nothing when the file lies inside the range, else times alone.
        """
        if from_ns <= self.first_ns and self.last_ns < to_ns:
            return self.first_ns, self.last_ns
        first, last = None, None
        for chunk in self.table.chunks(("time",), self.axis.raw_of(from_ns)):
            open_ns = (
                self.axis.open_ns(decode_time(chunk, [])) if chunk.length else np.empty(0, dtype=np.int64)
            )
            inside = open_ns[(open_ns >= from_ns) & (open_ns < to_ns)]
            if len(inside):
                first = int(inside[0]) if first is None else first
                last = int(inside[-1])
            if len(open_ns) and open_ns[-1] >= to_ns:
                break
        return None if first is None or last is None else (first, last)

    def _check_funding(self, raw: RawRows, open_ns: Ints, previous_ns: int) -> int:
        """A rate on every row would charge it every minute. Returns the last settlement's instant."""
        if raw.funding_rate is None:
            return previous_ns
        settled = np.flatnonzero(np.nan_to_num(raw.funding_rate))
        if not len(settled):
            return previous_ns
        steps = np.diff(open_ns[settled], prepend=previous_ns)
        if steps.min() < FUNDING_INTERVAL_NS:
            row = raw.chunk.row(int(settled[np.argmax(steps < FUNDING_INTERVAL_NS)]))
            detail = "two rates within an hour; give the rate on the settlement's row alone"
            raise self._refusal(Fault.FUNDING, row, detail)
        return int(open_ns[settled[-1]])

    def _check_unchanged(self) -> None:
        try:
            size_bytes = self.path.stat().st_size
        except OSError as error:
            raise DataInvalid(f"cannot be read any more: {error.strerror}", where=str(self.path)) from error
        if size_bytes != self.size_bytes:
            raise DataInvalid("the file changed after it was opened", where=str(self.path), fix="start again")

    def _check_order(self, raw: RawRows, open_ns: Ints, previous_ns: int) -> None:
        steps = np.diff(open_ns, prepend=previous_ns)
        if steps.min() > 0:
            return
        index = int(np.argmax(steps <= 0))
        fault = Fault.DUPLICATE if steps[index] == 0 else Fault.UNSORTED
        before = utc_text(int(open_ns[index] - steps[index]))
        at = utc_text(int(open_ns[index]))
        raise self._refusal(fault, raw.chunk.row(index), f"{at} after {before}")

    def _check_interval(self, raw: RawRows, open_ns: Ints) -> bool:
        if len(open_ns) < _INTERVAL_SAMPLE_ROWS:
            return False
        step_ns = int(np.diff(open_ns).min())
        if step_ns > NS_PER_MIN:
            detail = f"the nearest two rows are {step_ns // NS_PER_MIN} min apart"
            raise self._refusal(Fault.INTERVAL, raw.chunk.row(0), detail)
        return True

    def _refusal(self, fault: Fault, row: int, detail: str) -> DataInvalid:
        return DataInvalid(
            f"{fault.value}: {detail}",
            where=place_of(self.table, row),
            fix="run `ytc data check` on it for the whole list",
        )


def open_source(arg: str, bar_label: BarLabel = "open") -> BarSource:
    """The source that `--data [SYMBOL=]PATH` names. DataInvalid: no symbol, no file, no bars, mixed units.

    Opening hashes the file and reads its statistics, or time and volume once where it has none.
    """
    symbol, path = split_argument(arg)
    table = open_table(path)
    if not symbol:
        raise DataInvalid(
            "the file name tells no symbol: it is not <venue>_<kind>_<SYMBOL>_1m...",
            where=str(path),
            fix=f"give --data SYMBOL={path}",
        )
    survey = survey_of(table)
    if survey.first_raw is None or survey.last_raw is None:
        raise DataInvalid("no bars in the file", where=str(path))
    axis = axis_of(survey.first_raw, bar_label)
    if axis is None or unit_of(survey.last_raw) is not axis.unit:
        raise _unit_refusal(table, bar_label)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size_bytes = file.tell()
    ends = np.array([survey.first_raw, survey.last_raw], dtype=np.int64)
    first_ns, last_ns = axis.open_ns(ends).tolist()
    if last_ns < first_ns:
        raise DataInvalid(
            f"{Fault.UNSORTED.value}: first row {utc_text(first_ns)}, last row {utc_text(last_ns)}",
            where=str(path),
            fix="sort it by time",
        )
    return BarSource(symbol, table, axis, first_ns, last_ns, survey.volume_known, digest, size_bytes)


def split_argument(arg: str) -> tuple[str, Path]:
    """`[SYMBOL=]PATH` as (symbol, path); the symbol is "" when neither it nor the file name tells."""
    declared, equals, rest = arg.partition("=")
    if equals and "/" not in declared and "." not in declared:
        if not SYMBOL.fullmatch(declared) or not rest:
            raise DataInvalid(
                f"{quoted(declared)} is not a symbol with a path after it",
                where=f"--data {quoted(arg)}",
                fix="write SYMBOL=PATH with a symbol like BTCUSDT",
            )
        return declared, Path(rest).expanduser()
    path = Path(arg).expanduser()
    named = _NAMED_SYMBOL.fullmatch(path.stem)
    return (named[1] if named else ""), path


def open_table(path: Path) -> Table:
    """The table in `path`, by extension. DataInvalid: no file, other extension, unreadable, no bars."""
    if not os.path.exists(path):  # answers, never raises, for a name that no file can have
        raise DataInvalid("no such file", where=str(path), fix="check the path after --data")
    extension = path.suffix.lower()
    if extension not in (".parquet", ".csv"):
        raise DataInvalid(
            f"cannot read {extension or 'a file without extension'}",
            where=str(path),
            fix="give .parquet or .csv",
        )
    if not os.path.isfile(path):
        raise DataInvalid("is not a file", where=str(path), fix="give the files of a folder one by one")
    return open_parquet(path) if extension == ".parquet" else open_csv(path)


class Survey(NamedTuple):
    """First and last raw time of a table (None: no rows) and whether any volume is above zero."""

    first_raw: int | None
    last_raw: int | None
    volume_known: bool


def survey_of(table: Table) -> Survey:
    """From the file's statistics where it has them, else from one pass over time and volume."""
    has_volume = "volume" in table.found
    times = table.bounds("time")
    volumes = table.bounds("volume") if has_volume else (0.0, 0.0)
    if times is not None and volumes is not None:
        return Survey(int(times[0]), int(times[1]), volumes[1] > 0)
    first, last, volume_known = None, None, False
    for chunk in table.chunks(("time", "volume")):
        if chunk.length:
            raw = decode_time(chunk, [])
            first = int(raw[0]) if first is None else first
            last = int(raw[-1])
            volume_known = volume_known or (has_volume and bool((decode_volume(chunk) > 0).any()))
    return Survey(first, last, volume_known)


def _unit_refusal(table: Table, bar_label: BarLabel) -> DataInvalid:
    """Names the first row whose time has not the unit of the rows before it."""
    axis: TimeAxis | None = None
    for chunk in table.chunks(("time",)):
        unreadable: list[tuple[int, str, str]] = []
        raw = decode_time(chunk, unreadable) if chunk.length else np.empty(0, dtype=np.int64)
        if axis is None and len(raw):
            axis = axis_of(int(raw[0]), bar_label)
        strange = np.ones(len(raw), dtype=np.bool_) if axis is None else ~axis.in_unit(raw)
        if strange.any():
            index = int(np.argmax(strange))
            unit = unit_of(int(raw[index]))
            texts = {at: text for at, _, text in unreadable}
            found = f"{texts.get(index, int(raw[index]))}"
            what = f"{Fault.NO_TIME.value}: {found}"
            if unit is not None and axis is not None:
                what = f"{Fault.MIXED_UNIT.value}: {found} is in {unit.name}, the file in {axis.unit.name}"
            where = place_of(table, chunk.row(index))
            return DataInvalid(what, where=where, fix="times are whole numbers since 1970 in ms, us or ns")
    return DataInvalid("no times in the file", where=str(table.path))
