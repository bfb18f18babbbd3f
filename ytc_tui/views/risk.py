"""Every limit with what is used of it and what is left.

Decides when a limit is near. Imports the model and its sibling views. Invariant: what cannot be told is
UNKNOWN, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ytc_tui.model.money import ONE, ZERO
from ytc_tui.views.seen import Level, LimitUse, Seen, Unit

if TYPE_CHECKING:
    from ytc_tui.model.state import State

# From this share of a limit on, it is shown as near.
NEAR_SHARE = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One limit. `distance` is what is left (0 or more), `share` the used part, 0 to 1 and beyond."""

    rule: str
    label: str
    used: Decimal | None
    limit: Decimal
    distance: Decimal | None
    share: Decimal | None
    unit: Unit
    level: Level


@dataclass(frozen=True, slots=True)
class Refusals:
    """How often a rule refused in this session."""

    rule: str
    count: int


@dataclass(frozen=True, slots=True)
class RiskView:
    rows: tuple[RiskRow, ...]
    refusals: tuple[Refusals, ...]
    detected: int
    approved: int
    trades_taken: int
    wins: int
    losses: int
    breakevens: int


def build(state: State, seen: Seen) -> RiskView:
    refused = sorted(state.refused.items(), key=lambda item: (-item[1], item[0]))
    return RiskView(
        rows=tuple(map(_row, seen.limits)),
        refusals=tuple(Refusals(rule, count) for rule, count in refused),
        detected=sum(state.detected.values()),
        approved=state.approved,
        trades_taken=state.trades_taken,
        wins=state.wins,
        losses=state.losses,
        breakevens=state.breakevens,
    )


def _row(use: LimitUse) -> RiskRow:
    if use.used is None:
        return RiskRow(use.rule, use.label, None, use.limit, None, None, use.unit, Level.UNKNOWN)
    share = use.used / use.limit if use.limit > ZERO else ONE
    level = Level.OVER if share >= ONE else Level.NEAR if share >= NEAR_SHARE else Level.OK
    left = max(ZERO, use.limit - use.used)
    return RiskRow(use.rule, use.label, use.used, use.limit, left, share, use.unit, level)
