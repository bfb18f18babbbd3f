"""Targets and grade of a setup, shared by all finders, and whether its price still stands.

Decides T1 and T2 (domain.md Y-38), the grade A, B, C (domain.md 1.4, agent 07), and when a setup can be
entered no more (Y-32, Y-33). Imports levels, zones, the symbol's analysis and the model.
Invariant: ratios here are gross; costs come in with sizing.
"""

from __future__ import annotations

from ytc_tui.analysis.levels import on_grid_above, on_grid_below
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.analysis.zones import ZoneMap
from ytc_tui.model.market import Side
from ytc_tui.model.signals import Setup

_GRADE_A_SCORE = 80.0
_GRADE_A_REWARD_RISK = 2.5
_MIN_SCORE = 70.0
_MIN_REWARD_RISK = 1.5
_MIN_FACTORS = 2


def zone_beyond(zones: ZoneMap, side: Side, price: float, tick: float) -> float | None:
    """The near edge of the next HTF zone beyond `price` in the direction of `side`, or None.

    An edge off the tick grid is rounded toward `price`.
    """
    zone = zones.above(price) if side is Side.BUY else zones.below(price)
    if zone is None:
        return None
    return on_grid_below(zone.low, tick) if side is Side.BUY else on_grid_above(zone.high, tick)


def opposing_target(zones: ZoneMap, side: Side, entry: float, swing_price: float, tick: float) -> float:
    """T1: the nearer of the opposing swing and the next HTF zone beyond `entry`."""
    edge = zone_beyond(zones, side, entry, tick)
    if edge is None or (edge - swing_price) * side.sign >= 0:
        return swing_price
    return edge


def reward_risk(entry: float, stop: float, target: float) -> float:
    """Gross reward of `target` over the risk to `stop`; 0 when the risk is 0."""
    risk = abs(entry - stop)
    return abs(target - entry) / risk if risk > 0.0 else 0.0


def blended_reward_risk(entry: float, stop: float, t1: float, t2: float | None) -> float:
    """Gross reward:risk of two equal parts; T1 alone when no T2 is known."""
    first = reward_risk(entry, stop, t1)
    return first if t2 is None else (first + reward_risk(entry, stop, t2)) / 2.0


def grade_of(score: float, factors: int, blended: float) -> str:
    """A: score 80, three factors, R:R 2.5. B: score 70, two factors, R:R 1.5. Else C."""
    if score >= _GRADE_A_SCORE and factors > _MIN_FACTORS and blended >= _GRADE_A_REWARD_RISK:
        return "A"
    if score >= _MIN_SCORE and factors >= _MIN_FACTORS and blended >= _MIN_REWARD_RISK:
        return "B"
    return "C"


def trigger_problem(setup: Setup, market: SymbolAnalysis | None, mark: float | None, now_ns: int) -> str:
    """Why `setup` cannot be entered from the last closed minute; empty when it can.

    The trigger is the bar that just closed. A price at its limit is still wholesale; a price at its
    stop has disproved the setup. A setup whose own trigger lies beyond its limit is proposed all the
    same, so that its refusal as chasing is on record.
    """
    if market is None or mark is None or not market.ready:
        return "no usable price"
    if setup.expires_ns <= now_ns:
        return "expired"
    if setup.found_ns != market.now_ns:
        return "its trigger is of an earlier minute"
    sign = setup.side.sign
    if (mark - setup.stop) * sign <= 0:
        return f"price {mark:.10g} is at or beyond the stop {setup.stop:.10g}"
    wholesale = (setup.limit - setup.trigger) * sign >= 0
    if wholesale and (mark - setup.limit) * sign > 0:
        return f"price {mark:.10g} is beyond the worst price allowed {setup.limit:.10g}"
    return ""
