"""Settings of the method: how bars become structure, and what a setup's pattern has to look like.

Numbers: semantics.md 5, domain.md 2.3 to 2.7. Imports the field rules and analysis' word for a break.
Invariant: the defaults are those of `ytc_tui.analysis.params`; a test compares them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from ytc_tui.analysis.params import BreakOn
from ytc_tui.settings.fields import Section, setting

# A trading-timeframe count may reach back over as many bars as analysis keeps.
_KEPT = 200


class PatternSettings(Section):
    """What a setup has to look like on the lower timeframe (domain.md 2.7)."""

    min_swings: int = setting(3, "Swings that must be known for a simple pullback.", ge=2, le=20)
    min_swings_complex: int = setting(5, "Swings that must be known for a complex pullback.", ge=4, le=20)
    stall_bars: int = setting(3, "Fewest bars of a stall.", ge=2, le=30)
    stall_atr: Decimal = setting("1.5", "Widest range of a stall.", ge=Decimal("0.1"), le=10)
    min_stop_ticks: int = setting(5, "Smallest stop distance.", ge=0, le=10_000)
    near_level_atr: Decimal = setting("0.3", "How near to a level is at it.", ge=0, le=5)
    round_step_ticks: int = setting(
        1000, "Distance of round numbers, a factor of confluence; 0 = they do not count.", ge=0, le=1_000_000
    )
    shallow_depth_pct: Decimal = setting(
        "38.2", "Depth below which a pullback is shallow.", ge=1, le=Decimal("99.9")
    )
    deep_depth_pct: Decimal = setting(
        "61.8", "Depth above which a pullback loses points.", ge=1, le=Decimal("99.9")
    )
    fib_tolerance_pct: Decimal = setting(
        "0.5",
        "How near a pullback must turn to 38.2, 50 or 61.8, in percent of the price.",
        ge=Decimal("0.01"),
        le=5,
    )
    test_bars: int = setting(5, "Bars since the turn of a test, at most.", ge=1, le=60)
    test_memory_bars: int = setting(15, "Bars of which a test's turn is the extreme.", ge=3, le=120)
    rejection_wick_pct: Decimal = setting(
        "28", "Wick that rejects a level, of its bar's range.", ge=1, le=100
    )
    previous_wick_pct: Decimal = setting("35", "The same for the bar before the trigger bar.", ge=1, le=100)
    climax_atr: Decimal = setting("2.2", "Range of a bar that is not exhausted.", ge=Decimal("0.1"), le=20)
    climax_wick_pct: Decimal = setting("15", "Wick below which such a bar is no rejection.", ge=0, le=100)
    failure_bars: int = setting(10, "Bars from the first beyond a level to its failure.", ge=1, le=60)
    break_memory_bars: int = setting(
        20, "Trading-timeframe bars back to a break that is pulled back to.", ge=1, le=_KEPT
    )
    break_close_pct: Decimal = setting(
        "60", "Where in its range a breaking bar closes, at least.", ge=0, le=100
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for smaller, larger in (("test_bars", "test_memory_bars"), ("shallow_depth_pct", "deep_depth_pct")):
            if getattr(self, smaller) > getattr(self, larger):
                raise PydanticCustomError(
                    "across",
                    "the smaller of two numbers is above the larger",
                    {"keys": (f"method.patterns.{smaller}", f"method.patterns.{larger}")},
                )
        return self


class MethodSettings(Section):
    """How bars become swings, zones, trend and market regime (domain.md 2.3 to 2.6)."""

    swing_bars: int = setting(2, "Bars on each side of a swing of the trading timeframe.", ge=1, le=10)
    higher_swing_bars: int = setting(2, "The same on the higher timeframe.", ge=1, le=10)
    equal_ticks: int = setting(0, "Highs, or lows, so near to each other are equal.", ge=0, le=1000)
    break_on: BreakOn = setting("close", "What breaks a swing: a close beyond it, or a touch.")
    atr_bars: int = setting(14, "Bars of the average true range.", ge=2, le=100)
    strength_bars: int = setting(20, "Trading-timeframe bars by which momentum is scored.", ge=4, le=_KEPT)
    zone_min_ticks: int = setting(2, "Smallest width of a zone.", ge=1, le=10_000)
    zone_max_pct: Decimal = setting(
        "0.5", "Largest width of a zone, in percent of the price.", ge=Decimal("0.01"), le=10
    )
    zone_recent_bars: int = setting(
        20, "Higher-timeframe bars within which a touch is recent.", ge=1, le=_KEPT
    )
    zone_rapid_atr: Decimal = setting(
        "1.5", "How far price is from a level that it left fast.", ge=Decimal("0.1"), le=20
    )
    breakout_bars: int = setting(
        10, "Trading-timeframe bars that a breakout expansion lasts.", ge=1, le=_KEPT
    )
    breakout_atr: Decimal = setting(
        "1.5", "Range of the bar that begins a breakout expansion.", ge=Decimal("0.1"), le=20
    )
    choppy_changes: int = setting(3, "Changes of direction that make a market choppy.", ge=1, le=30)
    choppy_bars: int = setting(40, "Trading-timeframe bars within which those changes count.", ge=1, le=_KEPT)
    patterns: PatternSettings = PatternSettings()
