"""The bars feed: the bars of many files and symbols as one stream of minutes.

Decides the order of bars: by minute, and in a minute by symbol name (semantics.md 3). Imports its sibling
sources, the feed's port, model and errors. Invariant: the stream depends on the bars alone, never on how
they are split into files or batches; a hole is never filled.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import chain, islice, pairwise, repeat
from typing import cast

import numpy as np

from ytc_tui.adapters.feeds.files import BarSource, Rows
from ytc_tui.adapters.feeds.timestamps import Ints, utc_text
from ytc_tui.engine.ports import Minute
from ytc_tui.errors import DataInvalid
from ytc_tui.model.market import NS_PER_DAY, NS_PER_MIN, Bar

# Minutes that are turned into Python values at once: large enough to make the merge free per bar,
# small enough not to hold up an event loop (ten symbols: a few ms).
_WINDOW_NS = 1024 * NS_PER_MIN

Funding = tuple[tuple[str, Decimal], ...]


class BarsFeed:
    """Bars of [from_ns - warmup_days, to_ns) from `sources`.

    DataInvalid: no source, an empty range, two files of a symbol that overlap in time, a symbol without
    bars in [from_ns, to_ns) or whose data begins after from_ns. A shorter warm-up is no error; ask
    `warmup_ns`. A symbol whose data ends before to_ns is no error: the feed ends there for it.
    """

    def __init__(self, sources: Sequence[BarSource], from_ns: int, to_ns: int, warmup_days: int) -> None:
        if not sources:
            raise DataInvalid("no market data", where="--data", fix="give at least one file")
        if to_ns <= from_ns:
            raise DataInvalid(
                f"the range {utc_text(from_ns)} to {utc_text(to_ns)} UTC is empty", where="--from, --to"
            )
        self.from_ns = from_ns
        self.to_ns = to_ns
        self.start_ns = from_ns - warmup_days * NS_PER_DAY
        by_symbol: dict[str, list[BarSource]] = {}
        for source in sorted(sources, key=lambda source: (source.symbol, source.first_ns, source.last_ns)):
            by_symbol.setdefault(source.symbol, []).append(source)
        spans: list[tuple[int, int]] = []
        self._files: dict[str, tuple[BarSource, ...]] = {}
        for symbol, files in by_symbol.items():
            _refuse_overlap(files)
            self._refuse_unless_covered(symbol, files)
            used = [(file, span) for file in files if (span := file.span(self.start_ns, to_ns)) is not None]
            self._files[symbol] = tuple(file for file, _ in used)
            spans += [span for _, span in used]
        self.symbols: tuple[str, ...] = tuple(self._files)
        self.first_ns = min(first for first, _ in spans)
        self.last_ns = max(last for _, last in spans)
        self.digest = _digest_of(chain.from_iterable(self._files.values()))

    def volume_known(self, symbol: str) -> bool:
        """False when any of the symbol's files has no volume; KeyError for a symbol not in the feed."""
        return all(file.volume_known for file in self._files[symbol])

    def warmup_ns(self, symbol: str) -> int:
        """From the symbol's first bar in reach to from_ns; shorter than warmup_days means short history."""
        return max(0, self.from_ns - max(self.start_ns, self._files[symbol][0].first_ns))

    def minutes(self, start_ns: int) -> Iterator[Minute]:
        """Minutes with max(start_ns, self.start_ns) <= open_ns < to_ns, in time order.

        DataInvalid while iterating: the first unsound row, by file and number; it is raised as soon as
        the row is read, which is some minutes before the stream would have come to it.
        """
        begin_ns = max(start_ns, self.start_ns)
        tracks = [_Track(symbol, files, begin_ns, self.to_ns) for symbol, files in self._files.items()]
        while tracks := [track for track in tracks if track.fill()]:
            end_ns = min(track.next_ns for track in tracks) + _WINDOW_NS
            present = [(track.symbol, rows) for track in tracks for rows in track.take(end_ns)]
            yield from _merged(present)

    def _refuse_unless_covered(self, symbol: str, files: Sequence[BarSource]) -> None:
        has = "; ".join(file.describe() for file in files)
        if self.from_ns < files[0].first_ns:
            raise DataInvalid(
                f"{utc_text(self.from_ns)} UTC is before the data of {symbol}: {has}",
                where="--from",
                fix=f"start at {utc_text(files[0].first_ns)} UTC or later",
            )
        if not any(file.span(self.from_ns, self.to_ns) for file in files):
            raise DataInvalid(
                f"no bar of {symbol} in {utc_text(self.from_ns)} to {utc_text(self.to_ns)} UTC; data: {has}",
                where="--from, --to",
            )


class _Track:
    """The unread rows of one symbol, through its files one after the other."""

    def __init__(self, symbol: str, files: Sequence[BarSource], from_ns: int, to_ns: int) -> None:
        self.symbol = symbol
        self._batches = chain.from_iterable(file.read(from_ns, to_ns) for file in files)
        self._rows: Rows | None = None

    def fill(self) -> bool:
        """Have rows in hand; False at the end."""
        if self._rows is None:
            self._rows = next(self._batches, None)
        return self._rows is not None

    @property
    def next_ns(self) -> int:
        assert self._rows is not None
        return int(self._rows.open_ns[0])

    def take(self, end_ns: int) -> list[Rows]:
        """The rows before `end_ns`, as one block in a list; an empty list if there are none."""
        taken: list[Rows] = []
        while self.fill():
            rows = cast(Rows, self._rows)
            stop = int(np.searchsorted(rows.open_ns, end_ns))
            if stop:
                taken.append(rows.between(0, stop))
            if stop < len(rows.open_ns):
                self._rows = rows.between(stop, len(rows.open_ns))
                break
            self._rows = None
        return taken if len(taken) < 2 else [_joined(taken)]


def _joined(blocks: Sequence[Rows]) -> Rows:
    funding = [
        np.full(len(block.open_ns), np.nan) if block.funding_rate is None else block.funding_rate
        for block in blocks
    ]
    return Rows(
        np.concatenate([block.open_ns for block in blocks]),
        np.concatenate([block.open for block in blocks]),
        np.concatenate([block.high for block in blocks]),
        np.concatenate([block.low for block in blocks]),
        np.concatenate([block.close for block in blocks]),
        np.concatenate([block.volume for block in blocks]),
        None if all(block.funding_rate is None for block in blocks) else np.concatenate(funding),
    )


# tuple.__new__ on the class keeps the loop over bars inside the interpreter's C code;
# NamedTuple's own constructor costs a Python call for each.
_new_bar = partial(tuple.__new__, Bar)
_new_minute = partial(tuple.__new__, Minute)


def _bars(symbol: str, rows: Rows) -> Iterator[Bar]:
    columns = (column.tolist() for column in rows[:6] if column is not None)
    return cast(Iterator[Bar], map(_new_bar, zip(repeat(symbol), *columns, strict=False)))


def _merged(present: Sequence[tuple[str, Rows]]) -> Iterator[Minute]:
    """Minutes of blocks that cover the same window, one block a symbol, in symbol order."""
    clocks = [rows.open_ns for _, rows in present]
    bars = [_bars(symbol, rows) for symbol, rows in present]
    union, runs = _runs(clocks)
    times = iter(union.tolist())
    funding = _funding(present, union)
    for length, members in runs:
        together = zip(*(bars[member] for member in members), strict=False)
        # The first, bounded iterator ends the zip before it draws a bar too many from the others.
        minutes = map(_new_minute, zip(islice(times, length), together, funding, strict=False))
        yield from cast(Iterator[Minute], minutes)


def _runs(clocks: Sequence[Ints]) -> tuple[Ints, list[tuple[int, list[int]]]]:
    """All times, and their stretches as (length, indices of the clocks with a bar in each minute of it)."""
    first = clocks[0]
    if all(len(clock) == len(first) and np.array_equal(clock, first) for clock in clocks[1:]):
        return first, [(len(first), list(range(len(clocks))))]
    union = np.unique(np.concatenate(clocks))
    presence = np.array([np.isin(union, clock, assume_unique=True) for clock in clocks])
    changes = np.flatnonzero((presence[:, 1:] != presence[:, :-1]).any(axis=0)) + 1
    edges = [0, *changes.tolist(), len(union)]
    return union, [(end - at, np.flatnonzero(presence[:, at]).tolist()) for at, end in pairwise(edges)]


def _funding(present: Sequence[tuple[str, Rows]], union: Ints) -> Iterator[Funding]:
    """What is settled in each minute of `union`. A rate of zero moves nothing and is left out."""
    settled: dict[int, Funding] = {}
    for symbol, rows in present:
        if rows.funding_rate is not None:
            for at in np.flatnonzero(np.nan_to_num(rows.funding_rate)).tolist():
                rate = Decimal(repr(float(rows.funding_rate[at])))
                open_ns = int(rows.open_ns[at])
                settled[open_ns] = (*settled.get(open_ns, ()), (symbol, rate))
    if not settled:
        return repeat(())
    return iter([settled.get(open_ns, ()) for open_ns in union.tolist()])


def _refuse_overlap(files: Sequence[BarSource]) -> None:
    for earlier, later in pairwise(files):
        if later.first_ns <= earlier.last_ns:
            raise DataInvalid(
                f"two files of {later.symbol} overlap in time: {earlier.describe()} and {later.describe()}",
                where="--data",
                fix="give one of them, or cut one",
            )


def _digest_of(files: Iterable[BarSource]) -> str:
    """SHA-256 over symbol, label shift and content digest of the files in use; paths do not count."""
    facts = [(file.symbol, file.axis.shift_ns, file.digest) for file in files]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
