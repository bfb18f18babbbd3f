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
# Beyond these a number is no price of any market, and its digits would fill the journal.
_HIGHEST_PRICE = Decimal(10) ** 12
_MOST_PLACES = 18


def checked_number(name: str, value: Decimal, lowest: Decimal, highest: Decimal) -> None:
    """Raise ValueError unless `value` is a finite decimal above `lowest`, at most `highest`, not too long."""
    good = isinstance(value, Decimal) and value.is_finite() and lowest < value <= highest
    if good:
        exponent = value.as_tuple().exponent
        good = isinstance(exponent, int) and -exponent <= _MOST_PLACES
    if not good:
        allowed = f"above {lowest:f}, at most {highest:f}, at most {_MOST_PLACES} places"
        raise ValueError(f"{name} {str(value)[:40]} is not allowed: {allowed}")


def checked_price(name: str, value: Decimal) -> None:
    """Raise ValueError unless `value` can be the price of a market."""
    checked_number(name, value, ZERO, _HIGHEST_PRICE)


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
