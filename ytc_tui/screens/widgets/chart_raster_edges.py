"""What is written around the plot: the price axis, the times below, the title line.

Decides which label gets a row when two want the same. Imports views. Invariant: the last price and the
lines of a trade are placed before round prices, and labels stand in the order of their prices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ytc_tui.model.market import NS_PER_DAY, Side
from ytc_tui.model.structure import ZoneRole
from ytc_tui.screens.widgets.chart_raster_canvas import Canvas, Ground, Ink, one_cell_each
from ytc_tui.screens.widgets.chart_raster_layout import Viewport, line_name
from ytc_tui.screens.widgets.chart_raster_plot import LINE_INKS, ZONE_INKS, Page, zone_name
from ytc_tui.screens.widgets.chart_raster_scale import (
    clock_text,
    is_price,
    line_rank,
    price_text,
    price_ticks,
    same_day,
    time_ticks,
)
from ytc_tui.views.chart import Candle, ChartView, ChartZone

_TOP = 1
_LAST_RANK, _LINES_RANK, _ZONES_RANK, _TICKS_RANK = 0, 1, 8, 9
_TIME_COLUMNS_APART = 10


@dataclass(frozen=True, slots=True)
class EdgeLabel:
    """A price beside the plot. `mark` stands on the axis: a tick, the last price, or which way it lies."""

    rank: int
    row: int
    value: float
    mark: str
    price: str
    name: str
    ink: Ink


def draw_prices(canvas: Canvas, page: Page, ascii_only: bool) -> None:
    """The axis with its labels; without room for names they are written into the plot."""
    layout = page.layout
    if layout.price_width:
        for row in range(layout.plot_rows):
            canvas.put(layout.axis_x, _TOP + row, page.glyphs.axis, Ink.AXIS)
    for row, label in _placed(list(_labels(page, ascii_only)), layout.plot_rows).items():
        y = _TOP + row
        if layout.price_width:
            canvas.put(layout.axis_x, y, label.mark, label.ink)
            price = label.price.rjust(layout.price_width)[: layout.price_width]
            after = canvas.write(layout.axis_x + 1, y, price, label.ink)
            if layout.name_width:
                canvas.write(after + 1, y, label.name[: layout.name_width], label.ink)
            elif _LINES_RANK <= label.rank < _ZONES_RANK:
                canvas.write(layout.plot_left, y, label.name[: layout.plot_width], label.ink)
        elif _LINES_RANK <= label.rank < _ZONES_RANK:
            way = label.mark if label.mark in (page.glyphs.above, page.glyphs.below) else ""
            canvas.write(0, y, f"{label.name} {label.price} {way}".rstrip(), label.ink)


def _labels(page: Page, ascii_only: bool) -> Iterator[EdgeLabel]:
    view, scale, glyphs = page.view, page.scale, page.glyphs
    if view.last is not None and is_price(view.last):
        mark = _way(page, view.last) or glyphs.last
        yield _label(page, _LAST_RANK, view.last, mark, "", Ink.LAST)
    for line in view.lines:
        if is_price(line.price):
            mark = _way(page, line.price) or glyphs.tick
            name = line_name(line, view.decimals, ascii_only)
            yield _label(page, _LINES_RANK + line_rank(line), line.price, mark, name, LINE_INKS[line.kind])
    for zone, price in _nearest_zones(page):
        yield _label(page, _ZONES_RANK, price, _way(page, price), zone_name(zone), ZONE_INKS[zone.role])
    for price in price_ticks(scale, view.decimals):
        yield _label(page, _TICKS_RANK, price, glyphs.tick, "", Ink.AXIS)


def _label(page: Page, rank: int, price: float, mark: str, name: str, ink: Ink) -> EdgeLabel:
    text = price_text(price, page.view.decimals)
    return EdgeLabel(rank, page.scale.row(price), price, mark, text, name, ink)


def _way(page: Page, price: float) -> str:
    """The arrow towards a price outside the range; empty inside."""
    if page.scale.holds(price):
        return ""
    return page.glyphs.above if price > page.scale.high else page.glyphs.below


def _nearest_zones(page: Page) -> Iterator[tuple[ChartZone, float]]:
    """The next resistance above the range and the next support below, with the edge met first."""
    zones = [zone for zone in page.view.zones if is_price(zone.low) and is_price(zone.high)]
    resistance = [zone for zone in zones if zone.role is ZoneRole.RESISTANCE and zone.low > page.scale.high]
    support = [zone for zone in zones if zone.role is ZoneRole.SUPPORT and zone.high < page.scale.low]
    if resistance:
        nearest = min(resistance, key=lambda zone: zone.low)
        yield nearest, nearest.low
    if support:
        nearest = max(support, key=lambda zone: zone.high)
        yield nearest, nearest.high


def _placed(labels: list[EdgeLabel], rows: int) -> dict[int, EdgeLabel]:
    """A row for each label, in the order of prices; round prices and zones only where theirs is free."""
    firm = sorted((label for label in labels if label.rank < _ZONES_RANK), key=lambda label: label.rank)
    firm = sorted(firm[:rows], key=lambda label: -label.value)
    taken = dict(zip(_spread([label.row for label in firm], rows), firm, strict=True))
    for label in sorted(labels, key=lambda label: label.rank):
        if label.rank >= _ZONES_RANK and label.row not in taken and _in_order(taken, label):
            taken[label.row] = label
    return taken


def _spread(wanted: list[int], rows: int) -> list[int]:
    """Distinct rows nearest to the wanted ones, which do not descend: neighbours in one row share the way.

    Least squares under the order (pool adjacent violators) of wanted row minus place in the list.
    """
    pools: list[tuple[float, int]] = []
    for place, row in enumerate(wanted):
        mean, size = float(row - place), 1
        while pools and pools[-1][0] >= mean:
            other, others = pools.pop()
            mean, size = (mean * size + other * others) / (size + others), size + others
        pools.append((mean, size))
    offsets = [round(mean) for mean, size in pools for _ in range(size)]
    return [max(0, min(rows - len(wanted), offset)) + place for place, offset in enumerate(offsets)]


def _in_order(taken: dict[int, EdgeLabel], label: EdgeLabel) -> bool:
    return all(
        other.value > label.value if row < label.row else other.value < label.value
        for row, other in taken.items()
    )


def draw_times(canvas: Canvas, page: Page, cursor: int | None) -> None:
    """Round times below their candles; the cursor's own time takes the place of those it would touch."""
    layout, y = page.layout, canvas.height - 1
    candles = page.view.candles
    kept_left = kept_right = -1
    if cursor is not None:
        text = clock_text(candles[cursor].open_ns)
        x = max(layout.plot_left, min(layout.axis_x - len(text), page.column(cursor) - 2))
        canvas.shade(y, x, x + len(text), Ground.CURSOR_COLUMN)
        canvas.write(x, y, text, Ink.CURSOR)
        kept_left, kept_right = x - 1, x + len(text) + 1
    free_from = layout.plot_left
    shown = candles[page.first : page.stop]
    for index, text in time_ticks(shown, page.view.minutes, _TIME_COLUMNS_APART, layout.pitch):
        x = page.column(page.first + index) - 2
        end = x + len(text)
        if x >= free_from and end <= layout.axis_x and (end <= kept_left or x >= kept_right):
            free_from = canvas.write(x, y, text, Ink.AXIS) + 2
    if layout.price_width >= 3:
        canvas.write(layout.axis_x + 1, y, "UTC", Ink.AXIS)


def draw_title(canvas: Canvas, view: ChartView | None, port: Viewport) -> int:
    """Symbol, timeframe and last price, or that there is nothing; returns the column after them."""
    if view is None:
        return canvas.write(0, 0, "no bars yet", Ink.NOTE)
    x = canvas.write(0, 0, _heading(view, port.ascii_only), Ink.TITLE) + 2
    if view.last is not None:
        x = canvas.write(x, 0, price_text(view.last, view.decimals), Ink.TITLE) + 2
    if view.candles:
        return x
    return canvas.write(x, 0, f"no bars: {view.not_known}" if view.not_known else "no bars yet", Ink.NOTE)


def draw_newer(canvas: Canvas, x: int, count: int, port: Viewport) -> None:
    """How many newer candles are out of sight, at the right end where `x` leaves room."""
    note = f"{count} newer {port.glyphs.newer}"
    if count and x + len(note) <= canvas.width:
        canvas.write(canvas.width - len(note), 0, note, Ink.NOTE)


def draw_reading(canvas: Canvas, page: Page, port: Viewport, index: int) -> int:
    """The cursor's candle in the title line: time, open, high, low, close, and our fills in it.

    Returns the column after it.
    """
    view, candle = page.view, page.view.candles[index]
    values = [
        f"{letter} {price_text(price, view.decimals)}"
        for letter, price in zip("ohlc", (candle.open, candle.high, candle.low, candle.close), strict=True)
    ]
    reading = f"{_instant(view, candle)} {' '.join(values)}"
    heading = _heading(view, port.ascii_only) + "  "
    x = canvas.write(0, 0, heading, Ink.TITLE) if len(heading) + len(reading) <= canvas.width else 0
    x = canvas.write(x, 0, reading, _ink_of(candle))
    for mark in view.marks:
        done = "bought" if mark.side is Side.BUY else "sold"
        note = f"  {done} {price_text(mark.price, view.decimals)}"
        if page.at(mark.at_ns) == index and x + len(note) <= canvas.width:
            x = canvas.write(x, 0, note, Ink.BUY if mark.side is Side.BUY else Ink.SELL)
    return x + 2


def _heading(view: ChartView, ascii_only: bool) -> str:
    hours, rest = divmod(view.minutes, 60)
    timeframe = f"{hours}h" if hours and not rest else f"{view.minutes}m"
    return f"{one_cell_each(view.symbol, ascii_only)} {timeframe}"


def _instant(view: ChartView, candle: Candle) -> str:
    """HH:MM, with the day in front when it is not the newest candle's."""
    clock = clock_text(candle.open_ns)
    if same_day(candle.open_ns, view.candles[-1].open_ns):
        return clock
    days = (view.candles[-1].open_ns // NS_PER_DAY) - (candle.open_ns // NS_PER_DAY)
    return f"{clock} -{days}d"


def _ink_of(candle: Candle) -> Ink:
    if candle.close > candle.open:
        return Ink.GAIN
    return Ink.LOSS if candle.close < candle.open else Ink.UNCHANGED
