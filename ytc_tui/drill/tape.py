"""The market of a drill: quiet minutes of two symbols, and the prices that a scene puts in their place.

Decides prices and times. Imports the model. Invariant: the same scene meets the same prices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from ytc_tui.engine.ports import Minute
from ytc_tui.model.market import NS_PER_MIN, NS_PER_MS, Bar

FIRST, SECOND = "BTCUSDT", "ETHUSDT"
LEVELS = {FIRST: 20_000.0, SECOND: 1_500.0}
# Open, high, low, close, volume; None = no bar of this symbol.
Ohlcv = tuple[float, float, float, float, float]
Changed = Mapping[tuple[int, str], Ohlcv | None]

INIT_NS = int(datetime(2022, 11, 8, 12, tzinfo=UTC).timestamp()) * 1_000_000_000
WARM_MINUTES, MINUTES = 96, 60
# INIT at minute 0, the open a minute later, trading another one later.
TRADING = 2
_BODY, _WICK, _VOLUME = 0.0006, 0.0003, 1_000.0


def quiet(symbol: str, minute: int) -> Ohlcv:
    """A bar up, a bar down, so that there is a range and no swing stands out."""
    level = LEVELS[symbol]
    top, wick = round(level * (1 + _BODY), 2), round(level * _WICK, 2)
    opened, closed = (level, top) if minute % 2 == 0 else (top, level)
    return opened, round(top + wick, 2), round(level - wick, 2), closed, _VOLUME


def still(price: float, volume: float = _VOLUME) -> Ohlcv:
    """A minute in which the price does not move."""
    return price, price, price, price, volume


def moved(opened: float, closed: float, volume: float = _VOLUME) -> Ohlcv:
    """A straight minute from one price to another."""
    return opened, max(opened, closed), min(opened, closed), closed, volume


def open_ns(minute: int) -> int:
    """When the minute with this number opens, UTC ns."""
    return INIT_NS + minute * NS_PER_MIN


def write(folder: Path) -> tuple[str, ...]:
    """The quiet market as files that the bars feed reads."""
    paths = []
    for symbol in LEVELS:
        lines = ["timestamp,open,high,low,close,volume"]
        for minute in range(-WARM_MINUTES, MINUTES):
            values = ",".join(map(repr, quiet(symbol, minute)))
            lines.append(f"{open_ns(minute) // NS_PER_MS},{values}")
        path = folder / f"drill_um_{symbol}_1m.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        paths.append(f"{symbol}={path}")
    return tuple(paths)


def staged(minutes: Iterator[Minute], changed: Changed) -> Iterator[Minute]:
    """The feed's minutes with the bars of a scene in their place."""
    for minute in minutes:
        number = (minute.open_ns - INIT_NS) // NS_PER_MIN
        bars = (_bar(bar, changed.get((number, bar.symbol), bar)) for bar in minute.bars)
        yield minute._replace(bars=tuple(bar for bar in bars if bar is not None))


def _bar(bar: Bar, put: Bar | Ohlcv | None) -> Bar | None:
    if put is None or isinstance(put, Bar):
        return put
    opened, high, low, close, volume = put
    return bar._replace(open=opened, high=high, low=low, close=close, volume=volume)
