"""Rule: the notional of one order stays within its limit (semantics.md 4). Cuts the size."""

from __future__ import annotations

from ytc_tui.engine.risk.answers import capped, compared
from ytc_tui.engine.risk.exposure import largest_quantity, notional_of, unit_notional
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "order_notional"
SUMMARY = "Notional of the order at its entry price (account currency), at most max_order_notional."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    plan, lot = request.plan, request.instrument.lot
    used, limit = notional_of(request), limits.max_order_notional
    return capped(
        RULE,
        compared("order notional", used, limit),
        asked=plan.quantity,
        most=largest_quantity(limit, unit_notional(request), lot),
        lot=lot,
        used=used,
        limit=limit,
    )
