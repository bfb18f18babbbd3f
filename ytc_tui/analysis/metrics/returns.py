"""Figures of a series of returns: Sharpe and Sortino ratio, maximum drawdown.

Decides formulas that equal empyrical's, risk-free rate and required return 0. Imports numpy. Invariant:
what does not exist (too few returns, nothing to divide by) is None, never infinite and never a NaN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# A market that never closes has a session on every day of the year.
SESSIONS_PER_YEAR = 365
_LEAST_RETURNS = 2
# A spread this far below the size of the returns is rounding noise of equal ones.
_NOISE = 1e-12

Floats = npt.NDArray[np.float64]


def sharpe_ratio(returns: Sequence[float], periods_per_year: int = SESSIONS_PER_YEAR) -> float | None:
    """Mean over sample standard deviation (ddof 1), times the root of the periods of a year.

    `returns` are shares a period. None with fewer than two returns or when all of them are equal.
    """
    values = _array(returns)
    if len(values) < _LEAST_RETURNS:
        return None
    deviation = float(np.std(values, ddof=1))
    if deviation <= _NOISE * float(np.max(np.abs(values))):
        return None
    return float(np.mean(values)) / deviation * math.sqrt(periods_per_year)


def sortino_ratio(returns: Sequence[float], periods_per_year: int = SESSIONS_PER_YEAR) -> float | None:
    """Mean over downside deviation, times the root of the periods of a year.

    The downside deviation is the root of the mean square of all returns, gains counted as 0. None with
    fewer than two returns or without a loss.
    """
    values = _array(returns)
    if len(values) < _LEAST_RETURNS:
        return None
    downside = math.sqrt(float(np.mean(np.square(np.minimum(values, 0.0)))))
    if downside == 0.0:
        return None
    return float(np.mean(values)) / downside * math.sqrt(periods_per_year)


def max_drawdown(returns: Sequence[float]) -> float | None:
    """The largest fall of the compounded value from its highest point, as a share <= 0 of that point;
    None without a return. The start counts as a high."""
    values = _array(returns)
    if not len(values):
        return None
    worth = np.concatenate(([1.0], np.cumprod(1.0 + values)))
    peaks = np.maximum.accumulate(worth)
    return float(np.min((worth - peaks) / peaks))


def _array(returns: Sequence[float]) -> Floats:
    values = np.asarray(returns, dtype=np.float64)
    if not np.all(np.isfinite(values)):
        raise ValueError("a return is not a finite number")
    return values
