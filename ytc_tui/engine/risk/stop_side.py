"""Rule: the stop is on the losing side of the entry: below it for a long, above it for a short."""

from __future__ import annotations

from ytc_tui.engine.risk.answers import no_stop, passed, plain, refused
from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "stop_side"
SUMMARY = "The stop price must be below the entry of a long and above the entry of a short."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    plan = request.plan
    if plan.stop is None:
        return no_stop(RULE)
    needed = "below" if plan.side is Side.BUY else "above"
    words = f"stop {plain(plan.stop)}, {plan.side.value} entry {plain(plan.entry)}"
    if (plan.entry - plan.stop) * plan.side.sign > ZERO:
        return passed(RULE, words, plan.stop, plan.entry)
    return refused(RULE, f"{words}: the stop must be {needed} the entry", plan.stop, plan.entry)
