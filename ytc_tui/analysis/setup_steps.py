"""The steps that all five setups share: trigger, wholesale structure, prices, factors, and the setup.

Decides where an entry is triggered, what its last wholesale price is, and whether its prices leave room
(domain.md 2.7 to 2.9). Imports analysis and the model.
Invariant: uses only swings and bars known by the last closed minute; a missing condition is named,
never relaxed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ytc_tui.analysis import levels
from ytc_tui.analysis.params import SetupParams
from ytc_tui.analysis.regime import REGIME_FIT
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.analysis.trade_plan import blended_reward_risk, grade_of, opposing_target, zone_beyond
from ytc_tui.model.market import NS_PER_MIN, Bar, Side
from ytc_tui.model.signals import ScorePart, Setup, SetupKind, SetupScan, setup_id
from ytc_tui.model.structure import SwingKind, Zone, ZoneRole, ZoneSource

POINTS_PER_FACTOR = 10.0
NOT_READY = "analysis is not ready: too few bars since the start or a hole"
_FIB_LEVELS = (0.382, 0.5, 0.618)
_PRIOR_SOURCES = frozenset((ZoneSource.PRIOR_HIGH, ZoneSource.PRIOR_LOW, ZoneSource.PRIOR_CLOSE))
# Levels whose role no swing decided: breaking them either way is a break.
_WITHOUT_ROLE = _PRIOR_SOURCES | {ZoneSource.OPERATOR}


class Structure(NamedTuple):
    """The one-minute structure whose far edge is the LWP (Y-30)."""

    name: str
    lwp: float


class Prices(NamedTuple):
    """All prices that are known before an entry (Y-29)."""

    trigger: float
    limit: float
    stop: float
    t1: float
    t2: float | None
    lwp: float
    lrp: float


def as_scan(found: Setup | str) -> SetupScan:
    """The answer of a finder that looks for one setup: it, or what it lacks."""
    return SetupScan((), (found,)) if isinstance(found, str) else SetupScan((found,), ())


def break_trigger(bar: Bar, side: Side, params: SetupParams, tick: float) -> float:
    """The price at which the trigger bar is broken, on the tick grid."""
    if side is Side.BUY:
        return levels.on_grid_above(bar.high + params.trigger_offset_ticks * tick, tick)
    return levels.on_grid_below(bar.low - params.trigger_offset_ticks * tick, tick)


def wholesale_structure(
    market: SymbolAnalysis, params: SetupParams, side: Side, bars: Sequence[Bar], broken: Sequence[float]
) -> Structure | None:
    """A stall that ends with the last of `bars`, else the newest spring below one of the prices `broken`
    (an upthrust above one, for a sell) among the last few."""
    atr = market.atr_ltf
    if atr is not None:
        stall = levels.find_stall(bars, atr, min_bars=params.stall_bars, atr_factor=params.stall_atr)
        if stall is not None:
            return Structure("stall", stall.high if side is Side.BUY else stall.low)
    for bar in reversed(bars[-params.stall_bars :]):
        for level in broken:
            if side is Side.BUY and levels.is_spring(bar, level):
                return Structure("spring", bar.high)
            if side is Side.SELL and levels.is_upthrust(bar, level):
                return Structure("upthrust", bar.low)
    return None


def standing_swing(market: SymbolAnalysis, side: Side, beyond: float) -> float | None:
    """The newest opposing TTF swing beyond a price; no older one stands nearer, for this one passed it."""
    kind = SwingKind.HIGH if side is Side.BUY else SwingKind.LOW
    for swing in reversed(market.swings_ttf):
        if swing.kind is kind and (swing.price - beyond) * side.sign > 0:
            return swing.price
    return None


def priced(
    market: SymbolAnalysis,
    params: SetupParams,
    side: Side,
    *,
    extreme: float,
    trigger: float,
    structure: Structure,
    swing: float | None,
) -> Prices | str:
    """Stop beyond `extreme`, targets, LWP and LRP of an entry at `trigger`; or why there is no room.

    T1 is the nearer of the opposing `swing` and the next HTF zone (Y-38).
    """
    tick, sign, bar = market.tick, side.sign, market.ltf_bars[-1]
    stop = levels.stop_beyond(
        side,
        extreme,
        trigger,
        tick=tick,
        buffer_ticks=params.stop_buffer_ticks,
        noise_range=bar.high - bar.low,
        noise_factor=params.stop_range_factor,
        min_ticks=params.min_stop_ticks,
    )
    if swing is not None:
        t1 = opposing_target(market.zone_map, side, trigger, swing, tick)
    else:
        edge = zone_beyond(market.zone_map, side, trigger, tick)
        if edge is None:
            return "no target: neither an opposing swing nor an HTF zone beyond the entry"
        t1 = edge
    lrp = levels.lrp(stop, t1, params.part_one_rr)
    limit = levels.entry_limit(side, structure.lwp, lrp, tick)
    if (limit - trigger) * sign < 0:
        binding = "LWP" if (structure.lwp - lrp) * sign <= 0 else "LRP"
        return f"trigger {trigger:.10g} lies beyond the {binding} {limit:.10g}: entering would be chasing"
    return Prices(trigger, limit, stop, t1, zone_beyond(market.zone_map, side, t1, tick), structure.lwp, lrp)


def priced_at_level(
    market: SymbolAnalysis,
    params: SetupParams,
    side: Side,
    *,
    extreme: float,
    trigger: float,
    structure: Structure,
) -> Prices | str:
    """`priced` with the opposing swing that stands beyond the entry (TST, BOF, BPB)."""
    swing = standing_swing(market, side, trigger)
    return priced(market, params, side, extreme=extreme, trigger=trigger, structure=structure, swing=swing)


def setup_of(
    market: SymbolAnalysis,
    params: SetupParams,
    kind: SetupKind,
    side: Side,
    anchor_ns: int,
    prices: Prices,
    parts: tuple[ScorePart, ...],
    confluence: tuple[str, ...],
) -> Setup:
    """The finished setup: score, grade, regime fit and expiry."""
    score = sum(part.points for part in parts)
    reward_risk = blended_reward_risk(prices.trigger, prices.stop, prices.t1, prices.t2)
    return Setup(
        setup_id=setup_id(kind, market.symbol, side, anchor_ns),
        kind=kind,
        symbol=market.symbol,
        side=side,
        found_ns=market.now_ns,
        anchor_ns=anchor_ns,
        trigger=prices.trigger,
        limit=prices.limit,
        stop=prices.stop,
        t1=prices.t1,
        t2=prices.t2,
        lwp=prices.lwp,
        lrp=prices.lrp,
        score=score,
        score_parts=parts,
        confluence=confluence,
        regime=market.regime,
        regime_fit=REGIME_FIT[market.regime][kind],
        expires_ns=market.now_ns + params.expiry_bars * NS_PER_MIN,
        grade=grade_of(score, len(confluence), reward_risk),
    )


# -- score and confluence -----------------------------------------------------------------------------


def confluence_part(factors: Sequence[str], most: float) -> ScorePart:
    """Ten points a factor, at most `most` (domain.md 1.4-07)."""
    return ScorePart("confluence", min(most, POINTS_PER_FACTOR * len(factors)), most)


def zone_part(zone: Zone, most: float) -> ScorePart:
    """The zone's strength of 10, of `most` points."""
    return ScorePart("zone strength", most * zone.strength / 10.0, most)


def nearness(market: SymbolAnalysis, params: SetupParams) -> float:
    """How far from a level is still at it: a share of the one-minute ATR (domain.md 2.7)."""
    return params.proximity_atr * (market.atr_ltf or 0.0)


def turn_factors(
    market: SymbolAnalysis,
    params: SetupParams,
    side: Side,
    turn: float,
    structure: Structure,
    bars: Sequence[Bar],
) -> list[str]:
    """Confluence that any turn at the price `turn` may have; the last of `bars` is the trigger bar."""
    factors = []
    if structure.name != "stall":
        factors.append(structure.name)
    if levels.is_strong_bar(bars[-1], side):
        factors.append("strong trigger bar")
    if levels.is_three_bar_rejection(bars, side):
        factors.append("three-bar rejection")
    if _near_round_number(turn, params.round_step_ticks * market.tick, nearness(market, params)):
        factors.append("round number")
    return factors


def level_factors(market: SymbolAnalysis, params: SetupParams, zone: Zone, turn: float) -> list[str]:
    """Confluence of a turn at an HTF zone (Y-10): prior session, range edge, retracement of the trend leg."""
    near, trend = nearness(market, params), market.trend
    factors = []
    if not _PRIOR_SOURCES.isdisjoint(zone.sources):
        factors.append("prior-session level")
    edges = (trend.range_high, trend.range_low)
    if any(edge is not None and zone.low - near <= edge <= zone.high + near for edge in edges):
        factors.append("range edge")
    if trend.leading is not None and trend.extreme is not None:
        leg = trend.leading.price - trend.extreme.price
        if any(abs(trend.extreme.price + share * leg - turn) <= near for share in _FIB_LEVELS):
            factors.append("retracement level")
    return factors


def _near_round_number(price: float, step: float, near: float) -> bool:
    return step > 0.0 and abs(price - round(price / step) * step) <= near


def fib_points(depth: float, turn: float, leg: float, params: SetupParams, most: float = 30.0) -> float:
    """The fib part of a score, 0 to `most`.

    Full between the shallow and the deep level; below it falls in proportion to depth, above it to
    nothing at 100 %. No points when `turn` is not within the tolerance of a 38.2, 50 or 61.8 % level.
    """
    nearest = min(abs(depth - level) for level in _FIB_LEVELS) * leg
    if nearest > turn * params.fib_tolerance_pct / 100.0:
        return 0.0
    if depth < params.shallow_depth:
        return most * depth / params.shallow_depth
    if depth <= params.deep_depth:
        return most
    return most * max(0.0, 1.0 - depth) / (1.0 - params.deep_depth)


# -- levels --------------------------------------------------------------------------------------------


def far_edge(zone: Zone, sign: int) -> float:
    """The edge beyond which a move up (`sign` +1) or down (-1) has broken the zone."""
    return zone.high if sign > 0 else zone.low


def is_barrier(zone: Zone, sign: int) -> bool:
    """Whether a move up (`sign` +1) through the zone is a break of resistance, or one down of support.

    A zone whose role the break itself has turned around counts still; a prior-session level and one of the
    operator's have no role of their own.
    """
    role, broken = (
        (ZoneRole.RESISTANCE, ZoneSource.BROKEN_RESISTANCE)
        if sign > 0
        else (ZoneRole.SUPPORT, ZoneSource.BROKEN_SUPPORT)
    )
    return zone.role is role or zone.sources[0] is broken or zone.sources[0] in _WITHOUT_ROLE


def came_from_inside(bars: Iterable[Bar], zone: Zone, sign: int) -> bool:
    """Whether price stood before the zone ahead of a break of `sign`: among `bars`, given newest first,
    the first that closed outside the zone closed on the near side of it."""
    low, high = zone.low, zone.high
    for bar in bars:
        close = bar.close
        if close > high:
            return sign < 0
        if close < low:
            return sign > 0
    return False


def strongest_first(zones: Iterable[Zone]) -> list[Zone]:
    """The zones by strength; of equals the one touched last first."""
    return sorted(zones, key=lambda zone: (-zone.strength, -zone.touched_ns))
