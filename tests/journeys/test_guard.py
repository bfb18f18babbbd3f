"""A guard in a process of its own, beside an engine that hangs, dies, lives, loses, or wakes too late."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from typing import Any

import pytest

from tests.journeys.process import Home, count_on_record, until
from tests.journeys.test_paper_host import DEMO, FAST, hosting
from ytc_tui.adapters.guard.halt_file import HaltFile
from ytc_tui.adapters.guard.heartbeat import beats_in
from ytc_tui.adapters.guard.record import read_record
from ytc_tui.adapters.paths import Paths
from ytc_tui.commands.guard_run import EXIT_ACTED
from ytc_tui.model.halt import BeatState, Halt

# The market goes on at once without its engine, slowly enough for a guard to find prices.
ALONE = ("--grace-s", "0", "--pace", "60")
# The trade of the demo is left open, so that a busy machine has time to find it so.
PATIENT = tuple(
    text
    for name in ("flow_bars", "idle_bars", "idle_extended_bars")
    for text in ("--set", f"trading.scratch.{name}=240")
)
PLAYED = (*DEMO, *PATIENT, "--speed", "80")
AT_ONCE = (*FAST, *PATIENT)


@contextmanager
def guarding(home: Home, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A guard that watches; killed on leaving if it still runs."""
    command = [sys.executable, "-m", "ytc_tui", "guard", *arguments]
    with subprocess.Popen(
        command, env=home.environment, cwd=home.folder, stdout=subprocess.PIPE, text=True
    ) as guard:
        assert guard.stdout is not None
        assert "acts after" in guard.stdout.readline()
        try:
            yield guard
        finally:
            if guard.poll() is None:
                guard.kill()


def files(home: Home) -> tuple[Paths, str]:
    """The paths of the user, and his only run."""
    [(_, beat)] = beats_in(home.paper)
    return Paths(home.paper, home.runtime / "ytc"), beat.run


def in_the_market(home: Home) -> None:
    until(lambda: count_on_record(home, "FillBooked") >= 1, 60)


def facts(home: Home, kind: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(home.paper / "ytc.db")) as store:
        rows = store.execute("select body from journal where type = ? order by seq", (kind,))
        return [json.loads(body) for (body,) in rows]


def venue_wallet(home: Home) -> Decimal:
    """The balance as the venue's own record has it."""
    _, run = files(home)
    with closing(sqlite3.connect(home.paper / "venues" / f"{run}.db")) as store:
        [(machine,)] = store.execute("select body from machine")
    held = {name: Decimal(json.loads(machine)[name]) for name in ("start", "realised", "fees", "funding")}
    return held["start"] + held["realised"] - held["fees"] + held["funding"]


@pytest.mark.parametrize("blow", [signal.SIGSTOP, pytest.param(signal.SIGKILL, marks=pytest.mark.slow)])
def test_an_engine_that_falls_silent_is_ended_and_its_account_flattened(
    home: Home, blow: signal.Signals
) -> None:
    with hosting(home, *ALONE) as (_, use):
        with home.running(*PLAYED, *use) as engine, guarding(home, "--heartbeat-s", "5") as guard:
            in_the_market(home)
            engine.send_signal(blow)
            assert guard.wait(40) == EXIT_ACTED
            assert engine.wait(5) == -signal.SIGKILL
            assert guard.stdout is not None
            told = guard.stdout.read()
        assert "HALT 1: no heartbeat for 5." in told
        assert "verified flat" in told
        paths, run = files(home)
        lines, problem = read_record(paths.guard_record(run))
        kinds = [line.kind for line in lines]
        assert (problem, kinds[-1]) == ("", "flat")
        assert ("kill" in kinds) == (blow is signal.SIGSTOP)
        [document] = home.documents(*AT_ONCE, *use)
    assert document["session_status"] == "emergency_stop"
    assert not document["active_positions"]
    [halted] = facts(home, "GuardHalted")
    assert halted["acts"] == [line.words for line in lines]
    [sent] = facts(home, "GuardOrdered")
    assert facts(home, "FillBooked")[-1]["fill"]["client_id"] == sent["order"]["client_id"]
    assert Decimal(document["account_balance"]) == venue_wallet(home)
    assert home.ytc("verify").returncode == 0


@pytest.mark.slow
def test_an_engine_that_lives_is_left_alone(home: Home) -> None:
    with hosting(home, *ALONE) as (_, use):
        with (
            home.running(*DEMO, "--speed", "240", "--exit-when-done", *use) as engine,
            guarding(home, "--heartbeat-s", "20") as guard,
        ):
            assert "watching: pid" in home.ytc("status", "--component", "guard").stdout
            second = home.ytc("guard")
            assert (second.returncode, "the guard of run" in second.stderr) == (5, True)
            assert engine.wait(60) == 0
            assert guard.wait(20) == 0
        paths, run = files(home)
        assert not paths.halt_file(run).exists()
        assert read_record(paths.guard_record(run)) == ((), "")


@pytest.mark.slow
def test_a_loss_that_is_too_large_halts_an_engine_that_lives(home: Home) -> None:
    with hosting(home, *ALONE) as (_, use):
        # The entry's fee alone is more than this.
        with (
            home.running(*PLAYED, "--exit-when-done", *use) as engine,
            guarding(home, "--loss-pct", "0.01") as guard,
        ):
            assert guard.wait(60) == EXIT_ACTED
            assert engine.wait(60) == 0
        paths, run = files(home)
        assert [line.kind for line in read_record(paths.guard_record(run))[0]] == ["halt", "flat"]
    [halted] = facts(home, "GuardHalted")
    assert "are lost (limit 0.01 %)" in halted["reason"]
    assert [fact["final"] for fact in facts(home, "FlattenStarted")] == [True]
    assert facts(home, "GuardOrdered") == []
    assert home.ytc("verify").returncode == 0


@pytest.mark.slow
def test_an_engine_that_wakes_under_a_halt_closes_and_enters_nothing(home: Home) -> None:
    with hosting(home, *ALONE) as (_, use), home.running(*PLAYED, "--exit-when-done", *use) as engine:
        in_the_market(home)
        engine.send_signal(signal.SIGSTOP)
        paths, run = files(home)
        [(_, beat)] = beats_in(home.paper)
        assert beat.state is BeatState.TRADING
        HaltFile(paths.halt_file(run)).halt(Halt(1, beat.session, "acted while it slept", 1))
        entered = count_on_record(home, "OrderIntended")
        engine.send_signal(signal.SIGCONT)
        assert engine.wait(60) == 0
    later = facts(home, "OrderIntended")[entered:]
    assert {intent["order"]["reduce_only"] for intent in later} <= {True}
    assert [fact["reason"] for fact in facts(home, "GuardHalted")] == ["acted while it slept"]


@pytest.mark.slow
def test_without_a_venue_of_its_own_there_is_no_guard(home: Home) -> None:
    with home.running(*PLAYED):
        refused = home.ytc("guard")
    assert refused.returncode == 2
    assert "paper-host" in refused.stderr
