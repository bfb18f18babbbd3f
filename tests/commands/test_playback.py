"""`ytc playback` before it takes the screen: which session, how fast, and a store that cannot be read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.views.journals import SESSION, opened as journal, stored
from ytc_tui.adapters.stores import reader
from ytc_tui.commands import playback as command
from ytc_tui.commands.desk_past import PastSession
from ytc_tui.errors import JournalCorrupt, JournalUnavailable, UsageInvalid


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[PastSession, dict[str, Any]]]:
    """What the desk was opened on, in a state folder of its own."""
    found: list[tuple[PastSession, dict[str, Any]]] = []

    def desk_on(handle: PastSession, settings: object, **more: Any) -> int:
        found.append((handle, more))
        return 0

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "desk_on", desk_on)
    return found


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    """A store with one session that has begun."""
    path = tmp_path / "ytc" / "paper" / "ytc.db"
    path.parent.mkdir(parents=True)
    return await stored(path, journal())


@pytest.mark.parametrize("wanted", ["last", SESSION, SESSION[:6]])
def test_a_session_is_named_as_for_a_report(opened: list[Any], database: Path, wanted: str) -> None:
    assert command.playback(wanted, at="T0001", bars_per_s=8.0) == 0
    [(past, more)] = opened
    assert more == {"playback": True}
    assert (past.player.session, past.player.begin, past.player.bars_per_s) == (SESSION, "T0001", 8.0)
    assert not past.player.playing


@pytest.mark.parametrize("speed", [0.0, -1.0, 1_001.0, float("nan"), float("inf")])
def test_what_is_no_speed(opened: list[Any], database: Path, speed: float) -> None:
    with pytest.raises(UsageInvalid, match="is not a speed"):
        command.playback("last", at="start", bars_per_s=speed)
    assert opened == []


def test_what_cannot_be_read_is_told_before_the_screen_is_taken(
    opened: list[Any], database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "BUSY_TIMEOUT_S", 0.01)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(JournalUnavailable):
            command.playback("last", at="start", bars_per_s=1.0)
    database.write_bytes(b"no store")
    with pytest.raises(JournalCorrupt):
        command.playback("last", at="start", bars_per_s=1.0)
    database.unlink()
    with pytest.raises(JournalCorrupt, match="there is no journal"):
        command.playback("last", at="start", bars_per_s=1.0)
    assert opened == []
