"""Which cells a move of a chart paints again, and that they suffice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import Phase, given, settings, strategies as st
from textual.geometry import Region

from tests.screens.widgets.chart_apps import ChartApp, painted, refreshes
from tests.screens.widgets.chart_views import long_view, trade_view, with_trades
from ytc_tui.screens.widgets.chart_keys import CHART_KEYS
from ytc_tui.views.chart import ChartLine, LineKind

SIZE = (60, 12)
SIZES = st.tuples(st.integers(1, 120), st.integers(1, 40))


async def test_a_cursor_move_repaints_two_columns_and_what_it_reads() -> None:
    app = ChartApp(trade_view())
    with refreshes() as calls:
        async with app.run_test(size=(80, 20)) as pilot:
            await pilot.press("left", "left")
            await pilot.pause()
            calls.clear()
            await pilot.press("left")
            [regions] = calls
            plot = [region for region in regions if 0 < region.y < 19]
            assert plot
            assert all(region.height == 1 and region.width <= 3 for region in plot)
            assert len(regions) <= 20


async def test_a_price_move_repaints_two_rows() -> None:
    app = ChartApp(trade_view())
    with refreshes() as calls:
        async with app.run_test(size=(80, 20)) as pilot:
            await pilot.press("up")
            await pilot.pause()
            calls.clear()
            await pilot.press("up")
            [regions] = calls
            assert len(regions) <= 4


async def test_a_key_that_changes_nothing_repaints_nothing() -> None:
    app = ChartApp(long_view(200))
    with refreshes() as calls:
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press("home")
            await pilot.pause()
            calls.clear()
            await pilot.press("home", "pageup", "shift+left")
            assert calls == []


HOSTILE = "\x1b]0;owned\x07[bold red]\u202eevil\n=cmd()"
ACTIONS = st.sampled_from([binding.action for binding in CHART_KEYS])
STEPS = st.one_of(
    ACTIONS,
    st.tuples(st.just("resize"), SIZES),
    st.tuples(st.just("grow"), st.integers(1, 9)),
    st.tuples(st.just("price"), st.floats(80.0, 130.0)),
)


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(SIZES, st.lists(STEPS, min_size=10, max_size=40))
async def test_after_any_moves_what_was_repainted_is_the_whole_chart(
    size: tuple[int, int], steps: list[Any]
) -> None:
    count = 150
    line = ChartLine(LineKind.OWN, 104.0, HOSTILE)
    view = replace(with_trades(count, 10, 77), lines=(line,), symbol=HOSTILE)
    app = ChartApp(view)
    with refreshes() as calls:
        async with app.run_test(size=size) as pilot:
            chart = app.chart
            await pilot.pause()
            lines = painted(chart)
            calls.clear()
            for step in steps:
                match step:
                    case str():
                        getattr(chart, f"action_{step}")()
                    case ("resize", (width, height)):
                        await pilot.resize_terminal(width, height)
                        await pilot.pause()
                    case ("grow", more):
                        count += more
                        view = replace(with_trades(count, 10, 77), lines=(line,), symbol=HOSTILE)
                        chart.set_view(view)
                    case (_, last):
                        view = replace(view, last=last)
                        chart.set_view(view)
                lines = repainted(lines, painted(chart), calls)
                calls.clear()
                chart._strips.clear()
                assert lines == painted(chart) == [row.text for row in chart._rasterised().rows]
                assert all("\x1b" not in text and "\u202e" not in text for text in lines)


def repainted(before: list[str], now: list[str], calls: list[tuple[Region, ...]]) -> list[str]:
    """The lines of a terminal that is sent what was asked for and nothing else."""
    if [len(line) for line in before] != [len(line) for line in now]:
        assert () in calls
    lines = list(before)
    for regions in calls:
        if not regions:
            lines = list(now)
        for region in regions:
            for y in region.line_range:
                x1, x2 = region.column_span
                lines[y] = lines[y][:x1] + now[y][x1:x2] + lines[y][x2:]
    return lines
