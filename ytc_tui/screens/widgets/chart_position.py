"""Where a chart stands, what its cursors are on, and where a key or the mouse takes them.

Decides what each move means at the edges of a page and of the bars. Imports the raster. Invariant: pure; a
position names instants and prices, so that it stays in place whatever comes after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor

from ytc_tui.screens.widgets.chart_raster import Raster
from ytc_tui.screens.widgets.chart_raster_layout import ZOOMS
from ytc_tui.screens.widgets.chart_raster_plot import PLOT_TOP, Page
from ytc_tui.screens.widgets.chart_raster_scale import index_at, is_price, round_step
from ytc_tui.views.chart import MarkKind

# A price that lies on a step, with the error of its float.
_NEARLY = 1e-6
# A round step is at most two and a half times what it is asked to be: so one lies within each row.
_STEPS_IN_ROW = 5


@dataclass(frozen=True, slots=True)
class Position:
    """The candle at the right end (None: the newest is followed), those under the cursors (None: off), and a
    place in `ZOOMS` (None: by the width)."""

    right_ns: int | None = None
    cursor_ns: int | None = None
    price: float | None = None
    zoom: int | None = None


def at_candle(here: Position, shown: Raster, index: int) -> Position:
    """The cursor on candle `index`, and the page with it when it leaves the page."""
    if shown.view is None or not shown.view.candles:
        return here
    index = max(0, min(len(shown.view.candles) - 1, index))
    there = replace(here, cursor_ns=shown.view.candles[index].open_ns)
    if index < shown.first:
        return ending_at(there, shown, index + shown.capacity - 1)
    return ending_at(there, shown, index) if index >= shown.stop else there


def beside(here: Position, shown: Raster, step: int) -> Position:
    """The cursor `step` candles on; it begins at the right end of the page."""
    if shown.cursor is None:
        return at_candle(here, shown, shown.stop - 1)
    return at_candle(here, shown, shown.cursor + step)


def ending_at(here: Position, shown: Raster, index: int) -> Position:
    """The page that ends with candle `index`; the newest one is followed."""
    if shown.view is None or not shown.view.candles:
        return here
    candles = shown.view.candles
    index = max(min(shown.capacity, len(candles)) - 1, index)
    return replace(here, right_ns=candles[index].open_ns if index < len(candles) - 1 else None)


def scrolled(here: Position, shown: Raster, candles: int) -> Position:
    """The page moved by `candles`; a cursor stays on it."""
    there = ending_at(here, shown, shown.stop - 1 + candles)
    if there == here or shown.cursor is None or shown.view is None:
        return there
    stop = len(shown.view.candles)
    if there.right_ns is not None:
        stop = index_at(shown.view.candles, there.right_ns) + 1
    on_page = max(stop - shown.capacity, min(stop - 1, shown.cursor))
    return replace(there, cursor_ns=shown.view.candles[on_page].open_ns)


def around(here: Position, shown: Raster, at_ns: int) -> Position:
    """The cursor on the candle of an instant, in the middle of the page where there are candles enough."""
    if shown.view is None or not shown.view.candles:
        return here
    index = max(0, index_at(shown.view.candles, at_ns))
    there = ending_at(here, shown, index + shown.capacity // 2)
    return replace(there, cursor_ns=shown.view.candles[index].open_ns)


def to_price(here: Position, shown: Raster, direction: int) -> Position:
    """The next round price above (1) or below (-1), at least a row away; it begins at the cursor's close."""
    page = shown.page
    if page is None or shown.view is None:
        return here
    decimals, start = shown.view.decimals, here.price
    if start is None:
        candles = shown.view.candles
        start = candles[shown.cursor].close if shown.cursor is not None else shown.view.last
        start = start if start is not None and is_price(start) else page.scale.middle(page.scale.rows // 2)
    step = round_step(page.scale.row_height, decimals)
    steps = floor(start / step + _NEARLY) + 1 if direction > 0 else ceil(start / step - _NEARLY) - 1
    price = _rounded(steps * step, decimals)
    return replace(here, price=price) if price > 0 else here


def pointed(here: Position, shown: Raster, x: int, y: int) -> Position:
    """Both cursors at a cell, on a round price of its row; beside the plot nothing happens."""
    page = shown.page
    if page is None or shown.view is None or shown.first == shown.stop or not _in_plot(page, x, y):
        return here
    index, decimals = page.index_under(x), shown.view.decimals
    step = round_step(page.scale.row_height / _STEPS_IN_ROW, decimals)
    price = _rounded(round(page.scale.middle(y - PLOT_TOP) / step) * step, decimals)
    return replace(here, cursor_ns=shown.view.candles[index].open_ns, price=price)


def zoomed(here: Position, shown: Raster, step: int) -> Position:
    """One step nearer (-1) or farther (1)."""
    now = here.zoom
    if now is None:
        pitch = shown.page.layout.pitch if shown.page is not None else 1
        now = next(place for place, zoom in enumerate(ZOOMS) if zoom.pitch == pitch)
    return replace(here, zoom=max(0, min(len(ZOOMS) - 1, now + step)))


def brought_back(here: Position, shown: Raster) -> Position:
    """The page on which the cursor is, where another zoom has left it behind."""
    if here.cursor_ns is None or shown.view is None:
        return here
    index = index_at(shown.view.candles, here.cursor_ns)
    return replace(at_candle(here, shown, index), cursor_ns=here.cursor_ns)


def next_trade(here: Position, shown: Raster, direction: int) -> Position | None:
    """The cursor where the next (1) or the last (-1) trade was entered; None where there is none."""
    view = shown.view
    if view is None or not view.candles:
        return None
    at = shown.cursor if shown.cursor is not None else shown.stop - (direction < 0)
    entries = sorted(
        index
        for mark in view.marks
        if mark.kind is MarkKind.ENTRY and (index := index_at(view.candles, mark.at_ns)) >= 0
    )
    found = [index for index in entries if (index > at if direction > 0 else index < at)]
    if not found:
        return None
    index = found[0] if direction > 0 else found[-1]
    if shown.first <= index < shown.stop:
        return at_candle(here, shown, index)
    return around(here, shown, view.candles[index].open_ns)


def _rounded(price: float, decimals: int) -> float:
    return round(price, max(0, min(12, decimals)))


def _in_plot(page: Page, x: int, y: int) -> bool:
    layout = page.layout
    return layout.plot_left <= x < layout.axis_x and PLOT_TOP <= y < PLOT_TOP + layout.plot_rows
