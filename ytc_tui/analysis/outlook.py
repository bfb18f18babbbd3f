"""What price is likely to do next, and whether conditions are adverse. Shown; no rule of trading uses it.

Decides which of the six principles of future direction applies (domain.md Y-28), and which adverse
conditions stand. Imports analysis and the model.
Invariant: a function of what is known by the last closed TTF bar; where no principle applies, none is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

from ytc_tui.analysis.approach import Approach
from ytc_tui.analysis.levels import whole_range
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import Side
from ytc_tui.model.structure import Regime, StrengthSignal, Swing, SwingKind, TrendDirection, Zone

_EDGE_ATR = 1.0
_ROOM_ATR = 1.0
_COMPRESSED_BARS = 10
_COMPRESSED_ATR = 1.5


_AGAINST = frozenset((("up", TrendDirection.DOWN), ("down", TrendDirection.UP)))


class Principle(IntEnum):
    """The six principles of domain.md Y-28; 1 to 4 hold inside the frame, 5 and 6 at its edges."""

    TREND_CONTINUES = 1
    COMPLEX_PULLBACK = 2
    RANGE_CONTINUES = 3
    RANGE_EDGE_BREAKS = 4
    FRAME_HOLDS = 5
    FRAME_BREAKS = 6


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where price should go: `sign` +1 up, -1 down, 0 sideways; `toward` the next barrier, None when none
    is known. A TTF close beyond `wrong_beyond` would disprove it. `because` names the signs in words."""

    principle: Principle
    sign: int
    toward: float | None
    wrong_beyond: float | None
    because: tuple[str, ...]

    @property
    def words(self) -> str:
        """`frame holds, down`."""
        way = {1: "up", -1: "down"}.get(self.sign, "sideways")
        return f"{self.principle.name.lower().replace('_', ' ')}, {way}"


def future_direction(market: SymbolAnalysis) -> Outlook | None:
    """The principle that applies now; None without a trend, a range, or an edge of the frame near.

    Price is at an edge of the frame when it stands in an HTF zone, or within one TTF ATR of one that it
    moves toward; it is at an edge of a range likewise.
    """
    atr = market.atr_ttf
    if atr is None:
        return None
    price, near = market.ttf_bars[-1].close, _EDGE_ATR * atr
    for side in (Side.BUY, Side.SELL):
        zone = _zone_ahead(market, side, price, near)
        if zone is not None and _moving(market, side):
            return _at_frame(market, side, zone, price)
    trend = market.trend
    if trend.direction is TrendDirection.SIDEWAYS:
        return _in_range(market, price, near)
    if trend.direction.sign:
        return _in_trend(market, price)
    return None


def _moving(market: SymbolAnalysis, side: Side) -> bool:
    """Whether the TTF's current move is of this side: the newest swing is the one that it started from."""
    swings = market.swings_ttf
    start = SwingKind.LOW if side is Side.BUY else SwingKind.HIGH
    return bool(swings) and swings[-1].kind is start


def _zone_ahead(market: SymbolAnalysis, side: Side, price: float, near: float) -> Zone | None:
    """The zone that price stands in, or comes to within `near` in the direction of `side`."""
    low, high = (price, price + near) if side is Side.BUY else (price - near, price)
    zones = market.zone_map.touching(low, high)
    return None if not zones else zones[0] if side is Side.BUY else zones[-1]


def _at_frame(market: SymbolAnalysis, side: Side, zone: Zone, price: float) -> Outlook:
    """Y-28 (5) and (6)."""
    approach = market.approach(side)
    edge = zone.high if side is Side.BUY else zone.low
    if approach.strong:
        beyond = market.zone_map.above(edge) if side is Side.BUY else market.zone_map.below(edge)
        wrong = zone.low if side is Side.BUY else zone.high
        return Outlook(Principle.FRAME_BREAKS, side.sign, _near_edge(beyond, side), wrong, approach.strength)
    back = (
        market.zone_map.below(min(price, zone.low))
        if side is Side.BUY
        else (market.zone_map.above(max(price, zone.high)))
    )
    return Outlook(
        Principle.FRAME_HOLDS, -side.sign, _near_edge(back, side.opposite), edge, approach.weakness
    )


def _near_edge(zone: Zone | None, side: Side) -> float | None:
    """The edge that a move of `side` meets first."""
    if zone is None:
        return None
    return zone.low if side is Side.BUY else zone.high


def _in_range(market: SymbolAnalysis, price: float, near: float) -> Outlook | None:
    """Y-28 (3) and (4)."""
    high, low = market.trend.range_high, market.trend.range_low
    if high is None or low is None:
        return None
    for side, edge, other in ((Side.BUY, high, low), (Side.SELL, low, high)):
        if (edge - price) * side.sign > near or not _moving(market, side):
            continue
        approach: Approach = market.approach(side)
        if approach.strong:
            beyond = market.zone_map.above(edge) if side is Side.BUY else market.zone_map.below(edge)
            toward = _near_edge(beyond, side)
            return Outlook(Principle.RANGE_EDGE_BREAKS, side.sign, toward, other, approach.strength)
        return Outlook(Principle.RANGE_CONTINUES, -side.sign, other, edge, approach.weakness)
    return Outlook(Principle.RANGE_CONTINUES, 0, None, None, ("between the edges of the range",))


def _in_trend(market: SymbolAnalysis, price: float) -> Outlook:
    """Y-28 (1) and (2)."""
    trend, strength = market.trend, market.strength
    side = Side.BUY if trend.direction is TrendDirection.UP else Side.SELL
    violation = trend.leading.price if trend.leading is not None else None
    signs = [str(s) for s in strength.signals if s is not StrengthSignal.INCREASING]
    if trend.weakened:
        signs.append("intermediate swing broken")
    if signs:
        return Outlook(Principle.COMPLEX_PULLBACK, -side.sign, violation, violation, tuple(signs))
    ahead = market.zone_map.above(price) if side is Side.BUY else market.zone_map.below(price)
    toward = _near_edge(ahead, side)
    return Outlook(Principle.TREND_CONTINUES, side.sign, toward, violation, (str(trend.label),))


def swing_structure(swings: Sequence[Swing]) -> str:
    """`up` with a higher high and a higher low last, `down` mirrored, else `sideways` (Y-13, Y-14).

    `swings` alternate, oldest first. `undetermined` until two highs and two lows are known.
    """
    # Swings alternate: the last four are two highs and two lows.
    newest = tuple(islice(reversed(swings), 4))[::-1]
    highs = [swing.price for swing in newest if swing.kind is SwingKind.HIGH]
    lows = [swing.price for swing in newest if swing.kind is SwingKind.LOW]
    if len(highs) < 2 or len(lows) < 2:
        return "undetermined"
    if highs[1] > highs[0] and lows[1] > lows[0]:
        return "up"
    if highs[1] < highs[0] and lows[1] < lows[0]:
        return "down"
    return "sideways"


def adverse_conditions(market: SymbolAnalysis) -> tuple[str, ...]:
    """Reasons to stand aside (domain.md 2.6); empty when none stands or nothing can be judged yet."""
    atr = market.atr_ttf
    if atr is None:
        return ()
    trend = market.trend
    found = []
    bars = tuple(market.newest_ttf(_COMPRESSED_BARS))
    if (
        not trend.direction.sign
        and len(bars) == _COMPRESSED_BARS
        and whole_range(bars) <= _COMPRESSED_ATR * atr
    ):
        found.append(f"compressed without direction: {_COMPRESSED_BARS} bars within {_COMPRESSED_ATR:g} ATR")
    if market.regime is Regime.CHOPPY:
        found.append(f"disordered structure: {trend.changes} changes of direction")
    room = _room(market, market.ttf_bars[-1].close)
    if room is not None and room < _ROOM_ATR * atr:
        found.append(f"too little room: {room / atr:.1f} ATR to the next zone")
    found += _conflicts(market)
    background = swing_structure(market.swings_htf)
    if (background, trend.direction) in _AGAINST:
        found.append(f"background against: higher timeframe {background}, trend {trend.direction}")
    return tuple(found)


def _room(market: SymbolAnalysis, price: float) -> float | None:
    """Distance to the next zone in the trend's direction, or to the farther one without a trend."""
    above, below = market.zone_map.above(price), market.zone_map.below(price)
    up = above.low - price if above is not None else None
    down = price - below.high if below is not None else None
    sign = market.trend.direction.sign
    if sign:
        return up if sign > 0 else down
    return None if up is None or down is None else max(up, down)


def _conflicts(market: SymbolAnalysis) -> list[str]:
    signals, sign = market.strength.signals, market.trend.direction.sign
    found = []
    if StrengthSignal.INCREASING in signals and len(signals) > 1:
        found.append("signals in conflict: " + ", ".join(signals))
    age = market.breakout_age_bars
    if age is not None and age < market.params.breakout_bars and market.breakout_side == -sign != 0:
        found.append(f"signals in conflict: wide break against the {market.trend.direction}")
    return found
