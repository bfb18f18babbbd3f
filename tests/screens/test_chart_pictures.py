"""Pictures of the chart over the whole screen, with its cursors, on other timeframes and terminals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.chart_scenes import charted
from tests.screens.desk_stage import StagedDesk, settle, staged
from tests.screens.test_desk_pictures import WIDE, Compare, both_sizes
from ytc_tui.screens.glyphs import GlyphSet
from ytc_tui.screens.widgets.candle_chart import CandleChart

Before = Callable[[Pilot[Any]], Awaitable[None]]


def opened(*keys: str) -> Before:
    """The chart over the whole screen with the focus, after `keys`."""

    async def before(pilot: Pilot[Any]) -> None:
        await open_chart(pilot)
        await pilot.press(*keys)
        await settle(pilot)

    return before


async def open_chart(pilot: Pilot[Any]) -> CandleChart:
    """The chart over the whole screen, focused."""
    await settle(pilot)
    chart: CandleChart = pilot.app.screen.query_one(CandleChart)
    if pilot.app.size.width >= WIDE[0]:
        chart.focus()
        await pilot.press("z")
    else:
        await pilot.press("y")
    await pilot.pause()
    await pilot.pause()
    assert chart.has_focus
    return chart


def in_glyphs(glyphs: GlyphSet) -> StagedDesk:
    app = staged(charted())
    app.desk = replace(app.desk, glyphs=glyphs)
    return app


@both_sizes
def test_zoomed(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(staged(charted()), terminal_size=size, run_before=opened())


@both_sizes
def test_cursors(snap_compare: Compare, size: tuple[int, int]) -> None:
    shown = opened("left_square_bracket", "left_square_bracket", "up", "up")
    assert snap_compare(staged(charted()), terminal_size=size, run_before=shown)


@both_sizes
def test_half_hours(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(staged(charted()), terminal_size=size, run_before=opened("i", "i"))


@both_sizes
def test_ascii(snap_compare: Compare, size: tuple[int, int]) -> None:
    shown = opened("left_square_bracket", "down")
    assert snap_compare(in_glyphs(GlyphSet.ASCII), terminal_size=size, run_before=shown)


@both_sizes
def test_no_color(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(staged(charted()), terminal_size=size, run_before=opened("left", "up"))


def test_far_out(snap_compare: Compare) -> None:
    shown = opened(*["minus"] * 3)
    assert snap_compare(staged(charted()), terminal_size=WIDE, run_before=shown)


def test_beside_the_panes(snap_compare: Compare) -> None:
    async def focused(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        pilot.app.screen.query_one(CandleChart).focus()
        await pilot.press("left", "left")

    assert snap_compare(staged(charted()), terminal_size=WIDE, run_before=focused)


@pytest.mark.parametrize("screen", ["2", "3", "6"], ids=["watchlist", "agents", "risk"])
@pytest.mark.parametrize("glyphs", [GlyphSet.BLOCKS, GlyphSet.ASCII])
def test_lines_of_values(snap_compare: Compare, screen: str, glyphs: GlyphSet) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press(screen)
        await pilot.pause()
        assert isinstance(pilot.app, StagedDesk)
        pilot.app.engine.tell(**pilot.app.engine.scene)
        await pilot.pause(0.3)

    assert snap_compare(in_glyphs(glyphs), terminal_size=WIDE, run_before=shown)
