"""At which point, at which price and how much an order fills (semantics.md 3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.adapters.venues.paper_bench import (
    ABC,
    COSTLY,
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
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, PATH_OFFSETS_NS, Side
from ytc_tui.model.orders import Canceled, Liquidity, OrderKind, OrderRole, OrderState

BUY, SELL = Side.BUY, Side.SELL


async def long_at(bench: Bench, price: float, quantity: str = "1") -> None:
    await bench.venue.submit(order("entry", BUY, quantity))
    bench.flat(price)


# ---- path and latency ----


async def test_a_market_order_fills_at_the_next_open_after_its_latency() -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(order("a", BUY, "1"))
    points = bench.play((101.0, 103.0, 99.0, 102.0))
    (fill,) = fills_of(reports_of(points))
    assert fill.price == Decimal("101.0")
    assert fill.at_ns == points[0].at_ns == START_NS + NS_PER_MIN + PATH_OFFSETS_NS[0]


async def test_latency_beyond_a_point_passes_that_point_by() -> None:
    bench = Bench(settings=replace(FREE, latency_ms=20_000))
    bench.flat(100.0)
    await bench.venue.submit(order("a", BUY, "1"))
    (fill,) = fills_of(reports_of(bench.play((101.0, 103.0, 99.0, 102.0))))
    # flat: the nearer extreme (here a tie, so the low) stands at +20 s
    assert (fill.price, fill.at_ns) == (Decimal("99.0"), START_NS + NS_PER_MIN + 20 * NS_PER_S)


@pytest.mark.parametrize(
    ("side", "expected"),
    [(BUY, [100.0, 95.0, 102.0, 101.0]), (SELL, [100.0, 102.0, 95.0, 101.0])],
)
async def test_the_adverse_extreme_comes_first_for_the_position_held_after_the_open(
    side: Side, expected: list[float]
) -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(order("a", side, "1"))
    points = bench.play((100.0, 102.0, 95.0, 101.0))
    assert [point.prices[0].price for point in points] == expected


def test_flat_the_nearer_extreme_comes_first() -> None:
    points = Bench().play((100.0, 102.0, 95.0, 101.0))
    assert [point.prices[0].price for point in points] == [100.0, 102.0, 95.0, 101.0]


async def test_stop_before_target_in_one_bar() -> None:
    bench = Bench()
    bench.flat(100.0)
    await long_at(bench, 100.0)
    stop = order("stop", SELL, "1", OrderKind.STOP, stop_price="99.0", reduce_only=True)
    target = order("target", SELL, "1", OrderKind.LIMIT, limit_price="101.0", reduce_only=True)
    await bench.venue.submit(target)
    await bench.venue.submit(stop)
    reports = reports_of(bench.play((100.0, 102.0, 98.0, 101.5)))
    assert [fill.client_id for fill in fills_of(reports)] == ["stop"]
    assert [r for r in reports if isinstance(r, Canceled)] == [
        Canceled("target", "nothing to reduce", START_NS + 2 * NS_PER_MIN + PATH_OFFSETS_NS[2])
    ]


async def test_on_one_point_stops_go_before_markets_and_limits() -> None:
    bench = Bench()
    bench.flat(100.0)
    await long_at(bench, 100.0, "3")
    for request in (
        order("limit", SELL, "1", OrderKind.LIMIT, limit_price="98.0", reduce_only=True),
        order("market", SELL, "1", reduce_only=True),
        order("stop", SELL, "1", OrderKind.STOP, stop_price="99.0", reduce_only=True),
    ):
        await bench.venue.submit(request)
    fills = fills_of(bench.flat(98.5))
    assert [fill.client_id for fill in fills] == ["stop", "market", "limit"]
    assert len({fill.at_ns for fill in fills}) == 1


async def test_entry_and_attached_stop_touched_in_one_bar_both_fill() -> None:
    bench = Bench()
    bench.flat(100.0)
    entry = order(
        "e", BUY, "1", OrderKind.LIMIT, limit_price="99.0", attached_stop_price="98.0", attached_stop_id="s"
    )
    await bench.venue.submit(entry)
    bench.flat(100.0)
    reports = reports_of(bench.play((100.0, 100.5, 98.5, 97.0)))
    assert [(f.client_id, f.price) for f in fills_of(reports)] == [
        ("e", Decimal("99.0")),
        ("s", Decimal("97.0")),
    ]
    assert await bench.venue.positions() == ()


# ---- prices ----


async def test_a_market_order_pays_half_spread_and_slippage_rounded_against_it() -> None:
    bench = Bench(settings=COSTLY)
    bench.flat(100.0)
    await bench.venue.submit(order("b", BUY, "1"))
    (bought,) = fills_of(bench.flat(100.0))
    await bench.venue.submit(order("s", SELL, "2"))
    (sold,) = fills_of(bench.flat(100.0))
    # 100 x 3 bp = 0.03, to the tick of 0.1 against the order
    assert (bought.price, sold.price) == (Decimal("100.1"), Decimal("99.9"))
    assert bought.reference_price == sold.reference_price == Decimal(100)
    assert bought.fee == Decimal("0.05005")
    assert bought.liquidity is Liquidity.TAKER


async def test_unknown_volume_widens_slippage_and_lifts_the_cap() -> None:
    settings = replace(COSTLY, unknown_volume_slippage_bps=Decimal(30), volume_known={ABC.symbol: False})
    bench = Bench(settings=settings)
    bench.flat(100.0, 0.0)
    await bench.venue.submit(order("b", BUY, "50"))
    (fill,) = fills_of(bench.flat(100.0, 0.0))
    assert (fill.quantity, fill.price) == (Decimal(50), Decimal("100.4"))  # 1 bp + 30 bp = 0.31


@pytest.mark.parametrize(
    ("side", "stop", "point", "price"),
    [
        (SELL, "99.0", 99.0, "98.9"),
        (SELL, "99.0", 97.0, "96.9"),
        (BUY, "101.0", 101.0, "101.1"),
        (BUY, "101.0", 103.0, "103.1"),
    ],
)
async def test_a_stop_fills_at_the_worse_of_stop_and_point_plus_slippage(
    side: Side, stop: str, point: float, price: str
) -> None:
    bench = Bench(settings=COSTLY)
    bench.flat(100.0)
    await bench.venue.submit(order("s", side, "1", OrderKind.STOP, stop_price=stop))
    assert bench.flat(100.0) == []
    (fill,) = fills_of(bench.flat(point))
    assert fill.price == Decimal(price)
    assert fill.reference_price == Decimal(repr(point))


async def test_a_stop_across_a_hole_fills_at_the_first_price_after_it() -> None:
    bench = Bench()
    bench.flat(100.0)
    entry = order("e", BUY, "1", attached_stop_price="99.0", attached_stop_id="s")
    await bench.venue.submit(entry)
    bench.flat(100.0)
    bench.index += 40
    (fill,) = fills_of(bench.flat(90.0))
    assert (fill.client_id, fill.price) == ("s", Decimal("90.0"))


async def test_a_limit_touched_but_not_traded_through_rests() -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(order("l", BUY, "1", OrderKind.LIMIT, limit_price="99.0"))
    assert reports_of(bench.play((100.0, 100.0, 99.0, 100.0))) == []
    (fill,) = fills_of(reports_of(bench.play((100.0, 100.0, 98.9, 100.0))))
    assert (fill.price, fill.liquidity) == (Decimal("99.0"), Liquidity.MAKER)
    assert fill.fee == Decimal("0.0198")


@pytest.mark.parametrize("limit", ["105.0", "100.1"])
async def test_a_marketable_limit_takes_at_the_point_and_half_spread(limit: str) -> None:
    bench = Bench(settings=replace(COSTLY, half_spread_bps=Decimal(10)))
    bench.flat(100.0)
    await bench.venue.submit(order("l", BUY, "1", OrderKind.LIMIT, limit_price=limit))
    (fill,) = fills_of(bench.flat(100.0))
    assert (fill.price, fill.liquidity) == (Decimal("100.1"), Liquidity.TAKER)


async def test_a_taking_limit_is_bounded_by_its_limit() -> None:
    bench = Bench(settings=replace(COSTLY, half_spread_bps=Decimal(100)))
    bench.flat(100.0)
    await bench.venue.submit(order("l", SELL, "1", OrderKind.LIMIT, limit_price="99.8"))
    (fill,) = fills_of(bench.flat(100.0))
    assert (fill.price, fill.liquidity) == (Decimal("99.8"), Liquidity.TAKER)


async def test_a_stop_limit_beyond_its_limit_rests_as_a_limit() -> None:
    bench = Bench()
    bench.flat(100.0)
    request = order("sl", BUY, "1", OrderKind.STOP_LIMIT, stop_price="101.0", limit_price="102.0")
    await bench.venue.submit(request)
    assert bench.flat(103.0) == []  # triggered, above its limit
    assert bench.flat(102.0) == []  # at its limit, not through
    (fill,) = fills_of(bench.flat(101.9))
    assert (fill.price, fill.liquidity) == (Decimal("102.0"), Liquidity.MAKER)


async def test_a_stop_limit_within_its_limit_fills_on_its_trigger_point() -> None:
    bench = Bench(settings=COSTLY)
    bench.flat(100.0)
    request = order("sl", BUY, "1", OrderKind.STOP_LIMIT, stop_price="101.0", limit_price="101.5")
    await bench.venue.submit(request)
    assert bench.flat(100.9) == []
    (fill,) = fills_of(bench.flat(101.5))
    assert (fill.price, fill.reference_price) == (Decimal("101.5"), Decimal("101.5"))


# ---- volume ----


async def test_a_bar_gives_at_most_its_share_and_the_rest_goes_on() -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(order("a", BUY, "2.5"))
    quantities = [
        [fill.quantity for fill in fills_of(bench.flat(100.0, volume))] for volume in (10.0, 0.0, 10.07, 1e6)
    ]
    assert quantities == [[Decimal(1)], [], [Decimal(1)], [Decimal("0.5")]]
    held = await bench.venue.order("a")
    assert held is not None and held.state is OrderState.FILLED


async def test_all_fills_of_a_symbol_in_a_bar_share_the_cap() -> None:
    bench = Bench()
    bench.flat(100.0)
    await bench.venue.submit(order("a", BUY, "0.7"))
    await bench.venue.submit(order("b", BUY, "0.7"))
    fills = fills_of(bench.flat(100.0, 10.0))
    assert [(fill.client_id, fill.quantity) for fill in fills] == [
        ("a", Decimal("0.7")),
        ("b", Decimal("0.3")),
    ]


async def test_the_cap_counts_contracts_not_base_units() -> None:
    bench = Bench()
    bench.venue.match(minute(bar(0, (50.0,) * 4, symbol=SMALL.symbol)), 0)
    await bench.venue.submit(order("a", BUY, "100", symbol=SMALL.symbol))
    reports = bench.venue.match(minute(bar(1, (50.0,) * 4, 25.0, SMALL.symbol)), 0).reports
    (fill,) = fills_of(list(reports))
    assert fill.quantity == 25  # 10 % of 25 base units, at 0.1 base units a contract


async def test_an_emergency_close_is_capped_and_goes_on_until_flat() -> None:
    bench = Bench()
    bench.flat(100.0)
    await long_at(bench, 100.0, "2.5")
    await bench.venue.submit(order("flatten", SELL, "2.5", reduce_only=True, role=OrderRole.FLATTEN))
    left = []
    for _ in range(3):
        bench.flat(100.0, 10.0)
        left.append(sum(p.quantity for p in await bench.venue.positions()))
    assert left == [Decimal("1.5"), Decimal("0.5"), 0]


async def test_what_is_left_of_a_triggered_stop_goes_on_as_a_market_order() -> None:
    bench = Bench()
    bench.flat(100.0)
    await long_at(bench, 100.0, "2")
    await bench.venue.submit(order("s", SELL, "2", OrderKind.STOP, stop_price="99.0", reduce_only=True))
    first = fills_of(reports_of(bench.play((100.0, 100.0, 98.0, 98.0), 10.0)))
    second = fills_of(bench.flat(105.0))
    assert [(f.price, f.quantity) for f in first + second] == [
        (Decimal("98.0"), Decimal(1)),
        (Decimal("105.0"), Decimal(1)),
    ]
