"""The drawdown ledger now: what each span has lost, with this session's own result.

Decides which span is nearest to its limit. Imports the situation and the model. Invariant: bases and
limits are those that the session's first entries fixed; only the account's worth moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.engine.situation import Situation
from ytc_tui.model.drawdown import LedgerSpan


@dataclass(frozen=True, slots=True)
class Drawdown:
    """One span and the part of its base that is lost, in percent."""

    held: LedgerSpan
    used_pct: Decimal

    @property
    def at_limit(self) -> bool:
        return self.used_pct >= self.held.limit_pct

    @property
    def words(self) -> str:
        held = self.held
        return (
            f"{held.span} drawdown {self.used_pct:.4f} % of {held.base:.2f} since {held.since}"
            f" (warning {held.warn_pct} %, limit {held.limit_pct} %)"
        )


def drawdowns(sit: Situation) -> tuple[Drawdown, ...]:
    """Every span, in order; none for a session without a ledger. LookupError while a mark is missing."""
    ledger = sit.state.ledger
    if ledger is None:
        return ()
    worth = sit.equity() - sit.exit_fees()
    return tuple(Drawdown(held, held.used_pct(worth)) for held in ledger.spans)


def nearest(found: tuple[Drawdown, ...]) -> Drawdown | None:
    """The span that has used most of its limit."""
    return max(found, key=lambda drawdown: drawdown.used_pct / drawdown.held.limit_pct, default=None)
