"""The candle chart as two views: what changes with every price, and what is past and only read.

Decides what belongs on a chart and how its two parts are put together. Imports the model only. Invariant:
everything here was known at the frame's instant; a swing is shown from the moment it was confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from ytc_tui.model.market import Side
from ytc_tui.model.structure import SwingKind, ZoneRole


class LineKind(StrEnum):
    """A price that runs across the chart."""

    ENTRY = "entry"
    STOP = "stop"
    TARGET = "target"
    BREAKEVEN = "breakeven"
    OWN = "own"


class MarkKind(StrEnum):
    """Fills of ours: into a trade, out of a part of it, out of the rest."""

    ENTRY = "entry"
    PARTIAL = "partial exit"
    EXIT = "exit"


# Rows and not objects: without the names of their fields they are half as long on their way to a desk.


class Candle(NamedTuple):
    """A bar of the chart's timeframe; the last one may still be open. Prices in quote, volume in base, time
    UTC ns. Where no candle has a volume the data have none."""

    open_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float = 0.0


class ChartZone(NamedTuple):
    """A band of support or resistance; `strength` 1 to 10."""

    role: ZoneRole
    low: float
    high: float
    strength: int


class ChartSwing(NamedTuple):
    kind: SwingKind
    at_ns: int
    price: float


class ChartLeg(NamedTuple):
    """A push of the trend, from one swing to a new extreme."""

    from_ns: int
    from_price: float
    to_ns: int
    to_price: float


class ChartLine(NamedTuple):
    kind: LineKind
    price: float
    label: str  # e.g. "T1", "stop 1480.20", what the operator calls a level


class ChartMark(NamedTuple):
    """`note` is the trade, and why it was left."""

    kind: MarkKind
    side: Side
    at_ns: int
    price: float
    note: str = ""


class ChartNews(NamedTuple):
    """The time around a news event, [from_ns, until_ns): without entries, or with smaller ones."""

    from_ns: int
    until_ns: int
    blackout: bool
    label: str


@dataclass(frozen=True, slots=True)
class ChartPast:
    """What lies before the candles of a chart's view: all that opened before `until_ns`, oldest first.

    It stays as it is while the view gathers candles, and then grows by all of them at once.
    """

    symbol: str
    minutes: int
    until_ns: int
    candles: tuple[Candle, ...] = ()
    swings: tuple[ChartSwing, ...] = ()
    news: tuple[ChartNews, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartView:
    """One symbol on one timeframe of `minutes`; candles oldest first, `decimals` as the tick has them.

    `last` is the last price met, None before the first. `not_known` says why there are no zones and swings,
    and perhaps no bars; empty where all is known.
    """

    symbol: str
    minutes: int
    decimals: int
    last: float | None
    candles: tuple[Candle, ...]
    zones: tuple[ChartZone, ...] = ()
    swings: tuple[ChartSwing, ...] = ()
    lines: tuple[ChartLine, ...] = ()
    marks: tuple[ChartMark, ...] = ()
    legs: tuple[ChartLeg, ...] = ()
    news: tuple[ChartNews, ...] = ()
    not_known: str = ""


def with_past(chart: ChartView | None, past: ChartPast | None) -> ChartView | None:
    """A chart with what lies before it; without it, or with that of another chart, as it is."""
    if chart is None or past is None or (past.symbol, past.minutes) != (chart.symbol, chart.minutes):
        return chart
    return replace(
        chart,
        candles=past.candles + chart.candles,
        swings=past.swings + chart.swings,
        news=past.news + chart.news,
    )
