from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from tests.analysis.series import START_NS, bar, demo_bars, random_walk
from ytc_tui.analysis.atr import WilderATR
from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.swings import SwingTracker
from ytc_tui.analysis.timeframes import TimeframeBuilder
from ytc_tui.analysis.zones import ZoneMap
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.structure import Swing, SwingKind, Zone, ZoneRole, ZoneSource

WIDTH_NS = 30 * NS_PER_MIN


def close_ns(number: int) -> int:
    return START_NS + (number + 1) * WIDTH_NS


def quiet(number: int, close: float) -> Bar:
    return bar(number, close, close, close, close, width=30)


def high(price: float, body: float, number: int = 0) -> Swing:
    at_ns = START_NS + number * WIDTH_NS
    return Swing(SwingKind.HIGH, price, at_ns, at_ns + 3 * WIDTH_NS, number, body)


def low(price: float, body: float, number: int = 0) -> Swing:
    at_ns = START_NS + number * WIDTH_NS
    return Swing(SwingKind.LOW, price, at_ns, at_ns + 3 * WIDTH_NS, number, body)


def zone_map(*swings: Swing, close: float = 1000.0, atr: float | None = None, tick: float = 0.5) -> ZoneMap:
    """One HTF bar for each swing, closing at `close`."""
    zones = ZoneMap(tick, AnalysisParams())
    for number, swing in enumerate(swings):
        zones.add(quiet(number, close), [swing], atr, close_ns(number))
    return zones


def only(zones: ZoneMap) -> Zone:
    (zone,) = zones.zones
    return zone


def test_resistance_runs_from_the_body_to_the_high_and_support_mirrors_it() -> None:
    zone = only(zone_map(high(1010, 1007)))
    assert (zone.role, zone.low, zone.high, zone.level) == (ZoneRole.RESISTANCE, 1007, 1010, 1010)
    assert zone.sources == (ZoneSource.SWING_HIGH,)
    zone = only(zone_map(low(990, 992)))
    assert (zone.role, zone.low, zone.high, zone.level) == (ZoneRole.SUPPORT, 990, 992, 990)


def test_width_is_at_least_two_ticks_and_at_most_half_a_percent() -> None:
    thin = only(zone_map(high(1010, 1010)))
    assert (thin.low, thin.high) == (1009, 1010)
    thick = only(zone_map(high(1020, 1001)))
    assert thick.high == 1020
    assert thick.low == pytest.approx(1020 - 5.1)
    thick_support = only(zone_map(low(980, 999)))
    assert thick_support.low == 980
    assert thick_support.high == pytest.approx(984.9)


def test_overlapping_zones_merge_and_count_touches() -> None:
    zone = only(zone_map(high(1010, 1007), high(1011, 1009, 1), high(1008, 1006, 2)))
    assert (zone.low, zone.high, zone.touches) == (1006, 1011, 3)
    assert zone.touched_ns == START_NS + 2 * WIDTH_NS


def test_zones_apart_or_of_other_role_stay_apart() -> None:
    assert len(zone_map(high(1010, 1007), high(1020, 1018)).zones) == 2
    assert len(zone_map(high(1002, 999), low(998, 1000), close=1001).zones) == 2


def test_strength_counts_touches_rapid_departure_and_recency() -> None:
    assert only(zone_map(high(1010, 1007))).strength == 3  # one touch, recent
    assert only(zone_map(high(1010, 1007), high(1010, 1008), high(1010, 1008))).strength == 7
    many = zone_map(*(high(1010, 1007, i) for i in range(6)))
    assert only(many).strength == 7  # touch points stop at 6
    assert only(zone_map(high(1010, 1007), atr=6.0)).strength == 5  # left by 10 >= 1.5 x 6
    assert only(zone_map(high(1010, 1007), atr=7.0)).strength == 3


def test_recency_ends_after_twenty_bars() -> None:
    zones = zone_map(high(1010, 1007))
    for number in range(1, 21):
        zones.add(quiet(number, 1000), [], None, close_ns(number))
    assert only(zones).strength == 3
    zones.add(quiet(21, 1000), [], None, close_ns(21))
    assert only(zones).strength == 2


def test_close_beyond_turns_the_role_around() -> None:
    zones = zone_map(high(1010, 1007))
    zones.add(quiet(1, 1010.0), [], None, close_ns(1))
    assert only(zones).role is ZoneRole.RESISTANCE  # at the edge is not beyond
    zones.add(quiet(2, 1010.5), [], None, close_ns(2))
    zone = only(zones)
    assert (zone.role, zone.low, zone.high) == (ZoneRole.SUPPORT, 1007, 1010)
    assert zone.sources == (ZoneSource.BROKEN_RESISTANCE,)
    zones.add(quiet(3, 1000), [], None, close_ns(3))
    assert only(zones).role is ZoneRole.RESISTANCE
    assert only(zones).sources == (ZoneSource.BROKEN_SUPPORT,)


def test_reversed_zone_merges_with_what_it_meets() -> None:
    zones = zone_map(high(1010, 1007), low(1009, 1012), close=1009)
    assert len(zones.zones) == 2
    zones.add(quiet(2, 1013), [], None, close_ns(2))
    zone = only(zones)
    assert (zone.role, zone.touches, zone.low, zone.high) == (ZoneRole.SUPPORT, 2, 1007, 1012)
    assert zone.sources == (ZoneSource.SWING_LOW,)  # the later pivot names it


def test_fresh_pivot_on_a_broken_level_names_the_source() -> None:
    zones = zone_map(high(1010, 1007))
    zones.add(quiet(1, 1013), [], None, close_ns(1))
    assert only(zones).sources == (ZoneSource.BROKEN_RESISTANCE,)
    zones.add(quiet(2, 1013), [low(1008, 1011, 2)], None, close_ns(2))
    assert only(zones).sources == (ZoneSource.SWING_LOW,)
    assert only(zones).level == 1008


def test_prior_session_levels_are_zones_and_strengthen_zones_they_lie_in() -> None:
    zones = zone_map(high(1010, 1007))
    zones.set_prior_session(high=1009, low=980, close=1003)
    by_source = {source: zone for zone in zones.zones for source in zone.sources}
    assert by_source[ZoneSource.PRIOR_HIGH].sources == (ZoneSource.SWING_HIGH, ZoneSource.PRIOR_HIGH)
    assert by_source[ZoneSource.PRIOR_HIGH].strength == 4
    assert by_source[ZoneSource.PRIOR_LOW].role is ZoneRole.SUPPORT
    assert by_source[ZoneSource.PRIOR_CLOSE].role is ZoneRole.RESISTANCE
    level = by_source[ZoneSource.PRIOR_LOW]
    assert (level.low, level.high, level.level) == (979.5, 980.5, 980)
    zones.set_prior_session(high=1100, low=900, close=950)
    assert len(zones.zones) == 4


def test_nearest_zones_and_those_at_a_price() -> None:
    zones = zone_map(high(1010, 1007), high(1020, 1018), low(990, 992), low(980, 981))
    above, below = zones.above(1000), zones.below(1000)
    assert above is not None and above.level == 1010
    assert below is not None and below.level == 990
    assert [z.level for z in zones.at(1008)] == [1010]
    assert zones.at(1015) == ()
    assert zones.above(1020) is None
    assert zones.below(980) is None


def test_crossing_is_a_close_beyond_the_far_edge_of_a_zone_in_the_way() -> None:
    zones = zone_map(high(1010, 1007), low(990, 992))
    assert zones.crossed(1006, 1010.5) == 1
    assert zones.crossed(1006, 1010) == 0
    assert zones.crossed(1010.5, 1012) == 0
    assert zones.crossed(995, 989) == -1
    assert zones.crossed(995, 1000) == 0


def test_old_zones_are_forgotten_and_their_number_is_bounded() -> None:
    zones = zone_map(high(1010, 1007))
    for number in range(1, 336):
        zones.add(quiet(number, 1000), [], None, close_ns(number))
    assert len(zones.zones) == 1
    zones.add(quiet(336, 1000), [], None, close_ns(336))
    assert not zones.zones
    crowd = [high(1010 + 20 * i, 1009 + 20 * i, i) for i in range(80)]
    kept = zone_map(*crowd).zones
    assert len(kept) == 48
    assert kept[0].level == 1010 + 20 * 32  # the oldest went first


@given(st.integers(0, 10_000))
def test_on_any_walk_zones_are_sorted_disjoint_by_role_and_within_width(seed: int) -> None:
    params = AnalysisParams()
    zones = ZoneMap(0.1, params)
    swings = SwingTracker(2, tick=0.1, equal_ticks=0, width_ns=NS_PER_MIN)
    atr = WilderATR()
    for b in random_walk(seed, 150):
        changes = swings.add(b)
        atr.add(b)
        zones.add(b, [c.swing for c in changes], atr.value, b.open_ns + NS_PER_MIN)
        view = zones.zones
        assert [z.low for z in view] == sorted(z.low for z in view)
        for role in ZoneRole:
            same = [z for z in view if z.role is role]
            assert all(a.high < c.low for a, c in pairwise(same))
        for z in view:
            assert 0.2 - 1e-6 <= z.high - z.low <= max(0.2, 0.00501 * z.level)
            assert z.low - 1e-9 <= z.level <= z.high + 1e-9
            assert 1 <= z.strength <= 10
            assert z.known_ns <= b.open_ns + NS_PER_MIN
            if z.role is ZoneRole.RESISTANCE:
                assert b.close <= z.high
            else:
                assert b.close >= z.low


def test_market_data_has_zones_on_both_sides_of_price() -> None:
    zones = ZoneMap(0.1, AnalysisParams())
    swings = SwingTracker(2, tick=0.1, equal_ticks=0, width_ns=WIDTH_NS)
    builder = TimeframeBuilder(30)
    atr = WilderATR()
    both_sides = bars = 0
    for minute in demo_bars():
        for b in builder.add(minute):
            changes = swings.add(b)
            atr.add(b)
            zones.add(b, [c.swing for c in changes], atr.value, b.open_ns + WIDTH_NS)
            bars += 1
            both_sides += zones.above(b.close) is not None and zones.below(b.close) is not None
    assert bars == 480
    assert both_sides > 0.75 * bars
