"""Where the parts of a chart go at a given size.

Decides what is left out when room is short: first names beside the axis, then the zone letters, the axis,
the times. Imports views. Invariant: every part lies inside width x height, and parts do not overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ytc_tui.screens.widgets.chart_raster_canvas import one_cell_each
from ytc_tui.screens.widgets.chart_raster_glyphs import ASCII, UNICODE, Glyphs
from ytc_tui.screens.widgets.chart_raster_scale import is_price, price_text, shown_range
from ytc_tui.views.chart import ChartLine, ChartView

ZONE_NAME_WIDTH = 3
_MAX_NAME_WIDTH = 12
_LEAST_PLOT_WITH_NAMES = 28
_LEAST_PLOT_WITH_ZONES = 20
_LEAST_PLOT_WITH_AXIS = 8
# With this many candles on the page a gap between them is worth more than further candles.
_ENOUGH_CANDLES = 28


class Zoom(NamedTuple):
    """Columns from one candle to the next, and bars in one candle."""

    pitch: int
    gathers: int


# From the nearest to the farthest.
ZOOMS = (
    Zoom(4, 1),
    Zoom(3, 1),
    Zoom(2, 1),
    Zoom(1, 1),
    Zoom(1, 2),
    Zoom(1, 3),
    Zoom(1, 5),
    Zoom(1, 10),
    Zoom(1, 20),
)


@dataclass(frozen=True, slots=True)
class Viewport:
    """What is asked for: a size in cells, the candle at the right end (None: the newest), the cursor's and a
    price (None: no cursor).

    `zoom` is a place in `ZOOMS`, None leaves it to the width. `textured` fills zones with characters, for
    terminals that cannot tint a background; ASCII always does.
    """

    width: int
    height: int
    right_ns: int | None = None
    cursor_ns: int | None = None
    price: float | None = None
    ascii_only: bool = False
    zoom: int | None = None
    textured: bool = False

    @property
    def glyphs(self) -> Glyphs:
        return ASCII if self.ascii_only else UNICODE

    @property
    def gathers(self) -> int:
        """Bars in one candle."""
        return 1 if self.zoom is None else ZOOMS[self.zoom].gathers


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns and rows of the parts; a width of 0 leaves a part out. The title is row 0.

    The plot is `plot_width` x `plot_rows` cells from (`plot_left`, 1); a candle takes `pitch` columns.
    """

    plot_left: int
    plot_width: int
    plot_rows: int
    pitch: int
    price_width: int
    name_width: int
    has_times: bool

    @property
    def axis_x(self) -> int:
        return self.plot_left + self.plot_width

    @property
    def capacity(self) -> int:
        """How many candles a page holds; the last one needs no gap."""
        return (self.plot_width + self.pitch - 1) // self.pitch


def layout_of(view: ChartView, port: Viewport) -> Layout:
    price_width = _price_width(view, port)
    names = [line_name(line, view.decimals, port.ascii_only) for line in view.lines]
    name_width = max((len(name) for name in names), default=0)
    if view.zones:
        name_width = max(name_width, ZONE_NAME_WIDTH)
    zone_width = ZONE_NAME_WIDTH + 1 if view.zones else 0
    plot_width = port.width - zone_width - (1 + price_width) - (1 + name_width if name_width else 0)
    if name_width and plot_width < _LEAST_PLOT_WITH_NAMES:
        plot_width += 1 + name_width
        name_width = 0
    if zone_width and plot_width < _LEAST_PLOT_WITH_ZONES:
        plot_width += zone_width - 1
        zone_width = 1
    if plot_width < _LEAST_PLOT_WITH_AXIS:
        price_width = zone_width = 0
        plot_width = port.width
    has_times = port.height >= 5 and plot_width >= 5
    return Layout(
        plot_left=zone_width,
        plot_width=plot_width,
        plot_rows=max(0, port.height - 1 - has_times),
        pitch=_pitch(len(view.candles), plot_width) if port.zoom is None else ZOOMS[port.zoom].pitch,
        price_width=price_width,
        name_width=name_width,
        has_times=has_times,
    )


def line_name(line: ChartLine, decimals: int, ascii_only: bool) -> str:
    """A line's label without the price, which stands beside it on the axis."""
    name = line.label.replace(price_text(line.price, decimals), "").strip() or line.kind.value
    return one_cell_each(name, ascii_only)[:_MAX_NAME_WIDTH]


def _pitch(count: int, plot_width: int) -> int:
    return 2 if plot_width >= 2 * min(count, _ENOUGH_CANDLES) - 1 else 1


def _price_width(view: ChartView, port: Viewport) -> int:
    """Room for the longest price: of the candles that could be in sight, of lines and of the cursor."""
    first, stop = shown_range(view.candles, max(1, port.width), port.right_ns)
    candles = view.candles[first:stop]
    prices = [candle.high for candle in candles if is_price(candle.high)]
    prices += [candle.low for candle in candles if is_price(candle.low)]
    prices += [line.price for line in view.lines if is_price(line.price)]
    prices += [price for price in (view.last, port.price) if price is not None and is_price(price)]
    if not prices:
        return 0
    low, high = min(prices), max(prices)
    return max(len(price_text(high, view.decimals)), len(price_text(low, view.decimals)))
