"""Fetches from a venue on loopback, and what they left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.adapters.feeds.samples import START_NS, Row
from tests.adapters.feeds.venue_server import Fault, Venue, exchange_at
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.data_fetch import Wanted, World, fetch
from ytc_tui.model.market import NS_PER_MIN

NAME = "binance_um_BTCUSDT_1m.parquet"


def wanted(out: Path, first: int = 0, last: int | None = 1_250, **other: Any) -> Wanted:
    """Bars of the indices [first, last) of the demo."""
    given: dict[str, Any] = {
        "venue": "binance",
        "market": "um",
        "symbol": "BTCUSDT",
        "timeframe": "1m",
        "from_ns": START_NS + first * NS_PER_MIN,
        "to_ns": None if last is None else START_NS + last * NS_PER_MIN,
        "out": out,
    }
    return Wanted(**(given | other))


def rows_in(path: Path) -> list[Row]:
    columns = [column.to_pylist() for column in pq.read_table(path).columns]
    return list(zip(*columns, strict=True))


class Fetcher:
    """Fetches from one venue; the pauses that a fetch made are kept, not waited."""

    def __init__(self, venue: Venue, folder: Path) -> None:
        self.venue = venue
        self.folder = folder
        self.file = folder / NAME
        self.part = folder / f"{NAME}.part"
        self.pauses: list[float] = []

    def fetch(self, *faults: Fault | None, timeout_ms: int = 20_000, **given: Any) -> Answer:
        self.venue.faults = list(faults)

        async def sleep(pause_s: float) -> None:
            self.pauses.append(pause_s)

        world = World(exchange_at(self.venue.url, timeout_ms), sleep)
        return fetch(wanted(given.pop("out", self.folder), **given), world)


def data(got: Answer) -> dict[str, Any]:
    assert isinstance(got.data, dict)
    return got.data
