"""CPB, the complex pullback: two legs against a trend, or one that takes longer than the trend's leg.

Decides when a complex pullback may be bought or sold (domain.md 2.7). Imports analysis and the model.
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

KIND = SetupKind.CPB

# A third leg against the trend makes four enclosed turning points: a range (Y-16).
_LEGS = 2
_FIB_POINTS = 25.0
_LEGS_POINTS = 35.0
_FULL_SWINGS = 3
_TREND_POINTS = 30.0
_CONFLUENCE_POINTS = 10.0


def find(market: SymbolAnalysis, params: SetupParams) -> SetupScan:
    """The pullback that can be traded from the last closed minute, or what is missing for one."""
    return as_scan(_find(market, params))


def _find(market: SymbolAnalysis, params: SetupParams) -> Setup | str:
    pullback = measure_pullback(market, min_swings=params.min_swings_complex, legs=_LEGS)
    if isinstance(pullback, str):
        return pullback
    if len(pullback.after) < _FULL_SWINGS and not pullback.long:
        return "one leg against the trend, no longer than the trend's own: the pullback is simple"
    return _entry(market, params, pullback)


def _entry(market: SymbolAnalysis, params: SetupParams, pullback: Pullback) -> Setup | str:
    broken = [swing.price for swing in pullback.after if swing.kind is pullback.anchor.kind]
    turn = turned(market, params, pullback, broken)
    if isinstance(turn, str):
        return turn
    side, bars, structure = pullback.side, turn.bars, turn.structure
    prices = priced(
        market,
        params,
        side,
        extreme=pullback.turn,
        trigger=break_trigger(bars[-1], side, params, market.tick),
        structure=structure,
        swing=pullback.extreme.price,
    )
    if isinstance(prices, str):
        return prices
    factors = pullback_factors(market, params, pullback)
    if _trapped(pullback, bars[-1].close):
        factors.append("counter-trend entries trapped")
    if market.zone_map.at(pullback.turn):
        factors.append("HTF zone")
    factors += turn_factors(market, params, side, pullback.turn, structure, bars)
    # Score template of domain.md 2.7: fib 25, legs 35 (all with three), trend 30, confluence 10.
    fib = fib_points(pullback.depth, pullback.turn, pullback.leg, params, _FIB_POINTS)
    legs = min(1.0, len(pullback.after) / _FULL_SWINGS)
    parts = (
        ScorePart("fib", fib, _FIB_POINTS),
        ScorePart("legs", _LEGS_POINTS * legs, _LEGS_POINTS),
        ScorePart("trend confidence", _TREND_POINTS * market.trend.confidence, _TREND_POINTS),
        confluence_part(factors, _CONFLUENCE_POINTS),
    )
    return setup_of(market, params, KIND, side, pullback.anchor.at_ns, prices, parts, tuple(factors))


def _trapped(pullback: Pullback, close: float) -> bool:
    """The second leg went beyond the first, and the price is back: who joined it there is caught."""
    if len(pullback.after) < _FULL_SWINGS:
        return False
    first, sign = pullback.after[0].price, pullback.side.sign
    return (pullback.turn - first) * sign < 0 < (close - first) * sign
