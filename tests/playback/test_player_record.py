"""What a playback asks of the record, what it does where the record fails, and that it is not touched."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.playback.watchers import watched
from ytc_tui.engine.playback.past import Past
from ytc_tui.engine.playback.player import Player
from ytc_tui.errors import JournalUnavailable, UsageInvalid
from ytc_tui.model.commands import Command, Verb
from ytc_tui.views.journal_query import Condition, ConditionKind, PageQuery

EMPTY = hashlib.sha256(b"").hexdigest()


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
        page = await player.page(PageQuery(rows=20))
        assert page.rows and page.rows[0].seq <= here
        assert page.last_seq == here < past.record.entries
        later = await player.page(PageQuery(before_seq=past.record.entries, rows=20))
        assert later == page
        older = await player.page(PageQuery(before_seq=page.before_seq, rows=20))
        assert older.rows[0].seq < page.rows[-1].seq
        newer = await player.page(PageQuery(after_seq=page.rows[1].seq, rows=20))
        assert newer.rows == page.rows[:1] and newer.after_seq == here
        phases = Condition(ConditionKind.TYPE, "phase_*")
        found = await player.page(PageQuery((phases,), rows=200))
        assert found.rows and all(row.seq <= here for row in found.rows)
        assert await player.entry(here) is not None
        assert await player.entry(here + 1) is None
        for query in (PageQuery(rows=0), PageQuery(rows=201), PageQuery(before_seq=-1, rows=5)):
            with pytest.raises(UsageInvalid):
                await player.page(query)


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
