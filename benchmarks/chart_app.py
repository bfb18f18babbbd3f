"""The chart alone on the screen, for T1 and T2: still, ticking, and ticking with the whole of it repainted.

`still`, `ticking` and `repainting` make the app: a day of one-minute candles with zones, swings, lines and a
trade, both cursors on. A price moves ten times a second by up to two ticks, as in a quick market.
"""

from __future__ import annotations

import random
from dataclasses import replace

from textual.app import ComposeResult
from textual.screen import Screen

from benchmarks.screen_parts import Ticking
from tests.screens.chart_scenes import parts
from ytc_tui.screens.widgets.candle_chart import CandleChart
from ytc_tui.screens.widgets.live_table_screen import LiveScreen
from ytc_tui.views.chart import ChartView, with_past

TICKS_HZ = 10
TICK = 0.01
FIRST_KEYS = ("bar_before", "price_up")


class ChartApp(Ticking):
    """A chart that fills the screen; `whole` paints all of it at each price."""

    def __init__(self, *, moves: bool, whole: bool = False) -> None:
        super().__init__()
        view = with_past(*parts(1))
        assert view is not None
        self._view: ChartView = view
        self._moves, self._whole = moves, whole
        self._chance = random.Random(7)

    def get_default_screen(self) -> Screen[None]:
        return LiveScreen()

    def compose(self) -> ComposeResult:
        yield CandleChart()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(CandleChart).set_view(self._view)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        chart = self.query_one(CandleChart)
        for key in FIRST_KEYS:
            getattr(chart, f"action_{key}")()
        if self._moves:
            self.begin(1 / TICKS_HZ, self._tick)

    def _tick(self, late_s: float) -> None:
        """One more price in the newest candle, and now and then a new candle."""
        newest = self._view.candles[-1]
        last = round(newest.close + self._chance.choice((-2, -1, 1, 2)) * TICK, 2)
        moved = newest._replace(close=last, high=max(newest.high, last), low=min(newest.low, last))
        self._view = replace(self._view, last=last, candles=(*self._view.candles[:-1], moved))
        chart = self.query_one(CandleChart)
        chart.set_view(self._view)
        if self._whole:
            chart.refresh()


def still() -> ChartApp:
    return ChartApp(moves=False)


def ticking() -> ChartApp:
    return ChartApp(moves=True)


def repainting() -> ChartApp:
    return ChartApp(moves=True, whole=True)
