"""Rule: the stop is met before the liquidation price. Cuts the size.

The account is cross margin: it is liquidated when its equity falls to the maintenance margin
(semantics.md 4). The worst case is taken: every other position has lost its risk, and holds its
notional at this instrument's maintenance rate, since the request knows no other.
"""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.engine.risk.answers import capped, no_stop, pair, passed, plain, refused
from ytc_tui.engine.risk.exposure import cost_per_unit, largest_quantity
from ytc_tui.model.market import InstrumentKind
from ytc_tui.model.money import ONE, ZERO
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "liquidation"
SUMMARY = "The liquidation price (quote currency) must lie beyond the stop; spot is not liquidated."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    plan, instrument = request.plan, request.instrument
    if plan.stop is None:
        return no_stop(RULE)
    if instrument.kind is InstrumentKind.SPOT:
        return passed(RULE, "spot is not liquidated")
    if plan.quantity <= ZERO:
        return refused(RULE, f"quantity {plain(plan.quantity)} is not above 0", plan.quantity, ZERO)
    free = request.equity - sum(
        (risk.risk_money + instrument.maintenance_margin * risk.notional for risk in request.open_risks), ZERO
    )
    cost = cost_per_unit(instrument, plan.entry, plan.stop, limits)
    at_stop = abs(plan.entry - plan.stop) + instrument.maintenance_margin * plan.stop
    per_unit = at_stop * instrument.contract_size + cost
    most = largest_quantity(free, per_unit, instrument.lot)
    if most * per_unit >= free and most > ZERO:
        # Equity equal to the maintenance margin is already liquidated.
        most -= instrument.lot
    price = _liquidation_price(request, free - plan.quantity * cost)
    first, second = pair(price, plan.stop)
    return capped(
        RULE,
        f"liquidation at {first}, stop at {second}",
        asked=plan.quantity,
        most=most,
        lot=instrument.lot,
        used=price,
        limit=plan.stop,
    )


def _liquidation_price(request: RiskRequest, free: Decimal) -> Decimal:
    """The price at which `free` money is used up to the maintenance margin, at least 0."""
    plan, instrument = request.plan, request.instrument
    size = plan.quantity * instrument.contract_size
    sign = plan.side.sign
    rate = ONE - sign * instrument.maintenance_margin
    return max(ZERO, (size * plan.entry - sign * free) / (size * rate))
