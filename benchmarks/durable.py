"""D1: how long an intent takes to be durable, seen from the engine's loop.

An intent is one journal entry of about 700 bytes with its row of the table orders; making its hash is
not counted. Journal and baseline take turns in short rounds, so that both meet the same disk.
`python -m benchmarks.durable [--quick] [--dir FOLDER]`; FOLDER must be on the disk that is to be measured.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import tempfile
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.harness import emit, percentile
from ytc_tui.adapters.stores.writer import SqliteJournal
from ytc_tui.engine.ports import Batch, ProjectionRow
from ytc_tui.model.chain import ChainHead

MS_PER_S = 1_000.0
ROUND = 25
INTENTS = 40
SESSION = "5f0c4b1e-2a0d-5d7e-9f64-0d3a8f6f1c11"
BODY = '{"intent":"' + "x" * 400 + '"}'


def batch_of(head: ChainHead, intents: int) -> Batch:
    """`intents` intents as the engine writes them: an entry and an order row each."""
    entries = tuple(head.link(1, "OrderIntended", 1, "decision-7", "risk-7", BODY) for _ in range(intents))
    rows = tuple(
        ProjectionRow(
            "orders",
            (SESSION, f"y{entry.seq:014d}"),
            {
                "symbol": "BTCUSDT",
                "side": "buy",
                "kind": "stop_limit",
                "role": "entry",
                "state": "intent",
                "quantity": Decimal("0.125"),
                "filled": Decimal(0),
                "limit_price": Decimal("101234.50"),
                "stop_price": Decimal("101230.00"),
                "decision_id": "decision-7",
                "created_at": entry.at,
                "updated_at": entry.at,
            },
        )
        for entry in entries
    )
    return Batch(entries, rows)


def sync_round(fd: int, payload: bytes) -> list[float]:
    """Milliseconds of each append + fdatasync."""
    times = []
    for _ in range(ROUND):
        start = perf_counter()
        os.write(fd, payload)
        os.fdatasync(fd)
        times.append((perf_counter() - start) * MS_PER_S)
    return times


async def append_round(journal: SqliteJournal, head: ChainHead, intents: int) -> list[float]:
    """Milliseconds of each append of a batch, from the call to its return on the loop."""
    batches = [batch_of(head, intents) for _ in range(ROUND)]
    times = []
    for batch in batches:
        start = perf_counter()
        await journal.append(batch)
        times.append((perf_counter() - start) * MS_PER_S)
    return times


async def longest_gaps(journal: SqliteJournal | None, head: ChainHead, appends: int) -> list[float]:
    """For each append of 40 intents, the longest time (ms) the loop did not turn.

    With no journal: the same while a thread works as long without the interpreter's lock (it hashes).
    """
    gaps = []
    work = bytes(1_000_000)
    for _ in range(appends):
        waiting: asyncio.Future[Any]
        if journal is None:
            waiting = asyncio.get_running_loop().run_in_executor(None, hashlib.sha256, work)
        else:
            waiting = asyncio.ensure_future(journal.append(batch_of(head, INTENTS)))
        longest, last = 0.0, perf_counter()
        while not waiting.done():
            await asyncio.sleep(0)
            now = perf_counter()
            longest, last = max(longest, now - last), now
        await waiting
        gaps.append(longest * MS_PER_S)
    return gaps


async def measure(folder: Path, rounds: int) -> None:
    journal = SqliteJournal(folder / "ytc.db")
    head = ChainHead(SESSION)
    payload = bytes(len(BODY) + 300)
    synced: list[float] = []
    single: list[float] = []
    many: list[float] = []
    quiet: list[float] = []
    busy: list[float] = []
    fd = os.open(folder / "baseline", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    await append_round(journal, head, 1)
    for _ in range(rounds):
        synced += sync_round(fd, payload)
        single += await append_round(journal, head, 1)
        many += await append_round(journal, head, INTENTS)
        quiet += await longest_gaps(None, head, ROUND)
        busy += await longest_gaps(journal, head, ROUND)
    os.close(fd)
    await journal.close()
    report(synced, single, many, quiet, busy)


def report(
    synced: list[float], single: list[float], many: list[float], quiet: list[float], busy: list[float]
) -> None:
    sync_ms, one_ms, many_ms = (percentile(times, 0.5) for times in (synced, single, many))
    emit(
        "D1",
        one_ms,
        "ms p50, one intent",
        baseline=("append + fdatasync, ms p50", sync_ms),
        ratio=one_ms / sync_ms,
        goal="intent to durable <= 2x append + fdatasync",
        ok=one_ms <= 2 * sync_ms,
        why="two hand-overs between threads and the log's page writes come on top of the sync itself",
    )
    emit(
        "D1",
        many_ms,
        f"ms p50, {INTENTS} intents in one batch",
        baseline=("one intent, ms p50", one_ms),
        ratio=many_ms / one_ms,
        goal=f"{INTENTS} intents <= 2x one",
        ok=many_ms <= 2 * one_ms,
        why="packing the rows and writing their pages takes longer than the one sync that is shared",
    )
    stall_ms, quiet_ms = percentile(busy, 0.99), percentile(quiet, 0.99)
    emit(
        "D1",
        stall_ms,
        f"ms p99 of the longest standstill of the loop in an append of {INTENTS} intents",
        baseline=("the same loop beside a thread that hashes, ms p99", quiet_ms),
        ratio=stall_ms / quiet_ms,
        goal="loop stall by the journal <= 1 ms",
        ok=stall_ms <= 1.0,
        why=(
            f"{quiet_ms:.2f} ms of it come with any second thread on this machine; the p50 is"
            f" {percentile(busy, 0.5):.2f} ms, while the writer thread packs and binds rows"
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds")
    parser.add_argument("--dir", type=Path, default=None, help="measure the disk of this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.dir) as folder:
        asyncio.run(measure(Path(folder), 4 if options.quick else 40))


if __name__ == "__main__":
    main()
