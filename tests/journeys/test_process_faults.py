"""A process is stopped, suspended, short of memory, or finds a damaged or read-only disk."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
from pathlib import Path

import pytest

from tests.adapters.stores.disks import make_read_only, small_disk
from tests.journeys.process import Home, until
from tests.journeys.terminal import Terminal
from tests.journeys.test_process import FAST, SLOW

PLAIN = {"TERM": "dumb", "LANG": "C", "LC_ALL": "C"}
SIZES = ((1, 1), (2, 5), (500, 200), (50, 12), (120, 40))
PAGE = 4_096


def as_of(home: Home) -> str:
    return str(json.loads(home.ytc("status", "--json").stdout)["as_of"])


def lives_on(home: Home) -> None:
    before = as_of(home)
    until(lambda: as_of(home) > before)


def state_of(pid: int) -> str:
    """R or S while it runs, T while it is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.slow
def test_a_machine_that_slept_finds_its_engine_going_on(home: Home) -> None:
    with home.running(*SLOW) as engine:
        engine.send_signal(signal.SIGSTOP)
        until(lambda: state_of(engine.pid) == "T")
        with pytest.raises(subprocess.TimeoutExpired):
            engine.wait(timeout=3)
        engine.send_signal(signal.SIGCONT)
        lives_on(home)
    assert json.loads(home.ytc("verify", "--json").stdout)["ok"]


@pytest.mark.slow
def test_a_suspended_desk_leaves_its_engine_alone_and_comes_back(home: Home) -> None:
    with home.running(*SLOW) as engine, Terminal(home, "attach") as desk:
        desk.shows("PAPER", "gate ")
        os.kill(desk.process.pid, signal.SIGTSTP)
        until(lambda: state_of(desk.process.pid) == "T")
        lives_on(home)
        os.kill(desk.process.pid, signal.SIGCONT)
        desk.shows("PAPER", "gate ")
        for columns, lines in SIZES:
            desk.resize(columns, lines)
            os.kill(desk.process.pid, signal.SIGWINCH)
            desk.read_for(0.3)
        desk.shows("PAPER", "gate ")
        assert engine.poll() is None


def test_the_plainest_terminal_shows_the_desk_and_the_lines(home: Home) -> None:
    with home.running(*SLOW), Terminal(home, "attach", variables=PLAIN) as desk:
        desk.shows("PAPER", "gate ", "setup_scanner")
        desk.press(b"q")
        assert desk.ended() == 0
    with Terminal(home, "report", variables=PLAIN) as report:
        report.shows("mode", "PAPER")


@pytest.mark.slow
def test_an_engine_without_memory_loses_nothing(home: Home) -> None:
    with home.running(*SLOW) as engine:
        used = int(Path(f"/proc/{engine.pid}/statm").read_text().split()[0]) * PAGE
        resource.prlimit(engine.pid, resource.RLIMIT_AS, (used // 4, used // 4))
        with Terminal(home, "status") as asked:  # the answer needs memory that is not there
            asked.read_for(0.5)
        engine.send_signal(signal.SIGKILL)
        engine.wait(timeout=10)
    assert json.loads(home.ytc("verify", "--json").stdout)["ok"]
    [document] = home.documents(*FAST)
    assert document["session_status"] == "completed"


def test_a_damaged_page_begins_no_session_and_is_named(home: Home) -> None:
    home.documents(*FAST)
    path = home.paper / "ytc.db"
    with path.open("r+b") as store:
        for number in range(4, path.stat().st_size // PAGE, 7):
            store.seek(number * PAGE)
            store.write(b"\xff" * 64)
    refused = home.ytc("run", "--headless", "--exit-when-done", *FAST, "--label", "again")
    assert refused.returncode == 3, refused.stderr
    assert str(path) in refused.stderr
    assert "Traceback" not in refused.stderr
    found = home.ytc("verify")
    assert found.returncode in (1, 3)
    assert "Traceback" not in found.stderr


def test_a_folder_that_cannot_be_written_begins_no_session(tmp_path: Path, runtime: Path) -> None:
    with small_disk(tmp_path, "90m") as disk:
        make_read_only(disk)
        refused = Home(disk, runtime).ytc("run", "--headless", *FAST)
        assert refused.returncode == 2, refused.stderr
        assert "cannot be made: Read-only file system (name another folder)" in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.slow
def test_settings_that_are_edited_meanwhile_are_those_of_the_next_start(home: Home) -> None:
    settings = home.folder / "mine.toml"
    settings.write_text("[risk]\nmax_session_loss_pct = 3\n")
    with home.running(*SLOW, "--config", str(settings)) as engine:
        session = json.loads(home.ytc("status", "--json").stdout)["session_id"]
        settings.write_text("[risk]\nmax_session_loss_pct = 3.5\n")
        lives_on(home)
        assert json.loads(home.ytc("status", "--json").stdout)["session_id"] == session
        engine.send_signal(signal.SIGTERM)
        assert engine.wait(timeout=10) == 0
    [document] = home.documents(*FAST, "--config", str(settings))
    assert document["session_id"] != session
