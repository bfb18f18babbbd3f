"""What a plan would put at risk: its sizing base, notional, costs and loss at the stop.

Decides the one set of figures that all rules share, so that no two rules price a trade differently.
Imports analysis.sizing and the model. Invariant: quantities are rounded down, costs up.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from ytc_tui.analysis.sizing import Parts, round_trip_cost, split_parts, tick_value
from ytc_tui.model.market import Instrument
from ytc_tui.model.money import ZERO, floor_to_step, ticks_between
from ytc_tui.model.risk import RiskLimits, RiskRequest

_BPS = Decimal(10_000)


def sizing_base(request: RiskRequest) -> Decimal:
    """min(start balance, equity), account currency (domain.md Y-48)."""
    return min(request.start_balance, request.equity)


def unit_notional(request: RiskRequest) -> Decimal:
    """Notional of a quantity of one at the entry price, account currency."""
    return request.plan.entry * request.instrument.contract_size


def notional_of(request: RiskRequest) -> Decimal:
    """Notional of the whole plan at its entry price, account currency."""
    return request.plan.quantity * unit_notional(request)


def slippage_ticks(instrument: Instrument, entry: Decimal, exit_price: Decimal, limits: RiskLimits) -> int:
    """Half spread and slippage of both ways together, in ticks, rounded up."""
    each_way = (limits.half_spread_bps + limits.slippage_bps) / _BPS
    lost = (entry + exit_price) * each_way
    return int((lost / instrument.tick).to_integral_value(rounding=ROUND_CEILING))


def cost_per_unit(instrument: Instrument, entry: Decimal, exit_price: Decimal, limits: RiskLimits) -> Decimal:
    """Round-trip cost of a quantity of one: taker fees, half spread and slippage both ways.

    Account currency. Who sizes a plan uses this same figure, or the gate will cut the plan.
    """
    ticks = slippage_ticks(instrument, entry, exit_price, limits)
    return round_trip_cost(instrument, entry, exit_price, slippage_ticks=ticks)


def loss_per_unit(instrument: Instrument, entry: Decimal, stop: Decimal, limits: RiskLimits) -> Decimal:
    """Loss of a quantity of one at the stop, account currency: whole ticks (up) plus round-trip cost."""
    ticks = ticks_between(entry, stop, instrument.tick)
    return ticks * tick_value(instrument) + cost_per_unit(instrument, entry, stop, limits)


def largest_quantity(budget: Decimal, per_unit: Decimal, lot: Decimal) -> Decimal:
    """The largest multiple of `lot` whose `per_unit` total is at most `budget`, 0 when none is."""
    if per_unit <= ZERO:
        raise ValueError(f"a quantity of one must use something of the budget, uses {per_unit}")
    quantity = floor_to_step(max(ZERO, budget) / per_unit, lot)
    # The quotient is rounded to the context's precision and may have been rounded up.
    return quantity - lot if quantity * per_unit > budget and quantity > ZERO else quantity


def parts_of(request: RiskRequest, quantity: Decimal) -> Parts:
    """`quantity` in the two parts of Y-37, each at least a lot and at least the minimum notional."""
    instrument = request.instrument
    return split_parts(quantity, instrument.lot, instrument.min_notional / unit_notional(request))
