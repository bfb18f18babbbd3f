"""Agent 10, exit execution: which open trades are closed before stop or target.

Decides scratch, time exit, session end (domain.md Y-41, Y-42), and flat before news where that is set.
Imports the agents' contract, analysis and the model. Invariants: at most one close per trade and run; a
trade whose stop stands at or beyond its entry is never scratched, its risk is gone already.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import takewhile
from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec, figure, price_r
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Bar
from ytc_tui.model.money import ZERO, decimal_from_float
from ytc_tui.model.news import NewsState
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import Priority, TaskType
from ytc_tui.model.trades import OPEN_TRADE_STATES, ExitReason, Trade, TradeState
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="exit_execution",
    number="10",
    title="Exit Execution",
    phases=(Phase.ACTIVE_TRADING,),
    needs=("trade_management",),
    triggers=(Trigger.LOWER_CLOSE,),
    task_type=TaskType.EXECUTE,
    priority=Priority.CRITICAL,
    timeout_s=10.0,
    critical=True,
)

_LEAVING = frozenset({TradeState.CLOSING, TradeState.CLOSE_FAILED})


async def consider(context: AgentContext) -> AgentAnswer:
    """`actions`: trades to close now, with their reason; `held`: R and bars of the others."""
    proposed = _proposed_stops(context.reports.get("trade_management", {}))
    most = max(context.management.scratch_min_bars, context.management.scratch_extended_bars)
    actions: list[dict[str, Any]] = []
    held: dict[str, Any] = {}
    for trade in context.trades:
        if trade.state not in OPEN_TRADE_STATES:
            continue
        mark = context.mark_of(trade.symbol)
        r_now = price_r(trade, mark) if mark is not None else None
        market = context.analysis[trade.symbol]
        bars = bars_since_entry(market, trade, most)
        found = _session_end(context) or _before_news(context) or _time_exit(context, trade, r_now)
        if not found and not _secured(trade, proposed):
            found = _scratch(context, trade, market, r_now, bars)
        if not found and trade.state in _LEAVING:
            # Leaving was decided before; the engine drops this while that order still works.
            found = ExitReason.SIGNAL, "its close is not complete"
        if found:
            reason, words = found
            actions.append(
                {
                    "trade_id": trade.trade_id,
                    "action": "close",
                    "exit_reason": reason.value,
                    "reason": words,
                }
            )
        else:
            held[trade.trade_id] = {"r": None if r_now is None else figure(r_now), "bars": bars}
    return AgentAnswer({"actions": actions, "held": held})


def _proposed_stops(report: Mapping[str, Any]) -> dict[str, Decimal]:
    """The stops that trade management has just proposed, per trade id."""
    return {action["trade_id"]: Decimal(action["price"]) for action in report.get("actions", ())}


def _secured(trade: Trade, proposed: Mapping[str, Decimal]) -> bool:
    """Whether the stop stands, or is about to stand, at or beyond the entry."""
    entry = trade.entry_price
    if entry is None:
        return False
    stops = (trade.stop, proposed.get(trade.trade_id, trade.stop))
    return any((stop - entry) * trade.side.sign >= ZERO for stop in stops)


def bars_since_entry(market: SymbolAnalysis, trade: Trade, at_most: int) -> int:
    """Closed one-minute bars that began after the entry, counted up to `at_most`."""
    bars = reversed(market.recent_ltf(at_most))
    return sum(1 for _ in takewhile(lambda bar: bar.open_ns >= trade.opened_ns, bars))


def _session_end(context: AgentContext) -> tuple[ExitReason, str] | None:
    if context.now_ns < context.session_ends_ns:
        return None
    return ExitReason.SESSION_END, "the session's hard end is reached"


def _before_news(context: AgentContext) -> tuple[ExitReason, str] | None:
    """Where it is set, nothing is held into an event that has a blackout."""
    rules = context.news.rules
    if not (rules.acts and rules.flat_before):
        return None
    ahead = (
        window.event.label
        for window in context.news.at(context.now_ns).windows
        if window.state is NewsState.BLACKOUT and context.now_ns < window.event.at_ns
    )
    event = next(ahead, None)
    return (ExitReason.NEWS, f"flat before news: {event}") if event is not None else None


def _time_exit(context: AgentContext, trade: Trade, r_now: Decimal | None) -> tuple[ExitReason, str] | None:
    """Y-42: too old for a trade that went nowhere."""
    rules = context.management
    if r_now is None or not trade.opened_ns or abs(r_now) >= rules.time_exit_max_r:
        return None
    if context.now_ns - trade.opened_ns < rules.time_exit_s * NS_PER_S:
        return None
    return ExitReason.TIME, f"{figure(r_now)} R after {rules.time_exit_s // 60} min"


def _scratch(
    context: AgentContext, trade: Trade, market: SymbolAnalysis, r_now: Decimal | None, bars: int
) -> tuple[ExitReason, str] | None:
    """Y-41: the premise is threatened, or nothing came of it."""
    rules = context.management
    if r_now is None or market.last is None or bars < rules.scratch_min_bars:
        return None
    why = _counter_bar(context, trade, market, market.last) or _ttf_against(context, trade, market)
    if not why and bars >= rules.scratch_no_progress_bars:
        progress = _progress(context, trade, r_now)
        if bars >= rules.scratch_extended_bars:
            why = f"not secured after {bars} bars"
        elif not progress:
            why = f"no progress after {bars} bars"
    return (ExitReason.SCRATCH, f"{why}, at {figure(r_now)} R") if why else None


def _counter_bar(context: AgentContext, trade: Trade, market: SymbolAnalysis, bar: Bar) -> str:
    """A wide one-minute bar against the trade that closes with most of the risk lost."""
    rules, atr = context.management, market.atr_ltf
    if atr is None or not _against(bar, trade):
        return ""
    wide = decimal_from_float(bar.high - bar.low) >= rules.scratch_bar_atr * decimal_from_float(atr)
    if wide and _risk_lost(trade, bar) >= rules.scratch_risk_lost:
        return f"counter bar of {rules.scratch_bar_atr} ATR or more"
    return ""


def _ttf_against(context: AgentContext, trade: Trade, market: SymbolAnalysis) -> str:
    """The trading-timeframe bar that closes with this minute: against the trade, past half the risk."""
    if not market.ttf_bars:
        return ""
    bar = market.ttf_bars[-1]
    closed_now = bar.open_ns + market.params.ttf_minutes * NS_PER_MIN == market.now_ns
    lost_most = _risk_lost(trade, bar) > context.management.scratch_ttf_risk_lost
    if closed_now and lost_most and _against(bar, trade):
        return f"{market.params.ttf_minutes}-minute bar closed against the trade"
    return ""


def _against(bar: Bar, trade: Trade) -> bool:
    return (bar.close - bar.open) * trade.side.sign < 0.0


def _risk_lost(trade: Trade, bar: Bar) -> Decimal:
    """Share of the initial stop distance that is lost at the bar's close (negative in profit)."""
    lost = price_r(trade, decimal_from_float(bar.close))
    return ZERO if lost is None else -lost


def _progress(context: AgentContext, trade: Trade, r_now: Decimal) -> bool:
    """Whether the trade stands far enough in profit, or on its way to T1, to be given more time."""
    rules = context.management
    t1_r = price_r(trade, trade.t1)
    far = t1_r is not None and t1_r > ZERO and r_now >= rules.scratch_t1_progress * t1_r
    return far or r_now >= rules.scratch_progress_r
