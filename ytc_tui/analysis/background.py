"""What stands before any setup: usable data, the frame of zones, the trend, the environment.

Decides how these first gates of a scan are put into words (domain.md Y-1 to Y-3, 2.6). Imports analysis
and the model. Invariant: the words hold no number that moves with every bar, so they change only when the
situation does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from ytc_tui.analysis.outlook import adverse_conditions, future_direction
from ytc_tui.analysis.regime import NEEDS_TREND, REGIME_FIT
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.signals import GateStep, SetupKind
from ytc_tui.model.structure import Regime, StrengthRating, Zone, ZoneRole

FRESH = GateStep("data", True, "fresh and enough")


class Place(NamedTuple):
    """Where a price stands: `location` at_support, at_resistance, breakout or in_range, and the nearest
    resistance at or above, support at or below it."""

    location: str
    resistance: Zone | None
    support: Zone | None


def data_step(market: SymbolAnalysis, now_ns: int) -> GateStep:
    """Whether the bars of `market` can be acted on at `now_ns`."""
    if market.now_ns < now_ns:
        return GateStep("data", False, "the bar of the last minute is missing")
    if market.ready:
        return FRESH
    since = "a hole in the data" if market.holes else "the first one"
    return GateStep("data", False, f"too few bars since {since}")


def place_of(market: SymbolAnalysis, price: float) -> Place:
    """Of zones equally near, the lower one is taken."""
    resistance: Zone | None = None
    support: Zone | None = None
    # Zones rise by their lower edges: the first resistance that is not below is the nearest.
    for zone in market.zones:
        if zone.role is ZoneRole.RESISTANCE:
            if resistance is None and zone.high >= price:
                resistance = zone
        elif zone.low <= price and (support is None or support.high < min(price, zone.high)):
            support = zone
    inside = [zone for zone in (resistance, support) if zone is not None and zone.contains(price)]
    age = market.breakout_age_bars
    if inside:
        location = f"at_{max(inside, key=lambda zone: zone.strength).role}"
    else:
        location = "breakout" if age is not None and age < market.params.breakout_bars else "in_range"
    return Place(location, resistance, support)


def distance(zone: Zone, price: float) -> float:
    """How far `price` is from the zone's nearer edge, 0 inside."""
    return max(zone.low - price, price - zone.high, 0.0)


def background(market: SymbolAnalysis, kinds: tuple[SetupKind, ...], min_fit: float) -> tuple[GateStep, ...]:
    """Structure, trend and environment as of the last closed TTF bar, for setups of `kinds`."""
    return market.at_close(_reader(kinds, min_fit))


@lru_cache
def _reader(kinds: tuple[SetupKind, ...], min_fit: float) -> Callable[[SymbolAnalysis], tuple[GateStep, ...]]:
    return lambda market: (_structure(market), _trend(market, kinds), _environment(market, kinds, min_fit))


def _structure(market: SymbolAnalysis) -> GateStep:
    if not market.ttf_bars or not market.zones:
        return GateStep("structure", False, "no support or resistance is known")
    place = place_of(market, market.ttf_bars[-1].close)
    support = f"support {place.support.level:.10g}" if place.support else ""
    resistance = f"resistance {place.resistance.level:.10g}" if place.resistance else ""
    if support and resistance:
        words = f"between {support} and {resistance}"
    else:
        words = (
            f"above {support}, no resistance known" if support else f"below {resistance}, no support known"
        )
    if place.location != "in_range":
        words = f"{place.location.replace('_', ' ')}, {words}"
    return GateStep("structure", True, words)


def _trend(market: SymbolAnalysis, kinds: tuple[SetupKind, ...]) -> GateStep:
    trend, rating = market.trend, market.strength.rating
    words = (
        f"{trend.label} {trend.direction}" if trend.direction.sign else f"{trend.direction}, {trend.label}"
    )
    if rating is not StrengthRating.NOT_APPLICABLE:
        words += f", strength {rating}"
    needing = [kind for kind in kinds if kind in NEEDS_TREND] if not trend.direction.sign else []
    if needing:
        words += f"; {_and(needing)} need{'s' if len(needing) == 1 else ''} an uptrend or a downtrend"
    return GateStep("trend", not needing or len(needing) < len(kinds), words)


def _environment(market: SymbolAnalysis, kinds: tuple[SetupKind, ...], min_fit: float) -> GateStep:
    fitting = fitting_kinds(market.regime, kinds, min_fit)
    fits = _and(fitting) if fitting else f"no setup that is on ({', '.join(kinds) or 'none'})"
    words = f"{market.regime.replace('_', ' ')}, fits {fits}"
    aside = market.at_close(adverse_conditions)
    if aside:
        words += "; adverse: " + ", ".join(dict.fromkeys([each.partition(":")[0] for each in aside]))
    outlook = market.at_close(future_direction)
    if outlook is not None:
        words += f"; outlook: {outlook.words}"
    return GateStep("environment", bool(fitting), words)


def fitting_kinds(regime: Regime, kinds: tuple[SetupKind, ...], min_fit: float) -> list[SetupKind]:
    """Those of `kinds` that the regime does not refuse."""
    return [kind for kind in kinds if REGIME_FIT[regime][kind] >= min_fit]


def _and(kinds: list[SetupKind]) -> str:
    return " and ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))
