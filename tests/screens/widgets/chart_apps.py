"""A chart in an app of its own, what it shows, and what it asks to be painted again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widget import Widget

from ytc_tui.screens.widgets.candle_chart import CandleChart
from ytc_tui.screens.widgets.chart_raster import rasterise
from ytc_tui.screens.widgets.chart_raster_layout import Viewport
from ytc_tui.views.chart import ChartView


class ChartApp(App[None]):
    """One chart that fills the screen."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, view: ChartView | None, ascii_only: bool = False) -> None:
        super().__init__()
        self._first_view = view
        self._ascii_only = ascii_only
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield CandleChart(self._first_view, ascii_only=self._ascii_only)

    @property
    def chart(self) -> CandleChart:
        return self.query_one(CandleChart)

    def on_candle_chart_nothing_there(self, event: CandleChart.NothingThere) -> None:
        self.heard.append(event.why.plain)


def painted(chart: CandleChart) -> list[str]:
    return [chart.render_line(y).text for y in range(chart.size.height)]


def rows_of(view: ChartView | None, port: Viewport) -> list[str]:
    return [row.text for row in rasterise(view, port).rows]


@contextmanager
def refreshes() -> Iterator[list[tuple[Region, ...]]]:
    """The regions of every repaint that a chart asks for."""
    calls: list[tuple[Region, ...]] = []
    refresh: Callable[..., Any] = Widget.refresh

    def noted(self: Widget, *regions: Region, repaint: bool = True, **options: Any) -> Widget:
        if isinstance(self, CandleChart) and repaint:
            calls.append(regions)
        result: Widget = refresh(self, *regions, repaint=repaint, **options)
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Widget, "refresh", noted)
        yield calls
