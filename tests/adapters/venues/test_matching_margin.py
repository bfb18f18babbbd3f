"""Funding payments and liquidation at the maintenance margin."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.adapters.venues.paper_bench import (
    ABC,
    FREE,
    INSTRUMENTS,
    SMALL,
    Bench,
    bar,
    fills_of,
    minute,
    order,
    reports_of,
)
from ytc_tui.model.market import PATH_OFFSETS_NS, Side
from ytc_tui.model.orders import Canceled, Fill, Funding, Liquidated, OrderKind

NO_FEES = {s: replace(i, maker_fee=Decimal(0), taker_fee=Decimal(0)) for s, i in INSTRUMENTS.items()}


@pytest.mark.parametrize(
    ("side", "rate", "amount"),
    [(Side.BUY, "0.0001", "-0.02"), (Side.SELL, "0.0001", "0.02"), (Side.BUY, "-0.0003", "0.06")],
)
async def test_funding_is_paid_by_the_crowded_side_at_the_open(side: Side, rate: str, amount: str) -> None:
    bench = Bench(instruments=NO_FEES)
    bench.flat(50.0)
    await bench.venue.submit(order("e", side, "2"))
    bench.flat(50.0)
    paid = minute(bar(2, (100.0, 130.0, 70.0, 100.0)), funding=((ABC.symbol, Decimal(rate)),))
    (report,) = bench.venue.match(paid, 0).reports
    assert report == Funding(ABC.symbol, Decimal(amount), paid.open_ns + PATH_OFFSETS_NS[0])
    assert bench.venue.match(paid, 1).reports == ()
    account = await bench.venue.account()
    assert account.wallet_balance == FREE.start_balance + Decimal(amount)


async def test_no_position_no_funding() -> None:
    bench = Bench()
    await bench.venue.submit(order("l", Side.BUY, "1", OrderKind.LIMIT, limit_price="10.0"))
    assert (
        bench.venue.match(minute(bar(0, (100.0,) * 4), funding=((ABC.symbol, Decimal("0.01")),)), 0).reports
        == ()
    )


async def test_liquidation_comes_exactly_at_the_maintenance_margin() -> None:
    bench = Bench(instruments=NO_FEES)
    bench.flat(100.0)
    await bench.venue.submit(order("e", Side.BUY, "499"))
    bench.flat(100.0)
    await bench.venue.submit(order("more", Side.BUY, "0.5", OrderKind.LIMIT, limit_price="10.0"))
    # equity 10,000 - 499 (100 - p) <= 1 % of 499 p  <=>  p <= 80.767...
    assert bench.flat(80.8) == []
    reports = bench.flat(80.7)
    assert [type(r) for r in reports] == [Canceled, Liquidated, Fill]
    (fill,) = fills_of(reports)
    assert (fill.client_id, fill.quantity, fill.price) == (
        "liquidation-ABCUSDT-1",
        Decimal(499),
        Decimal("80.7"),
    )
    assert await bench.venue.positions() == ()
    assert (await bench.venue.account()).equity == Decimal("369.3")
    assert bench.venue.idle()


async def test_a_liquidation_is_capped_by_volume_and_goes_on() -> None:
    bench = Bench(instruments=NO_FEES)
    bench.flat(100.0)
    await bench.venue.submit(order("e", Side.SELL, "500"))
    bench.flat(100.0)
    quantities = [
        [f.quantity for f in fills_of(reports_of(bench.play((125.0,) * 4, volume)))]
        for volume in (3000.0, 0.0, 1000.0, 1e6)
    ]
    assert quantities == [[Decimal(300)], [], [Decimal(100)], [Decimal(100)]]
    assert [f.client_id for f in await bench.venue.fills(0)][1:] == [
        f"liquidation-ABCUSDT-{n}" for n in (1, 2, 3)
    ]


async def test_cross_margin_counts_every_position() -> None:
    bench = Bench(instruments=NO_FEES)
    both = minute(bar(0, (100.0,) * 4), bar(0, (100.0,) * 4, symbol=SMALL.symbol))
    bench.venue.match(both, 0)
    await bench.venue.submit(order("a", Side.BUY, "200"))
    await bench.venue.submit(order("b", Side.SELL, "2000", symbol=SMALL.symbol))
    bench.venue.match(both, 1)
    # a loss of one and a gain of the other: no liquidation
    crash = minute(bar(1, (40.0,) * 4), bar(1, (40.0,) * 4, symbol=SMALL.symbol))
    assert bench.venue.match(crash, 0).reports == ()
    split = minute(bar(2, (40.0,) * 4), bar(2, (100.0,) * 4, symbol=SMALL.symbol))
    reports = bench.venue.match(split, 0).reports
    assert [r.symbol for r in reports if isinstance(r, Liquidated)] == [ABC.symbol, SMALL.symbol]
