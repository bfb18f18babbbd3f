"""Rule: the entry price lies within k ATR of the last price met (semantics.md 5, inclusive)."""

from __future__ import annotations

from ytc_tui.engine.risk.answers import compared, passed, plain, refused
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "price_collar"
SUMMARY = "Distance from entry to the last price (quote currency), at most price_collar_atr x ATR."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    last, atr = request.last_price, request.atr
    if last is None or atr is None:
        missing = "last price" if last is None else "ATR"
        return refused(RULE, f"{missing} is unknown, so the collar cannot be drawn")
    used = abs(request.plan.entry - last)
    limit = limits.price_collar_atr * atr
    around = f"({plain(limits.price_collar_atr)} ATR around {plain(last)})"
    reason = f"{compared('entry to last price', used, limit)} {around}"
    return passed(RULE, reason, used, limit) if used <= limit else refused(RULE, reason, used, limit)
