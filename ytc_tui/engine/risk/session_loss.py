"""Rule: no entries at or below the loss at which entries stop, nor at the emergency line.

Both lines are inclusive and compared unrounded (semantics.md 5, domain.md 2.13 "session").
"""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.engine.risk.answers import compared, passed, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "session_loss"
SUMMARY = (
    "Session P&L in % of the start balance must be above -entries_off_loss_pct (no entries there) "
    "and -max_session_loss_pct (emergency there), both inclusive."
)


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    pnl = request.session_pnl_pct
    emergency, entries_off = -limits.max_session_loss_pct, -limits.entries_off_loss_pct
    if pnl <= emergency:
        return _below(pnl, emergency, "emergency line")
    if pnl <= entries_off:
        return _below(pnl, entries_off, "entries are off from there")
    line = max(emergency, entries_off)
    return passed(RULE, compared("session P&L", pnl, line, " %"), pnl, line)


def _below(pnl: Decimal, line: Decimal, meaning: str) -> Verdict:
    return refused(RULE, f"{compared('session P&L', pnl, line, ' %')} ({meaning})", pnl, line)
