"""Spec 000's example, as it is written there, against a real engine process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ytc_tui.facade import MasterOrchestrator


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A folder with a path short enough for a socket's name."""
    with tempfile.TemporaryDirectory(prefix="ytc-") as folder:
        yield Path(folder)


def test_the_example_of_spec_000_runs(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.chdir(tmp_path)
    orchestrator = MasterOrchestrator(
        "--demo", "--speed", "3600",
        session_config={"market": "crypto"},
        account_config={"account_id": "example", "initial_balance": 20000},
        trading_config={"enable_news_filter": "true", "enable_correlation_check": "true"},
    )  # fmt: skip
    session_id = orchestrator.start_session()
    assert orchestrator.is_active()
    assert not orchestrator.check_emergency()
    assert orchestrator.process_cycle()["session_id"] == session_id
    confirmed = orchestrator.emergency_shutdown()
    assert confirmed["verified_flat"]
    orchestrator.end_session()
    report = orchestrator.generate_session_report()
    assert session_id in str(report)


def test_it_speaks_to_its_own_engine_and_closes_before_it_ends(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.chdir(tmp_path)
    other = MasterOrchestrator("--demo", "--speed", "60", "--label", "other")
    mine = MasterOrchestrator("--demo", "--speed", "400", "--label", "mine")
    try:
        others_id = other.start_session()
        assert mine.start_session() != others_id
        while not mine.process_cycle()["active_positions"]:
            assert mine.is_active()
        mine.end_session()
        report = mine.generate_session_report()
        assert report["header"]["status"] == "completed", report["header"]
        assert report["header"]["end_reason"] == "end_session", report["header"]
        assert other.process_cycle()["session_status"] == "running"
    finally:
        other.end_session()
        mine.end_session()
