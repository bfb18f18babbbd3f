"""Rule: the loss at the stop, costs included, stays within 1 % of min(start, equity). Cuts the size.

There is no tolerance: after rounding down it is never above the limit (domain.md 5 "1% tolerance").
"""

from __future__ import annotations

from ytc_tui.analysis.sizing import size_position, tick_value
from ytc_tui.engine.risk.answers import capped, compared, no_stop, plain, refused
from ytc_tui.engine.risk.exposure import cost_per_unit, loss_per_unit, sizing_base
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "risk_per_trade"
SUMMARY = (
    "Loss at the stop with the round-trip cost, % of min(start balance, equity), at most risk_per_trade_pct."
)


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    plan, instrument, base = request.plan, request.instrument, sizing_base(request)
    if plan.stop is None:
        return no_stop(RULE)
    if base <= ZERO:
        return refused(RULE, f"sizing base {plain(base)} is not above 0", base, ZERO)
    size = size_position(
        base=base,
        risk_pct=limits.risk_per_trade_pct,
        entry=plan.entry,
        stop=plan.stop,
        tick=instrument.tick,
        tick_value=tick_value(instrument),
        lot=instrument.lot,
        cost_per_unit=cost_per_unit(instrument, plan.entry, plan.stop, limits),
    )
    per_unit = loss_per_unit(instrument, plan.entry, plan.stop, limits)
    used = plan.quantity * per_unit / base * HUNDRED
    return capped(
        RULE,
        compared("risk of the trade", used, limits.risk_per_trade_pct, " %"),
        asked=plan.quantity,
        most=size.quantity,
        lot=instrument.lot,
        used=used,
        limit=limits.risk_per_trade_pct,
    )
