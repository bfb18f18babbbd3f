"""Bars for analysis tests: made from prices, from random walks, and from the bundled market data."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq

import ytc_tui
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import NS_PER_MIN, NS_PER_MS, Bar

START_NS = 1_667_260_800 * 1_000_000_000  # 2022-11-01T00:00Z
DEMO = Path(ytc_tui.__file__).parent / "data" / "demo"


def bar(
    minute: int, open_: float, high: float, low: float, close: float, *, width: int = 1, volume: float = 1.0
) -> Bar:
    """Bar number `minute` of a series of bars `width` minutes wide."""
    return Bar("BTCUSDT", START_NS + minute * width * NS_PER_MIN, open_, high, low, close, volume)


def bars_of_highs(highs: Sequence[float]) -> list[Bar]:
    """Bars with these highs whose lows fall ever further, so that no swing low forms."""
    return [bar(i, h - 0.5, h, -1000.0 - i, h - 0.5) for i, h in enumerate(highs)]


def zigzag(turns: Sequence[float], *, leg_bars: int = 4, width: int = 3, wick: float = 0.0) -> list[Bar]:
    """Bars that walk in straight legs from one turning price to the next.

    The bar that ends a leg has its extreme exactly at the turning price.
    """
    bars: list[Bar] = []
    price = turns[0]
    for target in turns[1:]:
        step = (target - price) / leg_bars
        for i in range(leg_bars):
            close = target if i == leg_bars - 1 else price + step
            high, low = max(price, close) + wick, min(price, close) - wick
            bars.append(bar(len(bars), price, high, low, close, width=width))
            price = close
    return bars


def minutes_of(closes: Iterable[float], *, wick: float = 0.1, start: int = 0) -> list[Bar]:
    """One-minute bars through `closes`, each with a wick on both sides."""
    bars: list[Bar] = []
    previous: float | None = None
    for i, close in enumerate(closes):
        open_ = close if previous is None else previous
        bars.append(bar(start + i, open_, max(open_, close) + wick, min(open_, close) - wick, close))
        previous = close
    return bars


def random_walk(seed: int, count: int, *, hole_chance: float = 0.0) -> list[Bar]:
    """One-minute bars on a 0.1 grid; a hole of up to 40 minutes follows a bar with `hole_chance`."""
    rng = random.Random(seed)
    bars = []
    minute = rng.randrange(30)
    price = 20_000.0
    drift = 0.0
    for _ in range(count):
        if rng.random() < 0.02:
            drift = rng.uniform(-4.0, 4.0)
        close = round(price + rng.gauss(drift, 8.0), 1)
        high = round(max(price, close) + abs(rng.gauss(0.0, 4.0)), 1)
        low = round(min(price, close) - abs(rng.gauss(0.0, 4.0)), 1)
        bars.append(bar(minute, price, high, low, close, volume=round(rng.random() * 9.0, 3)))
        price = close
        minute += 1 + (rng.randrange(1, 41) if rng.random() < hole_chance else 0)
    return bars


def mirrored(bars: Iterable[Bar], around: float) -> list[Bar]:
    """The same bars upside down: highs become lows. Exact when prices and `around` are dyadic."""
    return [
        Bar(b.symbol, b.open_ns, around - b.open, around - b.low, around - b.high, around - b.close, b.volume)
        for b in bars
    ]


@cache
def demo_bars(symbol: str = "BTCUSDT") -> tuple[Bar, ...]:
    """The bundled demo of `symbol`, 2022-11-01 to 10."""
    table = pq.read_table(DEMO / f"binance_um_{symbol}_1m_2022-11-01_10.parquet")
    names = ("timestamp", "open", "high", "low", "close", "volume")
    columns = [table.column(name).to_pylist() for name in names]
    return tuple(
        Bar(symbol, int(ms) * NS_PER_MS, float(o), float(h), float(lo), float(c), float(v))
        for ms, o, h, lo, c, v in zip(*columns, strict=True)
    )


def fed(market: SymbolAnalysis, bars: Iterable[Bar]) -> SymbolAnalysis:
    for each in bars:
        market.on_minute(each)
    return market
