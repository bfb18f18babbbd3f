"""The operator's levels among the zones of the market structure."""

from __future__ import annotations

from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.setup_steps import is_barrier
from ytc_tui.analysis.trade_plan import zone_beyond
from ytc_tui.analysis.zones import OwnBand, ZoneMap
from ytc_tui.model.market import NS_PER_MIN, Bar, Side
from ytc_tui.model.structure import Swing, SwingKind, Zone, ZoneRole, ZoneSource

TICK = 0.1
HALF_HOUR = 30 * NS_PER_MIN


def zone_map(*bands: OwnBand) -> ZoneMap:
    found = ZoneMap(TICK, AnalysisParams())
    found.set_own(bands)
    return found


def closed(zones: ZoneMap, close: float, at_ns: int, *swings: Swing) -> None:
    bar = Bar("BTCUSDT", at_ns - HALF_HOUR, close, close + 1, close - 1, close, 1.0)
    zones.add(bar, swings, 10.0, at_ns)


def own(zones: ZoneMap) -> Zone:
    [zone] = [zone for zone in zones.zones if ZoneSource.OPERATOR in zone.sources]
    return zone


def level(price: float, role: ZoneRole | None = None, met: ZoneRole | None = None) -> OwnBand:
    return OwnBand(price, price, role, met, 5)


def test_a_price_is_a_band_of_the_least_width_and_a_band_is_as_it_was_said() -> None:
    zone = own(zone_map(level(100.0)))
    assert (zone.low, zone.high, zone.level, zone.touches) == (99.9, 100.1, 100.0, 1)
    assert (zone.strength, zone.known_ns) == (4, 5)
    zone = own(zone_map(OwnBand(100.0, 104.0, None, None, 5)))
    assert (zone.low, zone.high, zone.level) == (100.0, 104.0, 102.0)


def test_by_side_it_is_what_the_price_makes_of_it() -> None:
    zones = zone_map(level(100.0, met=ZoneRole.RESISTANCE))
    closed(zones, 120.0, 5)  # a close from before it was said is not about it
    assert own(zones).role is ZoneRole.RESISTANCE
    closed(zones, 120.0, 5 + HALF_HOUR)
    assert own(zones).role is ZoneRole.SUPPORT
    closed(zones, 90.0, 5 + 2 * HALF_HOUR)
    assert own(zones).role is ZoneRole.RESISTANCE


def test_a_kind_that_was_said_stays() -> None:
    zones = zone_map(level(100.0, role=ZoneRole.RESISTANCE))
    closed(zones, 120.0, 5 + HALF_HOUR)
    assert own(zones).role is ZoneRole.RESISTANCE


def test_breaking_it_either_way_is_a_break() -> None:
    zone = own(zone_map(level(100.0, role=ZoneRole.SUPPORT)))
    assert is_barrier(zone, 1)
    assert is_barrier(zone, -1)


def test_it_is_the_next_zone_for_targets_and_for_what_is_near() -> None:
    zones = zone_map(level(110.0))
    assert zones.above(100.0) == own(zones)
    assert zone_beyond(zones, Side.BUY, 100.0, TICK) == 109.9
    assert zones.at(110.05) == (own(zones),)
    assert zones.crossed(105.0, 115.0) == 1


def test_taking_it_away_leaves_what_was_found() -> None:
    zones = ZoneMap(TICK, AnalysisParams())
    swing = Swing(SwingKind.HIGH, 101.0, 5, 10, 0, 99.0)
    closed(zones, 90.0, 5 + HALF_HOUR, swing)
    before = zones.zones
    zones.set_own((level(100.0), level(100.5)))
    assert len(zones.zones) == len(before) + 2
    zones.set_own(())
    assert zones.zones == before
