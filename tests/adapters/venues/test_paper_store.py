"""What the paper venue keeps over a stop, a kill and a full disk."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.adapters.venues.paper_bench import ABC, FREE, START_NS, Bench, bar, minute, order
from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.adapters.venues.paper_store import Change, PaperStore, StepRecord
from ytc_tui.errors import ConfigInvalid, VenueOutcomeUnknown, VenueRefused, VenueRetryable
from ytc_tui.model.market import NS_PER_MIN, PATH_OFFSETS_NS, Side
from ytc_tui.model.orders import Acked, Canceled, Fill, Liquidity, OrderKind

BUY, SELL, LIMIT = Side.BUY, Side.SELL, OrderKind.LIMIT
ENTRY = order("e", BUY, "2", attached_stop_price="95.0", attached_stop_id="s")


async def test_a_reopened_file_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "venue.db"
    bench = Bench(store=PaperStore(path))
    bench.flat(100.0)
    await bench.venue.submit(ENTRY)
    bench.flat(100.0)
    before = (await bench.venue.account(), await bench.venue.positions(), await bench.venue.fills(0))
    orders = await bench.venue.open_orders()
    bench.store.close()
    bench.store = PaperStore(path)
    bench.reopen()
    assert (
        await bench.venue.account(),
        await bench.venue.positions(),
        await bench.venue.fills(0),
    ) == before
    assert await bench.venue.open_orders() == orders
    reports = bench.flat(94.0)
    assert [r.client_id for r in reports if isinstance(r, Fill)] == ["s"]


async def test_the_place_is_the_last_record() -> None:
    bench = Bench()
    assert bench.venue.place_ns() == 0
    bench.flat(100.0)
    assert bench.venue.place_ns() == 0
    await bench.venue.submit(ENTRY)
    assert bench.venue.place_ns() == START_NS + NS_PER_MIN
    bench.flat(100.0)
    first_fill_ns = START_NS + NS_PER_MIN + PATH_OFFSETS_NS[0]
    assert bench.venue.place_ns() == first_fill_ns
    bench.reopen()
    assert bench.venue.place_ns() == first_fill_ns


async def test_redriven_steps_give_their_record_and_the_same_path() -> None:
    bench = Bench()
    made = [minute(bar(i, (100.0, 101.0 + i, 99.0 - 3 * i, 100.0))) for i in range(3)]
    first = [bench.venue.match(made[0], point) for point in range(4)]
    await bench.venue.submit(ENTRY)
    first += [bench.venue.match(m, point) for m in made[1:] for point in range(4)]
    await bench.venue.cancel("s")
    account = await bench.venue.account()
    bench.reopen()
    assert not bench.venue.idle()
    assert [bench.venue.match(m, point) for m in made for point in range(4)] == first
    assert await bench.venue.account() == account
    # long in the second and third bar: the low comes first there, although it is farther
    assert [p.prices[0].price for p in first[4:8]] == [100.0, 96.0, 102.0, 100.0]


async def test_repeated_commands_of_a_redriven_feed_change_nothing() -> None:
    bench = Bench()
    made = [minute(bar(i, (100.0,) * 4)) for i in range(3)]
    resting = order("l", BUY, "1", LIMIT, limit_price="90.0")

    async def drive() -> list[object]:
        seen: list[object] = [bench.venue.match(made[0], point) for point in range(4)]
        seen += [
            await bench.venue.submit(resting),
            await bench.venue.cancel("x"),
            await bench.venue.cancel("l"),
        ]
        seen += [await bench.venue.submit(resting), await bench.venue.submit(order("x", SELL, "1"))]
        seen += [bench.venue.match(made[1], point) for point in range(4)]
        seen += [await bench.venue.cancel("x")]
        return seen

    first = await drive()
    positions = await bench.venue.positions()
    bench.reopen()
    assert await drive() == first
    assert await bench.venue.positions() == positions


async def test_a_new_command_after_a_restart_acts_at_the_place() -> None:
    bench = Bench()
    made = [minute(bar(i, (100.0,) * 4)) for i in range(4)]
    bench.venue.match(made[0], 3)
    await bench.venue.submit(order("l", BUY, "1", LIMIT, limit_price="90.0"))
    bench.venue.match(made[1], 3)
    await bench.venue.submit(order("m", BUY, "1", LIMIT, limit_price="90.0"))
    place_ns = bench.venue.place_ns()
    bench.reopen()
    assert await bench.venue.cancel("l") == (Canceled("l", "canceled on request", place_ns),)
    bench.venue.match(made[0], 3)
    (report,) = await bench.venue.cancel("m")
    assert report == Canceled("m", "canceled on request", place_ns)


async def test_a_limit_that_arrived_is_still_a_maker_after_a_restart() -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(order("l", BUY, "1", LIMIT, limit_price="99.0"))
    assert bench.flat(100.0) == []
    bench.reopen()
    (fill,) = bench.flat(98.0)
    assert isinstance(fill, Fill) and fill.liquidity is Liquidity.MAKER


class FullDisk(PaperStore):
    """A store whose disk is full while `full` is set."""

    full = False

    def write(self, change: Change) -> None:
        if self.full:
            raise VenueRetryable("database or disk is full")
        super().write(change)


async def test_a_full_disk_withholds_reports_and_loses_none() -> None:
    store = FullDisk.in_memory()
    assert isinstance(store, FullDisk)
    bench = Bench(store=store)
    bench.flat(100.0)
    await bench.venue.submit(ENTRY)
    made = minute(bar(bench.index, (100.0,) * 4))
    store.full = True
    for _ in range(2):
        with pytest.raises(VenueRetryable, match="full"):
            bench.venue.match(made, 0)
    assert not bench.venue.idle()
    with pytest.raises(VenueRetryable):
        await bench.venue.submit(order("x", SELL, "1"))
    assert await bench.venue.order("x") is None
    store.full = False
    point = bench.venue.match(made, 0)
    assert [type(r) for r in point.reports] == [Fill, Acked]


async def test_a_command_that_could_not_be_written_has_an_unknown_outcome() -> None:
    store = FullDisk.in_memory()
    assert isinstance(store, FullDisk)
    bench = Bench(store=store)
    bench.flat(100.0)
    store.full = True
    with pytest.raises(VenueOutcomeUnknown, match="submit e"):
        await bench.venue.submit(ENTRY)
    store.full = False
    assert [type(r) for r in await bench.venue.submit(ENTRY)] == [Acked]
    bench.reopen()
    assert await bench.venue.order("e") is not None


def test_sqlite_errors_are_named_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "venue.db"
    store = PaperStore(path)
    store._db.execute("PRAGMA query_only = ON")
    bench = Bench(store=store)
    with pytest.raises(VenueRetryable, match=r"venue\.db.*cannot write"):
        bench.store.write(Change(StepRecord(1, ()), {}, (), ()))


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "venue.db"
    path.write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(VenueRefused, match=r"venue\.db"):
        PaperStore(path)


def test_a_store_of_another_layout_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "venue.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(VenueRefused, match="version 99"):
        PaperStore(path)


async def test_an_account_keeps_its_currency_and_its_start() -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(ENTRY)
    with pytest.raises(ConfigInvalid, match="USDT, not EUR"):
        PaperVenue(bench.instruments, replace(FREE, currency="EUR"), bench.store)
    again = PaperVenue(bench.instruments, replace(FREE, start_balance=Decimal(5)), bench.store)
    assert (await again.account()).wallet_balance == FREE.start_balance


_VICTIM = """
import asyncio, sys
from pathlib import Path
from tests.adapters.venues.paper_bench import Bench, order
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.model.market import Side

async def main() -> None:
    bench = Bench(store=PaperStore(Path(sys.argv[1])))
    for n in range(10_000):
        bench.flat(100.0)
        await bench.venue.submit(order(f"e{n}", Side.BUY if n % 2 else Side.SELL, "1"))
        for report in bench.flat(100.0):
            print(report.venue_fill_id, flush=True)

asyncio.run(main())
"""


def kill_after(lines: int, path: Path) -> list[str]:
    """Run the victim, SIGKILL it after so many answers, and return all that it had answered."""
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", _VICTIM, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as victim:
        assert victim.stdout is not None
        answered = [victim.stdout.readline().strip() for _ in range(lines)]
        victim.send_signal(signal.SIGKILL)
        return answered + victim.stdout.read().split()


async def test_what_was_answered_survives_sigkill(tmp_path: Path) -> None:
    path = tmp_path / "venue.db"
    answered = kill_after(25, path)
    venue = PaperVenue({ABC.symbol: ABC}, FREE, PaperStore(path))
    kept = [fill.venue_fill_id for fill in await venue.fills(0)]
    assert kept[: len(answered)] == answered
    assert len(kept) <= len(answered) + 1
    held = sum(p.quantity for p in await venue.positions())
    assert held == sum(f.side.sign * f.quantity for f in await venue.fills(0))


_CRAMPED = """
import asyncio, resource, sys
from pathlib import Path
from tests.adapters.venues.paper_bench import Bench, order
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.model.market import Side

async def main(folder: Path) -> None:
    bench = Bench(store=PaperStore(folder / "venue.db"))
    bench.flat(100.0)
    largest = max(file.stat().st_size for file in folder.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    for n in range(100):
        await bench.venue.submit(order(f"e{n}", Side.BUY if n % 2 else Side.SELL, "1"))
        bench.flat(100.0)
    print(len(await bench.venue.fills(0)))

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_trading_goes_on_for_a_while_when_no_file_can_grow(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", _CRAMPED, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert done.stdout.split() == ["100"], done.stderr
