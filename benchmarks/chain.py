"""C1: how long a journal of a million entries takes to be verified, against a bare loop in the same run.

The bare loop reads every column by plain SQLite and hashes it, and checks nothing. The chain alone by the
store's verification behind `ytc verify` and by `proof/chain.py`; then `ytc verify` in full, which also
reckons money and rows again. They take turns; the best of each counts, which other programs disturb least.
`python -m benchmarks.chain [--quick]`
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from pathlib import Path
from time import perf_counter

from benchmarks.harness import emit
from benchmarks.journals import many_sessions
from proof import chain
from ytc_tui.adapters.stores.verify import Verdict, verify as verify_store
from ytc_tui.commands.verify import verify

ENTRIES, QUICK_ENTRIES = 1_000_000, 50_000
TURNS = 3
GOAL, GOAL_FULL_S = 3.0, 10.0
SQL = (
    "SELECT prev_hash, seq, at, session, type, v, correlation, causation, body FROM journal"
    " ORDER BY session, seq"
)


def bare(path: Path) -> None:
    """Read and hash every entry."""
    with closing(sqlite3.connect(path)) as store:
        for row in store.execute(SQL):
            hashlib.sha256("\n".join(map(str, row)).encode()).hexdigest()


def stored(path: Path) -> None:
    assert verify_store(path).verdict is Verdict.OK


def proved(path: Path) -> None:
    with redirect_stdout(io.StringIO()):
        assert chain.main([str(path)]) == chain.WHOLE


def in_full(path: Path) -> None:
    assert verify(path, safe=lambda text: text).exit_code == 0


def seconds(work: Callable[[Path], None], path: Path) -> float:
    start_s = perf_counter()
    work(path)
    return perf_counter() - start_s


def measure(path: Path, entries: int) -> None:
    written = many_sessions(path, entries)
    turns = [[seconds(work, path) for work in (bare, stored, proved)] for _ in range(TURNS)]
    bare_s, stored_s, proved_s = (min(column) for column in zip(*turns, strict=True))
    workload = f"{written} entries of whole sessions, {path.stat().st_size / 1e6:.0f} MB"
    for name, found_s in (("`ytc verify`'s chain part", stored_s), ("proof/chain.py", proved_s)):
        emit(
            "C1",
            found_s,
            f"s, {name}",
            baseline=("s of a bare loop of SQLite and sha256", bare_s),
            ratio=found_s / bare_s,
            goal=f"<= {GOAL:g}x the bare loop",
            ok=found_s <= GOAL * bare_s,
            why="the entries are read or hashed more than once",
            workload=workload,
        )
    full_s = seconds(in_full, path)
    emit(
        "C1",
        full_s,
        "s, `ytc verify` in full",
        baseline=("s of the same bare loop", bare_s),
        ratio=full_s / bare_s,
        goal=f"<= {GOAL_FULL_S:g} s",
        ok=full_s <= GOAL_FULL_S,
        why="every body is parsed, applied and held against its stored rows, in Python, a session a core",
        workload=workload,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ENTRIES} entries")
    entries = QUICK_ENTRIES if parser.parse_args().quick else ENTRIES
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder) / "ytc.db", entries)


if __name__ == "__main__":
    main()
