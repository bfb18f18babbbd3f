"""Force, as asked for: `python -m tests.force --engines N --cores N --sends N --terminals N [--seed S]`.

One line of JSON for each, with its figures, its seconds and its faults; exit 1 if there is a fault. What
cannot be tried here is skipped, and the reason is said. `TMPDIR` says on which disk.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable

from tests.force.core import kill_cores
from tests.force.engines import kill_engines
from tests.force.forks import preload
from tests.force.sends import missing, trace_sends
from tests.force.terminals import drop_terminals, preload_desk

SHOWN_FAULTS = 20
Told = tuple[str, list[str]]  # a line of figures, and the faults


def engines(count: int, seed: int) -> Told:
    preload()
    tally = kill_engines(count, seed)
    return tally.line(), tally.faults


def cores(count: int, seed: int) -> Told:
    preload()
    tally = kill_cores(count, seed)
    return tally.line(), tally.faults


def sends(count: int, seed: int) -> Told:
    if reason := missing():
        return f"skipped: {reason}", []
    preload()
    trace = trace_sends(count)
    return trace.line(), trace.faults


def terminals(count: int, seed: int) -> Told:
    preload_desk()
    dropped = drop_terminals(count, seed)
    return dropped.line(), dropped.faults


_TRIALS: dict[str, Callable[[int, int], Told]] = {
    "engines": engines,
    "cores": cores,
    "sends": sends,
    "terminals": terminals,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in _TRIALS:
        parser.add_argument(f"--{name}", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    whole = True
    for name, trial in _TRIALS.items():
        count = getattr(options, name)
        if count:
            begun = time.monotonic()
            line, faults = trial(count, options.seed)
            whole = whole and not faults
            told = {"trial": name, "figures": line, "seconds": round(time.monotonic() - begun, 1)}
            sys.stdout.write(json.dumps({**told, "faults": faults[:SHOWN_FAULTS]}) + "\n")
            sys.stdout.flush()
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
