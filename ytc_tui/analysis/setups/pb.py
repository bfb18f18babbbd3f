"""PB, the simple pullback: one shallow or slowing leg against a trend, away from S/R.

Decides when a simple pullback may be bought or sold (domain.md 2.7). Imports analysis and the model.
Invariant: uses only swings and bars known by the last closed minute; a missing condition is named,
never relaxed.
"""

from __future__ import annotations

from ytc_tui.analysis.params import SetupParams
from ytc_tui.analysis.pullbacks import Pullback, measure_pullback, pullback_factors, turned
from ytc_tui.analysis.setup_steps import (
    as_scan,
    break_trigger,
    confluence_part,
    fib_points,
    priced,
    setup_of,
    turn_factors,
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
    pullback = measure_pullback(market, min_swings=params.min_swings, legs=1)
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
    turn = turned(market, params, pullback, (pullback.anchor.price,))
    if isinstance(turn, str):
        return turn
    side, bars, structure = pullback.side, turn.bars, turn.structure
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
