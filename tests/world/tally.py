"""What many worlds came to, together."""

from __future__ import annotations

import gc
import logging
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.world.bugs import BUGS, planted
from tests.world.judge import judge
from tests.world.plan import plan_of
from tests.world.world import Lived, live

BUG_SEEDS = 2_000
WORDS = 90  # of what was broken


@dataclass
class Tally:
    """What some worlds came to."""

    broken: dict[int, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, lived: Lived) -> None:
        state, plan = lived.world.state(), lived.plan
        self.counts.update(
            lives=lived.lives,
            steps=lived.steps,
            orders=len(state.orders),
            fills=len(state.fill_ids),
            trades=len(state.trades),
        )
        self.faults.update(+lived.drawn)
        self.faults.update(str(rule.fault) for rule in plan.venue_faults.rules)
        self.faults.update(
            killed=lived.lives - 1,
            full_disk=plan.full_disk,
            failing_agents=plan.failing_agents,
            machine_slept=plan.sleeps,
        )

    def merge(self, other: Tally) -> None:
        self.broken |= other.broken
        self.seconds += other.seconds
        self.counts += other.counts
        self.faults += other.faults


def live_through(seeds: range) -> Tally:
    """Live and judge the worlds of `seeds`."""
    logging.disable(logging.CRITICAL)
    gc.disable()
    tally = Tally()
    for seed in seeds:
        begun = time.perf_counter()
        try:
            lived = live(plan_of(seed))
            judge(lived.world)
            tally.add(lived)
        except Exception as error:
            tally.broken[seed] = f"{type(error).__name__}: {error}"
        tally.seconds.append(time.perf_counter() - begun)
    gc.collect()
    return tally


def found_by_number(number: int) -> tuple[str, str, str]:
    """What finds the planted bug of that number: its name, the first seed or "none", what it broke there.
    A seed that breaks something without the bug as well finds nothing."""
    logging.disable(logging.CRITICAL)
    bug = BUGS[number]
    for seed in range(BUG_SEEDS):
        with planted(bug):
            broken = _broken(seed)
        if broken and not _broken(seed):
            return bug.name, str(seed), broken[:WORDS]
    return bug.name, "none", ""


def _broken(seed: int) -> str:
    """What the world of `seed` breaks, in one line; empty when it holds."""
    try:
        judge(live(plan_of(seed)).world)
    except Exception as error:
        return " ".join(f"{type(error).__name__}: {error}".split())
    return ""
