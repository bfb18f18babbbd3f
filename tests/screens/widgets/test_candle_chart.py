"""The chart widget: what it paints again, how it scrolls, and what it looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from rich.console import Console
from textual.geometry import Region

from tests.screens.widgets.chart_apps import ChartApp, painted, refreshes, rows_of
from tests.screens.widgets.chart_views import small_view, trade_view
from ytc_tui.screens.widgets.candle_chart import CandleChart
from ytc_tui.screens.widgets.chart_keys import CHART_KEYS
from ytc_tui.screens.widgets.chart_raster_canvas import Ground, Ink
from ytc_tui.screens.widgets.chart_raster_layout import Viewport


@pytest.fixture
def refreshed() -> Iterator[list[tuple[Region, ...]]]:
    """The regions of every repaint that a chart asks for."""
    with refreshes() as calls:
        yield calls


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
        await pilot.press(*[binding.key for binding in CHART_KEYS if binding.key != "escape"])
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
        candles=(*view.candles[:-1], newest._replace(close=newest.close - 1.5)),
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
        await pilot.press(*[binding.key for binding in CHART_KEYS])
        app.chart.set_view(small_view())
        assert painted(app.chart)[0].startswith("BTCUSDT 1m  107.0")
        app.chart.set_view(None)
        assert painted(app.chart)[0].startswith("no bars yet")


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


@pytest.mark.parametrize(("colors", "textured"), [("standard", True), ("256", False), ("truecolor", False)])
async def test_where_few_colours_hide_a_tint_zones_are_filled(
    colors: str, textured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Console, "color_system", colors)
    app = ChartApp(trade_view())
    async with app.run_test(size=(80, 20)):
        assert painted(app.chart) == rows_of(trade_view(), Viewport(80, 20, textured=textured))


def test_keys_have_names() -> None:
    assert list(CandleChart.BINDINGS) == list(CHART_KEYS)
    for known in ({binding.id for binding in CHART_KEYS}, {binding.key for binding in CHART_KEYS}):
        assert len(known) == len(CHART_KEYS)
    assert all(binding.tooltip and binding.description for binding in CHART_KEYS)
    assert all(hasattr(CandleChart, f"action_{binding.action}") for binding in CHART_KEYS)


Snapshot = Callable[..., bool]


def test_a_trade_looks_like_this(snap_compare: Snapshot) -> None:
    assert snap_compare(ChartApp(trade_view()), terminal_size=(80, 20))


def test_in_ascii_it_looks_like_this(snap_compare: Snapshot) -> None:
    assert snap_compare(ChartApp(trade_view(), ascii_only=True), terminal_size=(60, 15))


def test_the_cursor_looks_like_this(snap_compare: Snapshot) -> None:
    assert snap_compare(ChartApp(trade_view()), press=("left", "left", "left", "up"), terminal_size=(100, 24))
