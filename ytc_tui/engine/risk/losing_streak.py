"""Rule: fewer losses in a row than the limit (domain.md 2.13 "streak").

A breakeven trade (|R| below breakeven_band_r) neither adds nor resets.
"""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "losing_streak"
SUMMARY = "Losing trades in a row (count) must be fewer than max_consecutive_losses."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    used, limit = Decimal(request.consecutive_losses), Decimal(limits.max_consecutive_losses)
    reason = f"{used} losses in a row, entries stop at {limit}"
    if used >= limit:
        return refused(RULE, reason, used, limit)
    return passed(RULE, reason, used, limit)
