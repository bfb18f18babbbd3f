"""The bars of a chart on any of the three timeframes: closed ones as they are kept, the open one too.

Decides how far back a chart reaches: a day of minutes, and as many longer bars as the analysis keeps. Imports
the market and the model. Invariant: a longer bar holds minutes that were given, and none is shown in part but
the newest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import takewhile

from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.engine.market import MarketView
from ytc_tui.model.market import NS_PER_MIN, Bar


def has_timeframe(analysis: SymbolAnalysis, minutes: int) -> bool:
    return minutes in (1, analysis.params.ttf_minutes, analysis.params.htf_minutes)


def newest_open_ns(market: MarketView, symbol: str, minutes: int) -> int:
    """When the newest bar opened, which may be open still (UTC ns); 0 before the first."""
    last, width_ns = market.analysis[symbol].last, minutes * NS_PER_MIN
    return last.open_ns // width_ns * width_ns if last is not None else 0


def bars_since(market: MarketView, symbol: str, minutes: int, from_ns: int) -> list[Bar]:
    """The bars that opened at `from_ns` or later, oldest first, with the one that is still open."""
    minute_bars = market.minute_bars[symbol]
    if minutes == 1:
        return _since(minute_bars, from_ns)
    if market.unknown:
        return []  # minutes may be missing that there were
    kept = _closed(market.analysis[symbol], minutes)
    after_ns = kept[-1].open_ns + minutes * NS_PER_MIN if kept else 0
    return [*_since(kept, from_ns), *gathered(_since(minute_bars, max(from_ns, after_ns)), minutes)]


def bars_before(market: MarketView, symbol: str, minutes: int, until_ns: int) -> list[Bar]:
    """The closed bars that opened before `until_ns`, a multiple of the timeframe, oldest first."""
    minute_bars = market.minute_bars[symbol]
    if minutes == 1:
        return _before(minute_bars, until_ns)
    if market.unknown:
        return []
    kept = _closed(market.analysis[symbol], minutes)
    before_ns = min(until_ns, kept[0].open_ns) if kept else until_ns
    older = list(gathered(_before(minute_bars, before_ns), minutes))
    if older and len(minute_bars) == minute_bars.maxlen and older[0].open_ns != minute_bars[0].open_ns:
        del older[0]  # its first minutes are not kept any more
    return [*older, *_before(kept, until_ns)]


def gathered(minutes_of: Iterable[Bar], minutes: int) -> Iterator[Bar]:
    """Bars of `minutes` from one-minute bars, oldest first; the last may be of fewer."""
    width_ns = minutes * NS_PER_MIN
    held: list[Bar] = []
    for bar in minutes_of:
        if held and bar.open_ns // width_ns != held[0].open_ns // width_ns:
            yield _one(held, width_ns)
            held = []
        held.append(bar)
    if held:
        yield _one(held, width_ns)


def _one(bars: list[Bar], width_ns: int) -> Bar:
    return Bar(
        bars[0].symbol,
        bars[0].open_ns // width_ns * width_ns,
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.volume for bar in bars),
    )


def _closed(analysis: SymbolAnalysis, minutes: int) -> deque[Bar]:
    return analysis.ttf_bars if minutes == analysis.params.ttf_minutes else analysis.htf_bars


def _since(bars: deque[Bar], from_ns: int) -> list[Bar]:
    return list(takewhile(lambda bar: bar.open_ns >= from_ns, reversed(bars)))[::-1]


def _before(bars: deque[Bar], until_ns: int) -> list[Bar]:
    return list(takewhile(lambda bar: bar.open_ns < until_ns, bars))
