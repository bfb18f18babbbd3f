"""The market as the engine sees it: marks, closed bars and analysis, recomputed from data.

Decides what counts as a problem of the data (semantics.md 3). Imports analysis and the model.
Invariant: nothing here is journalled; the same bars and the same own levels give the same market.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from decimal import Decimal

from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.analysis.timeframes import NONE_CLOSED
from ytc_tui.analysis.zones import OwnBand
from ytc_tui.engine.ports import Minute, PointPrice
from ytc_tui.model.events import BarRef
from ytc_tui.model.market import NS_PER_DAY, NS_PER_MIN, Bar, Instrument
from ytc_tui.model.money import decimal_from_float
from ytc_tui.model.own import OwnLevel, acting
from ytc_tui.model.trades import Trade

# Closed minutes of a symbol that are kept for its chart: a day.
CHART_MINUTES = 24 * 60


class MarketView:
    """Prices and analysis of the session's symbols. For who looks `minute_bars` are the newest closed ones of
    each, oldest first, and `funding` the rates that were settled last (fractions of notional). `minute_ns` is
    the open of the newest minute; `minute_closed` is True from its close until the next one begins.
    `own_levels` are all that the operator ever said in this session: those that act on a minute are put in
    place as it begins, never in between. `unknown` is why prices are all that can be told of it, empty while
    it is whole: only a past session whose data are not there has such a market."""

    __slots__ = (
        "_any_late", "_late", "_placed", "_present", "_prior", "analysis", "funding", "gap_ns", "htf_closed",
        "instruments", "marks", "minute_bars", "minute_closed", "minute_ns", "minutes", "own_levels",
        "prior_sessions", "symbols", "ttf_closed", "unknown",
    )  # fmt: skip

    def __init__(self, instruments: Mapping[str, Instrument], analysis: Mapping[str, SymbolAnalysis]) -> None:
        self.instruments = instruments
        self.analysis = analysis
        self.symbols = tuple(sorted(analysis))
        self.marks: dict[str, float] = {}
        self.funding: dict[str, Decimal] = {}
        self.minute_bars: dict[str, deque[Bar]] = {
            symbol: deque(maxlen=CHART_MINUTES) for symbol in self.symbols
        }
        self.minute_ns = 0
        self._present: tuple[Bar, ...] = ()
        self.gap_ns = 0
        self.minutes = 0
        self.minute_closed = False
        self.ttf_closed = False
        self.htf_closed = False
        self.prior_sessions: dict[str, tuple[float, float, float]] = {}
        self.own_levels: tuple[OwnLevel, ...] = ()
        self.unknown = ""
        self._placed: tuple[OwnLevel, ...] = ()
        self._late: dict[str, int] = dict.fromkeys(self.symbols, 0)
        self._any_late = False
        self._prior: dict[str, deque[Bar]] = {
            # One day: what "the prior session" means for a market that never closes.
            symbol: deque(maxlen=NS_PER_DAY // (view.params.htf_minutes * NS_PER_MIN))
            for symbol, view in analysis.items()
        }

    def begin_session(self) -> None:
        """A session begins: the day before it gives the prior high, low and close (Y-10)."""
        self.own_levels = ()
        for symbol, bars in self._prior.items():
            if bars:
                high, low = max(bar.high for bar in bars), min(bar.low for bar in bars)
                self.analysis[symbol].set_prior_session(high, low, bars[-1].close)
                self.prior_sessions[symbol] = (high, low, bars[-1].close)

    def begin_minute(self, minute: Minute) -> None:
        """A new minute begins; `gap_ns` is the time that is missing before it."""
        self.gap_ns = minute.open_ns - self.minute_ns - NS_PER_MIN if self.minute_ns else 0
        self.minute_ns = minute.open_ns
        self._present = minute.bars
        self.funding.update(minute.funding)
        self.minute_closed = self.ttf_closed = self.htf_closed = False
        if self.own_levels or self._placed:
            self._place_levels(acting(self.own_levels, minute.open_ns))

    def _place_levels(self, levels: tuple[OwnLevel, ...]) -> None:
        if levels == self._placed:
            return
        self._placed = levels
        for symbol, analysis in self.analysis.items():
            analysis.zone_map.set_own(tuple(_band(level) for level in levels if level.symbol == symbol))

    def gap_of(self, symbol: str) -> int:
        """The time (ns) without a bar of `symbol` before the one of this minute, while that is open; 0
        when this minute has none, or is its first."""
        last = self.analysis[symbol].last
        if last is None or self.minute_closed or not any(bar.symbol == symbol for bar in self._present):
            return 0
        return self.minute_ns - last.open_ns - NS_PER_MIN

    def on_point(self, prices: Iterable[PointPrice]) -> None:
        for symbol, price in prices:
            self.marks[symbol] = price

    def close_minute(self, minute: Minute) -> None:
        """Take in the minute's closed bars."""
        ttf = htf = False
        for bar in minute.bars:
            symbol = bar.symbol
            closed = self.analysis[symbol].on_minute(bar)
            self.minute_bars[symbol].append(bar)
            self.marks[symbol] = bar.close
            if closed is NONE_CLOSED:
                continue
            ttf = ttf or closed.ttf is not None
            if closed.htf is not None:
                htf = True
                self._prior[symbol].append(closed.htf)
        self.ttf_closed, self.htf_closed = ttf, htf
        self.minute_closed = True
        self.minutes += 1
        if len(minute.bars) != len(self.symbols) or self.gap_ns:
            self._note_late(minute)
            self._any_late = any(self._late.values())
        elif self._any_late:
            self._late = dict.fromkeys(self.symbols, 0)
            self._any_late = False

    def _note_late(self, minute: Minute) -> None:
        missing = self.gap_ns // NS_PER_MIN
        present = {bar.symbol for bar in minute.bars}
        for symbol in self.symbols:
            self._late[symbol] = 0 if symbol in present else self._late[symbol] + 1 + missing

    def late_bars(self, symbol: str) -> int:
        """How many expected bars of `symbol` are missing now."""
        return self._late[symbol]

    def problem(self, symbol: str) -> str:
        """Why `symbol`'s data does not allow an entry now; empty when it does."""
        analysis = self.analysis[symbol]
        if self.unknown:
            return self.unknown
        if self._late[symbol]:
            return f"{self._late[symbol]} expected bars late"
        if analysis.last is None:
            return "no bar yet"
        if not analysis.ready:
            return "too few bars since the start or the last hole"
        return ""

    def mark(self, symbol: str) -> Decimal | None:
        """The last price met, None before the first."""
        price = self.marks.get(symbol)
        return None if price is None else decimal_from_float(price)

    def bar_ref(self, symbol: str) -> BarRef:
        """The newest closed bar and the rolling digest there."""
        analysis = self.analysis[symbol]
        open_ns = analysis.last.open_ns if analysis.last else 0
        return BarRef(symbol, open_ns, analysis.digest)

    def excursion(self, trade: Trade) -> tuple[float, float] | None:
        """Lowest and highest price since `trade`'s entry, None before its first fill.

        The entry bar counts with its close only: its extremes may lie before the fill.
        """
        entry = trade.entry_price
        if entry is None:
            return None
        low = high = float(entry)
        for bar in reversed(self.analysis[trade.symbol].ltf_bars):
            if bar.open_ns + NS_PER_MIN <= trade.opened_ns:
                break
            if bar.open_ns >= trade.opened_ns:
                low, high = min(low, bar.low), max(high, bar.high)
            else:
                low, high = min(low, bar.close), max(high, bar.close)
        return low, high


def _band(level: OwnLevel) -> OwnBand:
    return OwnBand(float(level.low), float(level.high), level.role, level.met, level.from_ns)
