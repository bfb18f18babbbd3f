"""Rule: entries pass only while the session's gate is ACTIVE (semantics.md 6)."""

from __future__ import annotations

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict
from ytc_tui.model.session import Gate

RULE = "gate_open"
SUMMARY = "Entries pass only while the gate is ACTIVE; REDUCING and HALTED refuse them."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    reason = f"gate is {request.gate.value.upper()}"
    if request.gate is Gate.ACTIVE:
        return passed(RULE, reason)
    return refused(RULE, f"{reason}, entries need ACTIVE")
