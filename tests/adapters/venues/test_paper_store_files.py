"""The paper venue's store in a process of its own: SIGKILL, and files that cannot grow."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.venues.paper_bench import ABC, FREE
from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.adapters.venues.paper_store import PaperStore

_VICTIM = """
import asyncio, sys
from pathlib import Path
from tests.adapters.venues.paper_bench import Bench, order
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.model.market import Side

async def main() -> None:
    bench = Bench(store=PaperStore(Path(sys.argv[1])))
    for n in range(10_000):
        bench.flat(100.0)
        await bench.venue.submit(order(f"e{n}", Side.BUY if n % 2 else Side.SELL, "1"))
        for report in bench.flat(100.0):
            print(report.venue_fill_id, flush=True)

asyncio.run(main())
"""


def kill_after(lines: int, path: Path) -> list[str]:
    """Run the victim, SIGKILL it after so many answers, and return all that it had answered."""
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", _VICTIM, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as victim:
        assert victim.stdout is not None
        answered = [victim.stdout.readline().strip() for _ in range(lines)]
        victim.send_signal(signal.SIGKILL)
        return answered + victim.stdout.read().split()


async def test_what_was_answered_survives_sigkill(tmp_path: Path) -> None:
    path = tmp_path / "venue.db"
    answered = kill_after(25, path)
    venue = PaperVenue({ABC.symbol: ABC}, FREE, PaperStore(path))
    kept = [fill.venue_fill_id for fill in await venue.fills(0)]
    assert kept[: len(answered)] == answered
    assert len(kept) <= len(answered) + 1
    held = sum(p.quantity for p in await venue.positions())
    assert held == sum(f.side.sign * f.quantity for f in await venue.fills(0))


_CRAMPED = """
import asyncio, resource, sys
from pathlib import Path
from tests.adapters.venues.paper_bench import Bench, order
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.model.market import Side

async def main(folder: Path) -> None:
    bench = Bench(store=PaperStore(folder / "venue.db"))
    bench.flat(100.0)
    largest = max(file.stat().st_size for file in folder.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    for n in range(100):
        await bench.venue.submit(order(f"e{n}", Side.BUY if n % 2 else Side.SELL, "1"))
        bench.flat(100.0)
    print(len(await bench.venue.fills(0)))

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_trading_goes_on_for_a_while_when_no_file_can_grow(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", _CRAMPED, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert done.stdout.split() == ["100"], done.stderr


def test_the_store_and_its_log_are_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "venue.db"
    before = os.umask(0o022)
    try:
        store = PaperStore(path)
    finally:
        os.umask(before)
    open_to_others = {file.name: file.stat().st_mode & 0o077 for file in tmp_path.iterdir()}
    assert open_to_others == {"venue.db": 0, "venue.db-wal": 0, "venue.db-shm": 0}
    store.close()
