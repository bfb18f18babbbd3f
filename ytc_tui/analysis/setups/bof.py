"""BOF, the failed breakout: price breaks support or resistance, closes back, and traps who followed.

Decides when a failed breakout may be bought or sold (domain.md 2.7). Imports analysis and the model.
Invariant: uses only zones, swings and bars known by the last closed minute; a missing condition is
named, never relaxed.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from ytc_tui.analysis import levels
from ytc_tui.analysis.params import SetupParams
from ytc_tui.analysis.setup_steps import (
    NOT_READY,
    Structure,
    as_scan,
    came_from_inside,
    confluence_part,
    far_edge,
    is_barrier,
    level_factors,
    priced_at_level,
    setup_of,
    turn_factors,
    zone_part,
)
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import Bar, Side
from ytc_tui.model.signals import ScorePart, Setup, SetupKind, SetupScan
from ytc_tui.model.structure import Zone

KIND = SetupKind.BOF

_ZONE_POINTS = 35.0
_QUALITY_POINTS = 35.0
_CONFLUENCE_POINTS = 30.0
_ORIGIN_BARS = 60
_NOTHING_BROKEN = "no HTF zone was broken within the last minutes"


class _Failure(NamedTuple):
    """The `run` of bars that traded beyond the `edge` of a zone, and the bars `since` it began.

    `turn` is the extreme of the last minutes, `closes_beyond` how many bars closed there.
    """

    side: Side
    zone: Zone
    edge: float
    run: tuple[Bar, ...]
    since: tuple[Bar, ...]
    turn: float
    closes_beyond: int


def find(market: SymbolAnalysis, params: SetupParams) -> SetupScan:
    """The failed breakout that can be traded from the last closed minute, or what is missing for one."""
    return as_scan(_find(market, params))


def _find(market: SymbolAnalysis, params: SetupParams) -> Setup | str:
    if not market.ready:
        return NOT_READY
    recent = tuple(market.newest_ltf(params.failure_bars + 1))[::-1]
    highs, lows = [bar.high for bar in recent], [bar.low for bar in recent]
    low, high = min(lows), max(highs)
    touched = market.zone_map.touching(low, high)
    if not touched:
        return _NOTHING_BROKEN
    depths = [-price for price in lows]
    reason = _NOTHING_BROKEN
    # Of several zones that one push passed, the furthest holds those who were caught last.
    for zone in touched:
        if not (low < zone.low <= high and is_barrier(zone, -1)):
            continue
        start, end = _run(depths, -zone.low)
        if start:
            found = _judged(market, params, Side.BUY, zone, recent, start, end)
            if isinstance(found, Setup):
                return found
            reason = found or reason
    for zone in reversed(touched):
        if not (low <= zone.high < high and is_barrier(zone, 1)):
            continue
        start, end = _run(highs, zone.high)
        if start:
            found = _judged(market, params, Side.SELL, zone, recent, start, end)
            if isinstance(found, Setup):
                return found
            reason = found or reason
    return reason


def _run(prices: list[float], edge: float) -> tuple[int, int]:
    """Start and end of the newest run of prices above the edge; start 0 when it reaches back to the first."""
    end = len(prices)
    while end > 0 and prices[end - 1] <= edge:
        end -= 1
    start = end
    while start > 0 and prices[start - 1] > edge:
        start -= 1
    return start, end


def _judged(
    market: SymbolAnalysis,
    params: SetupParams,
    side: Side,
    zone: Zone,
    recent: tuple[Bar, ...],
    start: int,
    end: int,
) -> Setup | str:
    """What became of the run of bars beyond the zone; an empty reason when it was no break of it."""
    sign = -side.sign
    edge, run = far_edge(zone, sign), recent[start:end]
    if zone.known_ns > run[0].open_ns:
        return ""
    before = islice(market.newest_ltf(_ORIGIN_BARS), len(recent) - start, None)
    if not came_from_inside(before, zone, sign):
        return ""
    if (recent[-1].close - edge) * sign >= 0:
        return f"{zone.role} {zone.level:.10g} is broken, and price has not closed back"
    # An earlier and deeper push of the same minutes belongs to the same failure.
    turn = max(bar.high for bar in recent) if sign > 0 else min(bar.low for bar in recent)
    closes = sum(1 for bar in run if (bar.close - edge) * sign > 0)
    return _entry(market, params, _Failure(side, zone, edge, run, recent[start:], turn, closes))


def _entry(market: SymbolAnalysis, params: SetupParams, failure: _Failure) -> Setup | str:
    side, bars = failure.side, market.recent_ltf(params.failure_bars)
    last = bars[-1]
    place = f"{failure.zone.role} {failure.zone.level:.10g}"
    if last is not failure.run[-1] and not levels.is_turn(last, bars[-2], side):
        return f"no trigger: the last minute did not turn back inside {place}"
    structure = _structure(market, params, failure)
    if structure is None:
        return f"{place}: no stall, spring or upthrust beyond it, the last wholesale price is unknown"
    # The close back through the level is the trigger itself, so it stands at that close.
    trigger = (
        levels.on_grid_below(last.close, market.tick)
        if side is Side.SELL
        else levels.on_grid_above(last.close, market.tick)
    )
    prices = priced_at_level(
        market,
        params,
        side,
        extreme=failure.turn,
        trigger=trigger,
        structure=structure,
    )
    if isinstance(prices, str):
        return prices
    factors = []
    if failure.closes_beyond:
        factors.append("closes beyond the level are trapped")
    factors += level_factors(market, params, failure.zone, failure.turn)
    factors += turn_factors(market, params, side, failure.turn, structure, bars)
    quality = _QUALITY_POINTS * _quality(failure, params)
    # Score template of domain.md 2.7: zone 35, quality 35, confluence 30.
    parts = (
        zone_part(failure.zone, _ZONE_POINTS),
        ScorePart("quality of the failure", quality, _QUALITY_POINTS),
        confluence_part(factors, _CONFLUENCE_POINTS),
    )
    return setup_of(market, params, KIND, side, failure.run[0].open_ns, prices, parts, tuple(factors))


def _structure(market: SymbolAnalysis, params: SetupParams, failure: _Failure) -> Structure | None:
    """The stall formed beyond the level, if it ends now; else the bar that closed back."""
    selling, edge = failure.side is Side.SELL, failure.edge
    if market.atr_ltf is not None:
        stall = levels.find_stall(
            failure.since, market.atr_ltf, min_bars=params.stall_bars, atr_factor=params.stall_atr
        )
        if stall is not None and stall.low < edge < stall.high:
            return Structure("stall", stall.low if selling else stall.high)
    failing = failure.run[-1]
    if selling and levels.is_upthrust(failing, edge):
        return Structure("upthrust", failing.low)
    if not selling and levels.is_spring(failing, edge):
        return Structure("spring", failing.high)
    return None


def _quality(failure: _Failure, params: SetupParams) -> float:
    """0 to 1: how far into our direction the failing bar closed, and how soon the break failed."""
    speed = 1.0 - (len(failure.run) - 1) / params.failure_bars
    return (levels.close_share(failure.run[-1], failure.side) + speed) / 2.0
