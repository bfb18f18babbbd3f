"""Price structure: swings, zones, trend, strength and regime as values.

Decides the vocabulary in which analysis speaks of market structure (domain.md 2.3 to 2.6).
Imports stdlib only.
Invariant: `at_ns` says when a thing happened, `known_ns` when it could first be acted on; the
second is never before the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SwingKind(StrEnum):
    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Swing:
    """A confirmed turning point of one timeframe (domain.md Y-4 to Y-7).

    `at_ns` is the open time of the pivot bar (of the last bar of a group of equal ones),
    `known_ns` the close of the bar that confirmed it. `bar_no` numbers the pivot bar within its
    timeframe. `body` is the inner end of the pivot bar's body, from which a zone is drawn.
    """

    kind: SwingKind
    price: float
    at_ns: int
    known_ns: int
    bar_no: int
    body: float


class ZoneRole(StrEnum):
    SUPPORT = "support"
    RESISTANCE = "resistance"


class ZoneSource(StrEnum):
    """Where a level comes from (domain.md Y-10)."""

    SWING_HIGH = "swing_high"
    SWING_LOW = "swing_low"
    BROKEN_RESISTANCE = "broken_resistance"
    BROKEN_SUPPORT = "broken_support"
    PRIOR_HIGH = "prior_high"
    PRIOR_LOW = "prior_low"
    PRIOR_CLOSE = "prior_close"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Zone:
    """A band of support or resistance on the higher timeframe (domain.md Y-8 to Y-12).

    `level` is the price of its latest pivot, `touches` the pivots merged into it, `strength` 1 to
    10. `known_ns` is when its first pivot became known, `touched_ns` when the latest one happened.
    `sources` names every origin, the main one first.
    """

    role: ZoneRole
    low: float
    high: float
    level: float
    touches: int
    strength: int
    sources: tuple[ZoneSource, ...]
    known_ns: int
    touched_ns: int

    def contains(self, price: float) -> bool:
        return self.low <= price <= self.high


class TrendDirection(StrEnum):
    UP = "uptrend"
    DOWN = "downtrend"
    SIDEWAYS = "sideways"
    UNDETERMINED = "undetermined"

    @property
    def sign(self) -> int:
        """+1 up, -1 down, 0 otherwise."""
        if self is TrendDirection.UP:
            return 1
        return -1 if self is TrendDirection.DOWN else 0


class TrendLabel(StrEnum):
    """How a trend is described to the operator (domain.md Y-18).

    UNCLEAR stands where no trend has been established and none was broken.
    """

    STRONG = "strong"
    DEVELOPING = "developing"
    WEAKENING = "weakening"
    REVERSING = "reversing"
    RANGING = "ranging"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class TrendState:
    """The trend of the trading timeframe (domain.md Y-13 to Y-18).

    `leading` is the violation point: the swing that led to `extreme`, the furthest swing of the
    trend; both are None unless the direction is up or down. `range_high` and `range_low` are set
    only when sideways. `swings` counts the swings that confirmed the direction; `confidence` is
    0 to 1. `structure_breaks` counts broken swings since the direction began, `changes` how often
    the direction changed in the recent window, `since_ns` when the direction was recognised.
    """

    direction: TrendDirection
    label: TrendLabel
    confidence: float
    since_ns: int
    swings: int
    structure_breaks: int
    weakened: bool
    changes: int
    leading: Swing | None = None
    extreme: Swing | None = None
    range_high: float | None = None
    range_low: float | None = None

    @property
    def intact(self) -> bool:
        return self.structure_breaks == 0


class StrengthRating(StrEnum):
    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"
    NOT_APPLICABLE = "not_applicable"


class StrengthSignal(StrEnum):
    INCREASING = "increasing_strength"
    WEAKENING = "weakening"
    DIVERGENCE = "divergence"


@dataclass(frozen=True, slots=True)
class StrengthState:
    """Strength of the current trend, scores 0 to 100 (domain.md Y-19 to Y-26).

    `projection_ratio` compares the distance beyond the last extreme with the earlier ones,
    `length_ratio` the length of the last trend leg with the earlier ones. `depth_ratio` is the
    retraced fraction of that leg. `slope_ratio` compares its slope with the trend leg before,
    `counter_slope_ratio` the slope of the pullback with that of the leg. A ratio without anything
    to compare with is None. Outside a trend all scores are 0 and the rating is not applicable.
    """

    momentum: float
    projection: float
    depth: float
    combined: float
    rating: StrengthRating
    signals: tuple[StrengthSignal, ...]
    projection_ratio: float | None = None
    length_ratio: float | None = None
    depth_ratio: float | None = None
    slope_ratio: float | None = None
    counter_slope_ratio: float | None = None


class Regime(StrEnum):
    """The market environment by which setups are chosen (semantics.md 5)."""

    STEADY_TREND = "steady_trend"
    WEAKENING_TREND = "weakening_trend"
    SIDEWAYS = "sideways"
    BREAKOUT_EXPANSION = "breakout_expansion"
    CHOPPY = "choppy"
