"""A program that appends until it is killed: `python -m tests.adapters.stores.killed_writer PATH SEED`.

Prints the number of the last entry of each batch once `append` has returned: what it printed is
promised to be on disk.
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from tests.adapters.stores.entries import SESSION, bar_at, entries_after, order_row
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.writer import SqliteJournal
from ytc_tui.engine.ports import Batch, Snapshot


async def main(path: Path, seed: int) -> None:
    rng = random.Random(seed)
    journal = SqliteJournal(path)
    with SqliteReader(path) as reader:
        head = reader.head(SESSION)

    async def append(batch: Batch) -> None:
        await journal.append(batch)
        sys.stdout.write(f"{batch.entries[-1].seq}\n")
        sys.stdout.flush()

    while True:
        minute = head.seq
        batches = []
        for _ in range(rng.randint(1, 4)):
            entries = entries_after(head, rng.randint(1, 6), size=rng.randint(2, 1_500))
            batches.append(Batch(entries, tuple(order_row(entry.seq) for entry in entries)))
        journal.record_bars([bar_at(minute)])
        await asyncio.gather(*map(append, batches))
        if rng.random() < 0.1:
            await journal.save_snapshot(Snapshot(SESSION, head.seq, head.hash, f'{{"n":{head.seq}}}'))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
