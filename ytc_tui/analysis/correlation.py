"""How alike two symbols move.

Decides the correlation that risk rules use (semantics.md 5, domain.md 1.4 agent 02).
Imports the model only.
Invariant: returns never span a hole; too little history is answered by the careful assumption.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import fsum, log, sqrt

from ytc_tui.model.market import NS_PER_DAY, NS_PER_MIN, Side

RETURN_MINUTES = 30
_NS_PER_RETURN = RETURN_MINUTES * NS_PER_MIN
# A day of history counts when at least half of its 48 returns are there.
_RETURNS_FOR_A_DAY = 24
_THRESHOLD = 0.7


@dataclass(frozen=True, slots=True)
class Correlation:
    """Pearson's `rho` over `days` of `days_needed` days; `assumed` when it was not measured."""

    rho: float
    days: int
    days_needed: int
    assumed: bool

    def __str__(self) -> str:
        if self.assumed:
            return f"{self.rho:+.2f} assumed, {self.days} of {self.days_needed} days"
        return f"{self.rho:+.2f}"


def pearson(first: list[float], second: list[float]) -> float | None:
    """Pearson's coefficient; None for fewer than two pairs or a series that does not vary."""
    count = len(first)
    if count != len(second):
        raise ValueError(f"series of {count} and {len(second)} values have no pairs")
    if count < 2:
        return None
    mean_first = fsum(first) / count
    mean_second = fsum(second) / count
    off_first = [value - mean_first for value in first]
    off_second = [value - mean_second for value in second]
    scale = sqrt(fsum(v * v for v in off_first)) * sqrt(fsum(v * v for v in off_second))
    if scale == 0.0:
        return None
    rho = fsum(a * b for a, b in zip(off_first, off_second, strict=True)) / scale
    return max(-1.0, min(1.0, rho))


def log_returns(closes: Iterable[tuple[int, float]]) -> dict[int, float]:
    """Log returns by open ns of the later bar, from (open ns, close) of 30-minute bars in order.

    Bars that are not neighbours give no return.
    """
    return {
        later_ns: log(later / earlier)
        for (earlier_ns, earlier), (later_ns, later) in pairwise(closes)
        if later_ns - earlier_ns == _NS_PER_RETURN
    }


def correlation(
    first: Iterable[tuple[int, float]], second: Iterable[tuple[int, float]], *, days: int = 20
) -> Correlation:
    """Correlation of 30-minute log returns on the common bars of the last `days` days.

    With fewer days of common bars, or a series that does not vary, rho = 1 is assumed: two
    positions of the same side then count as one.
    """
    return _of_returns(log_returns(first), log_returns(second), days)


def _of_returns(
    returns_first: Mapping[int, float], returns_second: Mapping[int, float], days: int
) -> Correlation:
    common = sorted(returns_first.keys() & returns_second.keys())
    if not common:
        return Correlation(1.0, 0, days, True)
    newest = common[-1]
    common = [ns for ns in common if newest - ns < days * NS_PER_DAY]
    per_day: dict[int, int] = {}
    for ns in common:
        day = (newest - ns) // NS_PER_DAY
        per_day[day] = per_day.get(day, 0) + 1
    covered = sum(1 for count in per_day.values() if count >= _RETURNS_FOR_A_DAY)
    if covered < days:
        return Correlation(1.0, covered, days, True)
    rho = pearson([returns_first[ns] for ns in common], [returns_second[ns] for ns in common])
    if rho is None:
        return Correlation(1.0, covered, days, True)
    return Correlation(rho, covered, days, False)


def correlations(
    closes: Mapping[str, Iterable[tuple[int, float]]], *, days: int = 20
) -> Iterator[tuple[str, str, Correlation]]:
    """Each pair of symbols once, in order of their names, with its correlation."""
    returns = {symbol: log_returns(closes[symbol]) for symbol in sorted(closes)}
    for first, second in combinations(returns, 2):
        yield first, second, _of_returns(returns[first], returns[second], days)


def is_correlated(first: Side, second: Side, rho: float, threshold: float = _THRESHOLD) -> bool:
    """Whether two positions profit from the same move strongly enough for their risks to add up."""
    return abs(rho) >= threshold and (rho > 0.0) == (first is second)
