"""The market of a world: bars in memory behind the feed's face, and what a seed makes of prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ytc_tui.engine.ports import Minute
from ytc_tui.model.market import NS_PER_MIN, Bar

START_NS = 1_667_908_800 * 1_000_000_000  # 2022-11-08 12:00Z, INIT
WARM_MINUTES = 64
MINUTES = 30
LEVELS = {"BTCUSDT": 20_000.0, "ETHUSDT": 1_500.0}
TICKS = {"BTCUSDT": 1, "ETHUSDT": 2}  # decimals of a price


@dataclass(frozen=True)
class MemoryFeed:
    """What the engine asks of a bars feed, over minutes in memory."""

    all_minutes: tuple[Minute, ...]
    digest: str
    symbols: tuple[str, ...] = tuple(LEVELS)
    from_ns: int = START_NS
    to_ns: int = START_NS + MINUTES * NS_PER_MIN
    start_ns: int = START_NS - WARM_MINUTES * NS_PER_MIN
    last_ns: int = START_NS + (MINUTES - 1) * NS_PER_MIN

    def volume_known(self, symbol: str) -> bool:
        return True

    def minutes(self, start_ns: int) -> Iterator[Minute]:
        return (minute for minute in self.all_minutes if minute.open_ns >= start_ns)


def _bar(chance: Random, symbol: str, open_ns: int, price: float, reach: float) -> Bar:
    digits = TICKS[symbol]
    close = max(price / 2, price + chance.uniform(-reach, reach))
    low = min(price, close) - chance.uniform(0, reach / 2)
    high = max(price, close) + chance.uniform(0, reach / 2)
    volume = chance.choice((0.0, 2.0, 50.0, 1_000.0, 1_000.0))
    opened, high, low, close = (round(value, digits) for value in (price, high, low, close))
    return Bar(symbol, open_ns, opened, high, low, close, volume)


def market(chance: Random, *, wild: bool) -> MemoryFeed:
    """A walk of two symbols, quiet before the session, with a hole now and then."""
    minutes: list[Minute] = []
    prices = dict(LEVELS)
    hole = 0
    for number in range(-WARM_MINUTES, MINUTES):
        open_ns = START_NS + number * NS_PER_MIN
        share = 0.0006 if number < 0 else (0.006 if wild else 0.0025)
        if number > 2 and chance.random() < 0.01:
            hole = chance.choice((1, 3, 8))
        bars = []
        for symbol, level in LEVELS.items():
            bar = _bar(chance, symbol, open_ns, prices[symbol], level * share)
            if number < 0:
                bar = bar._replace(volume=1_000.0)
            prices[symbol] = bar.close
            bars.append(bar)
        if hole:
            hole -= 1
            continue
        minutes.append(Minute(open_ns, tuple(bars)))
    return MemoryFeed(tuple(minutes), f"world-{chance.random()}")
