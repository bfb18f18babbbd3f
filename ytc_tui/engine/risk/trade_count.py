"""Rule: fewer trades taken in this session than the limit (domain.md Y-44)."""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "trade_count"
SUMMARY = "Trades taken this session (count) must be fewer than max_trades_per_session."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    used, limit = Decimal(request.trades_taken), Decimal(limits.max_trades_per_session)
    reason = f"{used} of {limit} trades taken"
    if used >= limit:
        return refused(RULE, reason, used, limit)
    return passed(RULE, reason, used, limit)
