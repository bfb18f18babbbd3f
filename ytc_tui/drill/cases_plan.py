"""Cases of the rules about the plan: its shape, its size, its costs, and what is at risk with it.

Decides the figures. Imports what a session can be told, sizing and the model. Invariants: a boundary is
reckoned from the limits in force, never asked of the rule that is drilled; a case leaves the rest as it is.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING

from ytc_tui.analysis.sizing import net_reward_risk, round_trip_cost, split_parts
from ytc_tui.drill import tape
from ytc_tui.drill.rule_case import RuleCase, usual
from ytc_tui.drill.scripts import trade_idea
from ytc_tui.drill.told import HAIR, instrument, loss_of_one, sized, stands
from ytc_tui.engine.decide.entries import plan_of, with_quantity
from ytc_tui.engine.risk.exposure import cost_per_unit, slippage_ticks
from ytc_tui.engine.situation import Situation
from ytc_tui.model.market import InstrumentKind, Side
from ytc_tui.model.money import HUNDRED, ONE, ZERO, floor_to_step, price_floor
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.signals import Setup

# ---- the plan's shape and size ------------------------------------------------------------------------


def _instrument_kind(sit: Situation, outside: bool) -> Setup:
    instrument(sit, tape.FIRST, kind=InstrumentKind.SPOT)
    return trade_idea(sit, Side.SELL if outside else Side.BUY)


def _no_stop(sit: Situation, plan: TradePlan) -> TradePlan:
    return replace(plan, stop=None)


def _a_lot_more(sit: Situation, plan: TradePlan) -> TradePlan:
    instrument = sit.market.instruments[plan.symbol]
    return with_quantity(plan, plan.quantity + instrument.lot, instrument)


def _stop_side(sit: Situation, outside: bool) -> Setup:
    setup = trade_idea(sit)
    plan = plan_of(sit, setup)
    tick = sit.market.instruments[plan.symbol].tick
    return replace(setup, stop=float(plan.entry if outside else plan.entry - tick))


def _min_size(sit: Situation, outside: bool) -> Setup:
    plan = plan_of(sit, trade_idea(sit))
    instrument = sit.market.instruments[plan.symbol]
    lots = instrument.min_notional / (plan.entry * instrument.contract_size * instrument.lot)
    least = max(ONE, lots.to_integral_value(rounding=ROUND_CEILING)) * instrument.lot
    return sized(sit, least - (instrument.lot if outside else ZERO))


def _order_notional(sit: Situation, outside: bool) -> Setup:
    plan = plan_of(sit, trade_idea(sit))
    instrument = sit.market.instruments[plan.symbol]
    unit = plan.entry * instrument.contract_size
    most = floor_to_step(sit.policy.limits.max_order_notional / unit, instrument.lot)
    return sized(sit, most + (instrument.lot if outside else ZERO))


def _open_risk(sit: Situation, outside: bool) -> Setup:
    setup = trade_idea(sit)
    plan = plan_of(sit, setup)
    per_unit = loss_of_one(sit, plan)
    room = sit.base_balance() * sit.policy.limits.max_open_risk_pct / HUNDRED - plan.quantity * per_unit
    lot = sit.market.instruments[plan.symbol].lot
    stands(sit, "DRILL0", risk=room + (lot * per_unit if outside else ZERO))
    return setup


def _buying_power(sit: Situation, outside: bool) -> Setup:
    setup, limits = trade_idea(sit), sit.policy.limits
    plan = plan_of(sit, setup)
    assert plan.stop is not None
    instrument = sit.market.instruments[plan.symbol]
    leverage = min(limits.max_leverage, instrument.max_leverage)
    fees = round_trip_cost(instrument, plan.entry, plan.stop)
    per_unit = plan.entry * instrument.contract_size + leverage * fees
    room = leverage * sit.equity() * (ONE - limits.margin_buffer_pct / HUNDRED) - plan.quantity * per_unit
    stands(sit, "DRILL0", risk=ZERO, notional=room + (instrument.lot * per_unit if outside else ZERO))
    return setup


def _liquidation(sit: Situation, outside: bool) -> Setup:
    setup = trade_idea(sit)
    plan = plan_of(sit, setup)
    assert plan.stop is not None
    instrument = sit.market.instruments[plan.symbol]
    at_stop = plan.entry - plan.stop + instrument.maintenance_margin * plan.stop
    cost = cost_per_unit(instrument, plan.entry, plan.stop, sit.policy.limits)
    needed = plan.quantity * (at_stop * instrument.contract_size + cost)
    held = instrument.maintenance_margin  # of a notional of one
    spare = sit.equity() - needed - held
    # Equity equal to the maintenance margin is already liquidated.
    stands(sit, "DRILL0", risk=spare - (ZERO if outside else HAIR))
    return setup


def _costs(sit: Situation, outside: bool) -> Setup:
    setup = trade_idea(sit)
    plan, limits = plan_of(sit, setup), sit.policy.limits
    instrument = sit.market.instruments[plan.symbol]
    ticks = 1
    while True:
        stop = plan.entry - ticks * instrument.tick
        distance = ticks * instrument.tick * instrument.contract_size
        if distance >= limits.min_stop_cost_multiple * cost_per_unit(instrument, plan.entry, stop, limits):
            break
        ticks += 1
    return replace(setup, stop=float(plan.entry - (ticks - outside) * instrument.tick))


def _reward_risk(sit: Situation, outside: bool) -> Setup:
    setup = replace(trade_idea(sit), t2=None)
    plan, limits = plan_of(sit, setup), sit.policy.limits
    assert plan.stop is not None
    instrument = sit.market.instruments[plan.symbol]
    need = max(limits.min_rr_part_one, limits.min_rr_blended)
    ticks = slippage_ticks(instrument, plan.entry, plan.stop, limits)
    parts = split_parts(plan.quantity, instrument.lot)
    # Where the net ratio is met to the tick: the gross target first, then tick by tick.
    t1 = price_floor(plan.entry + need * (plan.entry - plan.stop), instrument.tick)
    while (
        net_reward_risk(
            instrument, entry=plan.entry, stop=plan.stop, t1=t1, t2=None, parts=parts, slippage_ticks=ticks
        ).part_one
        < need
    ):
        t1 += instrument.tick
    return replace(setup, t1=float(t1 - (instrument.tick if outside else ZERO)))


CASES: dict[str, RuleCase] = {
    "instrument_kind": RuleCase(_instrument_kind),
    "stop_present": RuleCase(usual, put=_no_stop),
    "stop_side": RuleCase(_stop_side),
    "min_size": RuleCase(_min_size),
    "open_risk": RuleCase(_open_risk),
    "buying_power": RuleCase(_buying_power),
    "liquidation": RuleCase(_liquidation),
    "costs": RuleCase(_costs),
    "reward_risk": RuleCase(_reward_risk),
    "risk_per_trade": RuleCase(usual, put=_a_lot_more),
    "order_notional": RuleCase(_order_notional),
}
