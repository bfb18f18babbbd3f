"""The title line: which chart this is and what its signs mean, or one candle with what was there.

Decides what is left out where room is short. Imports views. Invariant: what happened in the candle under the
cursor is told, below the title where that has no room for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.model.market import NS_PER_DAY, Side
from ytc_tui.model.structure import SwingKind
from ytc_tui.screens.widgets.chart_raster_canvas import Canvas, Ink, one_cell_each
from ytc_tui.screens.widgets.chart_raster_layout import Viewport
from ytc_tui.screens.widgets.chart_raster_plot import Page, mark_glyph, pivot_of
from ytc_tui.screens.widgets.chart_raster_scale import clock_text, is_price, price_text, same_day
from ytc_tui.views.chart import Candle, ChartMark, ChartView, MarkKind

_GAP = 2
_DONE = {Side.BUY: "bought", Side.SELL: "sold"}
_THOUSAND = 1_000.0


def draw_title(canvas: Canvas, view: ChartView | None, page: Page | None, port: Viewport) -> int:
    """Symbol, timeframe, last price and a legend, or that there is nothing; returns the column after them."""
    if view is None:
        return canvas.write(0, 0, "no bars yet", Ink.NOTE)
    x = canvas.write(0, 0, _heading(view, port), Ink.TITLE) + _GAP
    if view.last is not None:
        x = canvas.write(x, 0, price_text(view.last, view.decimals), Ink.TITLE) + _GAP
    if not view.candles:
        return canvas.write(x, 0, f"no bars: {view.not_known}" if view.not_known else "no bars yet", Ink.NOTE)
    for sign in _legend(page) if page is not None else ():
        if x + _GAP + len(sign) <= canvas.width:
            x = canvas.write(x + _GAP, 0, sign, Ink.NOTE)
    return x


def _legend(page: Page) -> Iterator[str]:
    """The signs that are on the page, each with its meaning."""
    glyphs, view = page.glyphs, page.view
    kinds = {mark.kind: mark for mark in view.marks if page.at(mark.at_ns) is not None}
    for kind in MarkKind:
        if kind in kinds:
            yield f"{mark_glyph(glyphs, kinds[kind])} {kind.value}"
    if any(page.at(swing.at_ns) is not None for swing in view.swings):
        yield f"{glyphs.swing_high}{glyphs.swing_low} swing"
    if any(page.at(leg.to_ns) is not None for leg in view.legs):
        yield f"{glyphs.leg_up}{glyphs.leg_down} leg"
    if any(page.within(news.from_ns, news.until_ns) for news in view.news):
        yield f"{glyphs.blackout} news"


def draw_newer(canvas: Canvas, x: int, count: int, port: Viewport) -> None:
    """How many newer candles are out of sight, at the right end where `x` leaves room."""
    note = f"{count} newer {port.glyphs.newer}"
    if count and x + len(note) <= canvas.width:
        canvas.write(canvas.width - len(note), 0, note, Ink.NOTE)


def draw_reading(canvas: Canvas, page: Page, port: Viewport, index: int) -> int:
    """The cursor's candle in the title line: time, open, high, low, close, volume, and what happened in it.

    Returns the column after it.
    """
    view, candle = page.view, page.view.candles[index]
    reading = _instant(view, candle)
    for value in _values(view, candle):
        # A number is told whole or not at all.
        if len(reading) + 1 + len(value) <= canvas.width:
            reading = f"{reading} {value}"
    heading = _heading(view, port) + " " * _GAP
    x = canvas.write(0, 0, heading, Ink.TITLE) if len(heading) + len(reading) <= canvas.width else 0
    x = canvas.write(x, 0, reading, _ink_of(candle))
    y = 0
    for text, ink in _happenings(page, index):
        note = " " * _GAP + one_cell_each(text, port.ascii_only)
        if y == 0 and x + len(note) > canvas.width:
            x, y = page.layout.plot_left, 1
        if y == 0 or page.layout.plot_rows > 1:
            x = canvas.write(x, y, note[_GAP:] if y and x == page.layout.plot_left else note, ink)
    return canvas.width if y else x + _GAP


def _values(view: ChartView, candle: Candle) -> Iterator[str]:
    prices = (candle.open, candle.high, candle.low, candle.close)
    for letter, price in zip("ohlc", prices, strict=True):
        yield f"{letter} {_price(view, price)}"
    yield f"v {_volume(view, candle)}"


def _happenings(page: Page, index: int) -> Iterator[tuple[str, Ink]]:
    """What happened in a candle: our fills, turning points, news."""
    view = page.view
    for mark in view.marks:
        if page.at(mark.at_ns) == index:
            yield _fill_text(view, mark), Ink.BUY if mark.side is Side.BUY else Ink.SELL
    for swing in view.swings:
        if pivot_of(page, swing.at_ns, swing.price, swing.kind is SwingKind.HIGH) == index:
            yield f"swing {swing.kind.value}", Ink.SWING
    for news in view.news:
        if index in page.within(news.from_ns, news.until_ns):
            yield f"{'no entries' if news.blackout else 'half the risk'}: {news.label}", Ink.NEWS


def _fill_text(view: ChartView, mark: ChartMark) -> str:
    """`entry T0001: sold 1473.18`."""
    return f"{mark.kind.value} {mark.note}".rstrip() + f": {_DONE[mark.side]} {_price(view, mark.price)}"


def _price(view: ChartView, price: float) -> str:
    return price_text(price, view.decimals) if is_price(price) else "?"


def _heading(view: ChartView, port: Viewport) -> str:
    """`ETHUSDT 3m`, and how many bars a candle holds where that is more than one: `ETHUSDT 3m x5`."""
    minutes, gathers = view.minutes // port.gathers, port.gathers
    hours, rest = divmod(minutes, 60)
    timeframe = f"{hours}h" if hours and not rest else f"{minutes}m"
    return f"{one_cell_each(view.symbol, port.ascii_only)} {timeframe}{f' x{gathers}' if gathers > 1 else ''}"


def _instant(view: ChartView, candle: Candle) -> str:
    """HH:MM, with the day in front when it is not the newest candle's."""
    clock = clock_text(candle.open_ns)
    if same_day(candle.open_ns, view.candles[-1].open_ns):
        return clock
    days = (view.candles[-1].open_ns // NS_PER_DAY) - (candle.open_ns // NS_PER_DAY)
    return f"{clock} -{days}d"


def _volume(view: ChartView, candle: Candle) -> str:
    """Three figures and a letter; data without any volume have none that is known."""
    if not any(other.volume > 0 for other in view.candles) or not is_price(candle.volume):
        return "?"
    size, letters = candle.volume, iter(("", "k", "M", "G", "T"))
    letter = next(letters)
    while abs(size) >= _THOUSAND * (1 - 5e-4) and letter != "T":
        size, letter = size / _THOUSAND, next(letters)
    return f"{size:.3g}{letter}"


def _ink_of(candle: Candle) -> Ink:
    if candle.close > candle.open:
        return Ink.GAIN
    return Ink.LOSS if candle.close < candle.open else Ink.UNCHANGED
