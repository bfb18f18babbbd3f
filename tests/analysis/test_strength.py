from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tests.analysis.series import bar
from ytc_tui.analysis.strength import (
    NOT_APPLICABLE,
    combined_score,
    depth_score,
    measure_strength,
    momentum_score,
    projection_score,
    rate,
)
from ytc_tui.analysis.trend import TrendLeg
from ytc_tui.model.market import Bar
from ytc_tui.model.structure import StrengthRating, StrengthSignal, Swing, SwingKind, TrendDirection

UP, DOWN = TrendDirection.UP, TrendDirection.DOWN


def swing(kind: SwingKind, price: float, bar_no: int) -> Swing:
    return Swing(kind, price, bar_no, bar_no + 1, bar_no, price)


def leg(start: float, end: float, first: int, last: int) -> TrendLeg:
    kinds = (SwingKind.LOW, SwingKind.HIGH) if end > start else (SwingKind.HIGH, SwingKind.LOW)
    return TrendLeg(swing(kinds[0], start, first), swing(kinds[1], end, last))


def rising(count: int, size: float = 2.0) -> list[Bar]:
    return [bar(i, 100 + i, 100 + i + size, 100 + i, 100 + i + size) for i in range(count)]


PULLBACK = (bar(30, 120, 120, 117, 117), bar(31, 117, 118, 116, 117), bar(32, 117, 118, 116.5, 118))


def test_momentum_is_full_when_every_bar_rises_with_equal_ranges() -> None:
    assert momentum_score(rising(20), +1) == 100.0
    assert momentum_score(rising(20), -1) == pytest.approx(200.0 / 3.0)


def test_momentum_worked_example() -> None:
    # older half ranges 4 4, newer 2 2: 50; three of four bars up: 75; last over previous: 100.
    bars = [bar(0, 1, 5, 1, 5), bar(1, 5, 9, 5, 9), bar(2, 9, 10, 8, 9.5), bar(3, 9.5, 10, 8, 8)]
    assert momentum_score(bars, +1) == pytest.approx((50 + 75 + 100) / 3)


def test_momentum_needs_four_bars() -> None:
    with pytest.raises(ValueError, match="at least 4"):
        momentum_score(rising(3), +1)


@pytest.mark.parametrize(
    ("ratio", "score"), [(-0.5, 0), (0, 0), (0.4, 20), (0.8, 40), (1.0, 55), (1.2, 70), (2.0, 100), (9, 100)]
)
def test_projection_bands(ratio: float, score: float) -> None:
    assert projection_score(ratio) == pytest.approx(score)


def test_projection_just_above_normal_is_strong() -> None:
    assert projection_score(1.2001) >= 80.0


@pytest.mark.parametrize(("ratio", "score"), [(0, 100), (0.382, 61.8), (1.0, 0), (1.3, 0)])
def test_depth_score(ratio: float, score: float) -> None:
    assert depth_score(ratio) == pytest.approx(score)


def test_combined_weights_and_rating() -> None:
    assert combined_score(100, 50, 0) == pytest.approx(55.0)
    assert [rate(x) for x in (70.0, 69.9, 40.0, 39.9)] == [
        StrengthRating.STRONG,
        StrengthRating.MODERATE,
        StrengthRating.MODERATE,
        StrengthRating.WEAK,
    ]


def test_worked_example_up() -> None:
    # Extremes 110, 114, 120: projections 4 then 6 (ratio 1.5). Legs 10, 8, 10: length ratio 10/9.
    # Pullback to 116 of the leg 110 -> 120: depth 0.4, in 2 bars.
    legs = (leg(100, 110, 0, 5), leg(106, 114, 8, 12), leg(110, 120, 15, 20))
    state = measure_strength(UP, legs, legs[-1].end, rising(20), PULLBACK)
    assert state.projection_ratio == pytest.approx(1.5)
    assert state.length_ratio == pytest.approx(10 / 9)
    assert state.depth_ratio == pytest.approx(0.4)
    assert state.slope_ratio == pytest.approx(2.0 / 2.0)
    assert state.counter_slope_ratio == pytest.approx((4 / 2) / 2.0)
    assert state.projection == pytest.approx(80 + 20 * 0.3 / 0.8)
    assert state.depth == pytest.approx(60.0)
    assert state.combined == pytest.approx(40 + 0.3 * 87.5 + 0.3 * 60)
    assert state.rating is StrengthRating.STRONG


def test_failure_to_make_a_new_extreme_has_no_projection() -> None:
    legs = (leg(100, 110, 0, 5), leg(106, 114, 8, 12), leg(110, 120, 15, 20))
    lower_high = swing(SwingKind.HIGH, 118, 26)
    state = measure_strength(UP, legs, lower_high, rising(20), PULLBACK)
    assert state.projection == 0.0
    assert StrengthSignal.WEAKENING in state.signals


def test_deeper_pullback_than_before_is_weakening() -> None:
    legs = (leg(100, 110, 0, 5), leg(109, 120, 8, 15))  # the first pullback took 1 of 10
    state = measure_strength(UP, legs, legs[-1].end, rising(20), PULLBACK)
    assert StrengthSignal.WEAKENING in state.signals


def test_growing_projection_on_a_steeper_leg_is_increasing_strength() -> None:
    legs = (leg(100, 104, 0, 5), leg(102, 106, 8, 13), leg(104, 120, 15, 20))
    shallow = (bar(30, 120, 120, 119.5, 119.5),)
    state = measure_strength(UP, legs, legs[-1].end, rising(20), shallow)
    assert state.signals == (StrengthSignal.INCREASING,)


def test_new_extreme_by_a_flatter_leg_with_a_smaller_projection_diverges() -> None:
    legs = (leg(100, 110, 0, 5), leg(106, 118, 8, 13), leg(115, 120, 15, 25))
    shallow = (bar(30, 120, 120, 119.9, 119.9),)
    state = measure_strength(UP, legs, legs[-1].end, rising(20), shallow)
    assert StrengthSignal.DIVERGENCE in state.signals


def test_downtrend_is_the_mirror_of_an_uptrend() -> None:
    legs = (leg(100, 110, 0, 5), leg(106, 114, 8, 12), leg(110, 120, 15, 20))
    flipped = tuple(leg(300 - a.price, 300 - b.price, a.bar_no, b.bar_no) for a, b in legs)

    def flip(b: Bar) -> Bar:
        return b._replace(open=300 - b.open, high=300 - b.low, low=300 - b.high, close=300 - b.close)

    up = measure_strength(UP, legs, legs[-1].end, rising(20), PULLBACK)
    down = measure_strength(
        DOWN, flipped, flipped[-1].end, [flip(b) for b in rising(20)], [flip(b) for b in PULLBACK]
    )
    assert down == up


def test_outside_a_trend_or_without_two_legs_it_does_not_apply() -> None:
    legs = (leg(100, 110, 0, 5), leg(106, 114, 8, 12))
    for direction in (TrendDirection.SIDEWAYS, TrendDirection.UNDETERMINED):
        assert measure_strength(direction, legs, None, rising(20), ()) is NOT_APPLICABLE
    assert measure_strength(UP, legs[:1], None, rising(20), ()) is NOT_APPLICABLE
    assert measure_strength(UP, legs, None, rising(3), ()) is NOT_APPLICABLE
    assert NOT_APPLICABLE.rating is StrengthRating.NOT_APPLICABLE


@given(
    st.lists(st.tuples(st.floats(1, 50), st.floats(0.1, 20), st.floats(0.1, 20)), min_size=4, max_size=30),
    st.lists(st.floats(0.5, 30), min_size=2, max_size=6),
    st.sampled_from([UP, DOWN]),
)
def test_scores_stay_between_0_and_100(
    shapes: list[tuple[float, float, float]], lengths: list[float], direction: TrendDirection
) -> None:
    bars = [
        bar(i, o, o + up, o - down, o + (up if i % 2 else -down)) for i, (o, up, down) in enumerate(shapes)
    ]
    sign = direction.sign
    legs = [leg(100.0 * i * sign, (100.0 * i + n) * sign, 10 * i, 10 * i + 5) for i, n in enumerate(lengths)]
    state = measure_strength(direction, legs, legs[-1].end, bars, bars[:2])
    for score in (state.momentum, state.projection, state.depth, state.combined):
        assert 0.0 <= score <= 100.0
