"""The price chart of a report: candles, zones, lettered swings, and each trade from entry to exit.

Decides what is drawn over what. Imports the report and its chart data. Invariant: every mark stands at a
price and time of the journal or the bar store.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ytc_tui.commands.report_chart import ChartData
from ytc_tui.commands.svg import Scale, element, figure, line, number, rect, text, ticks, title
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.model.orders import OrderRole
from ytc_tui.views.journal import plain
from ytc_tui.views.report import SessionReport
from ytc_tui.views.report_tables import FillRow, TradeRow

WIDTH, HEIGHT = 1120, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 1040, 12, 408
_HOUR_STEPS_MIN = (15, 30, 60, 120, 240, 480)
_MOST_TIMES, _HALF_LABEL_PX = 14, 16
_LABEL_WIDE_PX, _LABEL_HIGH_PX = 100, 14
_ROOM = 0.04


def candles(report: SessionReport, chart: ChartData) -> str:
    """The chart of one symbol as SVG."""
    trades = [trade for trade in report.trades if trade.symbol == chart.symbol and trade.quantity]
    times, prices = _scales(chart, trades)
    parts = [
        *_grid(times, prices),
        *_zones(chart, prices),
        *_bars(chart, times, prices),
        *_swings(chart, times, prices),
    ]
    taken: list[tuple[float, float]] = []
    for trade in trades:
        fills = [fill for fill in report.fills if fill.trade_id == trade.trade_id]
        parts += _trade(trade, fills, times, prices, taken)
    label = f"{chart.symbol}, {chart.minutes}-minute candles with zones, swings and trades"
    return figure(WIDTH, HEIGHT, label, parts)


def _scales(chart: ChartData, trades: list[TradeRow]) -> tuple[Scale, Scale]:
    begin, end = chart.bars[0].open_ns, chart.bars[-1].open_ns + chart.minutes * NS_PER_MIN
    marks = [float(price) for trade in trades for price in (trade.initial_stop, trade.t1)]
    low = min([bar.low for bar in chart.bars] + marks)
    high = max([bar.high for bar in chart.bars] + marks)
    room = (high - low) * _ROOM or high * 0.001
    return Scale(begin, end, _LEFT, _RIGHT), Scale(low - room, high + room, _BOTTOM, _TOP)


def _grid(times: Scale, prices: Scale) -> Iterator[str]:
    for price in ticks(prices.low, prices.high, 8):
        y = prices(price)
        yield line(_LEFT, y, _RIGHT, y, "grid")
        yield text(_RIGHT + 6, y + 4, number(price), "axis")
    span_min = (times.high - times.low) / NS_PER_MIN
    step_min = next((s for s in _HOUR_STEPS_MIN if span_min / s <= _MOST_TIMES), _HOUR_STEPS_MIN[-1])
    step_ns = step_min * NS_PER_MIN
    at_ns = -(-int(times.low) // step_ns) * step_ns
    while at_ns < times.high:
        x = times(at_ns)
        yield line(x, _TOP, x, _BOTTOM, "grid")
        if x > _LEFT + _HALF_LABEL_PX:
            yield text(x, _BOTTOM + 18, _clock(at_ns), "axis", "middle")
        at_ns += step_ns


def _zones(chart: ChartData, prices: Scale) -> Iterator[str]:
    for zone in chart.zones:
        low, high = max(zone.low, prices.low), min(zone.high, prices.high)
        if low >= high:
            continue
        kind = "support" if zone.is_support else "resistance"
        whose = "own " if zone.is_own else ""
        told = f"{whose}{kind} {number(zone.low)} to {number(zone.high)}, strength {zone.strength} of 10"
        yield rect(_LEFT, prices(high), _RIGHT - _LEFT, prices(low) - prices(high), f"zone {kind}", told)


def _bars(chart: ChartData, times: Scale, prices: Scale) -> Iterator[str]:
    width_ns = chart.minutes * NS_PER_MIN
    body_px = max(1.0, (times(times.low + width_ns) - times(times.low)) * 0.64)
    for bar in chart.bars:
        x = times(bar.open_ns + width_ns / 2)
        cls = "up" if bar.close >= bar.open else "down"
        top, bottom = prices(max(bar.open, bar.close)), prices(min(bar.open, bar.close))
        told = (
            f"{_clock(bar.open_ns)} open {number(bar.open)} high {number(bar.high)} "
            f"low {number(bar.low)} close {number(bar.close)}"
        )
        wick = line(x, prices(bar.high), x, prices(bar.low), cls)
        body = rect(round(x - body_px / 2, 2), top, body_px, max(0.8, bottom - top), cls)
        yield element("g", title(told) + wick + body)


def _swings(chart: ChartData, times: Scale, prices: Scale) -> Iterator[str]:
    middle_ns = chart.minutes * NS_PER_MIN / 2
    for swing in chart.swings:
        y = prices(swing.price) + (-5 if swing.is_high else 13)
        yield text(times(swing.at_ns + middle_ns), y, swing.name, "swing", "middle")


def _trade(
    trade: TradeRow, fills: list[FillRow], times: Scale, prices: Scale, taken: list[tuple[float, float]]
) -> Iterator[str]:
    """Stop and targets while the trade was open, the path from entry to exit, every fill, and a label that
    keeps off those at the places `taken`."""
    if not fills:
        return
    begin, end = times(fills[0].at_ns), times(max(fills[-1].at_ns, fills[0].at_ns + 6 * NS_PER_MIN))
    levels = [("stop", trade.initial_stop), ("target", trade.t1)]
    if trade.t2 is not None and prices.low <= float(trade.t2) <= prices.high:
        levels.append(("target", trade.t2))
    for cls, price in levels:
        y = prices(float(price))
        yield line(begin, y, end, y, cls, f"{trade.trade_id} {cls} {plain(price)}")
    if trade.stop != trade.initial_stop and prices.low <= float(trade.stop) <= prices.high:
        y = prices(float(trade.stop))
        yield line(begin, y, end, y, "stop moved", f"{trade.trade_id} last stop {plain(trade.stop)}")
    for fill in fills[1:]:
        yield line(begin, prices(float(fills[0].price)), times(fill.at_ns), prices(float(fill.price)), "path")
    for fill in fills:
        yield _fill(fill, times(fill.at_ns), prices(float(fill.price)))
    away = -1 if trade.side == "sell" else 1
    y = prices(float(trade.initial_stop)) + (-6 if away < 0 else 15)
    while any(abs(y - other_y) < _LABEL_HIGH_PX and abs(begin - x) < _LABEL_WIDE_PX for x, other_y in taken):
        y += away * _LABEL_HIGH_PX
    taken.append((begin, y))
    result = "" if trade.r_multiple is None else f" {trade.r_multiple:+.2f} R"
    yield text(begin, y, f"{trade.trade_id}{result}", "trade")


def _fill(fill: FillRow, x: float, y: float) -> str:
    """A triangle that points the way of the order, at its price; exits are hollow."""
    sign = -1 if fill.side == "buy" else 1
    points = f"{x},{y} {x - 6},{y - 11 * sign} {x + 6},{y - 11 * sign}"
    what = "entry" if fill.role == OrderRole.ENTRY.value else "exit"
    told = f"{fill.trade_id} {what}: {fill.side} {plain(fill.quantity)} at {plain(fill.price)}, {fill.at}"
    return element("polygon", title(told), points=points, cls=f"fill {what}")


def _clock(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).strftime("%H:%M")
