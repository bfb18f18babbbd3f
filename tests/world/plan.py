"""What a seed makes of a world: its faults, its kills and its people."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.world.wire import Faults
from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule, FaultScript
from ytc_tui.model.orders import OrderRole

POLICIES = ("ytc", "percent")


@dataclass(frozen=True)
class Plan:
    """What a seed makes of a world."""

    seed: int
    bold: bool
    policy: str
    faults: Faults
    venue_faults: FaultScript
    kills: tuple[int, ...]
    full_disk: bool
    failing_agents: bool
    verbs: int
    by_hand: int
    strangers: int  # orders of somebody else on our account
    sleeps: int  # times at which the machine sleeps for long

    @property
    def provable(self) -> bool:
        """Whether asking the venue tells what became of everything: nothing arrives after it was given up."""
        late = (FaultKind.DELAY, FaultKind.LATE_LANDING)
        return not self.faults.stray and not any(rule.fault in late for rule in self.venue_faults.rules)

    @property
    def calm(self) -> bool:
        """Whether everything that is said comes through, in time and once."""
        return self.faults == Faults(latency_s=self.faults.latency_s) and not self.venue_faults.rules


def plan_of(seed: int) -> Plan:
    """A third of all worlds has no trouble on the line, a third few, a third many kinds."""
    chance = Random(f"plan {seed}")
    trouble = chance.choice((0.0, 0.05, 0.2))

    def some() -> float:
        return trouble if chance.random() < 0.5 else 0.0

    faults = Faults(
        lost=some(),
        unanswered=some(),
        hung=some() / 3,
        doubled=some() * 2,
        untold=some(),
        late=some() * 2,
        stray=some() / 2,
        shuffled=chance.random() < 0.3,
        latency_s=chance.choice((0.0, 0.02, 2.0)),
    )
    kinds = (
        FaultKind.PARTIAL,
        FaultKind.DUPLICATE,
        FaultKind.REJECT,
        FaultKind.DELAY,
        FaultKind.LATE_LANDING,
    )
    rules = tuple(
        FaultRule(
            kind,
            CommandKind.SUBMIT
            if kind in (FaultKind.PARTIAL, FaultKind.DUPLICATE)
            else chance.choice(list(CommandKind)),
            nth=chance.choice((0, 1, 2, 3)),
            role=chance.choice((None, *OrderRole)),
            delay_ms=chance.choice((300, 20_000, 75_000)),
        )
        for kind in chance.sample(kinds, chance.choice((0, 0, 1, 2)))
    )
    return Plan(
        seed=seed,
        bold=chance.random() < 0.3,
        policy=chance.choice(POLICIES),
        faults=faults,
        venue_faults=FaultScript(rules),
        kills=tuple(chance.randint(20, 450) for _ in range(chance.choice((0, 0, 1, 2)))),
        full_disk=chance.random() < 0.15,
        failing_agents=chance.random() < 0.3,
        verbs=chance.choice((0, 0, 1, 3)),
        by_hand=chance.choice((0, 0, 4)),
        sleeps=chance.choice((0, 0, 1)),
        strangers=chance.choice((0, 0, 0, 1)),
    )
