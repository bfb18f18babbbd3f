"""Rule: no entry against the operator's bias. It forbids and nothing else: no other rule asks for it."""

from __future__ import annotations

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "bias"
SUMMARY = "No entries against the operator's bias for the symbol (long only, short only, no trades)."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    held = request.bias
    if held is None:
        return passed(RULE, "no bias is set")
    side = "a long" if request.plan.side.sign > 0 else "a short"
    if held.bias.allows(request.plan.side):
        return passed(RULE, f"{side} is allowed: {held.words}")
    return refused(RULE, f"{side} is against the bias: {held.words}")
