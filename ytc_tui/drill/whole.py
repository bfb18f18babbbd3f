"""The whole drill: all lines, and what they are worth.

Decides the order of the lines. Imports the drills and the store's verification. Invariant: what was played is
verified as a journal like any other before the drill may pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.adapters.stores.verify import Verdict, verify
from ytc_tui.config import Settings
from ytc_tui.drill.emergencies import drill_emergencies
from ytc_tui.drill.from_outside import Watch, drill_from_outside
from ytc_tui.drill.limits import drill_limits
from ytc_tui.drill.lines import DrillLine, Group, Tried
from ytc_tui.drill.rules import drill_rules
from ytc_tui.drill.sandbox import Sandbox, sandbox


@dataclass(frozen=True, slots=True)
class Drilled:
    """All lines of a drill."""

    lines: tuple[DrillLine, ...]

    @property
    def passed(self) -> bool:
        return all(line.passed for line in self.lines)


def drill(wanted: Settings, watch: Watch) -> Drilled:
    """Drill the limits of `wanted`; `watch` is what a run's process does beside its session."""
    with sandbox(wanted) as box:
        lines = [*drill_rules(box), *drill_limits(box)]
        lines += [*drill_emergencies(box), *drill_from_outside(box, watch)]
        return Drilled((*lines, _chain(box)))


def _chain(box: Sandbox) -> DrillLine:
    """The journal of everything that was played, verified from its file."""
    found = verify(box.database)
    told = f"{found.entries} entries of {len(found.sessions)} sessions are on disk, each chain whole"
    problem = "" if found.verdict is Verdict.OK else f"the journal is {found.verdict.name.lower()}"
    figures: dict[str, Decimal | int] = {"entries": found.entries, "sessions": len(found.sessions)}
    return DrillLine(Group.EMERGENCY, "record", Tried(told, problem), Tried("", ""), figures)
