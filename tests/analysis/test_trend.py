from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.analysis.series import bar, demo_bars, zigzag
from ytc_tui.analysis.params import BreakOn
from ytc_tui.analysis.swings import SwingTracker
from ytc_tui.analysis.timeframes import TimeframeBuilder
from ytc_tui.analysis.trend import TrendTracker
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.structure import SwingKind, TrendDirection, TrendLabel, TrendState

WIDTH_NS = 3 * NS_PER_MIN
UP, DOWN = TrendDirection.UP, TrendDirection.DOWN
SIDEWAYS, UNDETERMINED = TrendDirection.SIDEWAYS, TrendDirection.UNDETERMINED

# low 100, high 110, low 105, high 120: the leading low is 105 once 120 is known.
RISING = (108, 100, 110, 105, 120)


class Follower:
    """Swings and trend of one timeframe together, as the symbol analysis runs them."""

    def __init__(self, break_on: BreakOn = BreakOn.CLOSE) -> None:
        self.swings = SwingTracker(2, tick=0.1, equal_ticks=0, width_ns=WIDTH_NS)
        self.trend = TrendTracker(swing_n=2, break_on=break_on, width_ns=WIDTH_NS, changes_window=40)

    def feed(self, bars: Sequence[Bar]) -> TrendState:
        for b in bars:
            self.trend.add(b, self.swings.add(b), self.swings.swings)
        return self.trend.state()


def state_after(*turns: float, break_on: BreakOn = BreakOn.CLOSE) -> TrendState:
    """The trend after a walk through `turns`, upward or (prices negated) downward."""
    return Follower(break_on).feed(zigzag(turns))


def both(turns: Sequence[float]) -> tuple[TrendState, TrendState]:
    return state_after(*turns), state_after(*(300.0 - t for t in turns))


def test_rising_highs_and_lows_are_an_uptrend_and_the_mirror_a_downtrend() -> None:
    up, down = both((*RISING, 114))
    assert (up.direction, down.direction) == (UP, DOWN)
    assert up.leading is not None and up.extreme is not None
    assert (up.leading.price, up.extreme.price) == (105, 120)
    assert down.leading is not None and down.extreme is not None
    assert (down.leading.price, down.extreme.price) == (195, 180)
    assert (down.leading.kind, down.extreme.kind) == (SwingKind.HIGH, SwingKind.LOW)
    assert up.label is TrendLabel.DEVELOPING
    assert up.confidence == 0.4


def test_three_swings_without_a_break_are_never_a_trend() -> None:
    assert state_after(108, 100, 110, 105).direction is UNDETERMINED
    assert state_after(108, 100, 110, 105).label is TrendLabel.UNCLEAR


def test_trend_is_recognised_when_the_swing_is_known_not_when_it_happens() -> None:
    follower = Follower()
    bars = zigzag((*RISING, 112))
    # Four legs of four bars end at the high of 120, from which bar 16 opens: two equal highs.
    assert follower.feed(bars[:18]).direction is UNDETERMINED
    state = follower.feed(bars[18:19])
    assert state.direction is UP
    assert state.since_ns == bars[18].open_ns + WIDTH_NS


def test_a_touch_breaks_only_when_asked() -> None:
    bars = zigzag((*RISING, 112))
    dip = bar(len(bars), 112, 112.5, 104.9, 111, width=3)
    assert Follower(BreakOn.CLOSE).feed([*bars, dip]).direction is UP
    assert Follower(BreakOn.TOUCH).feed([*bars, dip]).direction is UNDETERMINED


def test_close_exactly_at_the_leading_low_does_not_break_it() -> None:
    assert state_after(*RISING, 112, 116, 105).direction is UP
    assert state_after(*RISING, 112, 116, 104.9).direction is UNDETERMINED


def test_new_extreme_moves_the_violation_point_up_and_clears_weakening() -> None:
    state = state_after(*RISING, 112, 116, 110, 126, 118)
    assert state.direction is UP
    assert state.leading is not None
    assert state.leading.price == 110
    assert not state.weakened
    assert state.structure_breaks == 1
    assert state.label is TrendLabel.DEVELOPING


def test_leading_low_broken_before_the_extreme_was_known_violates_at_once() -> None:
    # The fall from 130 closes below 115, the low that led there, and comes back above it before
    # the top, and with it the leading low, is known.
    follower = Follower()
    state = follower.feed(zigzag((*RISING, 115, 130)))
    assert state.leading is not None and state.leading.price == 105
    start = 24
    after_top = [
        bar(start, 130, 130, 113, 114, width=3),
        bar(start + 1, 114, 120, 112, 119, width=3),
        bar(start + 2, 119, 121, 118, 120, width=3),
    ]
    assert follower.feed(after_top[:2]).direction is UP
    assert follower.feed(after_top[2:]).direction is UNDETERMINED


def test_undetermined_until_the_new_direction_has_its_own_pair() -> None:
    fallen = (*RISING, 112, 116, 100)
    assert state_after(*fallen).direction is UNDETERMINED
    # A low is known once price turns; high 120 -> 116 falls, lows 112 -> 100 fall: a downtrend.
    assert state_after(*fallen, 106).direction is DOWN
    # Without a lower high before it, the low alone is no pair.
    sharp = (*RISING, 100)
    assert state_after(*sharp, 106).direction is UNDETERMINED
    assert state_after(*sharp, 108, 98).direction is DOWN


def test_old_pair_does_not_revive_a_broken_trend() -> None:
    follower = Follower()
    follower.feed(zigzag((*RISING, 112)))
    start = 20
    crash = [bar(start, 112, 112, 104, 104.5, width=3), bar(start + 1, 104.5, 111, 104.5, 110, width=3)]
    for n in range(2, 6):
        crash.append(bar(start + n, 110 + n, 111 + n, 109 + n, 110.5 + n, width=3))
    assert follower.feed(crash).direction is UNDETERMINED


def test_four_turning_points_inside_one_swing_are_sideways() -> None:
    wide = (115, 100, 130)
    assert state_after(*wide, 110, 120, 112, 118).direction is not SIDEWAYS  # 118 not confirmed: three
    state = state_after(*wide, 110, 120, 112, 118, 115)
    assert state.direction is SIDEWAYS
    assert state.label is TrendLabel.RANGING
    assert state.confidence == 0.5
    assert (state.range_low, state.range_high) == (100, 130)
    assert state.leading is None


def test_a_turning_point_outside_the_swing_is_no_range() -> None:
    assert state_after(115, 100, 130, 110, 131, 112, 118, 115).direction is not SIDEWAYS


@pytest.mark.parametrize("beyond", [131.0, 99.0])
def test_sideways_ends_when_price_closes_beyond_either_edge(beyond: float) -> None:
    held = (115, 100, 130, 110, 120, 112, 118, 114)
    inside = 129.0 if beyond > 115 else 101.0
    assert state_after(*held, inside).direction is SIDEWAYS
    state = state_after(*held, beyond)
    assert state.direction is UNDETERMINED
    assert state.label is TrendLabel.UNCLEAR
    assert state.range_high is None


def test_range_already_left_when_its_fourth_point_is_known_is_no_range() -> None:
    follower = Follower()
    follower.feed(zigzag((115, 100, 130, 110, 120, 112, 118)))
    # The high of 118 is known two bars later; the bar between closes below the range and returns.
    start = 24
    dip = [bar(start, 118, 118, 98, 99, width=3), bar(start + 1, 99, 115, 98.5, 114, width=3)]
    assert follower.feed([*dip, bar(start + 2, 114, 115, 110, 112, width=3)]).direction is not SIDEWAYS


def test_high_made_before_a_break_down_does_not_make_an_uptrend() -> None:
    follower = Follower()
    # A range 100 to 130 whose inner points rise: 110, 120, 112, 122, 114.
    follower.feed(zigzag((115, 100, 130, 110, 120, 112, 122, 114)))
    assert follower.trend.direction is SIDEWAYS
    before = follower.trend.changes
    start = 28
    crash = [
        bar(start, 114.5, 119, 114.5, 118, width=3),
        bar(start + 1, 118, 121, 117, 120, width=3),
        bar(start + 2, 120, 124, 119, 123, width=3),
        bar(start + 3, 123, 123, 98, 99, width=3),
        bar(start + 4, 99, 110, 98.5, 109, width=3),
    ]
    assert follower.feed(crash).direction is UNDETERMINED
    assert follower.swings.swings[-1].price == 124
    assert follower.trend.changes == before + 1


def test_low_made_just_before_the_closing_break_is_part_of_the_new_pair() -> None:
    follower = Follower()
    follower.feed(zigzag((*RISING, 112, 116)))
    start = 24
    fall = [
        bar(start, 116, 116, 110, 111, width=3),
        bar(start + 1, 111, 112, 106, 107, width=3),
        bar(start + 2, 107, 108, 103, 106, width=3),  # the low, closing above the leading 105
        bar(start + 3, 106, 107, 104, 104.5, width=3),  # the close that breaks it
    ]
    assert follower.feed(fall).direction is UNDETERMINED
    assert follower.feed([bar(start + 4, 104.5, 109, 104.2, 108, width=3)]).direction is DOWN


def test_higher_high_without_a_low_between_belongs_to_the_same_push() -> None:
    follower = Follower()
    follower.feed(zigzag((*RISING, 112)))
    before = follower.feed([])
    start = 20
    # High 126, then two bars of lower highs over rising lows, then 130.
    prices = [(113, 118), (117, 126), (118, 122), (119, 123), (121, 130), (120, 125), (119, 124)]
    state = follower.feed([bar(start + i, lo, hi, lo, hi, width=3) for i, (lo, hi) in enumerate(prices)])
    assert state.extreme is not None and state.leading is not None
    assert (state.extreme.price, state.leading.price) == (130, 112)
    assert len(follower.trend.legs) == 3
    assert state.swings == before.swings + 2  # the low at 112 and one push


def test_deeper_low_without_a_high_between_is_one_intermediate_swing() -> None:
    follower = Follower()
    follower.feed(zigzag((*RISING, 112)))
    start = 20
    # Low 112, two bars of higher lows under falling highs, a wick to 110, then up.
    prices = [(113, 116, 113.5), (112.5, 115, 113), (110, 114, 113), (111, 115, 114), (112, 118, 117)]
    bars = [bar(start + i, hi, hi, lo, close, width=3) for i, (lo, hi, close) in enumerate(prices)]
    follower.feed(bars)
    assert follower.swings.swings[-1].price == 110
    state = follower.feed([bar(start + 5, 112, 113, 108, 109, width=3)])
    assert (state.direction, state.structure_breaks, state.weakened) == (UP, 1, True)


def test_range_break_becomes_a_trend_with_its_pair() -> None:
    held = (115, 100, 130, 110, 120, 112, 118, 114)
    assert state_after(*held, 136, 131).direction is UP


def test_confidence_grows_by_a_fifth_a_swing_and_stops_at_one() -> None:
    turns = [108.0, 100.0]
    seen = []
    for step in range(8):
        turns += [110.0 + 8 * step, 105.0 + 8 * step]
        seen.append(state_after(*turns).confidence)
    assert seen[:5] == [0.0, 0.4, 0.8, 1.0, 1.0]
    assert state_after(*turns).label is TrendLabel.STRONG


def test_changes_count_within_the_window_only() -> None:
    follower = Follower()
    assert follower.feed(zigzag((*RISING, 112, 116, 104))).changes == 2
    flat = [bar(28 + i, 104, 104.2, 103.8, 104, width=3) for i in range(45)]
    assert follower.feed(flat).changes == 0


def test_restart_forgets_the_trend() -> None:
    follower = Follower()
    follower.feed(zigzag((*RISING, 112)))
    follower.trend.restart()
    state = follower.trend.state()
    assert (state.direction, state.swings, state.changes) == (UNDETERMINED, 0, 0)
    assert follower.trend.started_bar == 20


def test_on_market_data_a_trend_always_has_its_violation_point_behind_price() -> None:
    follower = Follower()
    builder = TimeframeBuilder(3)
    seen: dict[TrendDirection, int] = {}
    for minute in demo_bars()[: 4 * 1440]:
        for b in builder.add(minute):
            state = follower.feed([b])
            seen[state.direction] = seen.get(state.direction, 0) + 1
            sign = state.direction.sign
            assert (state.leading is not None) == (sign != 0)
            if state.leading is not None and state.extreme is not None:
                assert (b.close - state.leading.price) * sign >= 0
                assert (state.extreme.price - state.leading.price) * sign > 0
                assert state.leading.bar_no <= state.extreme.bar_no
                assert state.extreme.known_ns <= b.open_ns + WIDTH_NS
            if state.range_high is not None and state.range_low is not None:
                assert state.range_low <= b.close <= state.range_high
    assert all(seen.get(direction, 0) > 50 for direction in TrendDirection)
