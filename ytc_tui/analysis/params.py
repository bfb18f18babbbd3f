"""The numbers of analysis, gathered in two frozen objects.

Decides nothing but defaults; the settings layer fills them. Imports stdlib only.
Invariant: a parameter object never changes within a session.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BreakOn(StrEnum):
    """What breaks a swing: a close beyond it or a touch (domain.md Y-15)."""

    CLOSE = "close"
    TOUCH = "touch"


@dataclass(frozen=True, slots=True)
class AnalysisParams:
    """How bars become structure. Bar counts are of the timeframe named.

    `max_hole_bars`: a hole of more missing bars of a timeframe restarts its swings and ATR.
    `resume_bars`: one-minute bars after such a hole before analysis is ready again.
    `correlation_days`: days of half-hour closes that are kept to compare symbols by.
    """

    ttf_minutes: int = 3
    htf_minutes: int = 30
    swing_n: int = 2
    htf_swing_n: int = 2
    equal_ticks: int = 0
    break_on: BreakOn = BreakOn.CLOSE
    atr_period: int = 14
    max_hole_bars: int = 5
    resume_bars: int = 15
    ltf_bars_kept: int = 240
    ttf_bars_kept: int = 200
    htf_bars_kept: int = 336
    correlation_days: int = 20
    swings_kept: int = 64

    strength_bars: int = 20

    zone_min_ticks: int = 2
    zone_cap_pct: float = 0.5
    zone_recent_bars: int = 20
    zone_rapid_atr: float = 1.5
    zones_kept: int = 48

    breakout_bars: int = 10
    breakout_atr: float = 1.5
    choppy_changes: int = 3
    choppy_bars: int = 40


@dataclass(frozen=True, slots=True)
class SetupParams:
    """How structure becomes setups (domain.md 2.7 to 2.9).

    `part_one_rr` is the m of the LRP formula (Y-31). `proximity_atr` is the nearness to a level
    in ATR(14) of the one-minute bars. `round_step_ticks` spaces round numbers; 0 switches that
    confluence factor off.

    Bars are of one minute where nothing else is said. `test_bars`: how old the turn at a level may be;
    `test_memory_bars`: it is the extreme of so many. `failure_bars`: bars from the first beyond a level
    to the trigger of its failure. `break_memory_bars`: TTF bars back to a break that is still pulled
    back to; `break_close_share`: where in its range the breaking bar closes. `climax_atr` and
    `climax_wick` tell a bar that is not exhausted, `rejection_wick` and `previous_wick` are the shares
    of a bar's range that count as rejection.
    """

    part_one_rr: float = 1.0
    trigger_offset_ticks: int = 2
    stop_buffer_ticks: int = 2
    stop_range_factor: float = 1.2
    min_stop_ticks: int = 5
    stall_bars: int = 3
    stall_atr: float = 1.5
    expiry_bars: int = 4
    min_swings: int = 3
    shallow_depth: float = 0.382
    deep_depth: float = 0.618
    fib_tolerance_pct: float = 0.5
    proximity_atr: float = 0.3
    round_step_ticks: int = 1000
    min_swings_complex: int = 5
    max_enclosed: int = 3
    test_bars: int = 5
    test_memory_bars: int = 15
    rejection_wick: float = 0.28
    previous_wick: float = 0.35
    climax_atr: float = 2.2
    climax_wick: float = 0.15
    failure_bars: int = 10
    break_memory_bars: int = 20
    break_close_share: float = 0.6
