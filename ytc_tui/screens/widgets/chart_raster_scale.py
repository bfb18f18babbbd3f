"""Which candles are shown, and where a price or a minute lies.

Decides the range of prices, round prices for its axis and round times below it. Imports views and model.
Invariant: a scale maps every finite price to a row inside the chart, higher prices never below lower ones.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from ytc_tui.model.market import NS_PER_DAY, NS_PER_MIN
from ytc_tui.views.chart import Candle, ChartLine, LineKind

MAX_PRICE = 1e12
MAX_DECIMALS = 12
# A stop or target joins the range while candles keep at least this share of the height.
_CANDLES_SHARE = 0.5
_LEAST_ROWS_WITH_MARGIN = 10
_LINE_RANK = {LineKind.STOP: 0, LineKind.ENTRY: 1, LineKind.TARGET: 2, LineKind.BREAKEVEN: 3, LineKind.OWN: 4}
_TIME_STEPS_MIN = (1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 4320, 10080, 43200)


def is_price(value: float) -> bool:
    """Whether a number can be drawn: finite, and of a size that rows can tell apart."""
    return -MAX_PRICE < value < MAX_PRICE


def is_drawable(candle: Candle) -> bool:
    return is_price(candle.open) and is_price(candle.high) and is_price(candle.low) and is_price(candle.close)


def line_rank(line: ChartLine) -> int:
    """Order in which lines get a place: what protects first."""
    return _LINE_RANK[line.kind]


def price_text(price: float, decimals: int) -> str:
    return f"{price:.{min(MAX_DECIMALS, max(0, decimals))}f}"


def clock_text(at_ns: int) -> str:
    """HH:MM, UTC."""
    minute = at_ns // NS_PER_MIN % 1440
    return f"{minute // 60:02}:{minute % 60:02}"


def index_at(candles: Sequence[Candle], at_ns: int) -> int:
    """The last candle that opened at or before `at_ns`; -1 when all opened later."""
    return bisect_right(candles, at_ns, key=_open_ns) - 1


def _open_ns(candle: Candle) -> int:
    return candle.open_ns


def shown_range(candles: Sequence[Candle], capacity: int, right_ns: int | None) -> tuple[int, int]:
    """First and one past the last candle of a page of `capacity` that ends at `right_ns` or the newest."""
    count = len(candles)
    right = count if right_ns is None else index_at(candles, right_ns) + 1
    stop = max(min(capacity, count), min(count, right))
    return max(0, stop - capacity), stop


@dataclass(frozen=True, slots=True)
class PriceScale:
    """`low` to `high` over `rows` cells of two halves each; half 0 is the topmost."""

    low: float
    high: float
    rows: int

    @property
    def halves_per_unit(self) -> float:
        return 2 * self.rows / (self.high - self.low)

    def half(self, price: float) -> int:
        """The half cell of a price, clamped to the chart."""
        return max(0, min(2 * self.rows - 1, int((self.high - price) * self.halves_per_unit)))

    def row(self, price: float) -> int:
        return self.half(price) // 2

    @property
    def row_height(self) -> float:
        """The prices in a row."""
        return (self.high - self.low) / self.rows

    def middle(self, row: int) -> float:
        """The price in the middle of a row."""
        return self.high - (row + 0.5) * self.row_height

    def holds(self, price: float) -> bool:
        rounding = (self.high - self.low) * 1e-9
        return self.low - rounding <= price <= self.high + rounding


def scale_of(
    candles: Iterable[Candle],
    last: float | None,
    lines: Iterable[ChartLine],
    rows: int,
    decimals: int,
    marked: bool = False,
) -> PriceScale | None:
    """A range around candles and last price, widened to lines near it; None when there is no price.

    Its ends lie on a coarse grid, so that a small move does not shift every row. With `marked` there is a
    row beyond the highest high and the lowest low, where marks stand.
    """
    prices = [price for candle in candles for price in (candle.high, candle.low, candle.open, candle.close)]
    if last is not None and is_price(last):
        prices.append(last)
    drawable = [line for line in lines if is_price(line.price)]
    if not prices:
        prices = [line.price for line in drawable]
    if not prices:
        return None
    low, high = min(prices), max(prices)
    least = max(4 * 10.0 ** -min(MAX_DECIMALS, max(0, decimals)), abs(high) * 1e-5, abs(low) * 1e-5)
    if high - low < least:
        middle = (high + low) / 2
        low, high = middle - least / 2, middle + least / 2
    most = (high - low) / _CANDLES_SHARE
    middle = (high + low) / 2
    for line in sorted(drawable, key=lambda line: (line_rank(line), abs(line.price - middle))):
        wider_low, wider_high = min(low, line.price), max(high, line.price)
        if wider_high - wider_low <= most:
            low, high = wider_low, wider_high
    # A little more than a row at either end: the grid makes rows a little higher.
    margin = 1.2 * (high - low) / (rows - 2) if marked and rows >= _LEAST_ROWS_WITH_MARGIN else 0.0
    grid = round_step((high - low) / 40, MAX_DECIMALS)
    return PriceScale(floor((low - margin) / grid) * grid, ceil((high + margin) / grid) * grid, rows)


def round_step(at_least: float, decimals: int) -> float:
    """The smallest 1, 2, 2.5 or 5 times a power of ten that is a multiple of the tick and not less."""
    tick = 10.0 ** -min(MAX_DECIMALS, max(0, decimals))
    power = 10.0 ** floor(log10(max(at_least, tick)))
    for factor in (1, 2, 2.5, 5, 10, 20):
        step = factor * power
        ticks = step / tick
        if step >= at_least * (1 - 1e-9) and abs(ticks - round(ticks)) < 1e-6 * max(1.0, ticks):
            return step
    return 20 * power


def price_ticks(scale: PriceScale, decimals: int) -> list[float]:
    """Round prices inside the scale, about three rows apart, highest first."""
    rows_apart = 3 if scale.rows >= 8 else 2
    step = round_step((scale.high - scale.low) * rows_apart / scale.rows, decimals)
    first, final = ceil(scale.low / step), floor(scale.high / step)
    return [number * step for number in range(final, first - 1, -1)]


def time_ticks(
    candles: Sequence[Candle], minutes: int, columns_apart: int, pitch: int
) -> Iterator[tuple[int, str]]:
    """Index and text of candles at round times, at least `columns_apart` apart on a regular feed."""
    wanted = max(1, minutes) * columns_apart / pitch
    step_min = next((step for step in _TIME_STEPS_MIN if step >= wanted), _TIME_STEPS_MIN[-1])
    step_ns = step_min * NS_PER_MIN
    earlier: int | None = None
    for index, candle in enumerate(candles):
        slot = candle.open_ns // step_ns
        if slot != earlier and (earlier is not None or candle.open_ns % step_ns == 0):
            yield index, clock_text(candle.open_ns)
        earlier = slot


def same_day(first_ns: int, second_ns: int) -> bool:
    return first_ns // NS_PER_DAY == second_ns // NS_PER_DAY
