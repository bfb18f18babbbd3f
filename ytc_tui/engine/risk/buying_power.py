"""Rule: total notional stays within equity x leverage, a margin buffer kept free. Cuts the size.

All positions and this trade, at most max_leverage x (equity x (1 - buffer) - fees of this trade)
(semantics.md 4). The instrument's own leverage limit holds where it is smaller.
"""

from __future__ import annotations

from ytc_tui.analysis.sizing import round_trip_cost
from ytc_tui.engine.risk.answers import capped, compared, plain
from ytc_tui.engine.risk.exposure import largest_quantity, unit_notional
from ytc_tui.model.money import HUNDRED, ONE, ZERO
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "buying_power"
SUMMARY = (
    "Notional of all positions with this trade, fees included (account currency), at most max_leverage "
    "x equity less margin_buffer_pct."
)


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    plan, instrument = request.plan, request.instrument
    leverage = min(limits.max_leverage, instrument.max_leverage)
    held = sum((risk.notional for risk in request.open_risks), ZERO)
    fees = round_trip_cost(instrument, plan.entry, plan.stop or plan.entry)
    per_unit = unit_notional(request) + leverage * fees
    used = held + plan.quantity * per_unit
    limit = leverage * request.equity * (ONE - limits.margin_buffer_pct / HUNDRED)
    terms = f"{plain(leverage)}x of {plain(request.equity)} less {plain(limits.margin_buffer_pct)} %"
    return capped(
        RULE,
        f"{compared('notional with fees', used, limit)} ({terms})",
        asked=plan.quantity,
        most=largest_quantity(limit - held, per_unit, instrument.lot),
        lot=instrument.lot,
        used=used,
        limit=limit,
    )
