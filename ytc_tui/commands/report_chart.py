"""What the chart of a report is drawn from: stored bars, swings found in them, zones that were told.

Decides the timeframe of the chart and which symbols have one. Imports analysis, the store's reader and
the report. Invariant: prices come from the bar store and the journal alone; a symbol without stored bars
has no chart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.session_structure import letter
from ytc_tui.analysis.swings import SwingTracker
from ytc_tui.analysis.timeframes import TimeframeBuilder
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.money import ZERO
from ytc_tui.model.structure import SwingKind, ZoneSource
from ytc_tui.views.json_data import listed, mapping
from ytc_tui.views.report import SessionReport

MOST_CHARTS = 6
MOST_BARS = 480
_UNTRADED_CHARTS = 2
_PARAMS = AnalysisParams()
_SIDES = (("resistance_zones", False), ("support_zones", True))


@dataclass(frozen=True, slots=True)
class Letter:
    """A swing of the chart's timeframe: A is the first, AA follows Z."""

    name: str
    at_ns: int
    price: float
    is_high: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A zone as market structure told it last; `is_own` = a level of the operator's."""

    low: float
    high: float
    is_support: bool
    strength: int
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class ChartData:
    """One symbol: bars of `minutes`, oldest first, never empty."""

    symbol: str
    minutes: int
    bars: tuple[Bar, ...]
    swings: tuple[Letter, ...]
    zones: tuple[Band, ...]


def chart_data(
    report: SessionReport, reader: SqliteReader, ticks: Mapping[str, Decimal]
) -> tuple[ChartData, ...]:
    """A chart for every symbol that was traded, or for the first two when none was."""
    traded = dict.fromkeys(trade.symbol for trade in report.trades if trade.quantity)
    wanted = list(traded)[:MOST_CHARTS] or list(report.header.symbols[:_UNTRADED_CHARTS])
    found = (_chart(report, reader, symbol, float(ticks.get(symbol, ZERO))) for symbol in wanted)
    return tuple(chart for chart in found if chart is not None)


def _chart(report: SessionReport, reader: SqliteReader, symbol: str, tick: float) -> ChartData | None:
    header = report.header
    minutes = _minutes(header.until_ns - header.init_ns)
    stored = reader.bars(symbol, header.init_ns, header.until_ns + NS_PER_MIN, header.feed_digest)
    # A feed that was run under several labels is stored once for each.
    by_open = {bar.open_ns: bar for bar in stored}
    bars: list[Bar] = []
    builder = TimeframeBuilder(minutes)
    for open_ns in sorted(by_open):
        bars.extend(builder.add(by_open[open_ns]))
    if not bars:
        return None
    swings = _told_swings(report, symbol) or tuple(_swings(bars, minutes, tick))
    return ChartData(symbol, minutes, tuple(bars), swings, _zones(report, symbol))


def _told_swings(report: SessionReport, symbol: str) -> tuple[Letter, ...]:
    """The swings as session review lettered them, so that its words mean these; none where it left some
    out."""
    told = next((each.told for each in report.structure_journal if each.symbol == symbol), {})
    if told.get("left_out") != 0:
        return ()
    found = []
    for swing in map(mapping, listed(told.get("swings"))):
        at_ns, price = swing.get("at_ns"), swing.get("price")
        if isinstance(at_ns, int) and isinstance(price, int | float) and _is_price(price):
            found.append(Letter(str(swing.get("letter")), at_ns, float(price), swing.get("kind") == "high"))
    return tuple(found)


def _minutes(length_ns: int) -> int:
    """The trading timeframe, or a multiple of it where that many bars could not be told apart."""
    step, fits = _PARAMS.ttf_minutes, 1
    while length_ns // NS_PER_MIN // (step * fits) > MOST_BARS:
        fits += 1
    return step * fits


def _swings(bars: list[Bar], minutes: int, tick: float) -> Iterator[Letter]:
    width_ns = minutes * NS_PER_MIN
    tracker = SwingTracker(
        _PARAMS.swing_n, tick=tick, equal_ticks=_PARAMS.equal_ticks, width_ns=width_ns, kept=len(bars)
    )
    tracker.add(bars[0])
    for before, bar in pairwise(bars):
        if (bar.open_ns - before.open_ns) // width_ns - 1 > _PARAMS.max_hole_bars:
            tracker.restart()
        tracker.add(bar)
    for number, swing in enumerate(tracker.swings):
        yield Letter(letter(number), swing.at_ns, swing.price, swing.kind is SwingKind.HIGH)


def _zones(report: SessionReport, symbol: str) -> tuple[Band, ...]:
    told = mapping(mapping(report.structure.get("structural_framework")).get(symbol))
    found = []
    for name, is_support in _SIDES:
        for zone in map(mapping, listed(told.get(name))):
            edges = [edge for edge in listed(zone.get("zone_range")) if _is_price(edge)]
            strength = zone.get("strength")
            if len(edges) == 2:
                strong = strength if isinstance(strength, int) else 0
                own = ZoneSource.OPERATOR in listed(zone.get("sources"))
                found.append(Band(float(min(edges)), float(max(edges)), is_support, strong, own))
    return tuple(found)


def _is_price(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e15
