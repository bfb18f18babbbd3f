"""Paper venues in a process of their own: the same record, also when engine or host are killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.process import Home, count_on_record, until
from tests.sim.kill import Outcome, run_with_kills, seconds_of

DEMO = ("--demo", "--from", "2022-11-08T03:46Z", "--to", "2022-11-08T05:30Z")
FAST = (*DEMO, "--speed", "max")


@contextmanager
def hosting(home: Home, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], tuple[str, ...]]]:
    """A paper host, and the arguments with which an engine uses it."""
    path = home.runtime / "ytc" / "paper-host.socket"
    command = [sys.executable, "-m", "ytc_tui", "paper-host", *arguments]
    with subprocess.Popen(
        command, env=home.environment, cwd=home.folder, stdout=subprocess.PIPE, text=True
    ) as host:
        assert host.stdout is not None
        assert "listening at" in host.stdout.readline()
        try:
            yield host, ("--set", f"paper.host={path}")
        finally:
            host.kill()


def test_a_run_in_a_host_has_the_same_head(home: Home, tmp_path: Path) -> None:
    inside = Home(tmp_path / "inside", home.runtime)
    inside.folder.mkdir()
    [expected] = inside.documents(*FAST)
    assert expected["trades"]
    with hosting(home) as (host, use):
        [document] = home.documents(*FAST, *use)
        assert document["journal"] == expected["journal"]
        host.send_signal(signal.SIGTERM)
        assert host.wait(10) == 0
    assert home.ytc("verify").returncode == 0


def test_without_its_host_a_run_is_refused(home: Home) -> None:
    refused = home.ytc("run", "--headless", *FAST, "--set", "paper.host=/nowhere/at-all")
    assert refused.returncode == 7
    assert "start it with `ytc paper-host`" in refused.stderr


@pytest.mark.slow
def test_engines_that_are_killed_find_their_account_in_the_host(home: Home, tmp_path: Path) -> None:
    whole, seconds = seconds_of(tmp_path / "whole", list(FAST))
    with hosting(home, "--grace-s", "600") as (_, use):
        killed = run_with_kills(home.folder, [*FAST, *use], kills=3, seed=5, longest_s=seconds)
    assert killed.facts() == Outcome(whole, 0).facts()
    assert killed.kills


@pytest.mark.slow
def test_a_host_that_is_killed_goes_on_from_its_files(home: Home, tmp_path: Path) -> None:
    inside = Home(tmp_path / "inside", home.runtime)
    inside.folder.mkdir()
    [expected] = inside.documents(*FAST)
    with (
        hosting(home) as (host, use),
        home.running(*DEMO, "--speed", "240", "--exit-when-done", *use) as engine,
    ):
        until(lambda: count_on_record(home, "FillBooked") == 1, 60)
        host.kill()
        host.wait()
        (home.runtime / "ytc" / "paper-host.socket").unlink()
        with hosting(home):
            assert engine.wait(120) == 0
    report = json.loads(home.ytc("report", "--json").stdout)
    assert report["header"]["status"] == "completed"
    assert home.ytc("verify").returncode == 0
    assert [trade["symbol"] for trade in report["trades"]] == [t["symbol"] for t in expected["trades"]]


@pytest.mark.slow
def test_a_market_goes_on_while_its_engine_is_dead(home: Home) -> None:
    with hosting(home, "--grace-s", "0", "--pace", "100000") as (_, use):
        with home.running(*DEMO, "--speed", "240", *use) as engine:
            until(lambda: count_on_record(home, "FillBooked") == 1, 60)
            engine.kill()
        [document] = home.documents(*FAST, *use)
    assert document["session_status"] in ("completed", "emergency_stop")
    assert not document["active_positions"]
    assert document["trades"]
    assert home.ytc("verify").returncode == 0
