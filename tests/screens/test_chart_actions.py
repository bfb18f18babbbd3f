"""The chart on the desk: which one is shown, how it is reached, and a level drawn from it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from textual.widgets import Input

from tests.screens.chart_scenes import LABEL, charted, parts
from tests.screens.desk_stage import StagedDesk, desk_of, press, settle, staged
from tests.screens.desk_views import top_view
from tests.screens.table_views import TRADES_VIEW
from tests.screens.test_chart_pictures import open_chart
from tests.screens.test_containment import text_of
from ytc_tui.model.commands import Verb
from ytc_tui.screens.desk import DeskScreen
from ytc_tui.screens.panes import ChartPane
from ytc_tui.screens.widgets.candle_chart import CandleChart

NARROW, WIDE = (80, 24), (120, 40)


def chart_of(app: StagedDesk) -> CandleChart:
    return app.screen.query_one(CandleChart)


async def test_the_timeframe_goes_round_through_those_that_there_are() -> None:
    app = staged(charted())
    async with desk_of(app) as pilot:
        seen = []
        for _ in range(4):
            seen.append(app.chart)
            await pilot.press("i")
            await settle(pilot)
        assert seen == [("ETHUSDT", minutes) for minutes in (1, 3, 30, 1)]
        app.engine.tell(top=top_view(timeframes=(1, 5, 60)))
        await pilot.pause()
        await pilot.press("i")
        assert app.chart == ("ETHUSDT", 5)


async def test_before_the_engine_told_its_timeframes_the_key_changes_nothing() -> None:
    app = staged(charted(top=top_view(timeframes=())))
    async with desk_of(app) as pilot:
        await pilot.press("i")
        assert app.chart == ("ETHUSDT", 1)


async def test_what_is_past_is_before_what_moves() -> None:
    app = staged(charted())
    async with desk_of(app):
        view, past = parts(1)
        shown = chart_of(app).view
        assert shown is not None
        assert shown.candles == past.candles + view.candles
        assert shown.swings == past.swings + view.swings


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_the_chart_is_reached_and_left_at_both_sizes(size: tuple[int, int]) -> None:
    app = staged(charted())
    async with desk_of(app, size) as pilot:
        symbol = app.chart
        chart = await open_chart(pilot)
        assert chart.region.width == size[0]
        assert chart.region.height >= size[1] - 5
        assert app.chart == symbol
        assert [pane.display for pane in app.screen.query(".pane")].count(True) == 1
        await pilot.press("left")
        assert chart.cursor_ns is not None
        await pilot.press("y")
        assert app.chart == ("BTCUSDT", 1)
        await pilot.press("z")
        await pilot.pause()
        await pilot.pause()
        assert app.screen.query_one(ChartPane).display is (size == WIDE)
        assert app.focused is not None
        assert not app.screen.query(".-zoom")


async def test_another_pane_alone_leaves_no_chart_beside_it() -> None:
    app = staged(charted())
    async with desk_of(app) as pilot:
        await pilot.press("z")
        await pilot.pause()
        assert [pane.id for pane in app.screen.query(".pane") if pane.display] == ["exposure"]
        await pilot.press("y")
        await pilot.pause()
        assert [pane.id for pane in app.screen.query(".pane") if pane.display] == ["chart-pane"]


async def test_tab_reaches_the_chart() -> None:
    app = staged(charted())
    async with desk_of(app) as pilot:
        for _ in range(10):
            if chart_of(app).has_focus:
                break
            await pilot.press("tab")
        assert chart_of(app).has_focus


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_a_trade_on_its_screen_leads_to_its_chart_at_its_time(size: tuple[int, int]) -> None:
    app = staged(charted())
    async with desk_of(app, size) as pilot:
        await pilot.press("5")
        await pilot.pause()
        app.engine.tell(trades=TRADES_VIEW)
        await pilot.pause()
        await press(pilot, "y")
        await settle(pilot)
        await pilot.pause()
        assert isinstance(app.screen, DeskScreen)
        chart = chart_of(app)
        [opened_ns] = {trade.opened_ns for trade in TRADES_VIEW.trades}
        assert chart.has_focus
        assert chart.cursor_ns == opened_ns // 60_000_000_000 * 60_000_000_000


async def test_a_price_from_the_chart_is_offered_as_a_level() -> None:
    app = staged(charted())
    async with desk_of(app) as pilot:
        await open_chart(pilot)
        await pilot.press("up")
        price = chart_of(app).price
        assert price is not None
        await pilot.press("l")
        await pilot.pause()
        typed = [field.value for field in app.screen.query(Input)]
        assert typed[:2] == ["ETHUSDT", f"{price:.2f}"]
        await press(pilot, *"gap", "enter")
        [command] = app.engine.sent
        assert (command.verb, command.target) == (Verb.LEVEL, "ETHUSDT")
        assert command.level is not None
        assert (command.level.low, command.level.label) == (Decimal(f"{price:.2f}"), "gap")


async def test_a_key_with_nowhere_to_go_says_so() -> None:
    view, _ = parts(1)
    app = staged(charted(**{"chart/ETHUSDT/1": replace(view, marks=())}))
    async with desk_of(app) as pilot:
        await open_chart(pilot)
        await pilot.press("left_square_bracket")
        await pilot.pause()
        assert app.words_said[-1] == "chart: no earlier trade on this chart"


async def test_labels_from_outside_are_text() -> None:
    app = staged(charted())
    async with desk_of(app) as pilot:
        await open_chart(pilot)
        assert "\x1b" not in text_of(app)
        assert LABEL not in text_of(app)
        assert "weekly open" in text_of(app)
