"""How far a figure of a small sample can be trusted: 95 % confidence intervals.

Decides the interval of a mean (Student's t) and of a share (Wilson's score). Standard library only.
Invariant: an interval contains the figure that it belongs to; a sample too small for one has None.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from ytc_tui.model.money import ZERO

_LEVEL = 0.975  # two-sided 95 %
_Z = 1.959963984540054
_LEAST = 2


class Interval(NamedTuple):
    low: float
    high: float


def t_quantile(degrees: int) -> float:
    """The 97.5 % quantile of Student's t with `degrees` of freedom (>= 1).

    Found by halving on the distribution's closed form for whole degrees (Abramowitz and Stegun 26.7.3
    and 26.7.4).
    """
    if degrees < 1:
        raise ValueError(f"degrees of freedom must be at least 1, not {degrees}")
    low, high = 0.0, 13.0
    for _ in range(80):
        middle = (low + high) / 2.0
        if _central_share(middle, degrees) < 2.0 * _LEVEL - 1.0:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def _central_share(t: float, degrees: int) -> float:
    """The probability that |T| is below `t`."""
    angle = math.atan(t / math.sqrt(degrees))
    cosine2 = math.cos(angle) ** 2
    odd = degrees % 2 == 1
    term = math.cos(angle) if odd else 1.0
    total = term if degrees > 1 else 0.0
    for step in range(3 if odd else 2, degrees - 1, 2):
        term *= cosine2 * (step - 1) / step
        total += term
    if odd:
        return 2.0 / math.pi * (angle + math.sin(angle) * total)
    return math.sin(angle) * total


def mean_interval(values: Sequence[Decimal]) -> Interval | None:
    """The 95 % interval of the mean of `values`, None with fewer than two."""
    count = len(values)
    if count < _LEAST:
        return None
    mean = sum(values, ZERO) / count
    variance = float(sum(((value - mean) ** 2 for value in values), ZERO)) / (count - 1)
    reach = t_quantile(count - 1) * math.sqrt(variance / count)
    return Interval(float(mean) - reach, float(mean) + reach)


def share_interval(hits: int, count: int) -> Interval | None:
    """Wilson's 95 % interval of the share `hits` of `count`, None without any."""
    if not 0 <= hits <= count:
        raise ValueError(f"{hits} of {count} is no share")
    if not count:
        return None
    share, z2 = hits / count, _Z * _Z
    centre = (share + z2 / (2 * count)) / (1 + z2 / count)
    reach = _Z / (1 + z2 / count) * math.sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    return Interval(min(share, max(0.0, centre - reach)), max(share, min(1.0, centre + reach)))
