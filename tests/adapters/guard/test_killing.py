"""Only the process that holds the lock is killed, whatever else names itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ytc_tui.adapters.guard.killing import kill_holder
from ytc_tui.adapters.locks import acquire, flock_holders

HOLD = """
import sys, time
from pathlib import Path
from ytc_tui.adapters.locks import acquire
lock = acquire(Path(sys.argv[1]), "test", now_ns=1) if sys.argv[2] == "hold" else open(sys.argv[1])
print("ready", flush=True)
time.sleep(60)
"""


@contextmanager
def process(path: Path, what: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), what], stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == "ready\n"
        try:
            yield started
        finally:
            started.kill()


def test_the_holder_dies_and_its_lock_is_free(tmp_path: Path) -> None:
    path = tmp_path / "engine.lock"
    with process(path, "hold") as holder, process(path, "open") as bystander:
        assert kill_holder(path) == holder.pid
        assert holder.wait(5) == -9
        assert bystander.poll() is None
        acquire(path, "guard", now_ns=2).release()


def test_a_number_in_the_file_is_nobody(tmp_path: Path) -> None:
    path = tmp_path / "engine.lock"
    path.touch()
    with process(path, "open") as bystander:
        path.write_text(f'{{"pid": {bystander.pid}, "host": "here", "since_ns": 1, "what": "engine"}}')
        with pytest.raises(ProcessLookupError, match="0 holders"):
            kill_holder(path)
        assert bystander.poll() is None


def test_a_guard_does_not_kill_itself(tmp_path: Path) -> None:
    path = tmp_path / "engine.lock"
    with acquire(path, "guard", now_ns=1):
        assert flock_holders(path)
        with pytest.raises(ProcessLookupError):
            kill_holder(path)
