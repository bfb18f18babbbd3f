"""PB, the simple pullback: one shallow or slowing leg against a trend, away from S/R.

Decides when a simple pullback may be bought or sold (domain.md 2.7). Imports analysis and the model.
Invariant: uses only swings and bars known by the last closed minute; a missing condition is named,
never relaxed.
"""

from __future__ import annotations

from ytc_tui.analysis import levels
from ytc_tui.analysis.params import SetupParams
from ytc_tui.analysis.pullbacks import Pullback, measure_pullback, pullback_factors, trend_problem
from ytc_tui.analysis.setup_steps import (
    NOT_READY,
    as_scan,
    break_trigger,
    confluence_part,
    fib_points,
    priced,
    setup_of,
    turn_factors,
    wholesale_structure,
)
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.signals import ScorePart, Setup, SetupKind, SetupScan

KIND = SetupKind.PB

_FIB_POINTS = 30.0
_TREND_POINTS = 30.0
_CONFLUENCE_POINTS = 40.0


def find(market: SymbolAnalysis, params: SetupParams) -> SetupScan:
    """The pullback that can be traded from the last closed minute, or what is missing for one."""
    return as_scan(_find(market, params))


def _find(market: SymbolAnalysis, params: SetupParams) -> Setup | str:
    if not market.ready:
        return NOT_READY
    trend = market.trend
    problem = trend_problem(trend)
    if problem:
        return problem
    pullback = measure_pullback(market, trend, min_swings=params.min_swings, legs=1)
    if isinstance(pullback, str):
        return pullback
    if pullback.depth >= params.shallow_depth and not pullback.slowing:
        return (
            f"pullback is {pullback.depth:.0%} deep and as fast as the trend leg: neither shallow nor slowing"
        )
    if market.zone_map.at(pullback.turn):
        return "pullback turned inside an HTF zone, a simple pullback stands away from S/R"
    return _entry(market, params, pullback)


def _entry(market: SymbolAnalysis, params: SetupParams, pullback: Pullback) -> Setup | str:
    side, bars = pullback.side, market.recent_ltf(max(60, params.stall_bars))
    if len(bars) < 2 or not levels.is_turn(bars[-1], bars[-2], side):
        return "no trigger: the last minute did not turn with the trend"
    since = [bar for bar in bars if bar.open_ns >= pullback.anchor.at_ns]
    structure = wholesale_structure(market, params, side, since, (pullback.anchor.price,))
    if structure is None:
        return "no stall or spring at the pullback, the last wholesale price is unknown"
    trigger = break_trigger(bars[-1], side, params, market.tick)
    if market.zone_map.at(trigger):
        return "entry lies inside an HTF zone, a simple pullback stands away from S/R"
    prices = priced(
        market,
        params,
        side,
        extreme=pullback.turn,
        trigger=trigger,
        structure=structure,
        swing=pullback.extreme.price,
    )
    if isinstance(prices, str):
        return prices
    factors = pullback_factors(market, params, pullback)
    factors += turn_factors(market, params, side, pullback.turn, structure, bars)
    # Score template of domain.md 2.7: fib 30, trend confidence 30, confluence 40.
    parts = (
        ScorePart("fib", fib_points(pullback.depth, pullback.turn, pullback.leg, params), _FIB_POINTS),
        ScorePart("trend confidence", _TREND_POINTS * market.trend.confidence, _TREND_POINTS),
        confluence_part(factors, _CONFLUENCE_POINTS),
    )
    return setup_of(market, params, KIND, side, pullback.anchor.at_ns, prices, parts, tuple(factors))
