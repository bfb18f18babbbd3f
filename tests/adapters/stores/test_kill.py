"""kill -9 at random moments: no promised entry is lost, no half batch is there, the chain is whole.

SIGKILL leaves the page cache, so this says nothing of a power loss; that a promise comes after the
sync of its bytes is what `test_sync` looks at.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.stores.entries import SESSION
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.upgrade import upgrade
from ytc_tui.adapters.stores.verify import verify

KILLS = 20


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 20))])
def test_no_promised_entry_is_lost(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "ytc.db"
    upgrade(path)
    rng = random.Random(seed)
    promised = 0
    for _ in range(KILLS):
        lines = rng.randrange(40)
        promised = max([promised, *run_and_kill(path, rng.getrandbits(32), after_lines=lines)])
        with SqliteReader(path) as reader:
            entries = list(reader.entries(SESSION))
            snapshot = reader.latest_snapshot(SESSION)
            after = reader.entries(SESSION, snapshot.seq if snapshot else 0)
            orders = {row["client_id"] for row in reader.rows("orders", limit=10**6)}
            assert len(list(after)) == len(entries) - (snapshot.seq if snapshot else 0)
        assert len(entries) >= promised
        assert orders == {f"y{entry.seq:06d}" for entry in entries}
        result = verify(path)
        assert (result.exit_code, result.findings) == (0, ())
    assert promised > 10 * KILLS


def run_and_kill(path: Path, seed: int, *, after_lines: int) -> Iterator[int]:
    """Start the writer, kill it once it has printed `after_lines` lines; gives every number it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.adapters.stores.killed_writer", str(path), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    printed = [process.stdout.readline() for _ in range(after_lines)]
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    for line in [*printed, *rest.splitlines(keepends=True)]:
        if line.endswith("\n"):
            yield int(line)
