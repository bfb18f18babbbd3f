"""The candle chart as a view: bars, zones, swings, and the lines and marks of trades.

Decides what belongs on a chart. Imports the model only. Invariant: everything here was known at the
frame's instant; a swing is shown from the moment it was confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
    """A fill of ours."""

    ENTRY = "entry"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class Candle:
    """A bar of the chart's timeframe; the last one may still be open. Prices in quote, time UTC ns."""

    open_ns: int
    open: float
    high: float
    low: float
    close: float


@dataclass(frozen=True, slots=True)
class ChartZone:
    """A band of support or resistance; `strength` 1 to 10."""

    role: ZoneRole
    low: float
    high: float
    strength: int


@dataclass(frozen=True, slots=True)
class ChartSwing:
    kind: SwingKind
    at_ns: int
    price: float


@dataclass(frozen=True, slots=True)
class ChartLine:
    kind: LineKind
    price: float
    label: str  # e.g. "T1", "stop 1480.20", what the operator calls a level


@dataclass(frozen=True, slots=True)
class ChartMark:
    kind: MarkKind
    side: Side
    at_ns: int
    price: float


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
    not_known: str = ""
