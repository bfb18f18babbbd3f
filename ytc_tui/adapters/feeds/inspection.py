"""A whole bar file looked at: what it holds, and everything that is wrong or odd, row by row.

Decides what counts as wrong (the feed would refuse it) and as odd (the feed takes it as it is).
Imports its sibling readers and model. Invariant: it never stops at the first fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ytc_tui.adapters.feeds.decoding import RawRows, decode
from ytc_tui.adapters.feeds.files import FUNDING_INTERVAL_NS
from ytc_tui.adapters.feeds.tables import FIELDS, Table
from ytc_tui.adapters.feeds.timestamps import BarLabel, Bools, Ints, TimeAxis, axis_of, utc_text
from ytc_tui.adapters.feeds.validation import Fault, faults_of
from ytc_tui.model.market import NS_PER_DAY, NS_PER_MIN

Severity = Literal["wrong", "odd"]
_WEEK_DAYS = 7
_SATURDAY = 2  # days after 1970-01-01, a Thursday
_LONGEST_WEEKEND_NS = 4 * NS_PER_DAY


@dataclass(frozen=True, slots=True)
class RowNote:
    """One row of a finding: its number (0: the whole file), its time UTC if readable, what is there."""

    row: int
    at: str
    detail: str


@dataclass(frozen=True, slots=True)
class Finding:
    """All rows with one fault or oddity: how many, and the first of them."""

    what: str
    severity: Severity
    count: int
    rows: tuple[RowNote, ...]


@dataclass(frozen=True, slots=True)
class Hole:
    """Missing minutes before `row`; `last_before` and `first_after` are bar opens, UTC."""

    row: int
    last_before: str
    first_after: str
    missing_minutes: int
    weekend: bool


@dataclass(frozen=True, slots=True)
class DataReport:
    """What is in a file. Times are UTC texts; holes are counted with the weekend gaps among them."""

    path: str
    symbol: str
    rows: int
    first: str
    last: str
    interval_minutes: int | None
    unit: str
    label: str
    volume_known: bool
    columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    findings: tuple[Finding, ...]
    holes: int
    missing_minutes: int
    weekend_gaps: int
    largest_holes: tuple[Hole, ...]

    @property
    def exit_code(self) -> int:
        """0: the feed takes the file; 2: it would refuse it."""
        return 2 if any(finding.severity == "wrong" for finding in self.findings) else 0


def inspect(table: Table, symbol: str, bar_label: BarLabel, listed: int) -> DataReport:
    """Reads the table once and lists up to `listed` rows of each finding."""
    survey = _Survey(bar_label, listed)
    for chunk in table.chunks(FIELDS):
        survey.look_at(decode(chunk))
    if not symbol:
        survey.note("no symbol in the file name", "wrong", 0, "", "give it as SYMBOL=PATH")
    return survey.report(table, symbol)


@dataclass(slots=True)
class _Listed:
    """A finding while it grows."""

    severity: Severity
    count: int = 0
    rows: list[RowNote] = field(default_factory=list)

    def add(self, listed: int, note: RowNote) -> None:
        self.count += 1
        if len(self.rows) < listed:
            self.rows.append(note)


class _Survey:
    """Findings by kind, and every readable time with its row number."""

    def __init__(self, bar_label: BarLabel, listed: int) -> None:
        self._bar_label = bar_label
        self._listed = listed
        self._axis: TimeAxis | None = None
        self._rows = 0
        self._volume_known = False
        self._findings: dict[str, _Listed] = {}
        self._zero_volume = _Listed("odd")
        self._times: list[Ints] = [np.empty(0, dtype=np.int64)]
        self._numbers: list[Ints] = [np.empty(0, dtype=np.int64)]
        self._settled: list[Ints] = [np.empty(0, dtype=np.int64)]

    def note(self, what: str, severity: Severity, row: int, at: str, detail: str) -> None:
        self._findings.setdefault(what, _Listed(severity)).add(self._listed, RowNote(row, at, detail))

    def look_at(self, raw: RawRows) -> None:
        """Takes in one batch."""
        self._rows += raw.chunk.length
        if self._axis is None:
            axes = (axis_of(value, self._bar_label) for value in raw.time.tolist())
            self._axis = next((axis for axis in axes if axis is not None), None)
        axis = self._axis
        if axis is None:
            for row, text in raw.chunk.torn:
                self.note(Fault.TORN.value, "wrong", row, "", text)
            for index, value in enumerate(raw.time.tolist()):
                self.note(Fault.NO_TIME.value, "wrong", raw.chunk.row(index), "", str(value))
            return
        timed = axis.in_unit(raw.time)
        open_ns = axis.open_ns(np.where(timed, raw.time, axis.unit.lowest))
        for found in sorted(faults_of(raw, axis), key=lambda found: found.row):
            self.note(found.fault.value, "wrong", found.row, _at(open_ns, timed, found.index), found.detail)
        self._volume_known = self._volume_known or bool((raw.volume > 0).any())
        for index in np.flatnonzero(raw.volume == 0).tolist():
            note = RowNote(raw.chunk.row(index), _at(open_ns, timed, index), "fills nothing")
            self._zero_volume.add(self._listed, note)
        numbers = raw.chunk.rows
        if numbers is None:
            numbers = np.arange(raw.chunk.first_row, raw.chunk.first_row + raw.chunk.length, dtype=np.int64)
        self._times.append(open_ns[timed])
        self._numbers.append(numbers[timed])
        if raw.funding_rate is not None:
            self._settled.append(open_ns[timed & (np.nan_to_num(raw.funding_rate) != 0)])

    def report(self, table: Table, symbol: str) -> DataReport:
        """The findings between rows added to those of single rows."""
        times, numbers = np.concatenate(self._times), np.concatenate(self._numbers)
        unique, first = np.unique(times, return_index=True)
        self._note_order(times, numbers, unique, first)
        interval = _interval_minutes(unique)
        if interval is not None and interval != 1:
            self.note(Fault.INTERVAL.value, "wrong", 0, "", f"most rows are {interval} min apart")
        self._note_whole_file()
        holes = list(_holes(unique, numbers[first]))
        missing = sum(hole.missing_minutes for hole in holes)
        if holes:
            self.note("holes", "odd", 0, "", f"{missing} minutes missing; they are never filled")
            self._findings["holes"].count = len(holes)
        findings = [
            Finding(what, found.severity, found.count, tuple(found.rows))
            for what, found in self._findings.items()
        ]
        return DataReport(
            path=str(table.path),
            symbol=symbol,
            rows=self._rows,
            first=utc_text(int(unique[0])) if len(unique) else "",
            last=utc_text(int(unique[-1])) if len(unique) else "",
            interval_minutes=interval,
            unit=self._axis.unit.name if self._axis else "unknown",
            label=self._axis.label if self._axis else "unknown",
            volume_known=self._volume_known,
            columns=tuple(table.found),
            ignored_columns=table.ignored,
            findings=tuple(sorted(findings, key=lambda finding: finding.severity != "wrong")),
            holes=len(holes),
            missing_minutes=missing,
            weekend_gaps=sum(hole.weekend for hole in holes),
            largest_holes=tuple(
                sorted(holes, key=lambda hole: (-hole.missing_minutes, hole.row))[: self._listed]
            ),
        )

    def _note_order(self, times: Ints, numbers: Ints, unique: Ints, first: Ints) -> None:
        for index in (np.flatnonzero(np.diff(times) < 0) + 1).tolist():
            at, before = utc_text(int(times[index])), utc_text(int(times[index - 1]))
            self.note(Fault.UNSORTED.value, "wrong", int(numbers[index]), at, f"after {before}")
        repeated = np.ones(len(times), dtype=np.bool_)
        repeated[first] = False
        for index in np.flatnonzero(repeated).tolist():
            earlier = int(numbers[first[np.searchsorted(unique, times[index])]])
            at = utc_text(int(times[index]))
            self.note(Fault.DUPLICATE.value, "wrong", int(numbers[index]), at, f"as in row {earlier}")

    def _note_whole_file(self) -> None:
        settled = np.concatenate(self._settled)
        close = int((np.diff(settled) < FUNDING_INTERVAL_NS).sum())
        if close:
            detail = f"{close} of {len(settled)} rates follow another within an hour"
            self.note(Fault.FUNDING.value, "wrong", 0, "", detail)
        if not self._rows:
            self.note("no rows", "wrong", 0, "", "the file holds no bars")
        elif not self._volume_known:
            self.note("volume unknown", "odd", 0, "", "no volume above zero: no cap on fills, wider slippage")
        elif self._zero_volume.count:
            self._findings["zero volume"] = self._zero_volume


def _at(open_ns: Ints, timed: Bools, index: int) -> str:
    return utc_text(int(open_ns[index])) if index >= 0 and timed[index] else ""


def _interval_minutes(unique: Ints) -> int | None:
    """The commonest step between neighbouring bars, in minutes; None with fewer than two bars."""
    if len(unique) < 2:
        return None
    steps, counts = np.unique(np.diff(unique), return_counts=True)
    return int(steps[np.argmax(counts)]) // NS_PER_MIN


def _holes(unique: Ints, numbers: Ints) -> Iterator[Hole]:
    for index in (np.flatnonzero(np.diff(unique) >= 2 * NS_PER_MIN) + 1).tolist():
        before, after = int(unique[index - 1]), int(unique[index])
        yield Hole(
            row=int(numbers[index]),
            last_before=utc_text(before),
            first_after=utc_text(after),
            missing_minutes=(after - before) // NS_PER_MIN - 1,
            weekend=_spans_weekend(before + NS_PER_MIN, after),
        )


def _spans_weekend(from_ns: int, to_ns: int) -> bool:
    """Whether the hole [from_ns, to_ns) holds a whole Saturday (UTC) and is no longer than a long weekend."""
    first_whole_day = -(-from_ns // NS_PER_DAY)
    saturday = first_whole_day + (_SATURDAY - first_whole_day) % _WEEK_DAYS
    return (saturday + 1) * NS_PER_DAY <= to_ns and to_ns - from_ns <= _LONGEST_WEEKEND_NS
