"""BPB, the breakout pullback: a strong break holds, and price comes back weakly to the broken level.

Decides when a breakout pullback may be bought or sold (domain.md 2.7). Imports analysis and the model.
Invariant: uses only zones, swings and bars known by the last closed minute; a missing condition is
named, never relaxed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ytc_tui.analysis import levels
from ytc_tui.analysis.approach import Approach
from ytc_tui.analysis.params import SetupParams
from ytc_tui.analysis.setup_steps import (
    NOT_READY,
    as_scan,
    break_trigger,
    came_from_inside,
    confluence_part,
    far_edge,
    is_barrier,
    level_factors,
    nearness,
    priced_at_level,
    setup_of,
    strongest_first,
    turn_factors,
    wholesale_structure,
    zone_part,
)
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import Bar, Side
from ytc_tui.model.signals import ScorePart, Setup, SetupKind, SetupScan
from ytc_tui.model.structure import Zone

KIND = SetupKind.BPB

_ZONE_POINTS = 35.0
_QUALITY_POINTS = 35.0
_CONFLUENCE_POINTS = 30.0


class _Break(NamedTuple):
    """A zone, the TTF bar that closed beyond it, and the price to which the pullback came back."""

    side: Side
    zone: Zone
    bar: Bar
    turn: float


def find(market: SymbolAnalysis, params: SetupParams) -> SetupScan:
    """The pullback that can be traded from the last closed minute, or what is missing for one."""
    return as_scan(_find(market, params))


def _find(market: SymbolAnalysis, params: SetupParams) -> Setup | str:
    if not market.ready:
        return NOT_READY
    recent = list(market.newest_ltf(params.test_bars))
    near = nearness(market, params)
    close = recent[0].close
    reason = "price did not come back to a broken HTF zone"
    low, high = min([bar.low for bar in recent]), max([bar.high for bar in recent])
    for zone in strongest_first(market.zone_map.touching(low - near, high + near)):
        if abs(low - zone.high) <= near and close > zone.high and is_barrier(zone, 1):
            side, turn = Side.BUY, low
        elif abs(high - zone.low) <= near and close < zone.low and is_barrier(zone, -1):
            side, turn = Side.SELL, high
        else:
            continue
        found = _judged(market, params, side, zone, turn, near)
        if isinstance(found, Setup):
            return found
        reason = found or reason
    return reason


def _judged(
    market: SymbolAnalysis, params: SetupParams, side: Side, zone: Zone, turn: float, near: float
) -> Setup | str:
    """What the return of price to the zone's edge is; an empty reason when the zone was not broken."""
    # Twice as far back as breaks are remembered, to see from where the oldest came.
    ttf = tuple(market.newest_ttf(2 * params.break_memory_bars))[::-1]
    broken = _broken(ttf, params, side, zone)
    return (
        broken if isinstance(broken, str) else _entry(market, params, _Break(side, zone, broken, turn), near)
    )


def _broken(ttf: Sequence[Bar], params: SetupParams, side: Side, zone: Zone) -> Bar | str:
    """The TTF bar that broke the zone and since which every close held beyond it, or what it lacks;
    an empty reason when there is no such bar."""
    sign, edge = side.sign, far_edge(zone, side.sign)
    for at in range(len(ttf) - 1, max(0, len(ttf) - params.break_memory_bars - 1), -1):
        if (ttf[at].close - edge) * sign <= 0:
            return ""
        if (ttf[at - 1].close - edge) * sign > 0:
            continue
        if zone.known_ns > ttf[at].open_ns or not came_from_inside(reversed(ttf[:at]), zone, sign):
            return ""
        if levels.close_share(ttf[at], side) < params.break_close_share:
            return f"the break of {zone.level:.10g} was not strong: it closed inside its bar"
        return ttf[at]
    return ""


def _entry(market: SymbolAnalysis, params: SetupParams, broken: _Break, near: float) -> Setup | str:
    side, place = broken.side, f"broken level {broken.zone.level:.10g}"
    if market.trend.direction.sign == -side.sign:
        return f"{place}: the break is against the {market.trend.direction}"
    memory = (params.break_memory_bars + 1) * market.params.ttf_minutes
    bars = [bar for bar in market.recent_ltf(memory) if bar.open_ns >= broken.bar.open_ns]
    edge = far_edge(broken.zone, side.sign)
    reached = max(b.high for b in bars) if side is Side.BUY else min(b.low for b in bars)
    if (reached - edge) * side.sign <= near:
        return f"{place}: price has not left it since the break"
    pullback = market.approach(side.opposite)
    if not pullback.weak:
        return f"{place}: the pullback shows no weakness"
    if len(bars) < 2 or not levels.is_turn(bars[-1], bars[-2], side):
        return f"no trigger: the last minute did not turn from the {place}"
    structure = wholesale_structure(market, params, side, bars, (edge,))
    if structure is None:
        return f"{place}: no stall or spring, the last wholesale price is unknown"
    trigger = break_trigger(bars[-1], side, params, market.tick)
    prices = priced_at_level(
        market,
        params,
        side,
        extreme=broken.turn,
        trigger=trigger,
        structure=structure,
    )
    if isinstance(prices, str):
        return prices
    factors = _factors(market, params, broken, pullback)
    factors += turn_factors(market, params, side, broken.turn, structure, bars)
    quality = _QUALITY_POINTS * _quality(market, broken)
    # Score template of domain.md 2.7: zone 35, quality 35, confluence 30.
    parts = (
        zone_part(broken.zone, _ZONE_POINTS),
        ScorePart("quality of the break", quality, _QUALITY_POINTS),
        confluence_part(factors, _CONFLUENCE_POINTS),
    )
    return setup_of(market, params, KIND, side, broken.bar.open_ns, prices, parts, tuple(factors))


def _factors(market: SymbolAnalysis, params: SetupParams, broken: _Break, pullback: Approach) -> list[str]:
    factors = list(pullback.weakness)
    if levels.is_strong_bar(broken.bar, broken.side):
        factors.append("strong breakout bar")
    if market.trend.direction.sign == broken.side.sign:
        factors.append("with the trend")
    return factors + level_factors(market, params, broken.zone, broken.turn)


def _quality(market: SymbolAnalysis, broken: _Break) -> float:
    """0 to 1: how near its end the breaking bar closed, and how wide it was against a wide one."""
    wide = market.params.breakout_atr * (market.atr_ttf or 0.0)
    width = min(1.0, (broken.bar.high - broken.bar.low) / wide) if wide > 0.0 else 0.0
    return (levels.close_share(broken.bar, broken.side) + width) / 2.0
