"""Rule: the plan has a stop price. No position is ever held without a stop (domain.md 1.4-08)."""

from __future__ import annotations

from ytc_tui.engine.risk.answers import passed, plain, refused
from ytc_tui.model.money import ZERO
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "stop_present"
SUMMARY = "The plan must name a stop price above 0 (quote currency)."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    stop = request.plan.stop
    if stop is None:
        return refused(RULE, "the plan has no stop")
    if stop <= ZERO:
        return refused(RULE, f"stop {plain(stop)} is not above 0", stop, ZERO)
    return passed(RULE, f"stop {plain(stop)}", stop, ZERO)
