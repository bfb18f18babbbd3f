"""Which engine is meant, in words and by number; and what flattens one whose state folder is another."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.transports.sockets import RunningEngine
from ytc_tui.commands.desk_engine import AttachedEngine, client_of, kill_command_of
from ytc_tui.commands.running import _session_words, picked, running_engines
from ytc_tui.commands.sessions import find_session
from ytc_tui.errors import UsageInvalid

RUNNING = {
    "session_id": "5f0c2a1e-7a53-5f7b-9b0e-6f4a1d3c2b10",
    "running": True,
    "mode": "paper",
    "current_phase": "active_trading",
    "session_metrics": {"current_pnl": "12.30"},
    "gate": {"state": "active"},
    "health": {"feed.ETHUSDT": {}, "feed.BTCUSDT": {}, "venue": {}},
    "as_of": "2022-11-08T04:55:00Z",
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {},
            "paper BTCUSDT ETHUSDT active_trading, P&L 12.30, gate ACTIVE, as of 2022-11-08T04:55:00Z,"
            " session 5f0c2a1e",
        ),
        ({"running": False}, ", ended"),
        ({"session_metrics": None, "gate": "x"}, "P&L ?, gate ?"),
        ({"session_id": None}, "no session yet"),
    ],
)
def test_a_session_in_words(changes: dict[str, Any], words: str) -> None:
    assert words in _session_words({**RUNNING, **changes})


async def test_an_engine_that_does_not_answer_is_listed_as_such(tmp_path: Path) -> None:
    paths = Paths(tmp_path, tmp_path / "sockets")
    assert await running_engines(paths) == []
    engine = RunningEngine("run-a", 7, tmp_path / "nobody.sock")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ytc_tui.commands.running.find_engines", lambda folder: (engine,))
        assert await running_engines(paths) == [(engine, "run-a (pid 7): it does not answer")]


@pytest.mark.parametrize(("typed", "chosen"), [("1", 0), (" 2 \n", 1)])
def test_an_engine_is_picked_by_its_number(typed: str, chosen: int, monkeypatch: pytest.MonkeyPatch) -> None:
    engines = [(RunningEngine(name, 0, Path(name)), name) for name in ("a", "b")]
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert picked(engines) is engines[chosen][0]


@pytest.mark.parametrize("typed", ["", "0", "3", "-1", "x", "9" * 5000, "²"])
def test_what_is_no_number_of_one_picks_none(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engines = [(RunningEngine(name, 0, Path(name)), name) for name in ("a", "b")]
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    with pytest.raises(UsageInvalid, match="type 1 to 2"):
        picked(engines)


async def test_the_kill_file_of_an_engine_elsewhere_is_none_of_ours(tmp_path: Path) -> None:
    here, there = Paths(tmp_path / "here", tmp_path), Paths(tmp_path / "there", tmp_path)
    own, other = f"run-{here.tag}", f"run-{there.tag}"
    assert kill_command_of(here, own) == f"touch {here.kill_file(own)}"
    assert str(tmp_path) not in kill_command_of(here, other)
    assert "in the state folder of that engine" in kill_command_of(here, other)
    engine = AttachedEngine(RunningEngine(other, 0, tmp_path / "x.sock"), here)
    assert str(here.state_dir) not in engine.kill_command
    for name, known in ((own, True), (other, False)):
        client: Any = await client_of(RunningEngine(name, 0, tmp_path / "x.sock"), here)
        assert (client._kill_file is not None) == known
        await client.aclose()


def test_a_session_that_is_not_there_names_the_ones_that_are_near() -> None:
    known = ["0aaaaaaa-1111", "b589909f-1f26", "c0000000-2222", "d", "e", "f", "g"]
    with pytest.raises(UsageInvalid, match="use one of b589909f-1f26, g, f"):
        find_session(known, "b589909f-1f27")
    with pytest.raises(UsageInvalid, match="use one of g, f, e, d, c0000000-2222"):
        find_session(known, "zzz")
