"""The leg or legs against a trend: what PB and CPB stand on.

Decides how a pullback is measured, whether it still stands, and what speaks for it (domain.md 2.7).
Imports analysis and the model.
Invariant: uses only swings and bars known by the last closed minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ytc_tui.analysis import levels
from ytc_tui.analysis.params import SetupParams
from ytc_tui.analysis.setup_steps import NOT_READY, Structure, nearness, wholesale_structure
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import Bar, Side
from ytc_tui.model.structure import StrengthRating, Swing, TrendDirection


class Pullback(NamedTuple):
    """From the trend extreme to the turning swing `anchor`; `turn` is the furthest price against it.

    `after` are the swings since the extreme, oldest first; `depth` the retraced share of the trend leg;
    `slowing` says whether it was slower than that leg, `long` whether it took more bars.
    """

    side: Side
    anchor: Swing
    extreme: Swing
    leading: Swing
    after: tuple[Swing, ...]
    turn: float
    depth: float
    slowing: bool
    long: bool

    @property
    def leg(self) -> float:
        return abs(self.extreme.price - self.leading.price)


class Turned(NamedTuple):
    """The pullback's turn on the one-minute bars `bars`, and the structure that it left."""

    bars: tuple[Bar, ...]
    structure: Structure


def measure_pullback(market: SymbolAnalysis, *, min_swings: int, legs: int) -> Pullback | str:
    """The pullback that has turned, of at most `legs` legs against the trend; or why there is none."""
    if not market.ready:
        return NOT_READY
    trend, swings = market.trend, market.swings_ttf
    side = Side.BUY if trend.direction is TrendDirection.UP else Side.SELL
    sign = side.sign
    extreme, leading = trend.extreme, trend.leading
    if leading is None:
        return f"trend is {trend.direction}, a pullback needs an uptrend or a downtrend"
    if extreme is None or len(swings) < min_swings:
        return f"{len(swings)} swings known, {min_swings} needed"
    anchor = swings[-1]
    if anchor.kind is extreme.kind:
        return f"last confirmed swing is a {anchor.kind}, the pullback has not turned"
    after: list[Swing] = []
    for swing in reversed(swings):
        if swing.at_ns == extreme.at_ns or len(after) >= 2 * legs:
            break
        after.append(swing)
    if len(after) >= 2 * legs:
        return (
            "more than one leg against the trend since its extreme"
            if legs == 1
            else (f"more than {legs} legs against the trend since its extreme: that is a range")
        )
    turn = _turn(market, side, anchor, extreme)
    if isinstance(turn, str):
        return turn
    for swing in after[2::2]:
        turn = min(turn, swing.price) if sign > 0 else max(turn, swing.price)
    leg = (extreme.price - leading.price) * sign
    back = (extreme.price - turn) * sign
    if leg <= 0 or back <= 0:
        return "the trend leg has no length"
    leg_bars, back_bars = max(1, extreme.bar_no - leading.bar_no), max(1, anchor.bar_no - extreme.bar_no)
    slowing = back / back_bars < leg / leg_bars
    depth = back / leg
    if depth >= 1.0:
        return f"pullback of {depth:.0%} took the leading swing"
    return Pullback(
        side, anchor, extreme, leading, tuple(reversed(after)), turn, depth, slowing, back_bars > leg_bars
    )


def _turn(market: SymbolAnalysis, side: Side, anchor: Swing, extreme: Swing) -> float | str:
    """The furthest price against the trend since the turning swing, or why the turn is void."""
    sign, turn = side.sign, anchor.price
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
    return turn


def turned(
    market: SymbolAnalysis, params: SetupParams, pullback: Pullback, edges: Sequence[float]
) -> Turned | str:
    """The trigger of the last closed minute, with a stall or a spring (upthrust) of one of `edges`; or what
    is missing."""
    side, bars = pullback.side, market.recent_ltf(max(60, params.stall_bars))
    if len(bars) < 2 or not levels.is_turn(bars[-1], bars[-2], side):
        return "no trigger: the last minute did not turn with the trend"
    since = [bar for bar in bars if bar.open_ns >= pullback.anchor.at_ns]
    structure = wholesale_structure(market, params, side, since, edges)
    if structure is None:
        return "no stall or spring at the pullback, the last wholesale price is unknown"
    return Turned(bars, structure)


def pullback_factors(market: SymbolAnalysis, params: SetupParams, pullback: Pullback) -> list[str]:
    """Confluence of the pullback itself."""
    near = nearness(market, params)
    factors = []
    if pullback.depth < params.shallow_depth:
        factors.append("shallow pullback")
    if pullback.slowing:
        factors.append("pullback slower than the trend leg")
    if market.strength.rating is StrengthRating.STRONG:
        factors.append("strong trend")
    if any(
        swing.kind is pullback.extreme.kind and abs(swing.price - pullback.turn) <= near
        for swing in market.swings_ttf
    ):
        factors.append("earlier swing broken and held")
    return factors
