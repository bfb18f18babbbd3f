"""Rule: fewer venue rejects in a row than the limit; beyond it a person must look (semantics.md 5)."""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "rejects_in_row"
SUMMARY = "Orders rejected by the venue in a row (count) must be fewer than max_rejects_in_row."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    used, limit = Decimal(request.rejects_in_row), Decimal(limits.max_rejects_in_row)
    reason = f"{used} rejects in a row, entries stop at {limit}"
    if used >= limit:
        return refused(RULE, reason, used, limit)
    return passed(RULE, reason, used, limit)
