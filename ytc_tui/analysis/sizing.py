"""Position size, its two parts, and reward to risk net of costs.

Decides how much may be traded for a given risk (domain.md 1.4 agent 02, Y-37, Y-44; semantics.md 4:
costs come first). Imports the model and errors.
Invariant: exact on Decimal; the risk with costs never exceeds the budget; a size is never raised to
a minimum, it becomes zero with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.errors import DataInvalid
from ytc_tui.model.market import Instrument
from ytc_tui.model.money import HUNDRED, ZERO, floor_to_step, ticks_between

_TWO = Decimal(2)


@dataclass(frozen=True, slots=True)
class PositionSize:
    """How much to trade. `quantity` is 0 when refused, and `refusal` says why.

    Money in quote: `budget` is what may be lost, `risk` what this size loses at the stop with
    `cost` of the round trip included. `stop_ticks` is the stop distance rounded up.
    """

    quantity: Decimal
    stop_ticks: int
    budget: Decimal
    risk: Decimal
    cost: Decimal
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """The two parts of a position (Y-37); `second` is 0 when it cannot be split, `note` says so."""

    first: Decimal
    second: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class NetRewardRisk:
    """Reward over risk net of costs: part one at T1, and all parts together."""

    part_one: Decimal
    blended: Decimal


def tick_value(instrument: Instrument) -> Decimal:
    """What one tick is worth for a quantity of one, in quote."""
    return instrument.tick * instrument.contract_size


def round_trip_cost(
    instrument: Instrument,
    entry: Decimal,
    exit_price: Decimal,
    *,
    entry_fee: Decimal | None = None,
    exit_fee: Decimal | None = None,
    slippage_ticks: int = 0,
) -> Decimal:
    """Estimated cost of getting in at `entry` and out at `exit_price`, in quote per quantity of one.

    Fees are fractions of notional, the taker fee where None; `slippage_ticks` is for both ways
    together.
    """
    fee_in = instrument.taker_fee if entry_fee is None else entry_fee
    fee_out = instrument.taker_fee if exit_fee is None else exit_fee
    fees = (entry * fee_in + exit_price * fee_out) * instrument.contract_size
    return fees + slippage_ticks * tick_value(instrument)


def size_position(
    *,
    base: Decimal,
    risk_pct: Decimal,
    entry: Decimal,
    stop: Decimal,
    tick: Decimal,
    tick_value: Decimal,
    lot: Decimal = Decimal(1),
    cost_per_unit: Decimal = ZERO,
    min_quantity: Decimal = ZERO,
    max_quantity: Decimal | None = None,
) -> PositionSize:
    """The largest whole number of lots whose loss at the stop stays within `risk_pct` of `base`.

    `base` is the smaller of start balance and current equity; `tick_value` is per quantity of one;
    `cost_per_unit` is the round-trip cost of a quantity of one. Non-positive tick, tick value or lot
    raises DataInvalid.
    """
    for name, value in (("tick", tick), ("tick_value", tick_value), ("lot", lot)):
        if value <= ZERO:
            raise DataInvalid(f"{name} must be above 0, not {value}", fix="check the instrument")
    budget = max(ZERO, base * risk_pct / HUNDRED)
    ticks = ticks_between(entry, stop, tick)
    if ticks == 0:
        return PositionSize(ZERO, 0, budget, ZERO, ZERO, "entry and stop are the same price")
    if cost_per_unit < ZERO:
        raise DataInvalid(f"cost_per_unit must not be negative, not {cost_per_unit}", fix="check the fees")
    risk_per_unit = ticks * tick_value + cost_per_unit
    affordable = floor_to_step(budget / risk_per_unit, lot)
    if affordable * risk_per_unit > budget:
        # The quotient was rounded up to the context's precision.
        affordable -= lot
    quantity = affordable if max_quantity is None else min(affordable, floor_to_step(max_quantity, lot))
    if quantity <= ZERO or quantity < min_quantity:
        least = max(lot, min_quantity)
        refusal = f"one per-trade risk of {budget:f} buys {quantity:f}, the least tradable size is {least:f}"
        return PositionSize(ZERO, ticks, budget, ZERO, ZERO, refusal)
    return PositionSize(quantity, ticks, budget, quantity * risk_per_unit, quantity * cost_per_unit)


def split_parts(quantity: Decimal, lot: Decimal, min_part: Decimal = ZERO) -> Parts:
    """Halve `quantity` into two tradable parts; an odd lot goes to the first, which leaves earlier.

    When half is less than a lot or than `min_part`, all of it is one part.
    """
    second = floor_to_step(quantity / _TWO, lot)
    if second <= ZERO or second < min_part:
        return Parts(quantity, ZERO, "too small to split: one part, out at T1")
    return Parts(quantity - second, second)


def net_reward_risk(
    instrument: Instrument,
    *,
    entry: Decimal,
    stop: Decimal,
    t1: Decimal,
    t2: Decimal | None,
    parts: Parts,
    exit_fee_target: Decimal | None = None,
    slippage_ticks: int = 0,
) -> NetRewardRisk:
    """Reward to risk net of round-trip costs, weighted by the parts' sizes.

    Risk is the stop distance plus the cost of being stopped (taker, with slippage); reward is the
    target distance less the cost of that exit (`exit_fee_target`, taker where None, no slippage).
    Without a second part or without T2 all of it leaves at T1. Stop or targets on the wrong side
    of the entry raise DataInvalid.
    """
    side = 1 if entry > stop else -1
    targets = (t1,) if t2 is None else (t1, t2)
    if entry == stop or any((target - entry) * side <= ZERO for target in targets):
        raise DataInvalid(
            f"stop {stop} and targets {[str(t) for t in targets]} must lie on opposite sides of entry {entry}"
        )
    size = instrument.contract_size
    risk = abs(entry - stop) * size + round_trip_cost(instrument, entry, stop, slippage_ticks=slippage_ticks)

    def reward(target: Decimal) -> Decimal:
        cost = round_trip_cost(instrument, entry, target, exit_fee=exit_fee_target)
        return abs(target - entry) * size - cost

    first = reward(t1)
    if t2 is None or parts.second == ZERO:
        return NetRewardRisk(first / risk, first / risk)
    whole = parts.first + parts.second
    blended = (first * parts.first + reward(t2) * parts.second) / whole
    return NetRewardRisk(first / risk, blended / risk)
