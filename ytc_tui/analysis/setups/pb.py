"""PB, the simple pullback: one shallow or slowing leg against a trend, away from S/R.

Decides when a pullback may be bought or sold and at which prices (domain.md 2.7 to 2.9).
Imports analysis and the model.
Invariant: uses only swings and bars known by the last closed minute; a missing condition is named,
never relaxed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ytc_tui.analysis import levels
from ytc_tui.analysis.params import SetupParams
from ytc_tui.analysis.regime import REGIME_FIT
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.analysis.trade_plan import blended_reward_risk, grade_of, opposing_target, zone_beyond
from ytc_tui.model.market import NS_PER_MIN, Bar, Side
from ytc_tui.model.signals import ScorePart, Setup, SetupKind, SetupScan, setup_id
from ytc_tui.model.structure import StrengthRating, StrengthState, Swing, TrendDirection, TrendState

KIND = SetupKind.PB

_FIB_POINTS = 30.0
_TREND_POINTS = 30.0
_CONFLUENCE_POINTS = 40.0
_POINTS_PER_FACTOR = 10.0
_FIB_LEVELS = (0.382, 0.5, 0.618)


class _Pullback(NamedTuple):
    """The leg against the trend, from the trend extreme to its turning swing."""

    side: Side
    anchor: Swing
    extreme: Swing
    leading: Swing
    turn: float
    depth: float
    slowing: bool


class _Structure(NamedTuple):
    """The one-minute structure whose far edge is the LWP (Y-30)."""

    name: str
    lwp: float


def find(market: SymbolAnalysis, params: SetupParams) -> SetupScan:
    """The pullback that can be traded from the last closed minute, or what is missing for one."""
    found = _find(market, params)
    return SetupScan((), (found,)) if isinstance(found, str) else SetupScan((found,), ())


def _find(market: SymbolAnalysis, params: SetupParams) -> Setup | str:
    if not market.ready:
        return "analysis is not ready: too few bars since the start or a hole"
    trend = market.trend
    if trend.direction not in (TrendDirection.UP, TrendDirection.DOWN):
        return f"trend is {trend.direction}, a pullback needs an uptrend or a downtrend"
    pullback = _pullback(market, params, trend)
    if isinstance(pullback, str):
        return pullback
    return _entry(market, params, trend, pullback)


def _pullback(market: SymbolAnalysis, params: SetupParams, trend: TrendState) -> _Pullback | str:
    swings = market.swings_ttf
    side = Side.BUY if trend.direction is TrendDirection.UP else Side.SELL
    sign = side.sign
    extreme, leading = trend.extreme, trend.leading
    if extreme is None or leading is None or len(swings) < params.min_swings:
        return f"{len(swings)} swings known, {params.min_swings} needed"
    anchor = swings[-1]
    if anchor.kind is extreme.kind:
        return f"last confirmed swing is a {anchor.kind}, the pullback has not turned"
    if swings[-2].at_ns != extreme.at_ns:
        return "more than one leg against the trend since its extreme"
    turn = anchor.price
    for bar in reversed(market.ltf_bars):
        if bar.open_ns < anchor.at_ns:
            break
        low = bar.low if sign > 0 else bar.high
        turn = min(turn, low) if sign > 0 else max(turn, low)
        if (bar.close - anchor.price) * sign < 0:
            return "price closed beyond the pullback's turning swing"
        far = bar.high if sign > 0 else bar.low
        if (far - extreme.price) * sign >= 0:
            return "price already reached the trend extreme again"
    leg = (extreme.price - leading.price) * sign
    back = (extreme.price - turn) * sign
    if leg <= 0 or back <= 0:
        return "the trend leg has no length"
    slope = leg / max(1, extreme.bar_no - leading.bar_no)
    slowing = back / max(1, anchor.bar_no - extreme.bar_no) < slope
    depth = back / leg
    if depth >= 1.0:
        return f"pullback of {depth:.0%} took the leading swing"
    if depth >= params.shallow_depth and not slowing:
        return f"pullback is {depth:.0%} deep and as fast as the trend leg: neither shallow nor slowing"
    if market.zone_map.at(turn):
        return "pullback turned inside an HTF zone, a simple pullback stands away from S/R"
    return _Pullback(side, anchor, extreme, leading, turn, depth, slowing)


def _entry(
    market: SymbolAnalysis, params: SetupParams, trend: TrendState, pullback: _Pullback
) -> Setup | str:
    side, sign, tick = pullback.side, pullback.side.sign, market.tick
    bars = market.recent_ltf(max(60, params.stall_bars))
    bar = bars[-1]
    if len(bars) < 2 or not levels.is_turn(bar, bars[-2], side):
        return "no trigger: the last minute did not turn with the trend"
    structure = _structure(market, params, pullback, bars)
    if structure is None:
        return "no stall or spring at the pullback, the last wholesale price is unknown"
    edge = bar.high if sign > 0 else bar.low
    beyond = edge + sign * params.trigger_offset_ticks * tick
    trigger = levels.on_grid_above(beyond, tick) if sign > 0 else levels.on_grid_below(beyond, tick)
    if market.zone_map.at(trigger):
        return "entry lies inside an HTF zone, a simple pullback stands away from S/R"
    stop = levels.stop_beyond(
        side,
        pullback.turn,
        trigger,
        tick=tick,
        buffer_ticks=params.stop_buffer_ticks,
        noise_range=bar.high - bar.low,
        noise_factor=params.stop_range_factor,
        min_ticks=params.min_stop_ticks,
    )
    t1 = opposing_target(market.zone_map, side, trigger, pullback.extreme.price, tick)
    lrp = levels.lrp(stop, t1, params.part_one_rr)
    limit = levels.entry_limit(side, structure.lwp, lrp, tick)
    if (limit - trigger) * sign < 0:
        binding = "LWP" if (structure.lwp - lrp) * sign <= 0 else "LRP"
        return f"trigger {trigger:.10g} lies beyond the {binding} {limit:.10g}: entering would be chasing"
    t2 = zone_beyond(market.zone_map, side, t1, tick)
    confluence = _confluence(market, params, pullback, structure, bars)
    parts = _score_parts(params, trend, pullback, confluence)
    score = sum(part.points for part in parts)
    reward_risk = blended_reward_risk(trigger, stop, t1, t2)
    return Setup(
        setup_id=setup_id(KIND, market.symbol, side, pullback.anchor.at_ns),
        kind=KIND,
        symbol=market.symbol,
        side=side,
        found_ns=market.now_ns,
        anchor_ns=pullback.anchor.at_ns,
        trigger=trigger,
        limit=limit,
        stop=stop,
        t1=t1,
        t2=t2,
        lwp=structure.lwp,
        lrp=lrp,
        score=score,
        score_parts=parts,
        confluence=confluence,
        regime=market.regime,
        regime_fit=REGIME_FIT[market.regime][KIND],
        expires_ns=market.now_ns + params.expiry_bars * NS_PER_MIN,
        grade=grade_of(score, len(confluence), reward_risk),
    )


def _structure(
    market: SymbolAnalysis, params: SetupParams, pullback: _Pullback, bars: Sequence[Bar]
) -> _Structure | None:
    since = [bar for bar in bars if bar.open_ns >= pullback.anchor.at_ns]
    buying = pullback.side is Side.BUY
    atr = market.atr_ltf
    if atr is not None:
        stall = levels.find_stall(since, atr, min_bars=params.stall_bars, atr_factor=params.stall_atr)
        if stall is not None:
            return _Structure("stall", stall.high if buying else stall.low)
    level = pullback.anchor.price
    for bar in reversed(since[-params.stall_bars :]):
        if buying and levels.is_spring(bar, level):
            return _Structure("spring", bar.high)
        if not buying and levels.is_upthrust(bar, level):
            return _Structure("upthrust", bar.low)
    return None


def _confluence(
    market: SymbolAnalysis,
    params: SetupParams,
    pullback: _Pullback,
    structure: _Structure,
    bars: Sequence[Bar],
) -> tuple[str, ...]:
    side = pullback.side
    near = params.proximity_atr * (market.atr_ltf or 0.0)
    strength: StrengthState = market.strength
    factors = []
    if pullback.depth < params.shallow_depth:
        factors.append("shallow pullback")
    if pullback.slowing:
        factors.append("pullback slower than the trend leg")
    if strength.rating is StrengthRating.STRONG:
        factors.append("strong trend")
    if any(
        swing.kind is pullback.extreme.kind and abs(swing.price - pullback.turn) <= near
        for swing in market.swings_ttf
    ):
        factors.append("earlier swing broken and held")
    if structure.name != "stall":
        factors.append(structure.name)
    if levels.is_strong_bar(bars[-1], side):
        factors.append("strong trigger bar")
    if levels.is_three_bar_rejection(bars, side):
        factors.append("three-bar rejection")
    if _near_round_number(pullback.turn, params.round_step_ticks * market.tick, near):
        factors.append("round number")
    return tuple(factors)


def _near_round_number(price: float, step: float, near: float) -> bool:
    return step > 0.0 and abs(price - round(price / step) * step) <= near


def fib_points(depth: float, turn: float, leg: float, params: SetupParams) -> float:
    """The fib part of the score, 0 to 30.

    Full between the shallow and the deep level; below it falls in proportion to depth, above it to
    nothing at 100 %. No points when `turn` is not within the tolerance of a 38.2, 50 or 61.8 % level.
    """
    nearest = min(abs(depth - level) for level in _FIB_LEVELS) * leg
    if nearest > turn * params.fib_tolerance_pct / 100.0:
        return 0.0
    if depth < params.shallow_depth:
        return _FIB_POINTS * depth / params.shallow_depth
    if depth <= params.deep_depth:
        return _FIB_POINTS
    return _FIB_POINTS * max(0.0, 1.0 - depth) / (1.0 - params.deep_depth)


def _score_parts(
    params: SetupParams, trend: TrendState, pullback: _Pullback, confluence: tuple[str, ...]
) -> tuple[ScorePart, ...]:
    """Score template of domain.md 2.7: fib 30, trend confidence 30, confluence 40."""
    leg = abs(pullback.extreme.price - pullback.leading.price)
    return (
        ScorePart("fib", fib_points(pullback.depth, pullback.turn, leg, params), _FIB_POINTS),
        ScorePart("trend confidence", _TREND_POINTS * trend.confidence, _TREND_POINTS),
        ScorePart(
            "confluence", min(_CONFLUENCE_POINTS, _POINTS_PER_FACTOR * len(confluence)), _CONFLUENCE_POINTS
        ),
    )
