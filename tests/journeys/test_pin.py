"""The PIN as a person uses it: typed at a terminal, asked for by an engine, never in the way of safety."""

from __future__ import annotations

import json
import stat

import pytest

from tests.journeys.process import Home
from tests.journeys.terminal import Terminal

PIN, WRONG = "open sesame 31415", "open sesame 27182"
SLOW = ("--demo", "--speed", "60", "--set", "security.pin_for=resume")


def type_pin(home: Home, arguments: tuple[str, ...], *typed: str, shows: str) -> None:
    """Run `ytc ARGUMENTS` at a terminal, answer each prompt, and wait for its words."""
    with Terminal(home, *arguments) as terminal:
        for text in typed:
            terminal.shows("PIN")
            terminal.press(f"{text}\n".encode())
        terminal.shows(shows)
        assert text.encode() not in terminal.seen_ever


def test_resume_needs_the_pin_and_safety_never_does(home: Home) -> None:
    type_pin(home, ("pin", "set"), PIN, PIN, shows="the PIN is set")
    assert stat.S_IMODE((home.folder / "ytc" / "pin").stat().st_mode) == 0o600
    with home.running(*SLOW):
        assert home.ytc("pause").returncode == 0
        refused = home.ytc("resume")
        assert refused.returncode == 2
        assert "typed at a terminal" in refused.stderr
        type_pin(home, ("resume",), WRONG, shows="4 tries left")
        type_pin(home, ("resume",), PIN, shows="accepted")
        assert home.ytc("stop-entries").returncode == 0
        assert home.ytc("cancel").returncode == 0
        assert home.ytc("flatten").returncode == 0
        assert home.ytc("shutdown").returncode == 0
    told = json.loads(home.ytc("pin", "status", "--json").stdout)
    assert told["usable"]
    assert len(told["failures"]) == 1
    assert "a wrong PIN" in home.ytc("logs").stdout
    for path in home.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert PIN.encode() not in content
            assert WRONG.encode() not in content


@pytest.mark.slow
def test_a_session_that_is_taken_up_still_asks(home: Home) -> None:
    type_pin(home, ("pin", "set"), PIN, PIN, shows="the PIN is set")
    with home.running(*SLOW) as engine:
        engine.terminate()
        engine.wait()
    with home.running("--demo", "--speed", "60"):
        assert home.ytc("pause").returncode == 0
        assert "typed at a terminal" in home.ytc("resume").stderr
        type_pin(home, ("resume",), PIN, shows="accepted")


def test_nothing_typed_is_no_pin(home: Home) -> None:
    with Terminal(home, "pin", "set") as terminal:
        terminal.shows("PIN")
        terminal.press(b"\x04")
        terminal.shows("no PIN was typed")


def test_a_pin_is_typed_and_comes_from_no_pipe(home: Home) -> None:
    done = home.ytc("pin", "set")
    assert done.returncode == 2
    assert "typed at a terminal" in done.stderr
    assert not (home.folder / "ytc" / "pin").exists()
