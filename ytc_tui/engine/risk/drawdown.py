"""Rule: the drawdown ledger across sessions allows new risk (semantics.md 5).

The ledger itself (day, week, month, total) is kept by the session; this rule carries its verdict.
"""

from __future__ import annotations

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "drawdown"
SUMMARY = "No day, week, month or total drawdown limit (% of balance, across sessions) is reached."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    used, limit = request.drawdown_used, request.drawdown_limit
    if request.drawdown_problem:
        return refused(RULE, request.drawdown_problem, used, limit)
    return passed(RULE, "no drawdown limit is reached", used, limit)
