"""What a run covers when its flags leave it open."""

from __future__ import annotations

from pathlib import Path

import pytest

from ytc_tui.boot import RunRequest, hold_session, prepare
from ytc_tui.config import load_settings
from ytc_tui.errors import AlreadyRunning, UsageInvalid
from ytc_tui.model.market import NS_PER_MIN

FIRST_MS = 1_667_865_600_000  # 2022-11-08 00:00 UTC
MIN_MS = 60_000


def bars(path: Path, first_ms: int, minutes: int) -> str:
    rows = (f"{first_ms + at * MIN_MS},100,101,99,100,5" for at in range(minutes))
    path.write_text("timestamp,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
    return str(path)


def test_without_from_a_run_begins_with_the_first_file_of_every_symbol(tmp_path: Path) -> None:
    data = (
        bars(tmp_path / "x_um_BTCUSDT_1m_a.csv", FIRST_MS, 300),
        bars(tmp_path / "x_um_BTCUSDT_1m_b.csv", FIRST_MS + 300 * MIN_MS, 300),
        bars(tmp_path / "x_um_ETHUSDT_1m.csv", FIRST_MS + 10 * MIN_MS, 590),
    )
    parts = prepare(load_settings(environment={}), RunRequest(data=data))
    assert parts.feed.from_ns == FIRST_MS * 1_000_000 + 10 * NS_PER_MIN
    assert parts.feed.to_ns == FIRST_MS * 1_000_000 + 600 * NS_PER_MIN


def test_a_symbol_without_data_is_refused_with_those_that_have_some(tmp_path: Path) -> None:
    data = (bars(tmp_path / "x_um_BTCUSDT_1m_a.csv", FIRST_MS, 300),)
    loaded = load_settings(overrides={"session.symbols": "SOLUSDT"}, environment={})
    with pytest.raises(UsageInvalid, match=r"no data for SOLUSDT \(there is BTCUSDT\)"):
        prepare(loaded, RunRequest(data=data))


def test_a_session_is_held_by_one_run_until_its_next_begins(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    loaded = load_settings(environment={})
    first, second = (prepare(loaded, RunRequest(demo=True), environ) for _ in range(2))
    first.paths.prepare()
    with first.closing, second.closing:
        hold_session(first, "s-1")
        with pytest.raises(AlreadyRunning, match="s-1"):
            hold_session(second, "s-1")
        hold_session(first, "s-2")
        hold_session(second, "s-1")
    third = prepare(loaded, RunRequest(demo=True), environ)
    with third.closing:
        hold_session(third, "s-2")
