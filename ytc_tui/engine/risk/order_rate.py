"""Rule: one more order stays within the orders allowed per minute (semantics.md 5)."""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "order_rate"
SUMMARY = "Orders in the last minute, this one included (count), at most max_orders_per_minute."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    used, limit = Decimal(request.orders_last_minute + 1), Decimal(limits.max_orders_per_minute)
    if used > limit:
        return refused(RULE, f"order {used} in the last minute, {limit} allowed", used, limit)
    return passed(RULE, f"order {used} of {limit} in the last minute", used, limit)
