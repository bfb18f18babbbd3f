"""Pictures of the desk in playback. A change of a picture is reviewed by eye, then `make snap-update`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.desk_scenes import in_trade
from tests.screens.desk_stage import settle
from tests.screens.playback_stage import played
from tests.screens.table_views import WATCHLIST_VIEW, all_screens
from tests.screens.test_desk_pictures import Compare, both_sizes

GONE = "zones, swings and trends: no such file: /data/binance_um_ETHUSDT_1m.parquet"


@both_sizes
def test_paused(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(played(), terminal_size=size, run_before=settle)


@both_sizes
def test_playing_with_what_is_not_known(snap_compare: Compare, size: tuple[int, int]) -> None:
    scene: dict[str, Any] = dict(in_trade())
    chart = scene["chart/ETHUSDT/1"]
    scene["chart/ETHUSDT/1"] = replace(chart, zones=(), swings=(), not_known=GONE)
    app = played(
        scene,
        playing=True,
        missing=(GONE,),
        cut="entry 4311: its content does not match its hash",
    )
    assert snap_compare(app, terminal_size=size, run_before=settle)


@both_sizes
def test_watchlist_of_prices_alone(snap_compare: Compare, size: tuple[int, int]) -> None:
    bare = [
        replace(row, atr_pct=None, regime=None, direction=None, label=None, zone=None, why_not="not known")
        for row in WATCHLIST_VIEW.rows
    ]
    scene = all_screens(watchlist=replace(WATCHLIST_VIEW, rows=tuple(bare), not_known=GONE))

    async def asked(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press("2")
        await pilot.pause()

    assert snap_compare(played(scene), terminal_size=size, run_before=asked)


@both_sizes
def test_reading_the_record(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = played({}, seq=0, entries=0, at_ns=0, busy="reading the record, 43%")
    assert snap_compare(app, terminal_size=size, run_before=settle)


@both_sizes
def test_jump(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def asked(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press("j", *"T0077", "enter")
        await pilot.pause()

    assert snap_compare(played(), terminal_size=size, run_before=asked)


@pytest.mark.parametrize("size", [(50, 12), (20, 5)], ids=["50x12", "20x5"])
def test_at_other_sizes(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(played(), terminal_size=size, run_before=settle)
