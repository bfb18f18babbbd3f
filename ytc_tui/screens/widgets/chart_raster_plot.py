"""The plot itself: zones behind, lines across, candles, and marks beside them.

Decides which cells each of them takes. Imports views. Invariant: a candle is drawn from the row of its
high to the row of its low, and nothing that is drawn later covers it, except names where no axis has room.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.structure import SwingKind, ZoneRole
from ytc_tui.screens.widgets.chart_raster_canvas import Canvas, Ground, Ink
from ytc_tui.screens.widgets.chart_raster_glyphs import BODY, NOTHING, WICK, Glyphs, replaceable
from ytc_tui.screens.widgets.chart_raster_layout import Layout
from ytc_tui.screens.widgets.chart_raster_scale import PriceScale, index_at, is_drawable, is_price, line_rank
from ytc_tui.views.chart import (
    Candle,
    ChartLine,
    ChartMark,
    ChartView,
    ChartZone,
    LineKind,
    MarkKind,
)

LINE_INKS = {
    LineKind.ENTRY: Ink.LINE_ENTRY,
    LineKind.STOP: Ink.LINE_STOP,
    LineKind.TARGET: Ink.LINE_TARGET,
    LineKind.BREAKEVEN: Ink.LINE_BREAKEVEN,
    LineKind.OWN: Ink.LINE_OWN,
}
ZONE_INKS = {ZoneRole.SUPPORT: Ink.SUPPORT, ZoneRole.RESISTANCE: Ink.RESISTANCE}
_ZONE_GROUNDS = {
    ZoneRole.SUPPORT: Ground.ZONE_SUPPORT,
    ZoneRole.RESISTANCE: Ground.ZONE_RESISTANCE,
}
_ZONE_LETTERS = {ZoneRole.SUPPORT: "S", ZoneRole.RESISTANCE: "R"}
# A swing of a higher timeframe carries that bar's open time; its extreme is looked for this far on.
_PIVOT_SEARCH_BARS = 5
PLOT_TOP = 1


@dataclass(frozen=True, slots=True)
class Page:
    """The candles `first` up to, not including, `stop` of a view, on a scale."""

    view: ChartView
    layout: Layout
    scale: PriceScale
    glyphs: Glyphs
    first: int
    stop: int
    textured: bool = False

    def column(self, index: int) -> int:
        """The column of a candle; the newest of a page stands at the right end."""
        return self.layout.axis_x - 1 - (self.stop - 1 - index) * self.layout.pitch

    def index_under(self, x: int) -> int:
        """The candle nearest to a column; the first or last of the page beyond its ends."""
        back = (self.layout.axis_x - 1 - x + self.layout.pitch // 2) // self.layout.pitch
        return max(self.first, min(self.stop - 1, self.stop - 1 - back))

    def at(self, at_ns: int) -> int | None:
        """The shown candle in whose time an instant lies; None in a hole or outside the page."""
        index = index_at(self.view.candles, at_ns)
        if not self.first <= index < self.stop:
            return None
        ends_ns = self.view.candles[index].open_ns + self.view.minutes * NS_PER_MIN
        return index if at_ns < ends_ns else None

    def within(self, from_ns: int, until_ns: int) -> range:
        """The shown candles of which a part lies in [from_ns, until_ns)."""
        candles = self.view.candles
        first = index_at(candles, from_ns)
        if first < 0 or candles[first].open_ns + self.view.minutes * NS_PER_MIN <= from_ns:
            first += 1
        return range(max(self.first, first), min(self.stop, index_at(candles, until_ns - 1) + 1))


def zone_name(zone: ChartZone) -> str:
    """Role and strength, as `S7`."""
    return f"{_ZONE_LETTERS[zone.role]}{max(0, min(10, zone.strength))}"


def draw_zones(canvas: Canvas, page: Page) -> None:
    """Bands behind everything, the strongest last; letters on every row at the left edge."""
    layout, scale = page.layout, page.scale
    for zone in sorted(page.view.zones, key=lambda zone: zone.strength):
        if not (is_price(zone.low) and is_price(zone.high)):
            continue
        if zone.high < scale.low or zone.low > scale.high:
            continue
        top, bottom = scale.row(max(zone.low, zone.high)), scale.row(min(zone.low, zone.high))
        for row in range(top, bottom + 1):
            canvas.shade(PLOT_TOP + row, layout.plot_left, layout.axis_x, _ZONE_GROUNDS[zone.role])
            if page.textured:
                fill = page.glyphs.zone_fill * layout.plot_width
                canvas.write(layout.plot_left, PLOT_TOP + row, fill, ZONE_INKS[zone.role])
            name = zone_name(zone) if row == (top + bottom) // 2 else _ZONE_LETTERS[zone.role]
            if layout.plot_left:
                shown = name.ljust(layout.plot_left - 1) if layout.plot_left > 1 else name[0]
                canvas.write(0, PLOT_TOP + row, shown, ZONE_INKS[zone.role])


def draw_lines(canvas: Canvas, page: Page, lines: Iterable[ChartLine]) -> None:
    """Dashed rows at the prices of lines inside the range; in a shared row the more important one shows."""
    for line in sorted(lines, key=line_rank, reverse=True):
        if is_price(line.price) and page.scale.holds(line.price):
            glyph = _line_glyph(page.glyphs, line.kind)
            row = PLOT_TOP + page.scale.row(line.price)
            canvas.write(page.layout.plot_left, row, glyph * page.layout.plot_width, LINE_INKS[line.kind])


def _line_glyph(glyphs: Glyphs, kind: LineKind) -> str:
    match kind:
        case LineKind.BREAKEVEN:
            return glyphs.dot
        case LineKind.OWN:
            return glyphs.own
        case LineKind.ENTRY | LineKind.STOP | LineKind.TARGET:
            return glyphs.dash


def draw_cursor(canvas: Canvas, page: Page, index: int | None, price: float | None) -> None:
    """A column at a candle and a row at a price."""
    layout = page.layout
    if price is not None and is_price(price) and page.scale.holds(price):
        y = PLOT_TOP + page.scale.row(price)
        canvas.shade(y, layout.plot_left, layout.axis_x, Ground.CURSOR_COLUMN)
        canvas.write(layout.plot_left, y, page.glyphs.level * layout.plot_width, Ink.CURSOR)
    if index is not None:
        x = page.column(index)
        for y in range(PLOT_TOP, PLOT_TOP + layout.plot_rows):
            canvas.shade(y, x, x + 1, Ground.CURSOR_COLUMN)
            canvas.put(x, y, page.glyphs.cursor, Ink.CURSOR)


def draw_candles(canvas: Canvas, page: Page) -> None:
    for index in range(page.first, page.stop):
        candle = page.view.candles[index]
        if is_drawable(candle):
            _draw_candle(canvas, page, candle, page.column(index))


def _draw_candle(canvas: Canvas, page: Page, candle: Candle, x: int) -> None:
    half = page.scale.half
    body_top, body_end = half(max(candle.open, candle.close)), half(min(candle.open, candle.close))
    top = min(body_top, half(max(candle.high, candle.low)))
    end = max(body_end, half(min(candle.high, candle.low)))
    if candle.close == candle.open:
        ink, glyphs = Ink.UNCHANGED, page.glyphs.rising
    elif candle.close > candle.open:
        ink, glyphs = Ink.GAIN, page.glyphs.rising
    else:
        ink, glyphs = Ink.LOSS, page.glyphs.falling
    for row in range(top // 2, end // 2 + 1):
        upper = _held(2 * row, top, body_top, body_end, end)
        lower = _held(2 * row + 1, top, body_top, body_end, end)
        if ink is Ink.UNCHANGED and BODY in (upper, lower):
            char = page.glyphs.unchanged[(top < body_top) + 2 * (end > body_end)]
        else:
            char = glyphs[3 * upper + lower]
        canvas.put(x, PLOT_TOP + row, char, ink)


def _held(half: int, top: int, body_top: int, body_end: int, end: int) -> int:
    if half < top or half > end:
        return NOTHING
    return BODY if body_top <= half <= body_end else WICK


def draw_marks(canvas: Canvas, page: Page) -> None:
    """Our fills: a buy below its candle, a sell above it; each kind has a shape of its own."""
    for mark in page.view.marks:
        index = page.at(mark.at_ns)
        if index is None:
            continue
        if mark.side is Side.BUY:
            _put_beside(canvas, page, index, 1, mark_glyph(page.glyphs, mark), Ink.BUY)
        else:
            _put_beside(canvas, page, index, -1, mark_glyph(page.glyphs, mark), Ink.SELL)


def mark_glyph(glyphs: Glyphs, mark: ChartMark) -> str:
    match mark.kind:
        case MarkKind.ENTRY:
            return glyphs.buy if mark.side is Side.BUY else glyphs.sell
        case MarkKind.PARTIAL:
            return glyphs.partial
        case MarkKind.EXIT:
            return glyphs.closed


def draw_swings(canvas: Canvas, page: Page) -> None:
    """Turning points: beyond the high or low of the pivot bar, further out than a fill."""
    for swing in page.view.swings:
        high = swing.kind is SwingKind.HIGH
        pivot = pivot_of(page, swing.at_ns, swing.price, high)
        if pivot is None:
            continue
        if high:
            _put_beside(canvas, page, pivot, -1, page.glyphs.swing_high, Ink.SWING)
        else:
            _put_beside(canvas, page, pivot, 1, page.glyphs.swing_low, Ink.SWING)


def pivot_of(page: Page, at_ns: int, price: float, high: bool) -> int | None:
    """The shown candle of a turning point; None outside the page."""
    index = page.at(at_ns)
    if index is None:
        return None
    candles = page.view.candles
    search = range(index, min(index + _PIVOT_SEARCH_BARS, page.stop))
    return next((at for at in search if (candles[at].high if high else candles[at].low) == price), index)


def _put_beside(canvas: Canvas, page: Page, index: int, step: int, char: str, ink: Ink) -> None:
    """Put a mark on the nearest row beyond a candle that holds no candle and no other mark."""
    candle = page.view.candles[index]
    if not is_drawable(candle):
        return
    extreme = max(candle.high, candle.low) if step < 0 else min(candle.high, candle.low)
    x = page.column(index)
    gives_way = replaceable(page.glyphs)
    for row in (page.scale.row(extreme) + step, page.scale.row(extreme) + 2 * step):
        if 0 <= row < page.layout.plot_rows and canvas.chars[PLOT_TOP + row][x] in gives_way:
            canvas.put(x, PLOT_TOP + row, char, ink)
            return
