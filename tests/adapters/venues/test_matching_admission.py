"""What the paper venue refuses, with the number and the limit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.adapters.venues.paper_bench import COSTLY, FREE, SMALL, SPOT, Bench, bar, minute, order
from ytc_tui.model.market import Side
from ytc_tui.model.orders import Acked, OrderKind, OrderRequest, OrderState, Rejected

BUY, SELL, LIMIT, STOP = Side.BUY, Side.SELL, OrderKind.LIMIT, OrderKind.STOP


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (order("a", BUY, "1", symbol="XYZ"), ["unknown symbol XYZ", "ABCUSDT"]),
        (order("a", BUY, "0"), ["quantity 0", "above 0"]),
        (order("a", BUY, "-1"), ["quantity -1"]),
        (order("a", BUY, "NaN"), ["quantity NaN"]),
        (order("a", BUY, "0.015"), ["0.015", "lot 0.01"]),
        (order("a", BUY, "1e40"), ["lot 0.01"]),
        (order("a", BUY, "1", LIMIT), ["limit order needs a limit price"]),
        (order("a", BUY, "1", STOP), ["stop order needs a stop price"]),
        (order("a", BUY, "1", OrderKind.STOP_LIMIT, stop_price="101.0"), ["needs a limit price"]),
        (order("a", BUY, "1", LIMIT, limit_price="99.95"), ["limit price 99.95", "tick 0.1"]),
        (order("a", BUY, "1", STOP, stop_price="-1"), ["stop price -1"]),
        (
            order("a", BUY, "1", attached_stop_price="99.01", attached_stop_id="s"),
            ["attached stop price 99.01"],
        ),
        (order("a", BUY, "1", attached_stop_price="99.0"), ["attached stop needs both"]),
        (order("a", BUY, "1", attached_stop_price="99.0", attached_stop_id="a"), ["client id of its order"]),
        (order("a", BUY, "0.04"), ["notional 4.000", "minimum 5"]),
        (order("a", BUY, "501"), ["insufficient margin", "leverage 5", "equity 10000.00"]),
        (order("", BUY, "1"), ["client id is empty"]),
    ],
)
async def test_a_refusal_names_the_number_and_the_limit(request_: OrderRequest, words: list[str]) -> None:
    bench = Bench()
    bench.flat(100.0)
    (report,) = await bench.venue.submit(request_)
    assert isinstance(report, Rejected)
    for word in words:
        assert word in report.reason
    assert await bench.venue.open_orders() == ()
    assert bench.venue.idle()


async def test_a_market_order_before_any_price_is_refused() -> None:
    (report,) = await Bench().venue.submit(order("a", BUY, "1"))
    assert isinstance(report, Rejected)
    assert "no price of ABCUSDT" in report.reason


async def test_margin_counts_fees_positions_and_open_orders() -> None:
    bench = Bench()
    bench.flat(100.0)
    # 10,000 at leverage 5 carries 50,000 of notional, less the taker fee of 0.05 %
    assert isinstance((await bench.venue.submit(order("a", BUY, "498.76")))[0], Rejected)
    assert isinstance((await bench.venue.submit(order("b", BUY, "300")))[0], Acked)
    assert isinstance((await bench.venue.submit(order("c", BUY, "198.76")))[0], Rejected)
    bench.flat(100.0)
    assert isinstance((await bench.venue.submit(order("d", BUY, "198.76")))[0], Rejected)
    assert isinstance((await bench.venue.submit(order("e", BUY, "190")))[0], Acked)


async def test_closing_without_the_flag_needs_no_margin() -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(order("a", BUY, "498"))
    bench.flat(100.0)
    assert isinstance((await bench.venue.submit(order("b", BUY, "1")))[0], Rejected)
    assert isinstance((await bench.venue.submit(order("c", SELL, "498")))[0], Acked)


async def test_reduce_only_is_free_of_minimum_and_margin() -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(order("a", BUY, "498"))
    bench.flat(100.0)
    (report,) = await bench.venue.submit(order("b", SELL, "0.01", reduce_only=True))
    assert isinstance(report, Acked)


async def test_margin_is_shared_by_all_symbols() -> None:
    bench = Bench()
    bench.venue.match(minute(bar(0, (100.0,) * 4), bar(0, (50.0,) * 4, symbol=SMALL.symbol)), 0)
    assert isinstance((await bench.venue.submit(order("a", BUY, "400")))[0], Acked)
    (report,) = await bench.venue.submit(order("b", SELL, "2000", symbol=SMALL.symbol))
    assert isinstance(report, Rejected)
    (report,) = await bench.venue.submit(order("c", SELL, "1900", symbol=SMALL.symbol))
    assert isinstance(report, Acked)


async def test_spot_refuses_shorts() -> None:
    bench = Bench()
    bench.venue.match(minute(bar(0, (100.0,) * 4, symbol=SPOT.symbol)), 0)
    (report,) = await bench.venue.submit(order("a", SELL, "1", symbol=SPOT.symbol))
    assert report == Rejected("a", "spot cannot be short: sell 1, held 0", report_at(bench))
    await bench.venue.submit(order("b", BUY, "1", symbol=SPOT.symbol))
    bench.venue.match(minute(bar(0, (100.0,) * 4, symbol=SPOT.symbol)), 1)
    # each alone is covered; together they would be short
    for client_id in ("c", "d"):
        (report,) = await bench.venue.submit(order(client_id, SELL, "1", symbol=SPOT.symbol))
        assert isinstance(report, Acked)
    bench.venue.match(minute(bar(0, (100.0,) * 4, symbol=SPOT.symbol)), 2)
    assert await bench.venue.positions() == ()
    bench.venue.match(minute(bar(0, (100.0,) * 4, symbol=SPOT.symbol)), 3)
    held = await bench.venue.order("d")
    assert held is not None and held.state is OrderState.CANCELED


def report_at(bench: Bench) -> int:
    return bench.venue.place_ns()


async def test_client_ids_of_attached_stops_are_taken() -> None:
    bench = Bench()
    bench.flat(100.0)
    entry = order("e", BUY, "1", LIMIT, limit_price="90.0", attached_stop_price="80.0", attached_stop_id="s")
    await bench.venue.submit(entry)
    for request in (order("s", SELL, "1"), replace(entry, client_id="f")):
        (report,) = await bench.venue.submit(request)
        assert isinstance(report, Rejected)
        assert "duplicate client id s" in report.reason


async def test_a_rejected_order_stays_rejected_under_its_id() -> None:
    bench = Bench(settings=COSTLY)
    bench.flat(100.0)
    request = order("a", BUY, "501")
    first = await bench.venue.submit(request)
    bench.flat(90.0)
    assert await bench.venue.submit(request) == first
    assert FREE.start_balance == (await bench.venue.account()).equity


async def test_a_canceled_order_asked_again_says_that_it_is_canceled() -> None:
    bench = Bench()
    bench.flat(100.0)
    request = order("a", BUY, "1", LIMIT, limit_price=Decimal("90.0"))
    acked = await bench.venue.submit(request)
    canceled = await bench.venue.cancel("a")
    assert await bench.venue.submit(request) == acked + canceled
    assert await bench.venue.open_orders() == ()
