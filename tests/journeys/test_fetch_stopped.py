"""A fetch that is stopped or killed: what it stored stays, and the same command ends the work."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.adapters.feeds.samples import demo_rows
from tests.adapters.feeds.venue_server import Venue, demo_venue, serving
from tests.commands.fetches import NAME, rows_in
from tests.journeys.process import START_S, Home


def command(venue: Venue, folder: Path) -> Sequence[str]:
    return [sys.executable, "-m", "tests.commands.fetching_process", venue.url, str(folder)]


def stop_at_second_page(venue: Venue, folder: Path, number: int) -> tuple[int, str]:
    """Start a fetch, send the signal once it waits for its second page; exit code and what it said."""
    venue.hold_from = 2
    with subprocess.Popen(command(venue, folder), stdout=subprocess.PIPE, text=True) as process:
        assert venue.holding.wait(START_S)
        process.send_signal(number)
        said, _ = process.communicate()
    venue.hold_from = None
    return process.returncode, said


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_the_same_command_goes_on_where_it_was_stopped(tmp_path: Path, number: signal.Signals) -> None:
    part = tmp_path / f"{NAME}.part"
    with serving(demo_venue()) as venue:
        code, said = stop_at_second_page(venue, tmp_path, number)
        assert [path.name for path in tmp_path.iterdir()] == [part.name]
        if number is signal.SIGKILL:
            assert code == -signal.SIGKILL
        else:
            assert code == 128 + number
            assert (
                f"stopped by {number.name}; 500 bars are kept in {part}: the same command goes on there"
                in said
            )
        venue.asked.clear()
        done = subprocess.run(command(venue, tmp_path), capture_output=True, text=True, check=True)
    assert "goes on with" in done.stderr
    assert "bars      1,250" in done.stdout
    assert venue.asked == [demo_rows()[at][0] for at in (500, 1_000)]
    assert rows_in(tmp_path / NAME) == list(demo_rows()[:1_250])
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_what_cannot_be_fetched_is_told_with_what_can(tmp_path: Path) -> None:
    asked = [
        "--venue",
        "kraken",
        "--symbol",
        "BTCUSDT",
        "--from",
        "2022-11-01",
        "--out",
        str(tmp_path / "data"),
    ]
    done = Home(tmp_path, tmp_path).ytc("data", "fetch", *asked)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --venue: no bars from 'kraken' (there is binance)\n"
    assert list(tmp_path.iterdir()) == []
