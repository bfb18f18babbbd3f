"""Where keys and the mouse take a chart, and which cells that paints again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events

from tests.screens.widgets.chart_apps import ChartApp, painted, rows_of
from tests.screens.widgets.chart_views import long_view, small_view, with_trades
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.screens.widgets.candle_chart import CandleChart
from ytc_tui.screens.widgets.chart_raster_layout import ZOOMS, Viewport

SIZE = (60, 12)


# ---- time --------------------------------------------------------------------------------------------


async def test_scrolled_back_it_stays_and_at_the_end_it_follows() -> None:
    app = ChartApp(long_view(200))
    async with app.run_test(size=SIZE) as pilot:
        chart = app.chart
        assert chart.follows
        await pilot.press("shift+left")
        assert not chart.follows
        times, note = painted(chart)[-1], painted(chart)[0].rstrip()
        assert note.endswith("newer →")
        chart.set_view(long_view(210))
        assert painted(chart)[-1] == times
        assert painted(chart)[0].rstrip() != note
        await pilot.press("end")
        assert chart.follows
        assert painted(chart) == rows_of(long_view(210), Viewport(*SIZE))
        await pilot.press("home")
        assert painted(chart) == rows_of(long_view(210), Viewport(*SIZE, right_ns=0))
        await pilot.press("pageup")
        assert painted(chart) == rows_of(long_view(210), Viewport(*SIZE, right_ns=0))
        for _ in range(60):
            chart.action_newer()
        assert chart.follows


async def test_pages_overlap_by_a_candle() -> None:
    view = long_view(200)
    app = ChartApp(view)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("left", "home")
        first = app.chart.cursor_ns
        await pilot.press("escape", "pageup")
        shown = app.chart._raster
        assert shown.stop == 200 - shown.capacity + 1
        await pilot.press("pagedown")
        assert app.chart.follows
        assert first == view.candles[0].open_ns


async def test_the_cursor_walks_and_takes_the_page_with_it() -> None:
    view = long_view(200)
    app = ChartApp(view)
    async with app.run_test(size=(70, 12)) as pilot:
        chart = app.chart
        assert chart.cursor_ns is None
        await pilot.press("left")
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


async def test_escape_leaves_both_cursors_and_follows() -> None:
    view = long_view(200)
    app = ChartApp(view)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("left", "home", "up", "escape")
        assert (app.chart.cursor_ns, app.chart.price, app.chart.follows) == (None, None, True)
        assert painted(app.chart) == rows_of(view, Viewport(*SIZE))


async def test_scrolling_keeps_the_cursor_on_the_page() -> None:
    app = ChartApp(long_view(200))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("left", "pageup", "pageup")
        shown = app.chart._raster
        assert shown.cursor == shown.stop - 1
        await pilot.press("pagedown", "pagedown", "pagedown")
        shown = app.chart._raster
        assert shown.cursor is not None
        assert shown.first <= shown.cursor < shown.stop == 200


async def test_zoom_goes_from_the_width_it_has_and_ends_at_both_ends() -> None:
    view = long_view(1_000)
    app = ChartApp(view)
    async with app.run_test(size=(100, 12)) as pilot:
        await pilot.press("minus")
        assert painted(app.chart) == rows_of(view, Viewport(100, 12, zoom=3))
        await pilot.press(*["minus"] * 20)
        assert painted(app.chart) == rows_of(view, Viewport(100, 12, zoom=len(ZOOMS) - 1))
        await pilot.press(*["plus"] * 20)
        assert painted(app.chart) == rows_of(view, Viewport(100, 12, zoom=0))


async def test_zoom_takes_the_cursor_with_it() -> None:
    view = long_view(1_000)
    app = ChartApp(view)
    async with app.run_test(size=(100, 12)) as pilot:
        await pilot.press("left", *["minus"] * 5, "pageup", *["left"] * 9)
        at_ns = app.chart.cursor_ns
        assert at_ns is not None
        for key in (*["plus"] * 7, *["minus"] * 4):
            await pilot.press(key)
            shown = app.chart._raster
            assert shown.cursor is not None
            assert shown.view is not None
            candle = shown.view.candles[shown.cursor]
            assert candle.open_ns <= at_ns < candle.open_ns + shown.view.minutes * NS_PER_MIN


async def test_another_symbol_is_followed_from_its_newest_bar_and_a_timeframe_keeps_the_place() -> None:
    app = ChartApp(long_view(200))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("left", "home", "up")
        at_ns = app.chart.cursor_ns
        app.chart.set_view(None)
        app.chart.set_view(replace(long_view(200), minutes=3))
        assert app.chart.cursor_ns == at_ns
        app.chart.set_view(replace(long_view(200), symbol="ETHUSDT"))
        assert (app.chart.cursor_ns, app.chart.price, app.chart.follows) == (None, None, True)


# ---- trades and instants -----------------------------------------------------------------------------


async def test_brackets_go_from_trade_to_trade() -> None:
    view = with_trades(200, 20, 90, 197)
    app = ChartApp(view)
    async with app.run_test(size=SIZE) as pilot:
        chart = app.chart
        visited = []
        for _ in range(3):
            await pilot.press("left_square_bracket")
            visited.append(chart.cursor_ns)
        assert visited == [view.candles[place].open_ns for place in (197, 90, 20)]
        await pilot.press("left_square_bracket")
        assert app.heard == ["no earlier trade on this chart"]
        assert chart.cursor_ns == visited[-1]
        await pilot.press("right_square_bracket")
        assert chart.cursor_ns == visited[1]
        shown = chart._raster
        assert shown.first < 90 < shown.stop - 1
        await pilot.press("right_square_bracket", "right_square_bracket")
        assert app.heard[1:] == ["no later trade on this chart"]


async def test_an_instant_is_looked_at_as_soon_as_there_are_candles() -> None:
    view = long_view(200)
    app = ChartApp(None)
    async with app.run_test(size=SIZE) as pilot:
        app.chart.look_at(view.candles[60].open_ns + 9)
        assert app.chart.cursor_ns is None
        app.chart.set_view(view)
        assert app.chart.cursor_ns == view.candles[60].open_ns
        app.chart.look_at(0)
        await pilot.pause()
        assert app.chart.cursor_ns == view.candles[0].open_ns
        assert app.heard == ["that is before the first bar of this chart"]


# ---- price -------------------------------------------------------------------------------------------


async def test_the_price_cursor_begins_at_the_close_and_steps_over_round_prices() -> None:
    app = ChartApp(small_view())
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("up")
        first = app.chart.price
        assert first is not None
        assert first > 107.0
        await pilot.press("up")
        step = (app.chart.price or 0) - first
        assert step == pytest.approx(0.5)
        assert (app.chart.price or 0) / step == pytest.approx(round((app.chart.price or 0) / step))
        await pilot.press("down", "down")
        assert app.chart.price == pytest.approx(first - step)
        row = next(line for line in painted(app.chart) if "►" in line)
        assert f"►{app.chart.price:.1f}" in row
        assert "┉┉┉" in row


async def test_a_price_out_of_sight_is_told_at_the_edge() -> None:
    app = ChartApp(small_view())
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press(*["up"] * 30)
        price = app.chart.price
        assert price is not None
        assert any(f"↑{price:.1f}" in line for line in painted(app.chart))
        for _ in range(400):
            app.chart.action_price_down()
        assert app.chart.price is not None
        assert app.chart.price > 0


# ---- mouse -------------------------------------------------------------------------------------------


async def test_a_click_sets_both_cursors_and_beside_the_plot_none() -> None:
    view = small_view()
    app = ChartApp(view)
    async with app.run_test(size=(60, 20)) as pilot:
        page = app.chart._raster.page
        assert page is not None
        await pilot.click(offset=(page.layout.axis_x + 2, 5))
        assert app.chart.price is None
        await pilot.click(offset=(page.column(2), 1 + page.scale.row(103.0)))
        assert app.chart.cursor_ns == view.candles[2].open_ns
        assert app.chart.price == pytest.approx(103.0, abs=0.5)
        assert app.chart.has_focus


def wheel(
    chart: CandleChart, kind: type[events.MouseEvent], *, shift: bool = False, ctrl: bool = False
) -> None:
    event = kind(chart, 5, 5, 0, 0, 0, shift, False, ctrl)
    (chart.on_mouse_scroll_up if kind is events.MouseScrollUp else chart.on_mouse_scroll_down)(event)  # type: ignore[arg-type]


async def test_the_wheel_scrolls_and_with_shift_or_control_it_zooms() -> None:
    view = long_view(300)
    app = ChartApp(view)
    async with app.run_test(size=(100, 12)):
        wheel(app.chart, events.MouseScrollUp)
        assert app.chart._raster.stop == 297
        wheel(app.chart, events.MouseScrollDown)
        assert app.chart.follows
        wheel(app.chart, events.MouseScrollDown, ctrl=True)
        assert painted(app.chart) == rows_of(view, Viewport(100, 12, zoom=3))
        wheel(app.chart, events.MouseScrollUp, shift=True)
        assert painted(app.chart) == rows_of(view, Viewport(100, 12, zoom=2))
