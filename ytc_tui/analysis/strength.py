"""Strength and weakness of a trend.

Decides the scores of momentum, projection and depth and what they say together
(domain.md Y-19 to Y-26). Imports the model only.
Invariant: a pure function of its arguments; scores are 0 to 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ytc_tui.analysis.trend import TrendLeg
from ytc_tui.model.market import Bar
from ytc_tui.model.structure import (
    StrengthRating,
    StrengthSignal,
    StrengthState,
    Swing,
    TrendDirection,
)

_MOMENTUM_WEIGHT = 0.40
_PROJECTION_WEIGHT = 0.30
_DEPTH_WEIGHT = 0.30
_STRONG_SCORE = 70.0
_WEAK_SCORE = 40.0
_STRONG_RATIO = 1.2
_WEAK_RATIO = 0.8

NOT_APPLICABLE = StrengthState(0.0, 0.0, 0.0, 0.0, StrengthRating.NOT_APPLICABLE, ())


def momentum_score(bars: Sequence[Bar], sign: int) -> float:
    """Y-21 over `bars` (oldest first), `sign` +1 up, -1 down: 0 to 100.

    The mean of: average range of the newer half over that of the older half; share of bars that
    closed in the direction; range of the last bar over that of the one before. Each is capped at
    100. Fewer than four bars raise ValueError.
    """
    count = len(bars)
    if count < 4:
        raise ValueError(f"momentum needs at least 4 bars, not {count}")
    ranges = [bar.high - bar.low for bar in bars]
    half = count // 2
    older, newer = ranges[: count - half], ranges[count - half :]
    in_direction = sum(1 for bar in bars if (bar.close - bar.open) * sign > 0)
    return (
        _capped_ratio(sum(newer) / len(newer), sum(older) / len(older))
        + 100.0 * in_direction / count
        + _capped_ratio(ranges[-1], ranges[-2])
    ) / 3.0


def projection_score(ratio: float) -> float:
    """Y-23: below 0.8 weak (0 to 40), to 1.2 normal (40 to 70), above strong (80 to 100 at 2)."""
    if ratio <= 0.0:
        return 0.0
    if ratio < _WEAK_RATIO:
        return 40.0 * ratio / _WEAK_RATIO
    if ratio <= _STRONG_RATIO:
        return 40.0 + 30.0 * (ratio - _WEAK_RATIO) / (_STRONG_RATIO - _WEAK_RATIO)
    return 80.0 + 20.0 * min(1.0, (ratio - _STRONG_RATIO) / (2.0 - _STRONG_RATIO))


def depth_score(ratio: float) -> float:
    """Y-25: 100 minus the retracement in percent, never below 0."""
    return max(0.0, min(100.0, 100.0 * (1.0 - ratio)))


def combined_score(momentum: float, projection: float, depth: float) -> float:
    """Y-26: 0.40 momentum + 0.30 projection + 0.30 depth."""
    return _MOMENTUM_WEIGHT * momentum + _PROJECTION_WEIGHT * projection + _DEPTH_WEIGHT * depth


def rate(combined: float) -> StrengthRating:
    if combined >= _STRONG_SCORE:
        return StrengthRating.STRONG
    return StrengthRating.MODERATE if combined >= _WEAK_SCORE else StrengthRating.WEAK


def measure_strength(
    direction: TrendDirection,
    legs: Sequence[TrendLeg],
    last_with_trend: Swing | None,
    bars: Sequence[Bar],
    pullback: Sequence[Bar],
) -> StrengthState:
    """Strength of a trend from its `legs` (oldest first) and recent `bars`.

    `last_with_trend` is the newest swing on the trend's side (a lesser one than the extreme is a
    failed push), `pullback` the bars after the extreme. Outside a trend, or with fewer than two
    legs or four bars to compare, the answer is NOT_APPLICABLE.
    """
    sign = direction.sign
    if sign == 0 or len(legs) < 2 or len(bars) < 4:
        return NOT_APPLICABLE
    last, before = legs[-1], legs[-2]
    failed = last_with_trend is not None and last_with_trend.bar_no > last.end.bar_no
    lengths = [leg.length for leg in legs]
    length_ratio = _ratio(lengths[-1], sum(lengths[:-1]) / (len(lengths) - 1))
    steps = [(newer.end.price - older.end.price) * sign for older, newer in pairwise(legs)]
    projection_ratio = _ratio(steps[-1], sum(steps[:-1]) / (len(steps) - 1)) if len(steps) > 1 else None
    depth_ratio = _depth(last, sign, pullback)
    slope_ratio = _ratio(last.slope, before.slope)
    retraced = depth_ratio * last.length
    counter_slope_ratio = _ratio(retraced / max(1, _bars_to_turn(pullback, sign)), last.slope)

    momentum = momentum_score(bars, sign)
    if failed:
        projection_ratio = 0.0
    basis = projection_ratio if projection_ratio is not None else length_ratio
    projection = projection_score(basis if basis is not None else 0.0)
    depth = depth_score(depth_ratio)
    combined = combined_score(momentum, projection, depth)
    earlier_depth = _ratio(abs(before.end.price - last.start.price), before.length)
    return StrengthState(
        momentum=momentum,
        projection=projection,
        depth=depth,
        combined=combined,
        rating=rate(combined),
        signals=_signals(
            combined=combined,
            growing=(basis or 0.0) > _STRONG_RATIO,
            shrinking=(basis or 0.0) < _WEAK_RATIO,
            steeper=(slope_ratio or 0.0) > 1.0,
            deeper=earlier_depth is not None and depth_ratio > earlier_depth,
            counter_faster=(counter_slope_ratio or 0.0) > 1.0,
            failed=failed,
        ),
        projection_ratio=projection_ratio,
        length_ratio=length_ratio,
        depth_ratio=depth_ratio,
        slope_ratio=slope_ratio,
        counter_slope_ratio=counter_slope_ratio,
    )


def _signals(
    *,
    combined: float,
    growing: bool,
    shrinking: bool,
    steeper: bool,
    deeper: bool,
    counter_faster: bool,
    failed: bool,
) -> tuple[StrengthSignal, ...]:
    """Increasing: growing projection on a steeper leg and no deeper pullback. Weakening: any of
    low score, deeper pullback, faster counter-leg, failed push. Divergence: a new extreme reached
    by a flatter leg with a shrinking projection."""
    found = []
    if growing and steeper and not deeper and not failed:
        found.append(StrengthSignal.INCREASING)
    if combined < _WEAK_SCORE or deeper or counter_faster or failed:
        found.append(StrengthSignal.WEAKENING)
    if not failed and shrinking and not steeper:
        found.append(StrengthSignal.DIVERGENCE)
    return tuple(found)


def _depth(leg: TrendLeg, sign: int, pullback: Sequence[Bar]) -> float:
    """Y-24: the retraced fraction of `leg`, 0 when nothing came back."""
    if not pullback or leg.length == 0.0:
        return 0.0
    turn = min(bar.low for bar in pullback) if sign > 0 else max(bar.high for bar in pullback)
    return max(0.0, (leg.end.price - turn) * sign / leg.length)


def _bars_to_turn(pullback: Sequence[Bar], sign: int) -> int:
    """How many bars the pullback took to reach its extreme."""
    if not pullback:
        return 0
    if sign > 0:
        return 1 + min(range(len(pullback)), key=lambda i: pullback[i].low)
    return 1 + max(range(len(pullback)), key=lambda i: pullback[i].high)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0.0 else None


def _capped_ratio(part: float, whole: float) -> float:
    """`part / whole` in percent, at most 100; growth out of nothing counts as 100."""
    if whole <= 0.0:
        return 100.0 if part > 0.0 else 0.0
    return min(100.0, 100.0 * part / whole)
