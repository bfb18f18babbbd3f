"""Exit policy `percent`: stop loss, take profit and trailing stop in percent of the price (spec 003).

Decides stop and target of a trade by percentages instead of structure, and leaves when the trading
timeframe's trend turns against it. Imports the policies' contract, analysis and the model. Invariants: the
position is sized by the stop that it really has; the trailing stop only follows a price in profit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ytc_tui.analysis.exit_policy import Leave, ManagementRules, OpenTrade, StopIdea, away, beyond
from ytc_tui.model.market import Instrument, Side
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.structure import TrendDirection
from ytc_tui.model.trades import ExitReason

NAME = "percent"
SUMMARY = "stop loss, take profit and trailing stop in percent of the price; out when the trend turns"
PARTS = 1


def shape(plan: TradePlan, instrument: Instrument, rules: ManagementRules) -> TradePlan:
    """Stop and one target at their percentages from the worst entry; the setup gives side and entry."""
    percent, tick = rules.percent, instrument.tick
    stop = beyond(plan.entry, -percent.stop_loss_pct / HUNDRED, plan.side)
    target = beyond(plan.entry, percent.take_profit_pct / HUNDRED, plan.side)
    # Rounded this way the stop is never nearer than asked, and the target never farther.
    stop, target = (max(tick, away(price, plan.side, tick)) for price in (stop, target))
    return replace(plan, stop=stop, t1=target, t2=None)


def stops(view: OpenTrade) -> Iterator[StopIdea]:
    """The stop loss of the entry that was got, and while the price is in profit the trailing stop."""
    trade, percent, tick = view.trade, view.rules.percent, view.instrument.tick
    entry = trade.entry_price
    if entry is None:
        return
    loss = beyond(entry, -percent.stop_loss_pct / HUNDRED, trade.side)
    told = f"stop loss {_pct(percent.stop_loss_pct)} % of the entry"
    yield StopIdea(away(loss, trade.side, tick), ExitReason.STOP, told)
    if view.mark is None or not percent.trailing_pct or (view.mark - entry) * trade.side.sign <= ZERO:
        return
    trail = beyond(view.mark, -percent.trailing_pct / HUNDRED, trade.side)
    told = f"{_pct(percent.trailing_pct)} % behind {_pct(view.mark)}"
    yield StopIdea(away(trail, trade.side, tick), ExitReason.TRAILING_STOP, told)


def leave(view: OpenTrade) -> Leave | None:
    """Signal exit: a trend against the trade that became known after its entry."""
    if not view.rules.percent.signal_exit or view.mark is None:
        return None
    against = TrendDirection.DOWN if view.trade.side is Side.BUY else TrendDirection.UP
    trend = view.market.trend
    if trend.direction is against and trend.since_ns > view.trade.opened_ns:
        return Leave(ExitReason.SIGNAL, f"{against} since the entry, against the trade")
    return None


def _pct(value: Decimal) -> str:
    return f"{value.normalize():f}"
