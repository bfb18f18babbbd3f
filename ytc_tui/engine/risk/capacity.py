"""Rule: what is left of the session's loss limit is strictly more than the least capacity.

Capacity = loss limit minus the loss so far (domain.md 1.4-02); a profit does not enlarge it.
"""

from __future__ import annotations

from ytc_tui.engine.risk.answers import compared, passed, refused
from ytc_tui.model.money import ZERO
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "capacity"
SUMMARY = "Loss still allowed this session, % of the start balance, must be more than min_capacity_pct."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    loss = max(ZERO, -request.session_pnl_pct)
    left = limits.max_session_loss_pct - loss
    least = limits.min_capacity_pct
    reason = compared("loss capacity left", left, least, " %")
    if left > least:
        return passed(RULE, reason, left, least)
    return refused(RULE, f"{reason}, must be more", left, least)
