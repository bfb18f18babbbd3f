"""TST, the test: price comes weakly to support or resistance that is expected to hold, and turns.

Decides when a test may be bought or sold (domain.md 2.7). Imports analysis and the model.
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
    confluence_part,
    far_edge,
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
from ytc_tui.model.structure import Zone, ZoneRole

KIND = SetupKind.TST

_ZONE_POINTS = 40.0
_ALIGNED_POINTS, _OTHER_POINTS = 30.0, 15.0
_CONFLUENCE_POINTS = 30.0


class _Test(NamedTuple):
    """A zone and the bar that went furthest into it."""

    side: Side
    zone: Zone
    bar: Bar
    turn: float


def find(market: SymbolAnalysis, params: SetupParams) -> SetupScan:
    """The test that can be traded from the last closed minute, or what is missing for one."""
    return as_scan(_find(market, params))


def _find(market: SymbolAnalysis, params: SetupParams) -> Setup | str:
    if not market.ready:
        return NOT_READY
    bars = tuple(market.newest_ltf(params.test_memory_bars))[::-1]
    near = nearness(market, params)
    reason = "no HTF zone was tested within the last minutes"
    for side in (Side.BUY, Side.SELL):
        test = _test(market, params, side, bars, near)
        if test is None:
            continue
        found = _entry(market, params, test, bars)
        if not isinstance(found, str):
            return found
        reason = found
    return reason


def _test(
    market: SymbolAnalysis, params: SetupParams, side: Side, bars: Sequence[Bar], near: float
) -> _Test | None:
    """Support (resistance, for a sell) that the extreme of the last bars reached and did not pass."""
    if side is Side.BUY:
        prices, role = [bar.low for bar in bars], ZoneRole.SUPPORT
        turn = min(prices)
    else:
        prices, role = [bar.high for bar in bars], ZoneRole.RESISTANCE
        turn = max(prices)
    at = prices.index(turn)
    if len(bars) < params.test_memory_bars or at < len(bars) - params.test_bars:
        return None
    zones = strongest_first(
        zone
        for zone in market.zone_map.touching(turn - near, turn + near)
        if zone.role is role and (turn - far_edge(zone, -side.sign)) * side.sign >= 0
    )
    return _Test(side, zones[0], bars[at], turn) if zones else None


def _entry(market: SymbolAnalysis, params: SetupParams, test: _Test, bars: Sequence[Bar]) -> Setup | str:
    side = test.side
    place = f"{test.zone.role} {test.zone.level:.10g}"
    approach = market.approach(side.opposite)
    if not approach.weak:
        return f"{place}: no weakness on the approach"
    if _climax(bars[-2], market.atr_ltf or 0.0, side, params):
        return f"{place}: the bar before was a climax without a rejection"
    if not _rejected(bars, side, params):
        return f"no trigger: {place} was not rejected by the last minute"
    structure = wholesale_structure(market, params, side, bars, (far_edge(test.zone, side.sign),))
    if structure is None:
        return f"{place}: no stall or spring, the last wholesale price is unknown"
    trigger = break_trigger(bars[-1], side, params, market.tick)
    prices = priced_at_level(
        market,
        params,
        side,
        extreme=min(test.turn, test.zone.low) if side is Side.BUY else max(test.turn, test.zone.high),
        trigger=trigger,
        structure=structure,
    )
    if isinstance(prices, str):
        return prices
    factors = _factors(market, params, test, approach, bars)
    factors += turn_factors(market, params, side, test.turn, structure, bars)
    aligned = market.trend.direction.sign == side.sign
    # Score template of domain.md 2.7: zone 40, trend alignment 30 (15 if not), confluence 30.
    parts = (
        zone_part(test.zone, _ZONE_POINTS),
        ScorePart("trend alignment", _ALIGNED_POINTS if aligned else _OTHER_POINTS, _ALIGNED_POINTS),
        confluence_part(factors, _CONFLUENCE_POINTS),
    )
    return setup_of(market, params, KIND, side, test.bar.open_ns, prices, parts, tuple(factors))


def _climax(bar: Bar, atr: float, side: Side, params: SetupParams) -> bool:
    """A very wide bar into the level that closes near its end: not exhausted yet."""
    wide = bar.high - bar.low >= params.climax_atr * atr
    into = (bar.close - bar.open) * side.sign < 0
    return wide and into and levels.wick_share(bar, side) < params.climax_wick


def _rejected(bars: Sequence[Bar], side: Side, params: SetupParams) -> bool:
    last, before = bars[-1], bars[-2]
    return (
        levels.wick_share(last, side) >= params.rejection_wick
        or levels.is_turn(last, before, side)
        or levels.wick_share(before, side) >= params.previous_wick
    )


def _factors(
    market: SymbolAnalysis, params: SetupParams, test: _Test, approach: Approach, bars: Sequence[Bar]
) -> list[str]:
    factors = list(approach.weakness)
    if levels.wick_share(bars[-1], test.side) >= params.rejection_wick:
        factors.append("rejection wick")
    return factors + level_factors(market, params, test.zone, test.turn)
