"""Rule: no entry inside a news blackout window (domain.md 1.4-04)."""

from __future__ import annotations

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "blackout"
SUMMARY = "No entries in a news blackout window (minutes before and after a high-impact event)."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    if request.blackout_reason:
        return refused(RULE, request.blackout_reason)
    return passed(RULE, "no blackout")
