"""A real `ytc` in a state folder of its own, started and spoken to as a user does."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_S = 20.0


@dataclass(frozen=True)
class Home:
    """The folders of one user."""

    folder: Path
    runtime: Path  # a short path: a socket's name has a hundred bytes

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "XDG_STATE_HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.runtime)}

    @property
    def paper(self) -> Path:
        return self.folder / "ytc" / "paper"

    def ytc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        command = [sys.executable, "-m", "ytc_tui", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False
        )

    def documents(self, *arguments: str) -> list[dict[str, Any]]:
        """The session documents of a run to its end; the run must exit 0."""
        done = self.ytc("run", "--headless", "--json", "--exit-when-done", *arguments)
        assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return [line for line in lines if "session_status" in line]

    def _answer(self, ready: int) -> bool:
        names = self.engines()
        return len(names) == ready and all(self.ytc("status", "--session", n).returncode == 0 for n in names)

    def engines(self) -> list[str]:
        """The names of the sockets of all engines of this user."""
        return sorted(path.stem for path in (self.runtime / "ytc").glob("*.sock"))

    @contextmanager
    def running(self, *arguments: str, ready: int = 1) -> Iterator[subprocess.Popen[str]]:
        """An engine whose door answers, the `ready`-th of its user; killed on leaving if it still runs."""
        command = [sys.executable, "-m", "ytc_tui", "run", "--headless", *arguments]
        with subprocess.Popen(
            command,
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as engine:
            try:
                until(lambda: engine.poll() is not None or self._answer(ready))
                assert engine.poll() is None, engine.stderr.read() if engine.stderr else ""
                yield engine
            finally:
                if engine.poll() is None:
                    engine.kill()


def count_on_record(home: Home, kind: str) -> int:
    """Entries in the journal whose type begins with `kind`; 0 before there is a journal."""
    try:
        with closing(sqlite3.connect(home.paper / "ytc.db")) as store:
            [(count,)] = store.execute("select count(*) from journal where type like ?", (f"{kind}%",))
    except sqlite3.OperationalError:
        return 0
    return int(count)


def until(holds: Callable[[], bool], limit_s: float = START_S) -> None:
    """Wait until `holds`; fails after `limit_s`."""
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)
