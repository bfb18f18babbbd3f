"""The chart of one symbol as the analysis has it now, and what of it is past.

Decides where a chart is divided, what goes on it and which lines and marks its trades draw. Imports the
situation, analysis and the chart's views. Invariants: only what was known at this instant is shown; together
the two views hold every candle once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.analysis.zones import OWN_STRENGTH
from ytc_tui.engine.chart_bars import bars_before, bars_since, has_timeframe, newest_open_ns
from ytc_tui.engine.market import MarketView
from ytc_tui.engine.situation import Situation
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.money import ZERO
from ytc_tui.model.news import NewsState
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.own import OwnLevel
from ytc_tui.model.state import OrderRecord
from ytc_tui.model.structure import Swing, ZoneRole, ZoneSource
from ytc_tui.model.trades import ENDED_TRADE_STATES, Trade, TradeState
from ytc_tui.views.chart import (
    Candle,
    ChartLeg,
    ChartLine,
    ChartMark,
    ChartNews,
    ChartPast,
    ChartSwing,
    ChartView,
    ChartZone,
    LineKind,
    MarkKind,
)

# What is past grows by so many candles at a time. Each price that moves sends those since, each growth all of
# them: with a few moves a bar both cost about as much.
PAST_STEP = 20
_MAX_ZONES = 12
_MAX_OWN = 8


@dataclass(slots=True)
class Charts:
    """The charts of one run. A past is made once, when its chart is looked at, and kept until it grows."""

    _pasts: dict[tuple[str, int], ChartPast] = field(default_factory=dict)

    def past(self, sit: Situation, symbol: str, minutes: int) -> ChartPast | None:
        """What lies before the candles of `chart`; None where there is no chart."""
        analysis = sit.market.analysis.get(symbol)
        if analysis is None or not has_timeframe(analysis, minutes):
            return None
        step_ns = PAST_STEP * minutes * NS_PER_MIN
        until_ns = newest_open_ns(sit.market, symbol, minutes) // step_ns * step_ns
        kept = self._pasts.get((symbol, minutes))
        if kept is None or kept.until_ns != until_ns:
            kept = self._pasts[symbol, minutes] = _past(sit, symbol, minutes, until_ns)
        return kept

    def chart(self, sit: Situation, symbol: str, minutes: int) -> ChartView | None:
        """`symbol` on bars of 1 minute, of the trading or of the higher timeframe; None for anything else."""
        past = self.past(sit, symbol, minutes)
        if past is None:
            return None
        analysis, instrument = sit.market.analysis[symbol], sit.market.instruments[symbol]
        candles = tuple(map(_candle, bars_since(sit.market, symbol, minutes, past.until_ns)))
        first_ns = next((candle.open_ns for candle in past.candles or candles), 0)
        trades = [trade for trade in sit.state.trades.values() if trade.symbol == symbol]
        last = sit.market.marks.get(symbol)
        own = _own_levels(sit, symbol, last)
        told = frozenset(past.swings)
        exits = _exits(sit)
        marks = (mark for trade in trades for mark in _marks(trade, exits.get(trade.trade_id, [])))
        known = not sit.market.unknown
        swings = (_swing(swing) for swing in _swings(sit.market, symbol, minutes))
        return ChartView(
            symbol=symbol,
            minutes=minutes,
            decimals=max(0, -int(instrument.tick.normalize().as_tuple().exponent)),
            last=last,
            candles=candles,
            zones=(*(_zones(analysis, last) if known else ()), *_own_bands(own, last)),
            swings=tuple(swing for swing in swings if swing.at_ns >= first_ns and swing not in told),
            lines=(*(line for trade in trades for line in _lines(sit, trade)), *_own_lines(own)),
            marks=tuple(mark for mark in marks if mark.at_ns >= first_ns),
            legs=tuple(_legs(analysis, minutes, first_ns)) if known else (),
            news=tuple(_news(sit, past.until_ns, sit.at_ns + minutes * NS_PER_MIN)),
            not_known=sit.market.unknown,
        )


def _past(sit: Situation, symbol: str, minutes: int, until_ns: int) -> ChartPast:
    candles = tuple(map(_candle, bars_before(sit.market, symbol, minutes, until_ns)))
    first_ns = candles[0].open_ns if candles else until_ns
    # The newest swing may still give way to one that goes further.
    final = list(_swings(sit.market, symbol, minutes))[:-1]
    news = (told for told in _news(sit, first_ns, until_ns) if told.until_ns <= until_ns)
    return ChartPast(
        symbol,
        minutes,
        until_ns,
        candles,
        tuple(_swing(swing) for swing in final if first_ns <= swing.at_ns < until_ns),
        tuple(news),
    )


def _candle(bar: Bar) -> Candle:
    return Candle(bar.open_ns, bar.open, bar.high, bar.low, bar.close, bar.volume)


def _swing(swing: Swing) -> ChartSwing:
    return ChartSwing(swing.kind, swing.at_ns, swing.price)


def _swings(market: MarketView, symbol: str, minutes: int) -> Iterable[Swing]:
    """The higher timeframe has swings of its own; minutes show those of the trading timeframe. None where
    they are not known."""
    if market.unknown:
        return ()
    analysis = market.analysis[symbol]
    return analysis.swings_htf if minutes == analysis.params.htf_minutes else analysis.swings_ttf


def _legs(analysis: SymbolAnalysis, minutes: int, first_ns: int) -> Iterator[ChartLeg]:
    """The pushes of the trend, which is that of the trading timeframe."""
    for start, end in analysis.trend_legs if minutes != analysis.params.htf_minutes else ():
        if start.at_ns >= first_ns:
            yield ChartLeg(start.at_ns, start.price, end.at_ns, end.price)


def _news(sit: Situation, from_ns: int, until_ns: int) -> Iterator[ChartNews]:
    """The windows that act and of which a part lies in [from_ns, until_ns)."""
    news = sit.policy.news
    for window in news.windows if news.rules.acts else ():
        if window.until_ns > from_ns and window.from_ns < until_ns:
            blackout = window.state is NewsState.BLACKOUT
            yield ChartNews(window.from_ns, window.until_ns, blackout, window.event.label)


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


def _exits(sit: Situation) -> dict[str, list[OrderRecord]]:
    """The orders that took something out, by their trade, in the order in which they were done."""
    found: dict[str, list[OrderRecord]] = {}
    for record in sit.state.orders.values():
        if record.filled > ZERO and record.request.role is not OrderRole.ENTRY:
            found.setdefault(record.trade_id, []).append(record)
    for records in found.values():
        records.sort(key=lambda record: record.updated_ns)
    return found


def _marks(trade: Trade, exits: list[OrderRecord]) -> Iterator[ChartMark]:
    """A mark where the trade was entered, and one for each order that took some of it out, at its last
    change: that of a filled order is its last fill."""
    if trade.opened_ns and trade.entry_price is not None:
        yield ChartMark(MarkKind.ENTRY, trade.side, trade.opened_ns, float(trade.entry_price), trade.trade_id)
    ended = trade.state in ENDED_TRADE_STATES
    for record in exits[:-1] if ended else exits:
        at_ns = record.updated_ns
        yield ChartMark(MarkKind.PARTIAL, record.request.side, at_ns, _average(trade, record), trade.trade_id)
    if ended and trade.closed_ns and trade.exited_quantity > ZERO:
        why = trade.exit_reason.value.replace("_", " ") if trade.exit_reason is not None else ""
        note = f"{trade.trade_id} {why}".rstrip()
        price = _average(trade, exits[-1]) if exits else float(_exit_price(trade))
        yield ChartMark(MarkKind.EXIT, trade.side.opposite, trade.closed_ns, price, note)


def _average(trade: Trade, record: OrderRecord) -> float:
    return float(record.notional / record.filled / trade.contract_size)


def _exit_price(trade: Trade) -> Decimal:
    return trade.exit_notional / trade.exited_quantity / trade.contract_size
