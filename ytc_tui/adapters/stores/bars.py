"""The bar store: closed bars in the order they arrived, under one rolling digest.

Decides what a bar's digest covers and what happens to a bar that is already there: an equal one is
skipped, a different one for the same minute is refused and counted, the first stays.
May import the model. Invariant: digest_n = sha256(digest_(n-1) || feed || symbol || open_ns || OHLCV).
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ytc_tui.adapters.stores.schema import Shape, insert
from ytc_tui.adapters.stores.values import Stored
from ytc_tui.model.chain import GENESIS_HASH
from ytc_tui.model.market import Bar

_NUMBERS = struct.Struct("<q5d")

LAST_SQL = "SELECT place, digest FROM bars ORDER BY place DESC LIMIT 1"
DIGEST_SQL = "SELECT digest FROM bars WHERE place = ?"
KNOWN_SQL = (
    "SELECT symbol, open_ns, open, high, low, close, volume FROM bars"
    " WHERE feed = ? AND symbol = ? AND open_ns BETWEEN ? AND ?"
)
ALL_SQL = (
    "SELECT place, digest, feed, symbol, open_ns, open, high, low, close, volume FROM bars ORDER BY place"
)


class Written(NamedTuple):
    """What became of a run of bars."""

    new: int
    conflicting: int


class BarFault(NamedTuple):
    """The first row of the bar store that breaks its digest."""

    place: int
    symbol: str
    open_ns: int
    found: str
    expected: str


def bar_digest(previous: str, feed: str, bar: Bar) -> str:
    """The rolling digest after `bar`, hex sha256."""
    head = f"{previous}\n{feed}\n{bar.symbol}\n".encode()
    return hashlib.sha256(head + _NUMBERS.pack(*bar[1:])).hexdigest()


def write_bars(connection: sqlite3.Connection, shape: Shape, feed: str, bars: Sequence[Bar]) -> Written:
    """Put `bars` of `feed` behind the last one, inside the caller's transaction."""
    known = _known(connection, feed, bars)
    place, digest = connection.execute(LAST_SQL).fetchone() or (0, GENESIS_HASH)
    rows: list[tuple[Stored, ...]] = []
    conflicting = 0
    for bar in bars:
        there = known.setdefault((bar.symbol, bar.open_ns), bar)
        if there is bar:
            place += 1
            digest = bar_digest(digest, feed, bar)
            rows.append((place, feed, *bar, digest))
        elif there != bar:
            conflicting += 1
    insert(connection, shape, rows)
    return Written(len(rows), conflicting)


def _known(connection: sqlite3.Connection, feed: str, bars: Sequence[Bar]) -> dict[tuple[str, int], Bar]:
    """Bars of the file that stand where one of `bars` would."""
    spans: dict[str, tuple[int, int]] = {}
    for bar in bars:
        first, last = spans.get(bar.symbol, (bar.open_ns, bar.open_ns))
        spans[bar.symbol] = (min(first, bar.open_ns), max(last, bar.open_ns))
    found = {}
    for symbol, (first, last) in spans.items():
        for row in connection.execute(KNOWN_SQL, (feed, symbol, first, last)):
            bar = Bar(*row)
            found[bar.symbol, bar.open_ns] = bar
    return found


def first_bar_fault(rows: Iterable[Sequence[object]]) -> Iterator[BarFault | None]:
    """One item a row of `ALL_SQL`: None while the digest holds, its fault where it breaks."""
    digest = GENESIS_HASH
    for expected_place, row in enumerate(rows, start=1):
        place, found, feed, symbol, open_ns, *prices = row
        bar = Bar(str(symbol), int(str(open_ns)), *(float(str(price)) for price in prices))
        digest = bar_digest(digest, str(feed), bar)
        whole = place == expected_place and found == digest
        yield None if whole else BarFault(int(str(place)), bar.symbol, bar.open_ns, str(found), digest)
        if not whole:
            return
