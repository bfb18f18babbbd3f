"""Pictures of the desk in the moments that matter. A change of a picture is reviewed by eye, then
`make snap-update`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.desk_own import own_view
from tests.screens.desk_scenes import SCENES, in_trade
from tests.screens.desk_stage import StagedDesk, settle, staged
from ytc_tui.screens.themes import LIGHT

Compare = Callable[..., bool]
Before = Callable[[Pilot[Any]], Awaitable[None]]
WIDE, NARROW = (120, 40), (80, 24)
both_sizes = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])


@both_sizes
@pytest.mark.parametrize("scene", SCENES)
def test_scene(snap_compare: Compare, scene: str, size: tuple[int, int]) -> None:
    assert snap_compare(staged(SCENES[scene]()), terminal_size=size, run_before=settle)


@both_sizes
def test_own_view(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(staged(own_view()), terminal_size=size, run_before=settle)


@both_sizes
def test_stale(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def silence(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        assert isinstance(pilot.app, StagedDesk)
        pilot.app.clock.now += 2
        pilot.app.show_views()
        await pilot.pause()

    assert snap_compare(staged(in_trade()), terminal_size=size, run_before=silence)


@both_sizes
def test_engine_gone(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def gone(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        assert isinstance(pilot.app, StagedDesk)
        pilot.app.still.over.set()
        while pilot.app.link.end is None:
            await pilot.pause()
        await pilot.pause()

    assert snap_compare(staged(in_trade()), terminal_size=size, run_before=gone)


@pytest.mark.parametrize("size", [(200, 60), (50, 12), (20, 5)], ids=["200x60", "50x12", "20x5"])
def test_in_trade_at_other_sizes(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(staged(in_trade()), terminal_size=size, run_before=settle)


def test_light(snap_compare: Compare) -> None:
    async def light(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        pilot.app.theme = LIGHT.name
        await pilot.pause()

    assert snap_compare(staged(in_trade()), terminal_size=WIDE, run_before=light)


def test_no_color(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(staged(in_trade()), terminal_size=WIDE, run_before=settle)
