"""The chart of one symbol as the analysis has it now.

Decides how many candles go on a chart and which lines its trade draws. Imports the situation, analysis
and the chart's view. Invariant: only what was known at this instant is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.analysis.zones import OWN_STRENGTH
from ytc_tui.engine.situation import Situation
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.own import OwnLevel
from ytc_tui.model.structure import ZoneRole, ZoneSource
from ytc_tui.model.trades import Trade, TradeState
from ytc_tui.views.chart import (
    Candle,
    ChartLine,
    ChartMark,
    ChartSwing,
    ChartView,
    ChartZone,
    LineKind,
    MarkKind,
)

ItemT = TypeVar("ItemT")

MAX_CANDLES = 240
_MAX_SWINGS = 40
_MAX_ZONES = 12
_MAX_OWN = 8


def chart(sit: Situation, symbol: str, minutes: int) -> ChartView | None:
    """`symbol` on bars of 1 minute or of the trading timeframe; None for anything else."""
    analysis = sit.market.analysis.get(symbol)
    if analysis is None or minutes not in (1, analysis.params.ttf_minutes):
        return None
    instrument = sit.market.instruments[symbol]
    known = not sit.market.unknown
    bars = analysis.ltf_bars if minutes == 1 else _trading_bars(analysis) if known else ()
    candles = tuple(
        Candle(bar.open_ns, bar.open, bar.high, bar.low, bar.close) for bar in _newest(bars, MAX_CANDLES)
    )
    first_ns = candles[0].open_ns if candles else 0
    trades = [trade for trade in sit.state.trades.values() if trade.symbol == symbol]
    last = sit.market.marks.get(symbol)
    own = _own_levels(sit, symbol, last)
    return ChartView(
        symbol=symbol,
        minutes=minutes,
        decimals=max(0, -int(instrument.tick.normalize().as_tuple().exponent)),
        last=last,
        candles=candles,
        zones=(*(_zones(analysis, last) if known else ()), *_own_bands(own, last)),
        swings=tuple(
            ChartSwing(swing.kind, swing.at_ns, swing.price)
            for swing in _newest(analysis.swings_ttf if known else (), _MAX_SWINGS)
            if swing.at_ns >= first_ns
        ),
        lines=(*(line for trade in trades for line in _lines(sit, trade)), *_own_lines(own)),
        marks=tuple(mark for trade in trades for mark in _marks(trade) if mark.at_ns >= first_ns),
        not_known=sit.market.unknown,
    )


def _newest(items: Iterable[ItemT], count: int) -> list[ItemT]:
    kept = list(items)
    return kept[-count:]


def _trading_bars(analysis: SymbolAnalysis) -> Iterator[Bar]:
    """The closed bars of the trading timeframe, and the one that the minutes since then are making."""
    closed = analysis.ttf_bars
    yield from closed
    width_ns = analysis.params.ttf_minutes * NS_PER_MIN
    after_ns = closed[-1].open_ns + width_ns if closed else 0
    recent = list(islice(reversed(analysis.ltf_bars), analysis.params.ttf_minutes))[::-1]
    open_bars = [bar for bar in recent if bar.open_ns >= after_ns]
    if open_bars:
        yield Bar(
            analysis.symbol,
            open_bars[0].open_ns // width_ns * width_ns,
            open_bars[0].open,
            max(bar.high for bar in open_bars),
            min(bar.low for bar in open_bars),
            open_bars[-1].close,
            sum(bar.volume for bar in open_bars),
        )


def _zones(analysis: SymbolAnalysis, last: float | None) -> tuple[ChartZone, ...]:
    """The zones nearest to the price, lowest first."""
    zones = tuple(zone for zone in analysis.zones if ZoneSource.OPERATOR not in zone.sources)
    if last is not None and len(zones) > _MAX_ZONES:
        zones = tuple(sorted(zones, key=lambda zone: abs(zone.level - last))[:_MAX_ZONES])
    ordered = sorted(zones, key=lambda zone: zone.low)
    return tuple(ChartZone(zone.role, zone.low, zone.high, zone.strength) for zone in ordered)


def _own_levels(sit: Situation, symbol: str, last: float | None) -> list[OwnLevel]:
    """The operator's levels nearest to the price, also those that act from the next minute on only."""
    own = [level for level in sit.state.standing_levels(sit.at_ns) if level.symbol == symbol]
    if last is None:
        return own[:_MAX_OWN]
    return sorted(own, key=lambda level: abs(_middle(level) - last))[:_MAX_OWN]


def _middle(level: OwnLevel) -> float:
    return float((level.low + level.high) / 2)


def _own_bands(own: Iterable[OwnLevel], last: float | None) -> Iterator[ChartZone]:
    for level in own:
        if level.low < level.high:
            above = last is None or _middle(level) > last
            role = level.role or (ZoneRole.RESISTANCE if above else ZoneRole.SUPPORT)
            yield ChartZone(role, float(level.low), float(level.high), OWN_STRENGTH)


def _own_lines(own: Iterable[OwnLevel]) -> Iterator[ChartLine]:
    for level in own:
        yield ChartLine(LineKind.OWN, _middle(level), level.label or "own")


def _lines(sit: Situation, trade: Trade) -> Iterator[ChartLine]:
    if trade.state is TradeState.PENDING_ENTRY:
        yield ChartLine(LineKind.ENTRY, float(trade.entry_limit), "entry limit")
    elif trade.open_quantity > ZERO and trade.entry_price is not None:
        yield ChartLine(LineKind.ENTRY, float(trade.entry_price), "entry")
    else:
        return
    yield ChartLine(LineKind.STOP, float(trade.stop), "stop")
    targets = sit.state.working_orders(trade.symbol, OrderRole.TARGET)
    for record in targets:
        if record.request.limit_price is not None:
            yield ChartLine(LineKind.TARGET, float(record.request.limit_price), record.note or "target")
    if trade.state is TradeState.PENDING_ENTRY:
        yield ChartLine(LineKind.TARGET, float(trade.t1), "T1")


def _marks(trade: Trade) -> Iterator[ChartMark]:
    if trade.opened_ns and trade.entry_price is not None:
        yield ChartMark(MarkKind.ENTRY, trade.side, trade.opened_ns, float(trade.entry_price))
    if trade.closed_ns and trade.exited_quantity > ZERO:
        average = trade.exit_notional / trade.exited_quantity / trade.contract_size
        yield ChartMark(MarkKind.EXIT, trade.side.opposite, trade.closed_ns, float(average))
