"""The chart widget: what it paints again, how it scrolls, and what it looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widget import Widget

from tests.screens.widgets.chart_views import long_view, small_view, trade_view
from ytc_tui.screens.widgets.candle_chart import CandleChart
from ytc_tui.screens.widgets.chart_raster import rasterise
from ytc_tui.screens.widgets.chart_raster_canvas import Ground, Ink
from ytc_tui.screens.widgets.chart_raster_layout import Viewport
from ytc_tui.views.chart import ChartView


class ChartApp(App[None]):
    """One chart that fills the screen."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, view: ChartView | None, ascii_only: bool = False) -> None:
        super().__init__()
        self._first_view = view
        self._ascii_only = ascii_only

    def compose(self) -> ComposeResult:
        yield CandleChart(self._first_view, ascii_only=self._ascii_only)

    @property
    def chart(self) -> CandleChart:
        return self.query_one(CandleChart)


def painted(chart: CandleChart) -> list[str]:
    return [chart.render_line(y).text for y in range(chart.size.height)]


def rows_of(view: ChartView | None, port: Viewport) -> list[str]:
    return [row.text for row in rasterise(view, port).rows]


@pytest.fixture
def refreshed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Region, ...]]:
    """The regions of every refresh that a chart asked for."""
    calls: list[tuple[Region, ...]] = []
    refresh = Widget.refresh

    def noted(self: Widget, *regions: Region, **options: Any) -> Widget:
        if isinstance(self, CandleChart):
            calls.append(regions)
        return refresh(self, *regions, **options)

    monkeypatch.setattr(Widget, "refresh", noted)
    return calls


async def test_it_paints_the_raster_of_its_size() -> None:
    app = ChartApp(trade_view())
    async with app.run_test(size=(80, 20)) as pilot:
        assert painted(app.chart) == rows_of(trade_view(), Viewport(80, 20))
        await pilot.resize_terminal(50, 9)
        await pilot.pause()
        assert painted(app.chart) == rows_of(trade_view(), Viewport(50, 9))


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 2), (200, 4), (3, 60)])
async def test_it_lives_at_any_size(size: tuple[int, int]) -> None:
    app = ChartApp(trade_view())
    async with app.run_test(size=size) as pilot:
        await pilot.press("v", "left", "home", "m", "end", "right", "v")
        assert [len(line) for line in painted(app.chart)] == [size[0]] * size[1]


async def test_an_equal_view_asks_for_nothing(refreshed: list[tuple[Region, ...]]) -> None:
    app = ChartApp(trade_view())
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        refreshed.clear()
        app.chart.set_view(replace(trade_view()))
        assert refreshed == []


async def test_a_tick_asks_for_the_cells_that_changed(refreshed: list[tuple[Region, ...]]) -> None:
    view = trade_view()
    newest = view.candles[-1]
    moved = replace(
        view,
        last=newest.close - 1.5,
        candles=(*view.candles[:-1], replace(newest, close=newest.close - 1.5)),
    )
    app = ChartApp(view)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        before = painted(app.chart)
        refreshed.clear()
        app.chart.set_view(moved)
        assert len(refreshed) == 1
        regions = refreshed[0]
        assert 1 <= len(regions) <= 5
        assert all(region.height == 1 for region in regions)
        assert sum(region.width for region in regions) <= 40
        after = painted(app.chart)
        assert after == rows_of(moved, Viewport(80, 20))
        differing = {
            (x, y)
            for y, (old, new) in enumerate(zip(before, after, strict=True))
            for x, (was, now) in enumerate(zip(old, new, strict=True))
            if was != now
        }
        assert differing
        assert all(any(region.contains(*cell) for region in regions) for cell in differing)


async def test_no_bars_come_and_go() -> None:
    app = ChartApp(None)
    async with app.run_test(size=(40, 10)) as pilot:
        assert painted(app.chart)[0].startswith("no bars yet")
        await pilot.press("v", "left", "end", "home")
        app.chart.set_view(small_view())
        assert painted(app.chart)[0].startswith("BTCUSDT 1m  107.0")
        app.chart.set_view(None)
        assert painted(app.chart)[0].startswith("no bars yet")


async def test_scrolled_back_it_stays_and_at_the_end_it_follows() -> None:
    app = ChartApp(long_view(200))
    async with app.run_test(size=(60, 12)) as pilot:
        chart = app.chart
        assert chart.follows
        await pilot.press("left")
        assert not chart.follows
        times, note = painted(chart)[-1], painted(chart)[0].rstrip()
        assert note.endswith("newer →")
        chart.set_view(long_view(210))
        assert painted(chart)[-1] == times
        assert painted(chart)[0].rstrip() != note
        await pilot.press("end")
        assert chart.follows
        assert painted(chart) == rows_of(long_view(210), Viewport(60, 12))
        await pilot.press("home")
        assert painted(chart) == rows_of(long_view(210), Viewport(60, 12, right_ns=0))
        await pilot.press("left")
        assert painted(chart) == rows_of(long_view(210), Viewport(60, 12, right_ns=0))
        for _ in range(60):
            chart.action_newer()
        assert chart.follows


async def test_the_cursor_walks_and_takes_the_page_with_it() -> None:
    view = long_view(200)
    app = ChartApp(view)
    async with app.run_test(size=(60, 12)) as pilot:
        chart = app.chart
        assert chart.cursor_ns is None
        await pilot.press("v")
        assert chart.cursor_ns == view.candles[-1].open_ns
        await pilot.press("left", "left")
        assert chart.cursor_ns == view.candles[-3].open_ns
        assert chart.follows
        assert " o " in painted(chart)[0]
        await pilot.press("home")
        assert chart.cursor_ns == view.candles[0].open_ns
        assert "09:00 o 100.0" in painted(chart)[0]
        await pilot.press("left", "right")
        assert chart.cursor_ns == view.candles[1].open_ns
        await pilot.press("end")
        assert chart.cursor_ns == view.candles[-1].open_ns
        assert chart.follows
        await pilot.press("v")
        assert chart.cursor_ns is None
        assert painted(chart) == rows_of(view, Viewport(60, 12))


async def test_density_is_a_key() -> None:
    app = ChartApp(long_view(200))
    async with app.run_test(size=(100, 12)) as pilot:
        await pilot.press("m")
        assert painted(app.chart) == rows_of(long_view(200), Viewport(100, 12, dense=True))


async def test_every_meaning_can_be_styled() -> None:
    app = ChartApp(trade_view())
    async with app.run_test(size=(80, 20)):
        classes = app.chart.COMPONENT_CLASSES
        assert {"candle-chart--gain", "candle-chart--line-stop", "candle-chart--zone-support"} <= classes
        assert len(classes) == len(Ink) + len(Ground) - 2
        for name in classes:
            assert app.chart.get_visual_style(name)


async def test_a_new_theme_paints_anew() -> None:
    app = ChartApp(trade_view())
    async with app.run_test(size=(80, 20)) as pilot:
        before = [list(app.chart.render_line(y)) for y in range(20)]
        app.theme = "textual-light"
        await pilot.pause()
        after = [list(app.chart.render_line(y)) for y in range(20)]
        assert before != after
        app.theme = "ansi-dark"
        await pilot.pause()
        await pilot.pause()
        assert painted(app.chart) == rows_of(trade_view(), Viewport(80, 20, textured=True))


def test_keys_have_names() -> None:
    ids = [binding.id for binding in CandleChart.BINDINGS if not isinstance(binding, tuple)]
    assert len(set(ids)) == len(ids) == len(CandleChart.BINDINGS)
    assert all(
        binding.tooltip and binding.description
        for binding in CandleChart.BINDINGS
        if not isinstance(binding, tuple)
    )


Snapshot = Callable[..., bool]


def test_a_trade_looks_like_this(snap_compare: Snapshot) -> None:
    assert snap_compare(ChartApp(trade_view()), terminal_size=(80, 20))


def test_in_ascii_it_looks_like_this(snap_compare: Snapshot) -> None:
    assert snap_compare(ChartApp(trade_view(), ascii_only=True), terminal_size=(60, 15))


def test_the_cursor_looks_like_this(snap_compare: Snapshot) -> None:
    assert snap_compare(ChartApp(trade_view()), press=("v", "left", "left", "left"), terminal_size=(100, 24))
