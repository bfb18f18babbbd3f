"""Playing a past session: what its frames hold, where keys lead, and that nothing is sent or shown early."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.sim.harness import Simulation
from tests.sim.tape import on_day
from ytc_tui.client import Frame
from ytc_tui.commands.record import Record
from ytc_tui.engine.playback import player as player_module
from ytc_tui.engine.playback.past import Past
from ytc_tui.engine.playback.player import SPEEDS, Player
from ytc_tui.engine.playback.record import Progress
from ytc_tui.engine.watching import TICK_S
from ytc_tui.errors import JournalUnavailable, UsageInvalid
from ytc_tui.model.commands import Command, Verb
from ytc_tui.views.exposure import ExposureView
from ytc_tui.views.playback import PlaybackView
from ytc_tui.views.top import TopView

NAMES = {"playback", "top", "exposure"}
LOOKS = 1_000
EMPTY = hashlib.sha256(b"").hexdigest()


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(LOOKS):
        if holds():
            return
        await asyncio.sleep(TICK_S / 10)
    raise AssertionError("it did not come about in time")


class Watcher:
    """Takes frames and keeps what they said last."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.views: dict[str, Any] = {}

    def take(self, frame: Frame) -> None:
        self.views.update(frame.views)

    @property
    def standing(self) -> PlaybackView:
        view = self.views["playback"]
        assert isinstance(view, PlaybackView)
        return view

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds` of what was shown last."""
        await until(lambda: bool(self.views) and holds())

    async def settles(self) -> None:
        """Wait until the place that was asked for last is shown."""

        def there() -> bool:
            here, wanted = self.player._moment, self.player._wanted
            return here is not None and here.place == wanted and self.standing.seq == here.place.seq

        await self.until(there)


@asynccontextmanager
async def watched(player: Player, names: set[str] = NAMES) -> AsyncIterator[Watcher]:
    watcher = Watcher(player)

    async def follow() -> None:
        async with aclosing(player.frames(names)) as frames:
            async for frame in frames:
                watcher.take(frame)

    following = asyncio.create_task(follow())
    try:
        yield watcher
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


@pytest.fixture
def player(day: Simulation, opening: Callable[[], Past], store: Path) -> Player:
    session = day.journal.sessions()[-1]
    return Player(session, lambda progress: opening(), Record(store), asyncio.to_thread)


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


# ---- what is asked of the record ---------------------------------------------------------------------


async def test_nothing_can_be_sent(player: Player) -> None:
    receipt = await player.send(Command("c", Verb.FLATTEN, "ada"))
    assert not receipt.accepted
    assert "playback" in receipt.reason


async def test_the_journal_ends_at_the_place(player: Player, past: Past) -> None:
    player.begin = "T0001"
    async with watched(player) as watcher:
        assert (await player.page()).rows == ()
        await watcher.settles()
        here = watcher.standing.seq
        page = await player.page(rows=20)
        assert page.rows and page.rows[0].seq <= here
        later = await player.page(before_seq=past.record.entries, rows=20)
        assert later == page
        older = await player.page(before_seq=page.before_seq, rows=20)
        assert older.rows[0].seq < page.rows[-1].seq
        for rows, before in ((0, 0), (201, 0), (5, -1)):
            with pytest.raises(UsageInvalid):
                await player.page(before, rows)


async def test_why_is_answered_by_what_was_known_then(player: Player) -> None:
    async with watched(player) as watcher:
        await watcher.settles()
        with pytest.raises(UsageInvalid, match="knows nothing"):
            await player.explain("T0001")
        player.seek("T0001")
        await watcher.settles()
        planned = await player.explain("T0001")
        player.seek("T0001")
        await watcher.settles()
        closed = await player.explain("T0001")
        assert "P&L" not in planned["headline"] and "P&L" in closed["headline"]
        assert (await player.explain("monitoring"))["text"]
        assert (await player.status())["current_phase"]


async def test_the_store_is_not_touched(player: Player, store: Path) -> None:
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in store.parent.iterdir()}
    async with watched(player) as watcher:
        await watcher.settles()
        for where in ("end", "T0001", "13:00", "start"):
            player.seek(where)
            await watcher.settles()
            await player.page()
            await player.explain("12:50")
    after = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in store.parent.iterdir()}
    # What SQLite shares among readers holds nothing that was written.
    assert after.pop("ytc.db-wal", EMPTY) == EMPTY
    after.pop("ytc.db-shm", None)
    assert after == before


async def test_a_store_that_fails_is_said_and_shows_nothing_by_halves(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(player) as watcher:
        await watcher.settles()
        past = player._past
        assert past is not None

        def gone(place: object) -> None:
            raise JournalUnavailable("the disk has gone")

        monkeypatch.setattr(Past, "at", lambda self, place: gone(place))
        player.seek("end")
        await watcher.until(lambda: "the disk has gone" in watcher.standing.problem)
        assert watcher.views["top"] is None
        monkeypatch.undo()
        player.seek("end")
        await watcher.settles()
        assert (watcher.standing.at_end, watcher.standing.problem) == (True, "")


async def test_a_place_whose_views_cannot_be_made_is_said_and_others_are_shown(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(player) as watcher:
        await watcher.settles()
        whole = Past.views

        def partly(self: Past, moment: Any, names: Any) -> dict[str, Any]:
            if moment.place.seq == 30:
                raise LookupError("planted")
            return whole(self, moment, names)

        monkeypatch.setattr(Past, "views", partly)
        player.seek("30")
        await watcher.until(lambda: "planted" in watcher.standing.problem)
        assert watcher.views["top"] is None
        player.step_entries(1)
        await watcher.settles()
        await watcher.until(lambda: watcher.views["top"] is not None)
        assert watcher.standing.problem == ""


async def test_a_long_way_is_gone_beside_the_loop(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but a few entries and bars on is done while the screen waits."""
    aside: list[str] = []
    threads = player.aside

    async def noted(work: Callable[[], Any]) -> Any:
        aside.append("aside")
        done: Awaitable[Any] = threads(work)
        return await done

    player.aside = noted
    async with watched(player) as watcher:
        await watcher.settles()
        aside.clear()
        player.step_bars(1)
        player.step_entries(1)
        await watcher.settles()
        assert aside == []
        moves: tuple[Callable[[], None], ...] = (
            lambda: player.step_entries(-1),
            lambda: player.seek("end"),
            lambda: player.seek("12:50"),
        )
        for move in moves:
            move()
            await watcher.settles()
        assert len(aside) == 3
    assert player_module.SPEEDS == SPEEDS
