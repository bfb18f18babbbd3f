"""What lies behind the candles beside zones and lines: news, the trend's legs, the last price.

Decides which cells each of them takes. Imports views. Invariant: nothing here covers what has been drawn, but
the fill of a zone and the line of the last price.
"""

from __future__ import annotations

from ytc_tui.screens.widgets.chart_raster_canvas import Canvas, Ground, Ink
from ytc_tui.screens.widgets.chart_raster_plot import PLOT_TOP, Page, pivot_of
from ytc_tui.screens.widgets.chart_raster_scale import index_at, is_price
from ytc_tui.views.chart import ChartNews


def shade_news(canvas: Canvas, page: Page) -> None:
    """The columns of minutes without entries, behind everything."""
    for news in page.view.news:
        left, right = _columns(page, news)
        for row in range(page.layout.plot_rows if news.blackout else 0):
            canvas.shade(PLOT_TOP + row, left, right, Ground.NEWS_COLUMNS)


def draw_news(canvas: Canvas, page: Page) -> None:
    """A row of letters over the minutes around news: capital ones where there are no entries."""
    for news in sorted(page.view.news, key=lambda news: news.blackout):
        glyph = page.glyphs.blackout if news.blackout else page.glyphs.restricted
        for x in range(*_columns(page, news)):
            _put_behind(canvas, page, x, 0, glyph, Ink.NEWS)


def _columns(page: Page, news: ChartNews) -> tuple[int, int]:
    """The columns from the first candle of a window to behind its last; alike where none is shown."""
    shown = page.within(news.from_ns, news.until_ns)
    if not shown:
        return 0, 0
    return max(page.layout.plot_left, page.column(shown[0])), page.column(shown[-1]) + 1


def draw_price(canvas: Canvas, page: Page) -> None:
    """The last price met, across."""
    last = page.view.last
    if last is not None and is_price(last) and page.scale.holds(last):
        row = page.scale.row(last)
        for x in range(page.layout.plot_left, page.layout.axis_x):
            _put_behind(canvas, page, x, row, page.glyphs.price, Ink.AXIS)


def draw_legs(canvas: Canvas, page: Page) -> None:
    """The pushes of the trend, a stroke a column, where nothing else stands."""
    for leg in page.view.legs:
        if not (is_price(leg.from_price) and is_price(leg.to_price)):
            continue
        rises = leg.to_price > leg.from_price
        start = pivot_of(page, leg.from_ns, leg.from_price, not rises)
        end = pivot_of(page, leg.to_ns, leg.to_price, rises)
        if start is None and end is None:
            continue
        left = page.column(start if start is not None else index_at(page.view.candles, leg.from_ns))
        right = page.column(end if end is not None else index_at(page.view.candles, leg.to_ns))
        glyph = page.glyphs.leg_up if rises else page.glyphs.leg_down
        for x in range(max(page.layout.plot_left, left + 1), min(page.layout.axis_x, right)):
            price = leg.from_price + (leg.to_price - leg.from_price) * (x - left) / (right - left)
            if page.scale.holds(price):
                _put_behind(canvas, page, x, page.scale.row(price), glyph, Ink.LEG)


def _put_behind(canvas: Canvas, page: Page, x: int, row: int, char: str, ink: Ink) -> None:
    if canvas.chars[PLOT_TOP + row][x] in (" ", page.glyphs.zone_fill, page.glyphs.price):
        canvas.put(x, PLOT_TOP + row, char, ink)
