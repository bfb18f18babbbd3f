"""How a rule answers: passed, refused, or capped to a smaller size, always with its numbers.

Decides the wording of verdicts. Imports the model only. Invariant: the numbers in a reason compare
as the exact ones do, so a sentence never reads "3.00 % > 3.00 %".
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from ytc_tui.model.money import ZERO
from ytc_tui.model.risk import Verdict

_MOST_PLACES = 12


def passed(rule: str, reason: str, used: Decimal | None = None, limit: Decimal | None = None) -> Verdict:
    return Verdict(rule, True, reason, used, limit)


def refused(rule: str, reason: str, used: Decimal | None = None, limit: Decimal | None = None) -> Verdict:
    return Verdict(rule, False, reason, used, limit)


def no_stop(rule: str) -> Verdict:
    """The refusal of a rule that measures the stop distance of a plan without a stop."""
    return refused(rule, "the plan has no stop, so its risk is unknown")


def capped(
    rule: str,
    reason: str,
    *,
    asked: Decimal,
    most: Decimal,
    lot: Decimal,
    used: Decimal,
    limit: Decimal,
) -> Verdict:
    """The answer of a rule that limits size: `most` is the largest quantity it allows (a lot multiple).

    Passes with `max_qty` when at least one lot remains, also if more was asked; refuses otherwise
    (size is never forced up to the smallest tradable one, domain.md 1.7-f).
    """
    if most < lot:
        return Verdict(rule, False, f"{reason}; not even {plain(lot)} fits", used, limit, ZERO)
    if most < asked:
        return Verdict(rule, True, f"{reason}; {plain(most)} of {plain(asked)} fits", used, limit, most)
    return Verdict(rule, True, reason, used, limit, most)


def plain(value: Decimal) -> str:
    """`value` without exponent and without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def pair(used: Decimal, limit: Decimal, unit: str = "") -> tuple[str, str]:
    """Both numbers at two places, or at as many more as show two digits of each and tell them apart."""
    digits = [1 - number.adjusted() for number in (used, limit) if number]
    for places in range(min(max([2, *digits]), _MOST_PLACES), _MOST_PLACES + 1):
        step = Decimal(1).scaleb(-places)
        first = used.quantize(step, rounding=ROUND_HALF_EVEN)
        second = limit.quantize(step, rounding=ROUND_HALF_EVEN)
        if (first == second) == (used == limit):
            return f"{first:f}{unit}", f"{second:f}{unit}"
    return f"{plain(used)}{unit}", f"{plain(limit)}{unit}"


def compared(name: str, used: Decimal, limit: Decimal, unit: str = "") -> str:
    """`open risk 3.20 % > 3.00 %`: the name, both numbers and how they compare."""
    first, second = pair(used, limit, unit)
    sign = "<" if used < limit else ">" if used > limit else "="
    return f"{name} {first} {sign} {second}"
