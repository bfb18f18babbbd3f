"""The terminal of a desk goes away in mid-session: the engine trades on, and any other shell reaches it."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from statistics import median

import pytest

from tests.journeys.desk import PROPOSE, engine_pid
from tests.journeys.process import Home, until
from tests.journeys.terminal import Terminal, alive, waited_s
from ytc_tui.commands.hangup import EXIT_HANGUP
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S

LIMIT_S = 60.0
SHOWN_WITHIN_S = 1.0
DESK_ENDS_S = 5.0
PLAY_NS = int(datetime(2022, 11, 8, 4, 21, tzinfo=UTC).timestamp()) * NS_PER_S
CUTS = 50


def on_record(home: Home) -> tuple[int, int]:
    """Entries in the journal, and the feed time of the last one, UTC ns."""
    try:
        with closing(sqlite3.connect(home.paper / "ytc.db")) as store:
            [(seq, at_ns)] = store.execute("select max(seq), max(at) from journal")
    except sqlite3.OperationalError:  # not made yet
        return 0, 0
    return seq or 0, at_ns or 0


def attach_s(home: Home, session: str) -> tuple[float, float, float]:
    """A second desk: seconds from its start to its screen, from there to the session on it, and for how
    much of the latter it waited for a processor that other programs had."""
    with Terminal(home, "attach", "--session", session) as desk:
        shown_s = desk.shows("PAPER", "gate ", "setup_scanner")
        starved_s = waited_s(desk.process.pid) - desk.drawn_waited_s
        desk.press(b"q")
        assert desk.ended(DESK_ENDS_S) == 0
        return desk.drawn_s - desk.executed_s, shown_s - desk.drawn_s, starved_s


def lives_on(home: Home, pid: int) -> None:
    """The engine still decides: what it journals goes on."""
    entries, at_ns = on_record(home)
    until(lambda: on_record(home)[0] > entries and on_record(home)[1] > at_ns, LIMIT_S)
    assert alive(pid)


def flattened(home: Home, session: str) -> list[str]:
    """Flatten and end the session from a second shell; what was closed."""
    flat = home.ytc("flatten", "--json", "--reason", "the line is gone")
    assert flat.returncode == 0, flat.stdout + flat.stderr
    answer = json.loads(flat.stdout)
    assert answer["verified_flat"]
    assert answer["left"] == []
    assert home.ytc("shutdown").returncode == 0
    [record] = json.loads(home.ytc("sessions", "--json").stdout)["sessions"]
    assert (record["session"], record["status"]) == (session, "completed")
    assert json.loads(home.ytc("verify", "--json").stdout)["ok"]
    return list(answer["closed"])


def cut_line(home: Home, desk: Terminal) -> tuple[int, str]:
    """Take the terminal away; the desk ends, the engine does not. Its pid and its session."""
    pid = engine_pid()
    session = json.loads(home.ytc("status", "--json").stdout)["session_id"]
    desk.cut()
    assert desk.process.wait(timeout=DESK_ENDS_S) == EXIT_HANGUP
    assert alive(pid)
    return pid, session


def test_with_a_trade_open(at_the_proposal: Home) -> None:
    home = at_the_proposal
    with Terminal(home, "run", "--demo", "--speed", "20", "--set", PROPOSE[0]) as desk:
        desk.shows("P0001", "PAPER")
        assert home.ytc("approve", "P0001").returncode == 0
        desk.shows("at venue", "6.728")
        pid, session = cut_line(home, desk)
    lives_on(home, pid)
    attach_s(home, session)
    [closed] = flattened(home, session)
    assert closed.startswith("ETHUSDT sell 6.728")
    # Nobody watches it any more: it ends by itself.
    until(lambda: not alive(pid), LIMIT_S)


def at_a_moment(home: Home, chance: random.Random) -> tuple[float, float, float]:
    """One session whose line is cut at a moment by chance; `attach_s` of a desk after that."""
    moment_ns = PLAY_NS + int(chance.uniform(0, 30) * NS_PER_MIN)
    with Terminal(home, "run", "--demo", "--speed", "360", nohup=chance.random() < 0.5) as desk:
        desk.shows("PAPER", "active_trading")
        while on_record(home)[1] < moment_ns:
            desk.read_for(0.02)
        desk.read_for(chance.uniform(0, 0.2))
        pid, session = cut_line(home, desk)
    lives_on(home, pid)
    shown = attach_s(home, session)
    flattened(home, session)
    os.kill(pid, signal.SIGTERM)
    until(lambda: not alive(pid))
    return shown


@pytest.mark.slow
def test_at_a_moment(user: Home) -> None:
    at_a_moment(user, random.Random(0))


@pytest.mark.slow
def test_an_engine_on_a_thread_ends_in_order(user: Home) -> None:
    with Terminal(user, "run", "--demo", "--speed", "60", "--in-process") as desk:
        desk.shows("PAPER", "active_trading")
        desk.cut()
        assert desk.process.wait(timeout=10) == EXIT_HANGUP
    assert json.loads(user.ytc("verify", "--json").stdout)["ok"]
    [session] = json.loads(user.ytc("sessions", "--json").stdout)["sessions"]
    assert session["status"] == "running"
    [document] = user.documents("--demo", "--speed", "max")
    assert (document["session_id"], document["session_status"]) == (session["session"], "completed")


@pytest.mark.slow
def test_at_fifty_moments(
    tmp_path_factory: pytest.TempPathFactory,
    user: Home,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    chance, shown = random.Random(1), []
    for number in range(CUTS):
        home = Home(tmp_path_factory.mktemp(f"cut{number}"), user.runtime)
        monkeypatch.setenv("XDG_STATE_HOME", str(home.folder))
        shown.append(at_a_moment(home, chance))
    screens, sessions, starved = zip(*shown, strict=True)
    for name, seconds in (
        ("to_the_screen_s", screens),
        ("to_the_session_s", sessions),
        ("starved_s", starved),
    ):
        record_property(f"median_{name}", round(median(seconds), 3))
        record_property(f"most_{name}", round(max(seconds), 3))
    assert median(map(float.__sub__, sessions, starved)) < SHOWN_WITHIN_S


def test_the_kill_file_works_while_the_desk_is_frozen(home: Home) -> None:
    with home.running("--demo", "--speed", "60"), Terminal(home, "attach") as terminal:
        terminal.shows("PAPER")
        os.kill(terminal.process.pid, signal.SIGSTOP)
        try:
            (home.paper / "kill").touch()
            until(lambda: not list(home.paper.glob("kill*")))
            assert json.loads(home.ytc("status", "--json").stdout)["emergency"]["verified"]
        finally:
            os.kill(terminal.process.pid, signal.SIGCONT)
