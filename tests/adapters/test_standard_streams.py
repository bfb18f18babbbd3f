"""A process whose standard output takes nothing says so, and never by an exit code of another meaning."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ytc_tui.adapters.standard_streams import EXIT_UNWRITTEN


def ytc(folder: Path, arguments: str, redirected: str) -> subprocess.CompletedProcess[str]:
    """Run one command in a shell, with its standard streams `redirected`."""
    line = f"'{sys.executable}' -m ytc_tui {arguments} {redirected}"
    environment = {"XDG_STATE_HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PATH": "/usr/bin:/bin"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    command = ["bash", "-c", f"set -o pipefail; {line}"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("redirected", [">&-", "> /dev/full", "<&- >&-"])
@pytest.mark.parametrize("arguments", ["sessions --json", "--help"])
def test_an_answer_that_cannot_be_written(tmp_path: Path, arguments: str, redirected: str) -> None:
    done = ytc(tmp_path, arguments, redirected)
    assert done.returncode == EXIT_UNWRITTEN
    assert done.stderr.startswith("error: done, but the answer could not be written: ")
    assert done.stderr.count("\n") == 1


def test_a_code_that_is_an_answer_stays(tmp_path: Path) -> None:
    done = ytc(tmp_path, "verify", "> /dev/full")
    assert done.returncode == 3
    assert "No space left on device; it was exit code 3" in done.stderr


def test_a_reader_that_left_changes_nothing(tmp_path: Path) -> None:
    done = ytc(tmp_path, "config show", "| true")
    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_standard_error_the_answer_is_there(tmp_path: Path) -> None:
    done = ytc(tmp_path, "sessions", "2>&-")
    assert done.returncode == 0
    assert "no session yet" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("redirected", [">&-", "> /dev/full"])
def test_a_run_says_how_many_lines_are_lost(tmp_path: Path, redirected: str) -> None:
    until = "--from 2022-11-08T04:00Z --to 2022-11-08T04:05Z"
    done = ytc(tmp_path, f"run --headless --demo --speed max {until}", redirected)
    assert done.returncode == EXIT_UNWRITTEN
    assert "lines were left out, they cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    # No file of the run's was taken for its standard output.
    assert ytc(tmp_path, "verify", "").returncode == 0
