"""Playing a past session: what its frames hold, where keys lead, and that nothing is sent or shown early."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.playback.watchers import NAMES, until, watched
from tests.sim.tape import on_day
from ytc_tui.engine.playback.past import Past
from ytc_tui.engine.playback.player import SPEEDS, Player
from ytc_tui.engine.playback.record import Progress
from ytc_tui.engine.watching import TICK_S
from ytc_tui.errors import UsageInvalid
from ytc_tui.views.exposure import ExposureView
from ytc_tui.views.top import TopView


async def test_it_begins_paused_where_it_was_asked_to(player: Player, past: Past) -> None:
    player.begin = "T0001"
    async with watched(player) as watcher:
        await watcher.settles()
        standing = watcher.standing
        assert standing.seq == past.course.find("T0001", None).seq
        assert (standing.entries, standing.playing, standing.busy, standing.problem) == (
            past.record.entries, False, "", ""
        )  # fmt: skip
        assert isinstance(watcher.views["top"], TopView)
        await asyncio.sleep(2 * TICK_S)
        assert watcher.standing == standing


async def test_a_place_that_is_not_there_is_said_and_it_begins_at_the_start(player: Player) -> None:
    player.begin = "T0077"
    async with watched(player) as watcher:
        await watcher.settles()
        assert watcher.standing.seq == 1
        assert "T0077" in watcher.standing.problem
        player.step_entries(1)
        await watcher.settles()
        assert watcher.standing.problem == ""


async def test_while_it_reads_it_says_how_far_it_is(
    player: Player, opening: Callable[[], Past], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly(progress: Progress) -> Past:
        progress(0.43)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        return opening()

    player.open_past = slowly
    async with watched(player) as watcher:
        await watcher.until(lambda: "43%" in watcher.standing.busy)
        assert watcher.views["top"] is None
        with pytest.raises(UsageInvalid, match="still being read"):
            player.seek("end")
        for step in (player.toggle, lambda: player.step_bars(1), lambda: player.step_entries(-1)):
            step()
        go_on.set()
        await watcher.settles()
        assert watcher.standing.seq == 1


async def test_reading_ends_when_nobody_looks_any_more_and_begins_again(
    player: Player, opening: Callable[[], Past]
) -> None:
    left, attempts = asyncio.Event(), []
    loop = asyncio.get_running_loop()

    def opened(progress: Progress) -> Past:
        attempts.append(1)
        if len(attempts) == 1:
            asyncio.run_coroutine_threadsafe(left.wait(), loop).result(10)
        progress(0.5)
        return opening()

    player.open_past = opened
    async with watched(player):
        await asyncio.sleep(TICK_S)
    left.set()
    await until(lambda: player._mover is None)
    async with watched(player) as watcher:
        await watcher.settles()
    assert len(attempts) == 2


async def test_it_plays_bar_after_bar_to_the_end_and_then_from_the_beginning(
    player: Player, past: Past
) -> None:
    player.begin, player.bars_per_s = "13:36", 20.0
    async with watched(player) as watcher:
        await watcher.settles()
        player.toggle()
        await watcher.until(lambda: watcher.standing.playing)
        await watcher.until(lambda: watcher.standing.at_end and not watcher.standing.playing)
        assert watcher.standing.seq == past.record.entries
        player.toggle()
        await watcher.until(lambda: watcher.standing.playing and watcher.standing.seq < 200)
        player.toggle()
        await watcher.until(lambda: not watcher.standing.playing)


async def test_what_is_played_is_what_the_same_places_are(player: Player, past: Past) -> None:
    player.begin, player.bars_per_s = "12:40", 12.0
    held: dict[int, ExposureView] = {}
    async with watched(player) as watcher:
        await watcher.settles()
        player.toggle()

        def shown() -> bool:
            held[watcher.standing.at_ns] = watcher.views["exposure"]
            return watcher.standing.at_ns >= on_day("12:50")

        await watcher.until(shown)
    assert len(held) > 4
    for at_ns, view in held.items():
        place = past.course.instant(at_ns)
        assert past.views(past.at(place), NAMES)["exposure"] == view


async def test_steps_that_come_faster_than_places_are_reached_all_count(player: Player, past: Past) -> None:
    player.begin = "end"
    async with watched(player) as watcher:
        await watcher.settles()
        for _ in range(30):
            player.step_bars(-1)
        await watcher.settles()
        assert watcher.standing.at_ns == past.course.bars_on(past.course.last, -30).at_ns
        for _ in range(30):
            player.step_bars(1)
        await watcher.settles()
        assert watcher.standing.at_end


async def test_a_jump_pauses_and_a_wrong_one_changes_nothing(player: Player) -> None:
    async with watched(player) as watcher:
        await watcher.settles()
        player.toggle()
        with pytest.raises(UsageInvalid):
            player.seek("T0077")
        assert player.playing
        player.seek("12:55")
        await watcher.settles()
        assert (watcher.standing.at_ns, watcher.standing.playing) == (on_day("12:55"), False)


async def test_speeds_go_up_and_down_and_stay_within(player: Player) -> None:
    player.bars_per_s = 3.0
    player.change_speed(up=True)
    assert player.bars_per_s == 4.0
    player.bars_per_s = 3.0
    player.change_speed(up=False)
    assert player.bars_per_s == 2.0
    for _ in SPEEDS:
        player.change_speed(up=True)
    assert player.bars_per_s == SPEEDS[-1]
    for _ in SPEEDS:
        player.change_speed(up=False)
    assert player.bars_per_s == SPEEDS[0]


async def test_nobody_looking_nothing_plays(player: Player) -> None:
    player.bars_per_s = 20.0
    async with watched(player) as watcher:
        await watcher.settles()
        player.toggle()
    assert not player.playing
    stood = player._wanted
    await asyncio.sleep(3 * TICK_S)
    assert player._wanted == stood
