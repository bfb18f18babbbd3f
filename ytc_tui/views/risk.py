"""Every limit with what is used of it and what is left.

Decides when a limit is near. Imports the model and its sibling views. Invariant: what cannot be told is
UNKNOWN, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.money import ONE, ZERO
from ytc_tui.views.ages import coarse_s
from ytc_tui.views.seen import Level, LimitUse, Seen, Unit

if TYPE_CHECKING:
    from ytc_tui.model.state import State

# From this share of a limit on, it is shown as near.
NEAR_SHARE = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One limit. `distance` is what is left (0 or more), `share` the used part, 0 to 1 and beyond; `asked_s`
    the age of its rule's last verdict, None = never asked in this session."""

    rule: str
    label: str
    used: Decimal | None
    limit: Decimal
    distance: Decimal | None
    share: Decimal | None
    unit: Unit
    level: Level
    asked_s: int | None = None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of the gate, and the age of its last verdict in s; None = never asked in this session."""

    rule: str
    asked_s: int | None


@dataclass(frozen=True, slots=True)
class Refusals:
    """How often a rule refused in this session."""

    rule: str
    count: int


@dataclass(frozen=True, slots=True)
class RiskView:
    """`rows` are limits that count something; `rules` every rule of the gate, in its order."""

    rows: tuple[RiskRow, ...]
    refusals: tuple[Refusals, ...]
    detected: int
    approved: int
    trades_taken: int
    wins: int
    losses: int
    breakevens: int
    rules: tuple[RuleRow, ...] = ()

    @property
    def never_asked(self) -> tuple[str, ...]:
        """The rules that gave no verdict in this session yet."""
        return tuple(row.rule for row in self.rules if row.asked_s is None)


def build(state: State, seen: Seen) -> RiskView:
    refused = sorted(state.refused.items(), key=lambda item: (-item[1], item[0]))
    ages = {rule: coarse_s((seen.at_ns - at_ns) // NS_PER_S) for rule, at_ns in state.rules_asked.items()}
    return RiskView(
        rows=tuple(_row(use, ages.get(use.rule.partition(".")[0])) for use in seen.limits),
        refusals=tuple(Refusals(rule, count) for rule, count in refused),
        detected=sum(state.detected.values()),
        approved=state.approved,
        trades_taken=state.trades_taken,
        wins=state.wins,
        losses=state.losses,
        breakevens=state.breakevens,
        rules=tuple(RuleRow(rule, ages.get(rule)) for rule in seen.rules),
    )


def _row(use: LimitUse, asked_s: int | None) -> RiskRow:
    if use.used is None:
        return RiskRow(use.rule, use.label, None, use.limit, None, None, use.unit, Level.UNKNOWN, asked_s)
    share = use.used / use.limit if use.limit > ZERO else ONE
    level = Level.OVER if share >= ONE else Level.NEAR if share >= NEAR_SHARE else Level.OK
    left = max(ZERO, use.limit - use.used)
    return RiskRow(use.rule, use.label, use.used, use.limit, left, share, use.unit, level, asked_s)
