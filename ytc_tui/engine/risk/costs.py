"""Rule: the stop distance is at least three times the round-trip cost (semantics.md 4: costs first)."""

from __future__ import annotations

from ytc_tui.engine.risk.answers import compared, no_stop, passed, plain, refused
from ytc_tui.engine.risk.exposure import cost_per_unit
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "costs"
SUMMARY = (
    "Stop distance of a quantity of one (account currency), at least min_stop_cost_multiple x its "
    "round-trip cost."
)


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    plan, instrument = request.plan, request.instrument
    if plan.stop is None:
        return no_stop(RULE)
    used = abs(plan.entry - plan.stop) * instrument.contract_size
    cost = cost_per_unit(instrument, plan.entry, plan.stop, limits)
    limit = limits.min_stop_cost_multiple * cost
    terms = f"({plain(limits.min_stop_cost_multiple)}x the round-trip cost)"
    reason = f"{compared('stop distance', used, limit)} {terms}"
    return passed(RULE, reason, used, limit) if used >= limit else refused(RULE, reason, used, limit)
