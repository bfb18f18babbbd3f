"""What the engine's process does with signals, pipes, a second instance and the kill file."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.stores.disks import small_disk
from tests.journeys.process import Home, count_on_record, until
from tests.sim.tape import DAY, Tape

DEMO = ("--demo", "--from", "2022-11-08T03:46Z")
# The session lasts two minutes at this speed: longer than any test needs, also on a busy machine.
SLOW = (*DEMO, "--speed", "120")
FAST = (*DEMO, "--speed", "max")


def test_sigterm_ends_the_process_and_leaves_the_session_resumable(home: Home, tmp_path: Path) -> None:
    whole = Home(tmp_path / "whole", home.runtime)
    whole.folder.mkdir()
    expected = whole.documents(*FAST)
    with home.running(*SLOW) as engine:
        assert len(list(home.paper.glob("emergency-*.spare"))) == 1
        engine.send_signal(signal.SIGHUP)
        begun = time.monotonic()
        engine.send_signal(signal.SIGTERM)
        assert engine.wait(timeout=10) == 0
        assert time.monotonic() - begun < 10
    assert list(home.paper.glob("emergency-*.spare")) == []
    verified = json.loads(home.ytc("verify", "--json").stdout)
    assert verified["ok"]
    # Speed does not enter the session's name: the same command goes on where it stopped.
    resumed = home.documents(*FAST)
    assert [document["session_id"] for document in resumed] == [d["session_id"] for d in expected]
    assert resumed[0]["trades"] == expected[0]["trades"]
    assert resumed[0]["account_balance"] == expected[0]["account_balance"]


def test_a_closed_pipe_and_a_hangup_end_nothing(home: Home) -> None:
    with home.running(*SLOW) as engine:
        assert engine.stdout is not None
        engine.stdout.close()
        engine.send_signal(signal.SIGHUP)
        before = json.loads(home.ytc("status", "--json").stdout)["as_of"]
        until(lambda: json.loads(home.ytc("status", "--json").stdout)["as_of"] > before)
        assert engine.poll() is None


def test_a_second_instance_is_refused_and_says_who_holds_the_account(home: Home) -> None:
    with home.running(*SLOW) as engine:
        second = home.ytc("run", "--headless", *SLOW)
        assert second.returncode == 5
        assert str(engine.pid) in second.stderr


def test_the_kill_file_flattens_without_the_door(home: Home) -> None:
    with home.running(*SLOW):
        (home.paper / "kill").touch()
        until(lambda: not list(home.paper.glob("kill*")))
        document = json.loads(home.ytc("status", "--json").stdout)
        assert document["session_status"] == "paused"
        assert document["emergency"]["verified"]


@pytest.mark.slow
def test_the_kill_file_of_the_mode_reaches_every_engine_in_its_folder(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other", home.runtime)
    other.folder.mkdir()
    with (
        home.running(*DEMO, "--label", "a"),
        home.running(*DEMO, "--label", "b", ready=2),
        other.running(*DEMO, "--label", "c", ready=3),
    ):
        (home.paper / "kill").touch()
        until(lambda: not list(home.paper.glob("kill*")))
        documents = [json.loads(home.ytc("status", "--json", "--session", n).stdout) for n in home.engines()]
        assert sorted(each["session_status"] for each in documents) == ["paused", "paused", "running"]


@pytest.mark.slow
def test_a_reader_that_stopped_keeps_nobody_from_operating(home: Home) -> None:
    """Nothing reads the engine's output here, and a pipe holds 64 KiB."""
    with home.running("--json", *DEMO, "--speed", "300") as engine:
        until(lambda: json.loads(home.ytc("status", "--json").stdout)["as_of"] > "2022-11-08T04:46", 60.0)
        assert home.ytc("pause").returncode == 0
        engine.send_signal(signal.SIGTERM)
        assert engine.wait(timeout=10) == 0
        assert engine.stderr is not None
        told = engine.stderr.read()
        assert "lines were left out, nobody read them" in told and "resumable" in told


def test_operator_verbs_say_what_was_confirmed(home: Home) -> None:
    with home.running(*SLOW):
        assert home.ytc("pause", "--reason", "lunch").returncode == 0
        assert json.loads(home.ytc("status", "--json").stdout)["session_status"] == "paused"
        refused = home.ytc("ack", "no-such-alert")
        assert refused.returncode == 8
        assert "no alert" in refused.stdout
        assert home.ytc("resume", "--reason", "back").returncode == 0
        flat = home.ytc("flatten", "--json", "--reason", "enough")
        assert flat.returncode == 0
        assert json.loads(flat.stdout)["verified_flat"]
        assert home.ytc("resume").returncode == 8
        assert home.ytc("shutdown").returncode == 0
        until(lambda: count_on_record(home, "SessionEnded") == 1)
        # Its head is signed a moment later.
        until(lambda: bool(json.loads(home.ytc("verify", "--json").stdout)["ok"]))


@pytest.mark.slow
def test_a_trade_by_hand_from_ticket_to_close(home: Home, tmp_path: Path) -> None:
    """A quiet market around 20,000, traded from 12:35, in which nothing is found to trade."""
    quiet = ("trading.setups=[]", "session.warmup_days=1", "trading.scratch.idle_bars=200")
    data = ("--data", Tape(end="16:00").write(tmp_path), "--from", f"{DAY}T12:00Z", "--to", f"{DAY}T16:00Z")
    patient = ("trading.scratch.idle_extended_bars=240",)
    settings = [part for setting in (*quiet, *patient) for part in ("--set", setting)]

    def status() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(home.ytc("status", "--json").stdout)
        return found

    with home.running(*data, *settings, "--speed", "400"):
        until(lambda: bool(status()["gate"]["state"] == "active"))
        buy = ("ticket", "BTCUSDT", "buy", "--stop", "19850")
        refused = home.ytc(*buy, "--target", "20100")
        assert refused.returncode == 8
        assert "D0001 refused: reward_risk: " in refused.stdout
        granted = home.ytc(*buy, "--target", "20800", "--reason", "seen", "--json")
        assert granted.returncode == 0, granted.stdout
        assert any("entry buy" in line and "MANUAL" in line for line in json.loads(granted.stdout)["effects"])
        until(lambda: bool(status()["active_positions"]))
        wider = home.ytc("stop", "BTCUSDT", "19000")
        assert (wider.returncode, "does not tighten the stop 19850" in wider.stdout) == (8, True)
        half = home.ytc("close", "T0002", "--part", "50", "--json")
        assert json.loads(half.stdout)["accepted"], half.stdout
        until(lambda: not [order for order in status()["working_orders"] if order["role"] == "exit"])
        assert status()["active_positions"]
        home.ytc("close", "BTCUSDT")
        until(lambda: not status()["active_positions"])
        [trade] = status()["trades"]
        assert (trade["setup"], trade["exit_reason"]) == ("MANUAL", "manual")
    told = json.loads(home.ytc("explain", "T0002", "--json").stdout)
    assert any("OPERATOR close T0002 50 %" in moment[-1] for moment in told["moments"])
    assert json.loads(home.ytc("verify", "--json").stdout)["ok"]


def test_nobody_at_the_door_is_said_plainly(home: Home) -> None:
    answer = home.ytc("status")
    assert answer.returncode == 6
    assert "no engine is running" in answer.stderr


def test_a_full_disk_begins_no_session_and_the_same_command_does_when_there_is_room(
    tmp_path: Path, runtime: Path
) -> None:
    with small_disk(tmp_path, "90m") as disk:
        home = Home(disk, runtime)
        (disk / "filler").write_bytes(bytes(80 * 1024 * 1024))
        refused = home.ytc("run", "--headless", "--exit-when-done", *FAST)
        assert refused.returncode == 4
        assert "disk: less than 64 MB free" in refused.stderr
        assert "run the same command again" in refused.stderr
        assert json.loads(home.ytc("sessions", "--json").stdout)["total"] == 0
        (disk / "filler").unlink()
        [document] = home.documents(*FAST)
        assert document["session_status"] == "completed"
        assert json.loads(home.ytc("verify", "--json").stdout)["ok"]


@pytest.mark.slow
def test_one_digit_edited_in_the_file_is_named(home: Home) -> None:
    home.documents(*FAST)
    with sqlite3.connect(home.paper / "ytc.db") as store:
        [(seq, body)] = store.execute("select seq, body from journal where type = 'FillBooked' limit 1")
        price = json.loads(body)["fill"]["price"]
        edited = body.replace(price, price[:-1] + str((int(price[-1]) + 1) % 10), 1)
        store.execute("update journal set body = ? where seq = ?", (edited, seq))
    answer = home.ytc("verify", "--json")
    assert answer.returncode == 1
    [session] = json.loads(answer.stdout)["sessions"]
    assert session["fault"]["seq"] == seq
