"""What the paper venue keeps over a stop, a kill and a full disk."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.adapters.venues.paper_bench import FREE, START_NS, Bench, bar, minute, order
from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.adapters.venues.paper_store import Change, PaperStore, StepRecord
from ytc_tui.errors import ConfigInvalid, VenueOutcomeUnknown, VenueRefused, VenueRetryable
from ytc_tui.model.market import NS_PER_MIN, PATH_OFFSETS_NS, Side
from ytc_tui.model.orders import Acked, Canceled, Fill, Liquidity, OrderKind, Rejected

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


async def test_the_volume_taken_in_a_bar_is_kept() -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(order("a", BUY, "0.6"))
    made = minute(bar(bench.index, (100.0,) * 4, 10.0))
    assert len(bench.venue.match(made, 0).reports) == 1
    await bench.venue.submit(order("b", BUY, "0.6"))
    bench.reopen()
    (fill,) = bench.venue.match(made, 1).reports
    assert isinstance(fill, Fill) and fill.quantity == Decimal("0.4")


async def test_a_minute_that_was_done_is_done_after_a_restart() -> None:
    bench = Bench(settings=replace(FREE, latency_ms=58_500))
    bench.flat(100.0)
    await bench.venue.submit(ENTRY)
    assert [type(r) for r in bench.flat(100.0)] == [Fill, Acked]  # at the last point
    bench.reopen()
    (report,) = await bench.venue.submit(order("x", SELL, "1"))
    assert isinstance(report, Acked) and report.at_ns == START_NS + 2 * NS_PER_MIN


async def test_skipped_minutes_leave_their_close_as_the_price() -> None:
    bench = Bench()
    bench.venue.skip_minute(minute(bar(0, (100.0, 100.0, 2.0, 4.0))))
    (report,) = await bench.venue.submit(order("a", BUY, "1"))
    assert isinstance(report, Rejected) and "notional 4.0" in report.reason


async def test_a_minute_with_open_orders_cannot_be_skipped() -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(ENTRY)
    with pytest.raises(ValueError, match="not idle"):
        bench.venue.skip_minute(minute(bar(1, (100.0,) * 4)))


def test_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    store = PaperStore(tmp_path / "venue.db")
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)


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
        bench.store.write(Change((StepRecord(1, ()),), {}, (), ()))


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
