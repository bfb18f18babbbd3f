"""A chart as rows of styled cells, from a view and a size.

Decides the order in which the parts are drawn. Imports views and its own parts; no Textual. Invariant:
the same view and viewport give the same raster, exactly of the size asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.screens.widgets.chart_raster_behind import draw_legs, draw_news, draw_price, shade_news
from ytc_tui.screens.widgets.chart_raster_canvas import Canvas, Row
from ytc_tui.screens.widgets.chart_raster_edges import draw_prices, draw_times
from ytc_tui.screens.widgets.chart_raster_layout import Layout, Viewport, layout_of
from ytc_tui.screens.widgets.chart_raster_plot import (
    Page,
    draw_candles,
    draw_cursor,
    draw_lines,
    draw_marks,
    draw_swings,
    draw_zones,
)
from ytc_tui.screens.widgets.chart_raster_reading import draw_newer, draw_reading, draw_title
from ytc_tui.screens.widgets.chart_raster_scale import index_at, is_drawable, scale_of, shown_range
from ytc_tui.views.chart import Candle, ChartView


@dataclass(frozen=True, slots=True)
class Raster:
    """The finished rows. Candles `first` up to, not including, `stop` of `view` are on it, `cursor` is one of
    them; `view` is the one asked for, its bars gathered as the zoom says.

    `capacity` is how many would have room; `page` is None where there is no plot.
    """

    width: int
    height: int
    rows: tuple[Row, ...]
    first: int = 0
    stop: int = 0
    capacity: int = 0
    cursor: int | None = None
    view: ChartView | None = None
    page: Page | None = None


def rasterise(view: ChartView | None, port: Viewport) -> Raster:
    """Draw a view; any size from 0 x 0 on, any view."""
    canvas = Canvas(max(0, port.width), max(0, port.height))
    if view is None:
        draw_title(canvas, None, None, port)
        return Raster(canvas.width, canvas.height, canvas.rows())
    view = _gathered(view, port.gathers)
    layout = layout_of(view, port)
    first, stop = shown_range(view.candles, layout.capacity, port.right_ns)
    page = _page(view, layout, port, first, stop)
    cursor = _cursor(view, port, first, stop) if page is not None else None
    if page is not None:
        _draw_plot(canvas, page, port, cursor)
    if page is not None and cursor is not None:
        free_from = draw_reading(canvas, page, port, cursor)
    else:
        free_from = draw_title(canvas, view, page, port)
    draw_newer(canvas, free_from, len(view.candles) - stop, port)
    shown = (first, stop, layout.capacity, cursor, view, page)
    return Raster(canvas.width, canvas.height, canvas.rows(), *shown)


def _gathered(view: ChartView, count: int) -> ChartView:
    """The view with `count` bars in a candle."""
    minutes = view.minutes * count
    if count == 1 or minutes < 1:
        return view
    return replace(view, minutes=minutes, candles=tuple(_candles(view.candles, minutes * NS_PER_MIN)))


def _candles(bars: tuple[Candle, ...], width_ns: int) -> Iterator[Candle]:
    for slot, grouped in groupby(bars, key=lambda bar: bar.open_ns // width_ns):
        held = [bar for bar in grouped if is_drawable(bar)]
        if held:
            high, low = max(bar.high for bar in held), min(bar.low for bar in held)
            volume = sum(bar.volume for bar in held)
            yield Candle(slot * width_ns, held[0].open, high, low, held[-1].close, volume)


def _page(view: ChartView, layout: Layout, port: Viewport, first: int, stop: int) -> Page | None:
    """None when there is no room for a plot, or no price."""
    if layout.plot_rows < 1 or layout.plot_width < 1:
        return None
    candles = [candle for candle in view.candles[first:stop] if is_drawable(candle)]
    last = view.last if stop == len(view.candles) else None
    marked = bool(view.swings or view.marks)
    scale = scale_of(candles, last, view.lines, layout.plot_rows, view.decimals, marked)
    if scale is None:
        return None
    return Page(view, layout, scale, port.glyphs, first, stop, port.textured or port.ascii_only)


def _cursor(view: ChartView, port: Viewport, first: int, stop: int) -> int | None:
    if port.cursor_ns is None or first == stop:
        return None
    return max(first, min(stop - 1, index_at(view.candles, port.cursor_ns)))


def _draw_plot(canvas: Canvas, page: Page, port: Viewport, cursor: int | None) -> None:
    shade_news(canvas, page)
    draw_zones(canvas, page)
    draw_lines(canvas, page, page.view.lines)
    draw_legs(canvas, page)
    draw_news(canvas, page)
    draw_price(canvas, page)
    draw_cursor(canvas, page, cursor, port.price)
    draw_candles(canvas, page)
    draw_marks(canvas, page)
    draw_swings(canvas, page)
    draw_prices(canvas, page, port)
    if page.layout.has_times:
        draw_times(canvas, page, cursor)
