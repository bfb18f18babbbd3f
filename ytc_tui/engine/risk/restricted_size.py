"""Rule: around medium-impact news an entry risks half of what it may risk otherwise. Cuts the size.

The half is of the risk of a trade (domain.md 1.4-04 "half size"), not of the size that is asked for, so
that a plan that was cut already is not cut again when the gate is asked once more.
"""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.engine.risk.answers import capped, compared, no_stop, passed, plain, refused
from ytc_tui.engine.risk.exposure import largest_quantity, loss_per_unit, sizing_base
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "restricted_size"
SUMMARY = (
    "Loss at the stop around medium-impact news, % of min(start balance, equity), at most "
    "restricted_size_pct of risk_per_trade_pct."
)


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    plan, base = request.plan, sizing_base(request)
    if not request.restricted_reason:
        return passed(RULE, "no news makes entries smaller")
    if plan.stop is None:
        return no_stop(RULE)
    if base <= ZERO:
        return refused(RULE, f"sizing base {plain(base)} is not above 0", base, ZERO)
    limit: Decimal = limits.risk_per_trade_pct * limits.restricted_size_pct / HUNDRED
    per_unit = loss_per_unit(request.instrument, plan.entry, plan.stop, limits)
    used = plan.quantity * per_unit / base * HUNDRED
    return capped(
        RULE,
        f"{compared('risk of the trade', used, limit, ' %')}, {request.restricted_reason}",
        asked=plan.quantity,
        most=largest_quantity(base * limit / HUNDRED, per_unit, request.instrument.lot),
        lot=request.instrument.lot,
        used=used,
        limit=limit,
    )
