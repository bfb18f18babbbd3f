"""Chart views for tests: small ones made by hand, and a short trade in the bundled demo data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from itertools import pairwise

from tests.analysis.series import demo_bars
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.structure import SwingKind, ZoneRole
from ytc_tui.views.chart import (
    Candle,
    ChartLeg,
    ChartLine,
    ChartMark,
    ChartNews,
    ChartSwing,
    ChartView,
    ChartZone,
    LineKind,
    MarkKind,
)

NINE_NS = 9 * 60 * NS_PER_MIN
DAY_2022_11_08_NS = 1_667_865_600_000_000_000


def candle(place: int, open_: float, high: float, low: float, close: float, minutes: int = 1) -> Candle:
    """The candle number `place` from 09:00 on; its volume says which it is."""
    return Candle(NINE_NS + place * minutes * NS_PER_MIN, open_, high, low, close, 500.0 * abs(place))


def small_candles() -> tuple[Candle, ...]:
    """A fall, an unchanged candle, a rise."""
    return (
        candle(0, 108, 109, 105, 106),
        candle(1, 106, 107, 101, 102),
        candle(2, 102, 104, 100, 102),
        candle(3, 102, 106, 101, 105),
        candle(4, 105, 108, 105, 108),
        candle(5, 108, 109, 106, 107),
    )


def small_view(
    candles: tuple[Candle, ...] | None = None,
    *,
    zones: tuple[ChartZone, ...] = (),
    swings: tuple[ChartSwing, ...] = (),
    lines: tuple[ChartLine, ...] = (),
    marks: tuple[ChartMark, ...] = (),
    legs: tuple[ChartLeg, ...] = (),
    news: tuple[ChartNews, ...] = (),
) -> ChartView:
    shown = small_candles() if candles is None else candles
    last = shown[-1].close if shown else None
    return ChartView("BTCUSDT", 1, 1, last, shown, zones, swings, lines, marks, legs, news)


def long_view(count: int) -> ChartView:
    """`count` candles that go up and down, so that every page looks different."""
    closes = [100 + (place * 7 % 13) + place / 10 for place in range(count + 1)]
    return small_view(
        tuple(
            candle(place, before, max(before, after) + 1, min(before, after) - 1, after)
            for place, (before, after) in enumerate(pairwise(closes))
        )
    )


def with_trades(count: int, *places: int) -> ChartView:
    """Candles with a trade entered in each of `places`."""
    marks = (
        ChartMark(MarkKind.ENTRY, Side.BUY, NINE_NS + place * NS_PER_MIN + 7, 100.0, f"T{place}")
        for place in places
    )
    return replace(long_view(count), marks=tuple(marks))


@cache
def trade_view() -> ChartView:
    """ETHUSDT on three minutes at 04:51 of 8 November 2022, short since 04:41:40."""
    until_ns = DAY_2022_11_08_NS + (4 * 60 + 51) * NS_PER_MIN
    from_ns = DAY_2022_11_08_NS
    minutes = [bar for bar in demo_bars("ETHUSDT") if from_ns <= bar.open_ns < until_ns]
    threes = [minutes[at : at + 3] for at in range(0, len(minutes), 3)]
    candles = tuple(
        Candle(
            group[0].open_ns,
            group[0].open,
            max(bar.high for bar in group),
            min(bar.low for bar in group),
            group[-1].close,
            sum(bar.volume for bar in group),
        )
        for group in threes
    )
    return ChartView(
        symbol="ETHUSDT",
        minutes=3,
        decimals=2,
        last=candles[-1].close,
        candles=candles,
        zones=(
            ChartZone(ZoneRole.SUPPORT, 1438.0, 1446.0, 5),
            ChartZone(ZoneRole.RESISTANCE, 1497.0, 1508.0, 2),
            ChartZone(ZoneRole.RESISTANCE, 1570.0, 1582.0, 9),
        ),
        swings=tuple(_swings(candles)),
        lines=(
            ChartLine(LineKind.ENTRY, 1473.18, "entry"),
            ChartLine(LineKind.STOP, 1484.94, "stop"),
            ChartLine(LineKind.TARGET, 1457.10, "T1"),
            ChartLine(LineKind.TARGET, 1392.00, "T2"),
            ChartLine(LineKind.BREAKEVEN, 1471.71, "breakeven"),
        ),
        marks=(
            ChartMark(MarkKind.ENTRY, Side.BUY, at_min(226), 1479.0, "T0001"),
            ChartMark(MarkKind.PARTIAL, Side.SELL, at_min(235), 1483.0, "T0001"),
            ChartMark(MarkKind.EXIT, Side.SELL, at_min(246), 1480.0, "T0001 trailing stop"),
            ChartMark(MarkKind.ENTRY, Side.SELL, at_min(281) + 40_000_000_000, 1473.18, "T0002"),
        ),
        legs=tuple(_legs(_swings(candles))),
        news=(
            ChartNews(at_min(195), at_min(225), True, "USD CPI m/m"),
            ChartNews(at_min(270), at_min(276), False, "USD Retail Sales"),
        ),
    )


def at_min(minute: int) -> int:
    """UTC ns of a minute of 8 November 2022."""
    return DAY_2022_11_08_NS + minute * NS_PER_MIN


def _legs(swings: Iterable[ChartSwing]) -> Iterable[ChartLeg]:
    """From each high to the low that follows."""
    ordered = sorted(swings, key=lambda swing: swing.at_ns)
    for start, end in pairwise(ordered):
        if (start.kind, end.kind) == (SwingKind.HIGH, SwingKind.LOW):
            yield ChartLeg(start.at_ns, start.price, end.at_ns, end.price)


def _swings(candles: tuple[Candle, ...]) -> Iterable[ChartSwing]:
    """Candles that stand out from three on either side."""
    for at in range(3, len(candles) - 3):
        around = (*candles[at - 3 : at], *candles[at + 1 : at + 4])
        if candles[at].high > max(each.high for each in around):
            yield ChartSwing(SwingKind.HIGH, candles[at].open_ns, candles[at].high)
        if candles[at].low < min(each.low for each in around):
            yield ChartSwing(SwingKind.LOW, candles[at].open_ns, candles[at].low)
