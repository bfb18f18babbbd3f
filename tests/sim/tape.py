"""Synthetic one-minute bars, told minute by minute, as a file that the bars feed reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.sim.clock_text import at
from ytc_tui.model.market import NS_PER_MIN

Ohlcv = tuple[float, float, float, float, float]

DAY = "2022-11-08"
VOLUME = 1_000.0
# The quiet market around a level: a bar up, a bar down, so that ATR exists and no swing stands out.
_BAR_SHARE = 0.0006
_WICK_SHARE = 0.0003


def on_day(clock: str) -> int:
    """`12:40` on the tape's day, or `2022-11-09T12:40`, as UTC nanoseconds."""
    return at(clock if "T" in clock else f"{DAY}T{clock}")


@dataclass
class Tape:
    """The bars of one symbol. Minutes that are not told go on quietly around the last close told."""

    start: str = "09:00"
    end: str = "14:00"
    level: float = 20_000.0
    symbol: str = "BTCUSDT"
    volume: float = VOLUME
    told: dict[int, Ohlcv] = field(default_factory=dict)
    holes: set[int] = field(default_factory=set)

    def bar(
        self, clock: str, low: float, high: float, *, opens: float, closes: float, volume: float | None = None
    ) -> Tape:
        """The bar of one minute."""
        volume = self.volume if volume is None else volume
        self.told[on_day(clock)] = (opens, high, low, closes, volume)
        return self

    def walk(self, clock: str, *closes: float) -> Tape:
        """Straight bars from `clock` on, each from the close before it to the next of `closes`."""
        begin_ns = on_day(clock)
        before = self._close_before(begin_ns)
        for index, price in enumerate(closes):
            low, high = min(before, price), max(before, price)
            self.told[begin_ns + index * NS_PER_MIN] = (before, high, low, price, self.volume)
            before = price
        return self

    def hole(self, clock: str, minutes: int) -> Tape:
        """No bars for `minutes` from `clock` on."""
        self.holes.update(on_day(clock) + index * NS_PER_MIN for index in range(minutes))
        return self

    def _close_before(self, open_ns: int) -> float:
        told = [time for time in self.told if time < open_ns]
        return self.told[max(told)][3] if told else self.level

    def rows(self) -> list[tuple[int, Ohlcv]]:
        """Every bar with its opening instant, in order."""
        rows = []
        level, up = self.level, True
        bar, wick = round(self.level * _BAR_SHARE, 1), round(self.level * _WICK_SHARE, 1)
        for open_ns in range(on_day(self.start), on_day(self.end), NS_PER_MIN):
            told: Any = self.told.get(open_ns)
            if told is not None:
                level = told[3]
            elif up:
                told = (level, level + bar + wick, level - wick, level + bar, self.volume)
            else:
                told = (level + bar, level + bar + wick, level - wick, level, self.volume)
            up = not up
            told = (*(round(price, 2) for price in told[:4]), told[4])
            if open_ns not in self.holes:
                rows.append((open_ns, told))
        return rows

    def write(self, folder: Path) -> str:
        """The path of the file that holds this tape."""
        path = folder / f"tape_um_{self.symbol}_1m.csv"
        lines = ["timestamp,open,high,low,close,volume"]
        lines += [
            ",".join([str(open_ns // 1_000_000), *map(repr, values)]) for open_ns, values in self.rows()
        ]
        path.write_text("\n".join(lines) + "\n")
        return str(path)
