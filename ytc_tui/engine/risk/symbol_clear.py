"""Rule: nothing unexplained and nothing opposite stands on the symbol.

While an order of the symbol is UNKNOWN or our books differ from the venue's, it takes no new risk
(safety.md 2.2, point 3). In a one-way account an entry against an open position would close it.
"""

from __future__ import annotations

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "symbol_clear"
SUMMARY = "The symbol has no unknown order, no discrepancy and no position on the other side."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    plan = request.plan
    if request.foreign_reason:
        return refused(RULE, request.foreign_reason)
    for risk in request.open_risks:
        if risk.symbol != plan.symbol:
            continue
        if risk.unknown:
            return refused(RULE, f"an order of {plan.symbol} is UNKNOWN")
        if risk.side is not plan.side:
            return refused(RULE, f"{plan.symbol} is already open on the {risk.side.value} side")
    return passed(RULE, f"nothing stands against an entry in {plan.symbol}")
