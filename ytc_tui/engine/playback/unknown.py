"""What a past session's views show where its settings are not on record: everything but what rests on them.

Decides which figures rest on settings: limits, fees, ticks, the workflow, the calendar. Imports the views.
Invariant: with other settings in their place, every view comes out the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ytc_tui.views.agent_health import AgentsView
from ytc_tui.views.catalog import chart_of
from ytc_tui.views.chart import ChartPast, ChartView
from ytc_tui.views.exposure import ExposureView
from ytc_tui.views.health import HealthView
from ytc_tui.views.own import OwnView
from ytc_tui.views.phase import PhaseView
from ytc_tui.views.risk import RiskView
from ytc_tui.views.rules import RulesView
from ytc_tui.views.seen import Level
from ytc_tui.views.top import TopView
from ytc_tui.views.trades import OrderLine, TradesView
from ytc_tui.views.watchlist import WatchlistView

NOT_KNOWN = "not known"
_NEWS = "news"
_MOST_DECIMALS = 8


def without_settings(views: Mapping[str, Any]) -> dict[str, Any]:
    """`views` without what rests on settings."""
    return {name: _known(name, view) for name, view in views.items()}


def _known(name: str, view: Any) -> Any:
    """Of a chart of any bars but minutes nothing: which others there were is not known."""
    match chart_of(name):
        case (part, symbol, minutes) if minutes != 1:
            if part is ChartPast:
                return None
            why = "timeframes are not on record"
            return ChartView(symbol, minutes, decimals=0, last=None, candles=(), not_known=why)
        case _:
            return _bare(view)


def _bare(view: Any) -> Any:
    match view:
        case TopView():
            return _top(view)
        case PhaseView():
            return replace(view, waits_for=())
        case AgentsView():
            return _agents(view)
        case ExposureView():
            rows = [
                replace(row, r_now=None, pnl=None, breakeven=None, money_at_stop=None)
                for row in view.positions
            ]
            return replace(view, positions=tuple(rows))
        case RiskView():
            return replace(view, rows=())
        case RulesView():
            return _rules(view)
        case HealthView():
            known = (row for row in view.rows if not row.component.startswith("feed."))
            return replace(view, rows=tuple(known))
        case TradesView():
            return _trades(view)
        case OwnView():
            return replace(view, mistake_codes=())
        case WatchlistView():
            priced = tuple(replace(row, decimals=_decimals(row.price), spread_pct=None) for row in view.rows)
            return replace(view, rows=priced)
        case ChartView():
            prices = [Decimal(repr(candle.close)) for candle in view.candles]
            return replace(view, decimals=max(map(_decimals, prices), default=0))
        case _:
            return view


def _top(view: TopView) -> TopView:
    return replace(
        view,
        pnl=None,
        pnl_pct=None,
        loss_limit_pct=None,
        loss_share=None,
        loss_level=Level.UNKNOWN,
        countdowns=tuple(each for each in view.countdowns if each.label != _NEWS),
        news="",
        news_blackout=False,
    )


def _agents(view: AgentsView) -> AgentsView:
    """Those that ran: which others there were is not known."""
    rows = [
        replace(row, why_idle=NOT_KNOWN, next_due_ns=0, needs=(), needed_by=())
        for row in view.rows
        if row.runs
    ]
    return AgentsView(tuple(sorted(rows, key=lambda row: (not row.error, row.name))))


def _rules(view: RulesView) -> RulesView:
    return replace(
        view,
        rules=tuple(replace(line, limits=()) for line in view.rules),
        path=replace(view.path, pnl_pct=None, at_stops_pct=None, steps=()),
        ledger=tuple(replace(line, used_pct=None) for line in view.ledger),
        pairs=(),
    )


def _trades(view: TradesView) -> TradesView:
    """What is booked is on record; a result of now would take a fee that is not."""
    trades = tuple(
        replace(
            line,
            pnl=None if line.open else line.pnl,
            r=None if line.open else line.r,
            orders=tuple(map(_order, line.orders)),
        )
        for line in view.trades
    )
    return TradesView(trades, tuple(map(_order, view.loose)))


def _order(line: OrderLine) -> OrderLine:
    """An average is one in contracts, whose size is not known."""
    return replace(line, at=None) if line.filled else line


def _decimals(price: Decimal | None) -> int:
    """As many as `price` is told with."""
    exponent = 0 if price is None else price.normalize().as_tuple().exponent
    return min(_MOST_DECIMALS, max(0, -int(exponent)))
