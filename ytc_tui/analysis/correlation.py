"""How alike two symbols move.

Decides the correlation that risk rules use (semantics.md 5, domain.md 1.4 agent 02).
Imports the model only.
Invariant: returns never span a hole; too little history is answered by the careful assumption.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import fsum, log, sqrt
from operator import mul
from typing import NamedTuple

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
    return _rho(_spread(first), _spread(second))


class _Spread(NamedTuple):
    """How far each value of a series is from their mean, and the length of that vector."""

    offsets: list[float]
    norm: float


def _spread(values: Sequence[float]) -> _Spread:
    mean = fsum(values) / len(values)
    offsets = [value - mean for value in values]
    return _Spread(offsets, sqrt(fsum(map(mul, offsets, offsets))))


def _rho(first: _Spread, second: _Spread) -> float | None:
    scale = first.norm * second.norm
    if scale == 0.0:
        return None
    return max(-1.0, min(1.0, fsum(map(mul, first.offsets, second.offsets)) / scale))


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
    common, covered = _newest_days(sorted(returns_first.keys() & returns_second.keys()), days)
    if covered < days:
        return Correlation(1.0, covered, days, True)
    rho = pearson([returns_first[ns] for ns in common], [returns_second[ns] for ns in common])
    if rho is None:
        return Correlation(1.0, covered, days, True)
    return Correlation(rho, covered, days, False)


def _newest_days(times_ns: Sequence[int], days: int) -> tuple[list[int], int]:
    """Those of the last `days` days, and on how many of these there are enough."""
    if not times_ns:
        return [], 0
    newest = times_ns[-1]
    kept = [ns for ns in times_ns if newest - ns < days * NS_PER_DAY]
    per_day = Counter((newest - ns) // NS_PER_DAY for ns in kept)
    return kept, sum(1 for count in per_day.values() if count >= _RETURNS_FOR_A_DAY)


def correlations(
    closes: Mapping[str, Iterable[tuple[int, float]]], *, days: int = 20
) -> Iterator[tuple[str, str, Correlation]]:
    """Each pair of symbols once, in order of their names, with its correlation.

    Symbols with returns at the same times, which is nearly always all, are spread out once each: a session
    waits for this, and the pairs of 70 symbols are 2,415.
    """
    returns = {symbol: log_returns(closes[symbol]) for symbol in sorted(closes)}
    alike: dict[tuple[int, ...], list[str]] = {}
    for symbol, found in returns.items():
        alike.setdefault(tuple(found), []).append(symbol)
    covered_of: dict[str, tuple[int, int]] = {}  # which of `alike` a symbol belongs to, and its days
    spread: dict[str, _Spread] = {}
    for number, (times_ns, symbols) in enumerate(alike.items()):
        common, covered = _newest_days(times_ns, days)
        covered_of.update(dict.fromkeys(symbols, (number, covered)))
        if covered >= days:
            spread.update((each, _spread([returns[each][ns] for ns in common])) for each in symbols)
    for first, second in combinations(returns, 2):
        if covered_of[first] != covered_of[second]:
            yield first, second, _of_returns(returns[first], returns[second], days)
            continue
        one, other = spread.get(first), spread.get(second)
        rho = _rho(one, other) if one is not None and other is not None else None
        measured = 1.0 if rho is None else rho
        yield first, second, Correlation(measured, covered_of[first][1], days, rho is None)


def is_correlated(first: Side, second: Side, rho: float, threshold: float = _THRESHOLD) -> bool:
    """Whether two positions profit from the same move strongly enough for their risks to add up."""
    return abs(rho) >= threshold and (rho > 0.0) == (first is second)
