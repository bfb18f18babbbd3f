"""Rule: fewer positions than the limit before this entry (domain.md 1.4-08, Y-44).

The account is one-way, so a symbol is one position; a working or unknown entry counts as one.
"""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "max_positions"
SUMMARY = "Symbols with an open position or a working entry (count) must be fewer than max_positions."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    held = len({risk.symbol for risk in request.open_risks})
    used, limit = Decimal(held), Decimal(limits.max_positions)
    if held >= limits.max_positions:
        return refused(RULE, f"{held} of {limits.max_positions} positions in use", used, limit)
    return passed(RULE, f"{held} of {limits.max_positions} positions in use", used, limit)
