"""The candle chart as a widget: repaints only cells that changed, and goes where keys and the mouse say.

Decides which cells are painted again. Imports Textual, views and the raster. Invariant: the lines on screen
are those of a fresh raster of the same view, size and position; a view equal to the one shown costs a
comparison and no repaint.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from ytc_tui.screens.containment import Contained
from ytc_tui.screens.widgets import chart_position as places
from ytc_tui.screens.widgets.candle_chart_look import CHART_CSS, COMPONENTS, component
from ytc_tui.screens.widgets.chart_keys import CHART_KEYS
from ytc_tui.screens.widgets.chart_position import Position
from ytc_tui.screens.widgets.chart_raster import Raster, rasterise
from ytc_tui.screens.widgets.chart_raster_canvas import Ground, Ink
from ytc_tui.screens.widgets.chart_raster_layout import Viewport
from ytc_tui.views.chart import ChartView

_WHEEL_BARS = 3
# Colours with which a tint of the ground can be told from the ground.
_TINTING = frozenset({"256", "truecolor"})


class CandleChart(Contained, can_focus=True, inherit_bindings=False):
    """Candles of one symbol with its zones, swings, lines and fills, fed whole with `set_view`.

    While the newest candle is in sight the chart follows it; scrolled back, it stays at its instant.
    Colours are the component classes `candle-chart--MEANING`.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*CHART_KEYS]
    COMPONENT_CLASSES: ClassVar[set[str]] = {*COMPONENTS}
    DEFAULT_CSS = CHART_CSS

    class NothingThere(Message):
        """There is nothing where a key would go; `why` says what is missing."""

        def __init__(self, why: Content) -> None:
            super().__init__()
            self.why = why

    def __init__(
        self,
        view: ChartView | None = None,
        *,
        ascii_only: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._view = view
        self._symbol = view.symbol if view is not None else ""
        self._ascii_only = ascii_only
        self._position = Position()
        self._sought_ns: int | None = None
        self._raster = Raster(0, 0, ())
        self._strips: dict[int, Strip] = {}
        self._styles: dict[tuple[Ink, Ground], Style] = {}

    # What it shows

    @property
    def view(self) -> ChartView | None:
        return self._view

    @property
    def follows(self) -> bool:
        """Whether the newest candle is kept in sight."""
        return self._position.right_ns is None

    @property
    def cursor_ns(self) -> int | None:
        """Open time of the candle under the cursor; None when the cursor is off or nothing is shown."""
        if self._raster.view is None or self._raster.cursor is None:
            return None
        return self._raster.view.candles[self._raster.cursor].open_ns

    @property
    def price(self) -> float | None:
        """The price under the price cursor; None when it is off."""
        return self._position.price

    def set_view(self, view: ChartView | None) -> None:
        """Show `view`; None says that there are no bars yet. Another symbol's newest bar is followed."""
        if view == self._view:
            return
        self._view = view
        if view is not None and view.symbol != self._symbol:
            self._symbol, self._position = view.symbol, Position(zoom=self._position.zoom)
        self._redraw()
        self._seek()

    def look_at(self, at_ns: int) -> None:
        """Put the cursor on the candle of an instant, as soon as there are candles."""
        self._sought_ns = at_ns
        self._seek()

    def _seek(self) -> None:
        at_ns, shown = self._sought_ns, self._raster.view
        if at_ns is None or shown is None or not shown.candles:
            return
        self._sought_ns = None
        if at_ns < shown.candles[0].open_ns:
            self.post_message(self.NothingThere(Content("that is before the first bar of this chart")))
        self._go(places.around(self._position, self._raster, at_ns))

    # Painting

    def _redraw(self) -> None:
        """Make the raster anew and ask for the cells that differ from what was shown."""
        shown, self._raster = self._raster, self._rasterised()
        if (shown.width, shown.height) != (self._raster.width, self._raster.height):
            self._strips.clear()
            self.refresh()
            return
        regions = []
        for y, (before, after) in enumerate(zip(shown.rows, self._raster.rows, strict=True)):
            span = before.changed_span(after)
            if span is not None:
                self._strips.pop(y, None)
                regions.append(Region(span[0], y, span[1] - span[0], 1))
        if regions:
            self.refresh(*regions)

    def _rasterised(self) -> Raster:
        width, height = self.size
        port = Viewport(
            width,
            height,
            right_ns=self._position.right_ns,
            cursor_ns=self._position.cursor_ns,
            price=self._position.price,
            ascii_only=self._ascii_only,
            zoom=self._position.zoom,
            textured=self.app.native_ansi_color or self.app.console.color_system not in _TINTING,
        )
        return rasterise(self._view, port)

    def on_mount(self) -> None:
        # Whether zones are tinted or filled depends on the theme.
        self.app.theme_changed_signal.subscribe(self, lambda theme: self._redraw())

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()
        self._seek()

    def notify_style_update(self) -> None:
        self._strips.clear()
        self._styles.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        if y >= len(self._raster.rows):
            return Strip.blank(self.size.width, self.rich_style)
        strip = self._strips.get(y)
        if strip is None:
            row = self._raster.rows[y]
            strip = Strip(
                [Segment(run.text, self._style(run.ink, run.ground)) for run in row.runs()], len(row.text)
            )
            self._strips[y] = strip
        return strip

    def _style(self, ink: Ink, ground: Ground) -> Style:
        style = self._styles.get((ink, ground))
        if style is None:
            names = [] if ground is Ground.PLAIN else [component(ground)]
            if ink is not Ink.BLANK:
                names.append(component(ink))
            style = self.get_visual_style(*names).rich_style
            self._styles[ink, ground] = style
        return style

    # Moving

    def _go(self, position: Position) -> None:
        if position != self._position:
            self._position = position
            self._redraw()

    def action_bar_before(self) -> None:
        self._go(places.beside(self._position, self._raster, -1))

    def action_bar_after(self) -> None:
        self._go(places.beside(self._position, self._raster, 1))

    def action_price_up(self) -> None:
        self._go(places.to_price(self._position, self._raster, 1))

    def action_price_down(self) -> None:
        self._go(places.to_price(self._position, self._raster, -1))

    def action_older(self) -> None:
        self._scroll(-self._tenth)

    def action_newer(self) -> None:
        self._scroll(self._tenth)

    def action_page_older(self) -> None:
        self._scroll(-max(1, self._raster.capacity - 1))

    def action_page_newer(self) -> None:
        self._scroll(max(1, self._raster.capacity - 1))

    def action_first_bar(self) -> None:
        self._end_at(0)

    def action_last_bar(self) -> None:
        view = self._raster.view
        self._end_at(len(view.candles) - 1 if view is not None else 0)

    def action_nearer(self) -> None:
        self._zoom(-1)

    def action_farther(self) -> None:
        self._zoom(1)

    def action_trade_before(self) -> None:
        self._to_trade(-1, "no earlier trade on this chart")

    def action_trade_after(self) -> None:
        self._to_trade(1, "no later trade on this chart")

    def action_follow(self) -> None:
        """Leave both cursors and follow the newest candle."""
        self._go(Position(zoom=self._position.zoom))

    @property
    def _tenth(self) -> int:
        return max(1, self._raster.capacity // 10)

    def _scroll(self, candles: int) -> None:
        self._go(places.scrolled(self._position, self._raster, candles))

    def _zoom(self, step: int) -> None:
        self._go(places.zoomed(self._position, self._raster, step))
        self._go(places.brought_back(self._position, self._raster))

    def _end_at(self, index: int) -> None:
        """The first or the last candle in sight, under the cursor where that is on."""
        if self._position.cursor_ns is None:
            self._go(places.ending_at(self._position, self._raster, index))
        else:
            self._go(places.at_candle(self._position, self._raster, index))

    def _to_trade(self, direction: int, why_not: str) -> None:
        there = places.next_trade(self._position, self._raster, direction)
        if there is None:
            self.post_message(self.NothingThere(Content(why_not)))
        else:
            self._go(there)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None:
            self._go(places.pointed(self._position, self._raster, offset.x, offset.y))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1)

    def _wheel(self, event: events.MouseEvent, direction: int) -> None:
        """Time under the wheel; with shift or control it zooms."""
        event.stop()
        if event.shift or event.ctrl:
            self._zoom(direction)
        else:
            self._scroll(direction * _WHEEL_BARS)
