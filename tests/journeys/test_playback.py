"""A past session in the real desk: one that ended, one that crashed, one that was tampered with."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.journeys.desk import Desk, desk_on
from tests.journeys.process import Home, count_on_record, until
from tests.journeys.terminal import Terminal
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.commands.desk_past import PastSession
from ytc_tui.commands.places import paper_paths
from ytc_tui.views.trades import TradesView

RESULT = "-25.16"


@pytest.fixture(scope="module")
def demo_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a demo that ran to its end without a screen."""
    folder = tmp_path_factory.mktemp("ended")
    [document] = Home(folder, folder).documents("--demo", "--speed", "max")
    assert document["trades_count"] == 1
    return folder


@pytest.fixture
def ended(user: Home, demo_record: Path) -> Iterator[Home]:
    """The user, who has that record."""
    shutil.copytree(demo_record / "ytc", user.folder / "ytc")
    yield user


def sessions() -> tuple[str, ...]:
    with SqliteReader(paper_paths().database) as reader:
        return reader.sessions()


@asynccontextmanager
async def playing(where: str = "start", session: str = "") -> AsyncIterator[Desk]:
    """`ytc playback SESSION` from `where`; the last session if none is named."""
    past = PastSession(paper_paths(), session or sessions()[-1], where, 4.0)
    try:
        async with desk_on(past, playback=True) as desk:
            yield desk
    finally:
        past.close()


def test_the_trade_is_found_and_played_in_a_terminal(ended: Home) -> None:
    before = (ended.paper / "ytc.db").read_bytes()
    with Terminal(ended, "playback", "last", "--at", "T0001", "--speed", "8") as terminal:
        terminal.shows("PLAYBACK", "04:41:00 UTC", "of 453", "paused, 8 bars/s")
        terminal.press(b"..")
        terminal.shows("short", "1473.18", "protective stop")
        terminal.press(b" ")
        terminal.shows("PLAYING", "no position")
        terminal.press(b"j")
        terminal.shows("entry's number, start or end")
        terminal.press(b"T0001\r")
        terminal.shows("paused")
        terminal.press(b"!")
        terminal.shows("this is playback")
        terminal.press(b"q")
        assert terminal.ended() == 0
    assert (ended.paper / "ytc.db").read_bytes() == before


async def test_its_end_is_the_end_that_the_report_tells(ended: Home) -> None:
    async with playing("end") as desk:
        await desk.begins()
        await desk.until(lambda: desk.top.ended)
        assert desk.top.end_reason == "session time over"
        await desk.sees("PLAYBACK", "entry 453 of 453", "end of the record", RESULT)
        await desk.press("5")
        await desk.until(lambda: isinstance(desk.app.link.views.get("trades"), TradesView))
        await desk.sees("T0001", "P&L -25.16")
        await desk.press("8")
        await desk.sees("session time over")
        await desk.press("j", *"T0001", "enter")
        await desk.until(lambda: not desk.top.ended)
        await desk.until(lambda: "session time over" not in desk.text)
        await desk.press("1", ">", "w")
        await desk.sees("Why")


@pytest.mark.slow
async def test_a_session_that_crashed_is_played_while_another_engine_runs(user: Home) -> None:
    with user.running("--demo", "--speed", "max", "--set", "trading.approval=confirm") as engine:
        until(lambda: count_on_record(user, "TradeProposed") == 1)
        os.kill(engine.pid, signal.SIGKILL)
        engine.wait()
    for name in user.engines():
        (user.runtime / "ytc" / f"{name}.sock").unlink()
    [crashed], entries = sessions(), count_on_record(user, "")
    with user.running("--demo", "--speed", "1", "--label", "other"):
        until(lambda: len(sessions()) == 2)
        async with playing("end", crashed) as desk:
            await desk.begins()
            await desk.sees("PLAYBACK", f"entry {entries} of {entries}", "waits for your answer")
            await desk.press("h")
            await desk.sees("PB short ETHUSDT", "pending")
            await desk.press("a")
            assert "accepted" not in desk.said
        # And so is one that still runs, as far as it was on record.
        async with playing("end") as desk:
            await desk.begins()
            await desk.sees("PLAYBACK", "end of the record")
            assert not desk.top.ended
        assert json.loads(user.ytc("verify", "--json").stdout)["ok"]


async def test_a_record_that_was_tampered_with_is_played_up_to_there(ended: Home) -> None:
    with closing(sqlite3.connect(ended.paper / "ytc.db")) as store:
        store.execute("UPDATE journal SET body = body || ' ' WHERE seq = 120")
        store.commit()
    async with playing("end") as desk:
        await desk.begins()
        await desk.sees("THE RECORD BREAKS: entry 120", "entry 119 of 119")


async def test_a_record_without_its_sheet_says_what_it_cannot_show(ended: Home) -> None:
    for sheet in ended.paper.glob("run-*.json"):
        sheet.unlink()
    async with playing("T0001") as desk:
        await desk.begins()
        await desk.press(".", ".")
        await desk.sees("not known: limits, open results, news", "(? of -? %)", "1473.18")
        await desk.press("2")
        await desk.sees("the settings of its run are not on record")


@pytest.mark.slow
def test_what_cannot_be_played_is_refused_before_the_screen_is_taken(ended: Home) -> None:
    with closing(sqlite3.connect(ended.paper / "ytc.db")) as store:
        [(session,)] = store.execute("SELECT DISTINCT session FROM journal")
    near = f"{session[:-2]}zz"
    for arguments, code, words in (
        ((near,), 2, session),
        (("last", "--speed", "0"), 2, "not a speed"),
        (("last", "--speed", "nan"), 2, "not a speed"),
        (("last",), 2, "needs a terminal"),
    ):
        done = ended.ytc("playback", *arguments)
        assert done.returncode == code, done.stderr
        assert words in done.stderr
        assert "\x1b" not in done.stdout
    with closing(sqlite3.connect(ended.paper / "ytc.db")) as store:
        store.execute("UPDATE journal SET hash = 'f' WHERE seq = 1")
        store.commit()
    done = ended.ytc("playback")
    assert (done.returncode, "nothing of it can be played" in done.stderr) == (3, True)
