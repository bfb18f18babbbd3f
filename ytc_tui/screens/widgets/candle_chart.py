"""The candle chart as a widget: repaints only cells that changed, scrolls, and reads out candles.

Decides which part of the history is in sight and which cells are painted again. Imports Textual, views and
the raster. Invariant: the lines on screen are those of a fresh raster of the same view, size, right end and
cursor; a view equal to the one shown costs a comparison and no repaint.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip

from ytc_tui.screens.containment import Contained
from ytc_tui.screens.widgets.chart_raster import Raster, rasterise
from ytc_tui.screens.widgets.chart_raster_canvas import Ground, Ink
from ytc_tui.screens.widgets.chart_raster_layout import Viewport
from ytc_tui.views.chart import ChartView


def _component(meaning: Ink | Ground) -> str:
    return "candle-chart--" + meaning.name.lower().replace("_", "-")


class CandleChart(Contained, can_focus=True, inherit_bindings=False):
    """Candles of one symbol with its zones, swings, lines and fills, fed whole with `set_view`.

    While the newest candle is in sight the chart follows it; scrolled back, it stays at its instant.
    Colours are the component classes `candle-chart--MEANING`.
    """

    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "older", "Older", show=False, id="chart.older", tooltip="Earlier candles"),
        Binding("right", "newer", "Newer", show=False, id="chart.newer", tooltip="Later candles"),
        Binding("home", "oldest", "Oldest", show=False, id="chart.oldest", tooltip="The earliest candles"),
        Binding("end", "newest", "Newest", show=False, id="chart.newest", tooltip="Follow the newest candle"),
        Binding("v", "cursor", "Values", id="chart.cursor", tooltip="Read out one candle: o, h, l, c, time"),
        Binding(
            "m",
            "density",
            "More",
            show=False,
            id="chart.density",
            tooltip="More candles, without gaps; and back",
        ),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(_component(ink) for ink in Ink if ink is not Ink.BLANK),
        *(_component(ground) for ground in Ground if ground is not Ground.PLAIN),
    }

    DEFAULT_CSS = """
    CandleChart {
        width: 1fr;
        height: 1fr;
        & > .candle-chart--title { text-style: bold; }
        & > .candle-chart--axis { color: $text-muted; }
        & > .candle-chart--note { color: $text-muted; }
        & > .candle-chart--last {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: bold;
        }
        & > .candle-chart--gain { color: $text-success; }
        & > .candle-chart--loss { color: $text-error; }
        & > .candle-chart--swing { color: $text-muted; }
        & > .candle-chart--buy { color: $text-success; text-style: bold; }
        & > .candle-chart--sell { color: $text-error; text-style: bold; }
        & > .candle-chart--line-entry { color: $text-primary; }
        & > .candle-chart--line-stop { color: $text-error; }
        & > .candle-chart--line-target { color: $text-success; }
        & > .candle-chart--line-breakeven { color: $text-muted; }
        & > .candle-chart--line-own { color: $text-primary; }
        & > .candle-chart--support { color: $text-success; }
        & > .candle-chart--resistance { color: $text-error; }
        & > .candle-chart--zone-support { background: $success 15%; }
        & > .candle-chart--zone-resistance { background: $error 15%; }
        & > .candle-chart--cursor { color: $text-accent; text-style: bold; }
        & > .candle-chart--cursor-column { background: $accent 20%; }
        &:ansi > .candle-chart--zone-support { background: ansi_default; }
        &:ansi > .candle-chart--zone-resistance { background: ansi_default; }
        &:ansi > .candle-chart--cursor-column { background: ansi_default; }
    }
    """

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
        self._ascii_only = ascii_only
        self._right_ns: int | None = None
        self._cursor_ns: int | None = None
        self._dense = False
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
        return self._right_ns is None

    @property
    def cursor_ns(self) -> int | None:
        """Open time of the candle under the cursor; None when the cursor is off or nothing is shown."""
        if self._view is None or self._raster.cursor is None:
            return None
        return self._view.candles[self._raster.cursor].open_ns

    def set_view(self, view: ChartView | None) -> None:
        """Show `view`; None says that there are no bars yet."""
        if view != self._view:
            self._view = view
            self._redraw()

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
            right_ns=self._right_ns,
            cursor_ns=self._cursor_ns,
            ascii_only=self._ascii_only,
            dense=self._dense,
            textured=self.app.native_ansi_color,
        )
        return rasterise(self._view, port)

    def on_mount(self) -> None:
        # Whether zones are tinted or filled depends on the theme.
        self.app.theme_changed_signal.subscribe(self, lambda theme: self._redraw())

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

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
            names = [] if ground is Ground.PLAIN else [_component(ground)]
            if ink is not Ink.BLANK:
                names.append(_component(ink))
            style = self.get_visual_style(*names).rich_style
            self._styles[ink, ground] = style
        return style

    # Moving

    def action_older(self) -> None:
        self._move(-1)

    def action_newer(self) -> None:
        self._move(1)

    def action_oldest(self) -> None:
        if self._cursor_ns is None:
            self._show_right_end(0)
        else:
            self._put_cursor(0)

    def action_newest(self) -> None:
        newest = self._count - 1
        if self._cursor_ns is None:
            self._show_right_end(newest)
        else:
            self._put_cursor(newest)

    def action_cursor(self) -> None:
        """Turn the reading of one candle on, at the right end of what is in sight, or off."""
        if self._cursor_ns is None:
            self._put_cursor(self._raster.stop - 1)
        else:
            self._cursor_ns = None
            self._redraw()

    def action_density(self) -> None:
        self._dense = not self._dense
        self._redraw()

    @property
    def _count(self) -> int:
        return 0 if self._view is None else len(self._view.candles)

    def _move(self, direction: int) -> None:
        """One candle with the cursor; without it the page moves by a tenth of itself."""
        if self._cursor_ns is not None and self._raster.cursor is not None:
            self._put_cursor(self._raster.cursor + direction)
        else:
            step = max(1, self._raster.capacity // 10)
            self._show_right_end(self._raster.stop - 1 + direction * step)

    def _put_cursor(self, index: int) -> None:
        """Move the cursor, and the page with it when it leaves the page."""
        if self._view is None or not self._count:
            return
        index = max(0, min(self._count - 1, index))
        self._cursor_ns = self._view.candles[index].open_ns
        if index < self._raster.first:
            self._show_right_end(index + self._raster.capacity - 1)
        elif index >= self._raster.stop:
            self._show_right_end(index)
        else:
            self._redraw()

    def _show_right_end(self, index: int) -> None:
        """Scroll so that candle `index` is the last one in sight; the newest one is followed."""
        if self._view is None or not self._count:
            return
        index = max(min(self._raster.capacity, self._count) - 1, index)
        self._right_ns = self._view.candles[index].open_ns if index < self._count - 1 else None
        self._redraw()
