"""The desk in a trade with everything that a chart can show: a past, fills in part, news, levels, legs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from tests.analysis.series import demo_bars
from tests.screens.desk_scenes import in_trade
from tests.screens.desk_views import DAY_NS, NOW_NS, Scene, at, chart_view
from tests.screens.table_views import all_screens
from ytc_tui.engine.chart_bars import gathered
from ytc_tui.model.market import NS_PER_DAY, Side
from ytc_tui.model.structure import SwingKind
from ytc_tui.views.chart import (
    Candle,
    ChartLeg,
    ChartLine,
    ChartMark,
    ChartNews,
    ChartPast,
    ChartSwing,
    ChartView,
    LineKind,
    MarkKind,
)

LABEL = "weekly open [bold]\x1b]0;x\x07"  # what an operator may have pasted


@cache
def parts(minutes: int) -> tuple[ChartView, ChartPast]:
    """ETHUSDT in the trade on bars of `minutes`: what moves, and what is past."""
    live = chart_view(held=True)
    first_ns = at(0, 0) if minutes == 1 else DAY_NS - 5 * NS_PER_DAY
    bars = [bar for bar in demo_bars("ETHUSDT") if first_ns <= bar.open_ns < NOW_NS]
    candles = [Candle(*bar[1:]) for bar in gathered(bars, minutes)]
    until_ns = at(4, 40) if minutes == 1 else at(0, 0)
    older = tuple(candle for candle in candles if candle.open_ns < until_ns)
    past = ChartPast(
        "ETHUSDT",
        minutes,
        until_ns,
        older,
        swings=(
            ChartSwing(SwingKind.LOW, at(4, 12), 1446.95),
            ChartSwing(SwingKind.HIGH, at(4, 31), 1482.93),
        ),
        news=(ChartNews(at(3, 45), at(4, 15), True, "USD CPI m/m"),),
    )
    marks = (
        ChartMark(MarkKind.ENTRY, Side.SELL, at(3, 52, 20), 1525.0, "T0001"),
        ChartMark(MarkKind.PARTIAL, Side.BUY, at(4, 3), 1500.0, "T0001"),
        ChartMark(MarkKind.EXIT, Side.BUY, at(4, 20), 1466.0, "T0001 trailing stop"),
        ChartMark(MarkKind.ENTRY, Side.SELL, at(4, 41, 40), 1473.18, "T0002"),
    )
    view = replace(
        live,
        minutes=minutes,
        candles=tuple(candle for candle in candles if candle.open_ns >= until_ns),
        swings=(ChartSwing(SwingKind.LOW, at(4, 46), 1466.0),) if minutes == 1 else (),
        lines=(*live.lines, ChartLine(LineKind.OWN, 1478.5, LABEL), ChartLine(LineKind.OWN, 1600.0, "top")),
        marks=marks,
        legs=(ChartLeg(at(4, 12), 1446.95, at(4, 31), 1482.93),) if minutes == 1 else (),
        news=(ChartNews(at(4, 50), at(5, 10), False, "USD Retail Sales"),),
    )
    return view, past


def charted(**changes: Any) -> Scene:
    """The trade with the charts of its three timeframes, and what every other screen shows."""
    charts: dict[str, Any] = {}
    for minutes in (1, 3, 30):
        charts[f"chart/ETHUSDT/{minutes}"], charts[f"past/ETHUSDT/{minutes}"] = parts(minutes)
    return {**all_screens(), **in_trade(), **charts, **changes}
