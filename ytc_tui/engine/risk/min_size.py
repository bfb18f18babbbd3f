"""Rule: the size reaches the smallest the venue trades; it is never forced up (domain.md 1.7-f)."""

from __future__ import annotations

from ytc_tui.engine.risk.answers import passed, plain, refused
from ytc_tui.engine.risk.exposure import notional_of
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "min_size"
SUMMARY = "Quantity at least one lot, and notional at least the instrument's min_notional (quote currency)."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    quantity, instrument = request.plan.quantity, request.instrument
    if quantity < instrument.lot:
        reason = f"quantity {plain(quantity)} is less than one lot of {plain(instrument.lot)}"
        return refused(RULE, reason, quantity, instrument.lot)
    notional, least = notional_of(request), instrument.min_notional
    if notional < least:
        return refused(RULE, f"notional {plain(notional)} is less than {plain(least)}", notional, least)
    return passed(RULE, f"notional {plain(notional)}, at least {plain(least)}", notional, least)
