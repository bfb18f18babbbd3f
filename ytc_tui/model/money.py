"""Decimal laws of money, price and quantity.

Decides how amounts are rounded: ticks up, sizes down, bookings to eight places.
Invariant: every function is exact on Decimal and never sees a float, except `decimal_from_float`.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
_BOOKING = Decimal("0.00000001")


def decimal_from_float(value: float) -> Decimal:
    """The shortest decimal that reads back as `value`; NaN and infinities raise ValueError."""
    result = Decimal(repr(value))
    if not result.is_finite():
        raise ValueError(f"not a finite number: {value!r}")
    return result


def booked(amount: Decimal) -> Decimal:
    """`amount` rounded half-even to the eight places in which the ledger books money."""
    return amount.quantize(_BOOKING, rounding=ROUND_HALF_EVEN)


def ticks_between(first: Decimal, second: Decimal, tick: Decimal) -> int:
    """The distance of two prices in whole ticks, rounded up (domain.md 1.7-e)."""
    return int((abs(first - second) / tick).to_integral_value(rounding=ROUND_CEILING))


def floor_to_step(quantity: Decimal, step: Decimal) -> Decimal:
    """`quantity` rounded toward zero to a multiple of `step` (lots are never rounded up)."""
    return (quantity / step).to_integral_value(rounding=ROUND_DOWN) * step


def price_floor(price: Decimal, tick: Decimal) -> Decimal:
    """The highest multiple of `tick` not above `price`."""
    return (price / tick).to_integral_value(rounding=ROUND_FLOOR) * tick


def price_ceiling(price: Decimal, tick: Decimal) -> Decimal:
    """The lowest multiple of `tick` not below `price`."""
    return (price / tick).to_integral_value(rounding=ROUND_CEILING) * tick


_FIGURE = Decimal("0.0001")


def figure(value: Decimal) -> str:
    """`value` with four decimals, as results report money, percents and R multiples."""
    return format(value.quantize(_FIGURE) + ZERO, "f")
