"""Many worlds at once: `python -m tests.world --worlds 100000 --from 0`, at the end one line of JSON.

Exit 1 when an invariant was broken, with a line for each seed. `--seed` plays one back, journal and all.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from multiprocessing import get_context
from statistics import median

from tests.world.bugs import BUGS
from tests.world.judge import judge
from tests.world.market import MINUTES
from tests.world.plan import plan_of
from tests.world.tally import Tally, found_by_number, live_through
from tests.world.world import live
from ytc_tui.model.events import decode_event
from ytc_tui.views.event_lines import event_line

CHUNK = 250


def _chunks(first: int, count: int) -> Iterator[range]:
    for start in range(first, first + count, CHUNK):
        yield range(start, min(start + CHUNK, first + count))


def _many(first: int, count: int, jobs: int) -> int:
    begun, whole = time.perf_counter(), Tally()
    with get_context("spawn").Pool(jobs) as pool:
        for tally in pool.imap_unordered(live_through, _chunks(first, count)):
            for seed, what in sorted(tally.broken.items()):
                print(f"seed {seed}: {what}", flush=True)
            whole.merge(tally)
            print(f"\r{len(whole.seconds)} of {count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    figures = {
        "worlds": len(whole.seconds),
        "seeds": [first, first + count - 1],
        "violations": len(whole.broken),
        "elapsed_s": round(time.perf_counter() - begun, 1),
        "median_ms": round(median(whole.seconds) * 1000, 1),
        "virtual_h": round(len(whole.seconds) * MINUTES / 60, 1),
        **whole.counts,
        "faults": dict(whole.faults.most_common()),
    }
    print(json.dumps(figures))
    return 1 if whole.broken else 0


def _one(seed: int) -> int:
    lived = live(plan_of(seed))
    print(lived.plan)
    journal = lived.world.journal
    for entry in journal.entries(journal.sessions()[-1]):
        print(entry.seq, entry.type, event_line(entry, decode_event(entry)) or entry.body)
    judge(lived.world)
    return 0


def _bugs(jobs: int) -> int:
    """A table of all planted bugs, each with the first seed that finds it."""
    missed = 0
    with get_context("spawn").Pool(jobs) as pool:
        for name, seed, what in pool.imap(found_by_number, range(len(BUGS))):
            print(f"| {name} | {seed} | {what} |", flush=True)
            missed += seed == "none"
    return 1 if missed else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__)
    parser.add_argument("--worlds", type=int, default=2_000)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--bugs", action="store_true", help="the first seed that finds each planted bug")
    parser.add_argument("--seed", type=int, help="play this one back")
    asked = parser.parse_args()
    if asked.bugs:
        return _bugs(asked.jobs)
    return _many(asked.first, asked.worlds, asked.jobs) if asked.seed is None else _one(asked.seed)


if __name__ == "__main__":
    sys.exit(main())
