"""C2: how long a session takes to be recovered from a long journal, after imports.

One session in one store: opening it, the newest snapshot, and the entries after it, as many as ever may be
(`journal.snapshot_every` less one). The whole chain is verified beside the engine meanwhile; its time is
shown too. Against the same with a short journal. `python -m benchmarks.recovery [--quick]`
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.harness import emit
from benchmarks.journals import one_session
from ytc_tui.adapters.stores.checking import ChainChecker
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.writer import SqliteJournal
from ytc_tui.engine.recovery import recover_state

ENTRIES, QUICK_ENTRIES, SHORT = 1_000_000, 50_000, 2_000
AFTER_SNAPSHOT = 499
GOAL_S = 2.0
TURNS = 5


async def recovered_s(path: Path, session: str) -> float:
    """Seconds from opening the journal to the state after its last entry, median of some turns."""
    times = []
    for _ in range(TURNS):
        start_s = perf_counter()
        journal = SqliteJournal(path)
        with SqliteReader(path) as reader:
            assert reader.ends(session) is not None
            _, head = recover_state(reader, session)
            times.append(perf_counter() - start_s)
            assert head.seq == reader.head(session).seq
        await journal.close()
    return statistics.median(times)


async def checked_s(path: Path, session: str) -> tuple[float, float]:
    """Seconds of the whole chain's verification beside the loop, and the loop's longest standstill."""
    checker, start_s = ChainChecker(path), perf_counter()
    checking, longest_s, last_s = checker.begin(session), 0.0, perf_counter()
    while not checking.done():
        await asyncio.sleep(0.001)
        now_s = perf_counter()
        longest_s, last_s = max(longest_s, now_s - last_s), now_s
    checking.result()
    return perf_counter() - start_s, longest_s


def measure(folder: Path, entries: int) -> None:
    short_name = one_session(folder / "short.db", SHORT, after_snapshot=AFTER_SNAPSHOT)
    name = one_session(folder / "long.db", entries, after_snapshot=AFTER_SNAPSHOT)
    short_s = asyncio.run(recovered_s(folder / "short.db", short_name))
    long_s = asyncio.run(recovered_s(folder / "long.db", name))
    workload = f"one session of {entries} entries, {AFTER_SNAPSHOT} of them after its snapshot"
    emit(
        "C2",
        long_s,
        f"s to the recovered state, median of {TURNS}",
        baseline=(f"s with {SHORT} entries", short_s),
        ratio=long_s / short_s,
        goal=f"<= {GOAL_S:g} s after imports",
        ok=long_s <= GOAL_S,
        why="something before the snapshot is read",
        workload=workload,
    )
    whole_s, longest_s = asyncio.run(checked_s(folder / "long.db", name))
    emit(
        "C2",
        whole_s,
        "s until its whole chain is verified beside the engine, which takes no entries until then",
        baseline=("longest standstill of the loop meanwhile, s", longest_s),
        ratio=whole_s / long_s,
        goal="none, for comparison",
        ok=True,
        workload=workload,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ENTRIES} entries")
    entries = QUICK_ENTRIES if parser.parse_args().quick else ENTRIES
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), entries)


if __name__ == "__main__":
    main()
