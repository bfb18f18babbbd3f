"""Rule: the market data are fresh and whole, and price and ATR are known.

A price that is not known is never replaced by another (domain.md 1.7-j).
"""

from __future__ import annotations

from ytc_tui.engine.risk.answers import passed, plain, refused
from ytc_tui.model.money import ZERO
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "market_data"
SUMMARY = "Market data must have no open problem, and last price and ATR (quote currency) must be known."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    if request.data_problem:
        return refused(RULE, request.data_problem)
    for name, value in (("last price", request.last_price), ("ATR", request.atr)):
        if value is None:
            return refused(RULE, f"{name} of {request.plan.symbol} is unknown")
        if value <= ZERO:
            return refused(RULE, f"{name} of {request.plan.symbol} is {plain(value)}", value, ZERO)
    return passed(RULE, "market data are whole and fresh")
