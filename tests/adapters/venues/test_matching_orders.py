"""The life of orders at the paper venue: reduce only, attached stops, expiry, turns of symbols."""

from __future__ import annotations

from decimal import Decimal

from tests.adapters.venues.paper_bench import (
    ABC,
    FREE,
    SMALL,
    START_NS,
    Bench,
    bar,
    fills_of,
    minute,
    order,
    reports_of,
)
from ytc_tui.model.market import NS_PER_MIN, PATH_OFFSETS_NS, Side
from ytc_tui.model.orders import Acked, Canceled, Expired, Fill, OrderKind, OrderRole

BUY, SELL = Side.BUY, Side.SELL


async def long_at(bench: Bench, price: float, quantity: str = "1") -> None:
    await bench.venue.submit(order("entry", BUY, quantity))
    bench.flat(price)


async def test_reduce_only_is_cut_to_the_position_and_the_rest_is_canceled() -> None:
    bench = Bench()
    bench.flat(100.0)
    await long_at(bench, 100.0)
    await bench.venue.submit(order("x", SELL, "5", reduce_only=True))
    reports = bench.flat(100.0)
    assert [type(r) for r in reports] == [Fill, Canceled]
    assert fills_of(reports)[0].quantity == 1
    assert await bench.venue.positions() == ()


async def test_reduce_only_without_a_position_is_canceled_at_the_next_point() -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(order("x", SELL, "1", OrderKind.LIMIT, limit_price="90.0", reduce_only=True))
    (report,) = bench.flat(100.0)
    assert report == Canceled("x", "nothing to reduce", START_NS + NS_PER_MIN + PATH_OFFSETS_NS[0])
    assert bench.venue.idle()


async def test_an_attached_stop_grows_with_its_entry() -> None:
    bench = Bench()
    bench.flat(100.0)
    entry = order("e", BUY, "2", attached_stop_price="99.0", attached_stop_id="s")
    await bench.venue.submit(entry)
    births = []
    for volume in (12.0, 1e6):
        reports = bench.flat(100.0, volume)
        assert [type(r) for r in reports] == [Fill, Acked]
        births += [r for r in reports if isinstance(r, Acked)]
    requests = [birth.request for birth in births]
    assert [r.quantity for r in requests if r] == [Decimal("1.2"), Decimal(2)]
    assert births[0].venue_order_id == births[1].venue_order_id
    stop = requests[0]
    assert stop is not None
    assert (stop.side, stop.kind, stop.role) == (SELL, OrderKind.STOP, OrderRole.PROTECTIVE_STOP)
    assert stop.reduce_only
    (closed,) = fills_of(bench.flat(98.0))
    assert (closed.client_id, closed.quantity) == ("s", Decimal(2))


async def test_entry_and_attached_stop_touched_at_one_point_both_fill() -> None:
    bench = Bench()
    bench.flat(100.0)
    entry = order(
        "e", BUY, "1", OrderKind.LIMIT, limit_price="99.0", attached_stop_price="98.0", attached_stop_id="s"
    )
    await bench.venue.submit(entry)
    bench.flat(100.0)
    reports = reports_of(bench.play((100.0, 100.5, 97.0, 99.5)))
    filled, working, stopped = reports
    assert isinstance(filled, Fill)
    assert isinstance(working, Acked)
    assert isinstance(stopped, Fill)
    assert (filled.client_id, filled.price) == ("e", Decimal("99.0"))
    assert (stopped.client_id, stopped.price) == ("s", Decimal("97.0"))
    assert filled.at_ns == working.at_ns == stopped.at_ns
    assert await bench.venue.positions() == ()


async def test_an_attached_stop_touched_without_volume_left_goes_on_as_a_market_order() -> None:
    bench = Bench()
    bench.flat(100.0)
    entry = order(
        "e", BUY, "2", OrderKind.LIMIT, limit_price="99.0", attached_stop_price="98.0", attached_stop_id="s"
    )
    await bench.venue.submit(entry)
    bench.flat(100.0)
    first = fills_of(reports_of(bench.play((100.0, 100.5, 97.0, 99.5), 10.0)))
    second = fills_of(bench.flat(105.0))
    assert [(f.client_id, f.price, f.quantity) for f in first] == [("e", Decimal("99.0"), Decimal(1))]
    assert [(f.client_id, f.price, f.quantity) for f in second] == [("s", Decimal("105.0"), Decimal(1))]
    assert await bench.venue.open_orders() == ()


async def test_a_filled_attached_stop_ends_the_rest_of_its_entry() -> None:
    bench = Bench()
    bench.flat(100.0)
    entry = order("e", BUY, "2", attached_stop_price="99.0", attached_stop_id="s")
    await bench.venue.submit(entry)
    bench.flat(100.0, 10.0)
    reports = bench.flat(98.0)
    assert [(type(r), r.client_id) for r in reports if isinstance(r, Fill | Canceled)] == [
        (Fill, "s"),
        (Canceled, "e"),
    ]
    assert await bench.venue.positions() == ()
    assert await bench.venue.open_orders() == ()


async def test_an_attached_stop_stays_while_its_entry_can_still_fill() -> None:
    bench = Bench()
    bench.flat(100.0)
    entry = order(
        "e", BUY, "2", OrderKind.LIMIT, limit_price="99.0", attached_stop_price="95.0", attached_stop_id="s"
    )
    await bench.venue.submit(entry)
    bench.flat(100.0)
    bench.flat(98.0, 10.0)
    await bench.venue.submit(order("x", SELL, "1", reduce_only=True))
    bench.flat(100.0)
    assert [o.request.client_id for o in await bench.venue.open_orders()] == ["e", "s"]
    bench.flat(98.0)
    (closed,) = fills_of(bench.flat(94.0))
    assert (closed.client_id, closed.quantity) == ("s", Decimal(1))
    bench.flat(94.0)
    assert bench.venue.idle()


async def test_an_order_expires_before_it_is_matched() -> None:
    bench = Bench()
    bench.flat(100.0)
    expires_ns = START_NS + NS_PER_MIN + PATH_OFFSETS_NS[1]
    await bench.venue.submit(order("l", BUY, "1", OrderKind.LIMIT, limit_price="99.0", expires_ns=expires_ns))
    reports = reports_of(bench.play((100.0, 100.0, 98.0, 98.0)))
    assert reports == [Expired("l", expires_ns)]
    assert await bench.venue.cancel("l") == (Expired("l", expires_ns),)


async def test_an_order_expires_in_a_minute_without_its_symbol() -> None:
    bench = Bench()
    bench.flat(100.0)
    expires_ns = START_NS + NS_PER_MIN
    await bench.venue.submit(order("l", BUY, "1", OrderKind.LIMIT, limit_price="99.0", expires_ns=expires_ns))
    point = bench.venue.match(minute(bar(1, (50.0,) * 4, symbol=SMALL.symbol)), 0)
    assert point.reports == (Expired("l", point.at_ns),)


async def test_symbols_of_one_point_go_in_name_order() -> None:
    bench = Bench()
    both = [bar(0, (50.0,) * 4, symbol=SMALL.symbol), bar(0, (100.0,) * 4)]
    bench.venue.match(minute(*both), 0)
    await bench.venue.submit(order("z", BUY, "10", symbol=SMALL.symbol))
    await bench.venue.submit(order("a", BUY, "1"))
    fills = fills_of(list(bench.venue.match(minute(*both), 1).reports))
    assert [fill.symbol for fill in fills] == [ABC.symbol, SMALL.symbol]


async def test_one_order_can_close_and_open_the_other_side() -> None:
    bench = Bench()
    bench.flat(100.0)
    await long_at(bench, 100.0)
    await bench.venue.submit(order("flip", SELL, "3"))
    bench.flat(110.0)
    (position,) = await bench.venue.positions()
    assert (position.quantity, position.cost) == (Decimal(-2), Decimal(220))
    fees = Decimal("0.05") + Decimal("0.165")
    assert (await bench.venue.account()).wallet_balance == FREE.start_balance + 10 - fees
