"""Hostile arguments to the whole command line: what it prints and what it leaves."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path

import pytest

from tests.hostile.harmless import steering
from tests.hostile.texts import FAMILIES, hostile_texts
from ytc_tui.cli import command_line

WHOLE = hostile_texts(5_040, seed=7)
TEXT = "TEXT"
COMMANDS = (
    (TEXT,),
    (f"--{TEXT}",),
    ("config", TEXT),
    ("config", "explain", TEXT),
    ("config", "check", "--set", TEXT),
    ("config", "check", "--config", TEXT),
    ("run", "--headless", "--data", TEXT),
    ("run", "--headless", "--demo", "--from", TEXT),
    ("run", "--headless", "--demo", "--speed", TEXT, "--mode", TEXT),
    ("run", "--headless", "--demo", "--symbols", TEXT),
    ("data", "check", TEXT),
    ("compare", "--set", TEXT, "--set", "base"),
    ("report", TEXT, "--format", TEXT),
    ("report", TEXT),
    ("explain", TEXT, "--session", TEXT),
    ("export", TEXT, TEXT),
    ("export", "fills", TEXT),
    ("logs", "--session", TEXT, "--since", TEXT),
    ("logs", "--level", TEXT),
    ("verify", "--session", TEXT),
    ("status", "--session", TEXT, "--component", TEXT),
    ("pause", "--session", TEXT, "--reason", TEXT),
    ("close", TEXT, "--part", TEXT),
    ("ticket", TEXT, TEXT, "--stop", TEXT, "--target", TEXT),
    ("levels", "add", TEXT, TEXT, "--label", TEXT),
    ("levels", "remove", TEXT),
    ("bias", TEXT, TEXT),
    ("note", TEXT, "--trade", TEXT, "--tag", TEXT),
    ("attach", "--session", TEXT),
    ("paper-host", "--trouble", TEXT),
    ("pin", TEXT),
    ("reconcile", TEXT, TEXT, "--until", TEXT),
)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, one for state, and nothing beside them."""
    inside = tmp_path / "outside" / "inside"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(name, str(inside / "home"))
    return tmp_path


def typed(text: str) -> str:
    """As a shell can hand it over: no NUL, and what is no UTF-8 as the surrogates of its bytes; never nothing
    at all, for a run without a speed is a run."""
    return text.replace("\0", "").encode(errors="replace").decode()[:4_000] or " "


def carry_out(command: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = command_line([part.replace(TEXT, typed(text)) for part in command])
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert not steering(said), f"{command}: {steering(said)} of {text[:80]!r}"
    assert "Traceback" not in said
    assert code in range(10)


def assert_only_state(room: Path) -> None:
    assert [path.name for path in room.iterdir()] == ["outside"]
    assert [path.name for path in (room / "outside").iterdir()] == ["inside"]
    assert {path.name for path in (room / "outside" / "inside").iterdir()} <= {"home"}


def test_every_command(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = cycle(hostile_texts(4 * len(FAMILIES) + 3, seed=8))
    for _ in range(2):
        for command in COMMANDS:
            carry_out(command, next(texts), capsys)
    assert_only_state(room)


STEERING = "a\x1b]52;c;QQ\x07b"
PLAIN_COMMANDS = (
    ("sessions",),
    ("report",),
    ("export", "fills"),
    ("explain", "04:41"),
    ("verify",),
    ("verify", "--rebuild"),
    ("sign",),
    ("logs",),
    ("levels",),
    ("levels", "add", "BTCUSDT", "20000"),
    ("bias",),
    ("note", "late"),
    ("status",),
    ("handoffs",),
    ("flatten",),
    ("flatten", "--all"),
    ("reconcile",),
    ("attach",),
    ("guard",),
    ("guard", "--clear", "--reason", "why"),
    ("pin", "status"),
    ("pin", "check"),
    ("paper-host", "--socket", "."),
    ("paper-host", "--trouble", STEERING),
    ("config", "show"),
    ("config", "check"),
    ("config", "explain", "journal.state_dir"),
    ("data", "check", STEERING),
    ("data", "fetch", "--venue", "none", "--symbol", STEERING, "--from", "2022-11-01", "--out", STEERING),
    ("drill", "--set", "risk.max_positions=0"),
    ("run", "--headless", "--demo", "--config", f"{STEERING}.toml", "--to", "2022-11-08T03:50Z"),
)


@pytest.mark.slow
@pytest.mark.parametrize("as_json", [False, True])
def test_folders_and_settings_that_steer_a_terminal(
    room: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    """Every command in a folder, with a state folder and a file of settings, whose names are hostile."""
    folder = room / STEERING
    folder.mkdir()
    monkeypatch.chdir(folder)
    text = f"[journal]\nstate_dir = {json.dumps(str(folder / STEERING))}\n"
    for name in ("config.toml", f"{STEERING}.toml"):
        written = folder / name
        written.write_text(text)
    for command in PLAIN_COMMANDS:
        command_line([*command, *(["--json"] if as_json else [])])
        printed = capsys.readouterr()
        for said in (printed.out, printed.err):
            assert not steering(said), f"{command}: {steering(said)}"
            assert "Traceback" not in said


@pytest.mark.slow
def test_every_command_whole(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command, text in zip(cycle(COMMANDS), WHOLE, strict=False):
        carry_out(command, text, capsys)
    assert_only_state(room)
