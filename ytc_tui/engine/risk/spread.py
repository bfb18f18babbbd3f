"""Rule: the bid-ask spread that an entry is expected to meet is narrow enough (domain.md Y-35)."""

from __future__ import annotations

from ytc_tui.engine.risk.answers import compared, passed, refused
from ytc_tui.model.money import HUNDRED
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "spread"
SUMMARY = "Expected bid-ask spread, % of the price, at most max_spread_pct."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    used, limit = 2 * limits.half_spread_bps / HUNDRED, limits.max_spread_pct
    reason = compared("expected spread", used, limit, " %")
    return passed(RULE, reason, used, limit) if used <= limit else refused(RULE, reason, used, limit)
