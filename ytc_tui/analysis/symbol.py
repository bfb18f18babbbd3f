"""Everything analysis knows about one symbol.

Decides the order in which a closed minute reaches timeframes, swings, trend and zones, and what
happens at a hole (semantics.md 3). Imports the model, errors and the analysis beside it.
Invariant: all attributes are a function of the bars given so far, of the prior-session levels and of the
operator's own; reading them changes nothing.
"""

from __future__ import annotations

import hashlib
import struct
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeVar

from ytc_tui.analysis.approach import Approach, measure_approach
from ytc_tui.analysis.atr import WilderATR
from ytc_tui.analysis.breakouts import BreakoutWatch
from ytc_tui.analysis.correlation import RETURN_MINUTES
from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.regime import classify_regime
from ytc_tui.analysis.strength import measure_strength
from ytc_tui.analysis.swings import SwingTracker
from ytc_tui.analysis.timeframes import NONE_CLOSED, ClosedBars, TimeframeBuilder
from ytc_tui.analysis.trend import TrendTracker
from ytc_tui.analysis.zones import ZoneMap
from ytc_tui.errors import DataInvalid
from ytc_tui.model.market import NS_PER_MIN, Bar, Side
from ytc_tui.model.structure import Regime, StrengthState, Swing, SwingKind, TrendState, Zone

_pack_bar = struct.Struct("<q5d").pack
_RETURNS_PER_DAY = 24 * 60 // RETURN_MINUTES
ReadingT = TypeVar("ReadingT")


class SymbolAnalysis:
    """The analysis of `symbol`, whose prices step by `tick`. Feed closed minutes to `on_minute`.

    `last` is the newest bar, `minutes` the number of bars given, `now_ns` the close of the newest
    bar. `ltf_bars`, `ttf_bars` and `htf_bars` are bounded, newest last; `ttf_ranges` holds the range of each
    TTF bar, `trend_legs` the pushes of the trend; `half_hour_closes` holds (open ns, close) of the bars by
    which correlations are measured; `holes` counts the holes that restarted the one-minute analysis.
    """

    __slots__ = (
        "_approaches", "_breakout", "_digest", "_half_hours", "_htf", "_htf_atr",
        "_htf_swings", "_ltf_atr", "_readings", "_regime", "_since_hole", "_trend",
        "_trend_tracker", "_ttf", "_ttf_atr", "_ttf_swings", "half_hour_closes", "holes", "htf_bars", "last",
        "ltf_bars", "minutes", "params", "symbol", "tick", "trend_legs", "ttf_bars", "ttf_ranges", "zone_map",
    )  # fmt: skip

    def __init__(self, symbol: str, tick: float, params: AnalysisParams) -> None:
        if not tick > 0.0:
            raise DataInvalid(f"tick must be above 0, not {tick}", where=symbol, fix="check the instrument")
        self.symbol = symbol
        self.tick = tick
        self.params = params
        self.last: Bar | None = None
        self.minutes = 0
        self.holes = 0
        self._since_hole = 0
        self._digest = hashlib.sha256(symbol.encode())
        self.ltf_bars: deque[Bar] = deque(maxlen=params.ltf_bars_kept)
        self.ttf_bars: deque[Bar] = deque(maxlen=params.ttf_bars_kept)
        self.htf_bars: deque[Bar] = deque(maxlen=params.htf_bars_kept)
        self.ttf_ranges: deque[float] = deque(maxlen=params.ttf_bars_kept)
        # One more than there are returns.
        self.half_hour_closes: deque[tuple[int, float]] = deque(
            maxlen=params.correlation_days * _RETURNS_PER_DAY + 1
        )
        self._ttf = TimeframeBuilder(params.ttf_minutes)
        self._htf = TimeframeBuilder(params.htf_minutes)
        self._half_hours = (
            self._htf if params.htf_minutes == RETURN_MINUTES else TimeframeBuilder(RETURN_MINUTES)
        )
        self._ltf_atr = WilderATR(params.atr_period)
        self._ttf_atr = WilderATR(params.atr_period)
        self._htf_atr = WilderATR(params.atr_period)
        self._ttf_swings = self._swing_tracker(params.swing_n, self._ttf.width_ns)
        self._htf_swings = self._swing_tracker(params.htf_swing_n, self._htf.width_ns)
        self._trend_tracker = TrendTracker(
            swing_n=params.swing_n,
            break_on=params.break_on,
            width_ns=self._ttf.width_ns,
            changes_window=params.choppy_bars,
        )
        self.trend_legs = self._trend_tracker.legs
        self.zone_map = ZoneMap(tick, params)
        self._breakout = BreakoutWatch(params.breakout_atr)
        self._approaches: dict[Side, Approach] = {}
        self._readings: dict[Callable[[SymbolAnalysis], Any], Any] = {}
        self._trend: TrendState | None = None
        self._regime: Regime | None = None

    def _swing_tracker(self, n: int, width_ns: int) -> SwingTracker:
        equal_ticks, kept = self.params.equal_ticks, self.params.swings_kept
        return SwingTracker(n, tick=self.tick, equal_ticks=equal_ticks, width_ns=width_ns, kept=kept)

    def on_minute(self, bar: Bar) -> ClosedBars:
        """Take in a closed one-minute bar; the longer bars that closed with it.

        A bar of another symbol, or one not later than the last, raises DataInvalid.
        """
        symbol, open_ns, open_, high, low, close, volume = bar
        last = self.last
        if symbol != self.symbol:
            raise DataInvalid(f"bar of {symbol} given to the analysis of {self.symbol}")
        if last is not None:
            step_ns = open_ns - last.open_ns
            if step_ns != NS_PER_MIN:
                self._on_irregular_step(step_ns, open_ns)
        self._digest.update(_pack_bar(open_ns, open_, high, low, close, volume))
        self.last = bar
        self.minutes += 1
        self._since_hole += 1
        self.ltf_bars.append(bar)
        self._ltf_atr.add(bar)
        ttf = self._ttf.add(bar)
        htf = self._htf.add(bar)
        half_hours = htf if self._half_hours is self._htf else self._half_hours.add(bar)
        for closed in half_hours:
            self.half_hour_closes.append((closed.open_ns, closed.close))
        if not (ttf or htf):
            return NONE_CLOSED
        for closed in ttf:
            self._on_ttf(closed)
        for closed in htf:
            self._on_htf(closed)
        self._trend = self._regime = None
        self._approaches.clear()
        self._readings.clear()
        return ClosedBars(ttf[-1] if ttf else None, htf[-1] if htf else None)

    def set_prior_session(self, high: float, low: float, close: float) -> None:
        """Give the high, low and close of the session before (domain.md Y-10)."""
        self.zone_map.set_prior_session(high, low, close)
        self._readings.clear()

    def _on_irregular_step(self, step_ns: int, open_ns: int) -> None:
        if step_ns <= 0:
            raise DataInvalid(
                f"bar at {open_ns} ns is not later than the last one",
                where=self.symbol,
                fix="give bars in time order, each once",
            )
        if self._is_hole(step_ns, NS_PER_MIN):
            self._ltf_atr.restart()
            self._since_hole = 0
            self.holes += 1

    def _is_hole(self, step_ns: int, width_ns: int) -> bool:
        return step_ns // width_ns - 1 > self.params.max_hole_bars

    def _on_ttf(self, bar: Bar) -> None:
        if self.ttf_bars and self._is_hole(bar.open_ns - self.ttf_bars[-1].open_ns, self._ttf.width_ns):
            self._ttf_atr.restart()
            self._ttf_swings.restart()
            self._trend_tracker.restart()
            self._breakout.restart()
        self._breakout.add(bar, self._trend_tracker.bars, self._ttf_atr.value, self.zone_map)
        changes = self._ttf_swings.add(bar)
        self._trend_tracker.add(bar, changes, self._ttf_swings.swings)
        self._ttf_atr.add(bar)
        self.ttf_bars.append(bar)
        self.ttf_ranges.append(bar.high - bar.low)

    def _on_htf(self, bar: Bar) -> None:
        if self.htf_bars and self._is_hole(bar.open_ns - self.htf_bars[-1].open_ns, self._htf.width_ns):
            self._htf_atr.restart()
            self._htf_swings.restart()
        self.htf_bars.append(bar)
        changes = self._htf_swings.add(bar)
        self._htf_atr.add(bar)
        swings = [change.swing for change in changes]
        self.zone_map.add(bar, swings, self._htf_atr.value, bar.open_ns + self._htf.width_ns)

    @property
    def now_ns(self) -> int:
        """The close of the newest bar, 0 before the first."""
        return self.last.open_ns + NS_PER_MIN if self.last is not None else 0

    @property
    def ready(self) -> bool:
        """Whether enough bars since the start or the last hole are there to act on."""
        return (
            self._since_hole >= self.params.resume_bars
            and self._ltf_atr.value is not None
            and self._ttf_atr.value is not None
        )

    @property
    def atr_ltf(self) -> float | None:
        return self._ltf_atr.value

    @property
    def atr_ttf(self) -> float | None:
        return self._ttf_atr.value

    @property
    def atr_htf(self) -> float | None:
        return self._htf_atr.value

    @property
    def swings_ttf(self) -> deque[Swing]:
        """Alternating TTF swings, newest last; not to be changed by the reader."""
        return self._ttf_swings.swings

    @property
    def swings_htf(self) -> deque[Swing]:
        """Alternating HTF swings, newest last; not to be changed by the reader."""
        return self._htf_swings.swings

    @property
    def zones(self) -> tuple[Zone, ...]:
        return self.zone_map.zones

    @property
    def digest(self) -> str:
        """Rolling sha256 (hex) over symbol and packed bars."""
        return self._digest.hexdigest()

    @property
    def trend(self) -> TrendState:
        if self._trend is None:
            self._trend = self._trend_tracker.state()
        return self._trend

    @property
    def strength(self) -> StrengthState:
        return self.at_close(SymbolAnalysis._measure_strength)

    @property
    def breakout_age_bars(self) -> int | None:
        """TTF bars since a wide close beyond an HTF zone: 0 for the newest bar, None without one."""
        broke = self._breakout.bar_no
        return None if broke is None else self._trend_tracker.bars - 1 - broke

    @property
    def breakout_side(self) -> int:
        """The side of that close: +1 up, -1 down, 0 without one."""
        return self._breakout.side

    def approach(self, side: Side) -> Approach:
        """The move of `side` that is under way, as of the last closed TTF bar."""
        if side not in self._approaches:
            bars = self.newest_ttf(self.params.ttf_bars_kept)
            self._approaches[side] = measure_approach(self.swings_ttf, bars, side)
        return self._approaches[side]

    def at_close(self, read: Callable[[SymbolAnalysis], ReadingT]) -> ReadingT:
        """`read(self)`, made once until the next longer bar closes; `read` may look at longer bars, and at
        what follows from them, alone."""
        if read not in self._readings:
            self._readings[read] = read(self)
        reading: ReadingT = self._readings[read]
        return reading

    @property
    def regime(self) -> Regime:
        if self._regime is None:
            self._regime = classify_regime(
                self.trend,
                self.strength,
                breakout_age_bars=self.breakout_age_bars,
                breakout_bars=self.params.breakout_bars,
                choppy_changes=self.params.choppy_changes,
            )
        return self._regime

    def _measure_strength(self) -> StrengthState:
        tracker = self._trend_tracker
        with_trend = SwingKind.HIGH if tracker.direction.sign > 0 else SwingKind.LOW
        newest = next((s for s in reversed(self._ttf_swings.swings) if s.kind is with_trend), None)
        since_extreme = tracker.bars - 1 - tracker.extreme.bar_no if tracker.extreme is not None else 0
        return measure_strength(
            tracker.direction,
            tuple(tracker.legs),
            newest,
            tuple(self.newest_ttf(self.params.strength_bars))[::-1],
            self.recent_ttf(since_extreme),
        )

    def recent_ttf(self, count: int) -> tuple[Bar, ...]:
        """The newest `count` TTF bars at most, oldest first."""
        return tuple(islice(reversed(self.ttf_bars), max(0, count)))[::-1]

    def recent_ltf(self, count: int) -> tuple[Bar, ...]:
        """The newest `count` one-minute bars at most, oldest first."""
        return tuple(islice(reversed(self.ltf_bars), max(0, count)))[::-1]

    def newest_ltf(self, count: int) -> Iterator[Bar]:
        """The newest `count` one-minute bars, newest first, none from before the last hole."""
        return islice(reversed(self.ltf_bars), min(count, self._since_hole))

    def newest_ttf(self, count: int) -> Iterator[Bar]:
        """As `newest_ltf`, of the TTF."""
        since_hole = self._trend_tracker.bars - self._trend_tracker.started_bar
        return islice(reversed(self.ttf_bars), min(count, since_hole))
