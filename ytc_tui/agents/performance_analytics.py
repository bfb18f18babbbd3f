"""Agent 13, performance analytics: the figures of this session, and of all that are known.

Decides how they are told (domain.md 1.4-13). Imports the agents' contract, analysis and the model.
Invariants: figures are decimal strings; what too few trades or sessions cannot tell is None; money of
past sessions comes from the history that was given, never from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec, figure, figure_or_none
from ytc_tui.analysis.metrics import returns, summary
from ytc_tui.analysis.metrics.execution import execution_quality
from ytc_tui.model.history import TradeResult, results_of
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.model.own import mistakes_by_trade, tags_by_trade
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import TaskType
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="performance_analytics",
    number="13",
    title="Performance Analytics",
    phases=(Phase.POST_MARKET,),
    needs=("session_review",),
    triggers=(Trigger.PHASE,),
    task_type=TaskType.REPORT,
    timeout_s=120.0,
    sees_orders=True,
)

# Sessions below which a ratio of returns says nothing (Y-47, read for sessions).
LEAST_SESSIONS = 20
# Tags are free words: so many of them are told.
MOST_MARKS = 40


async def consider(context: AgentContext) -> AgentAnswer:
    """Session and cumulative figures, by setup, direction, hour and the operator's marks, and how orders were
    executed."""
    own = results_of(context.trades, context.management.breakeven_band_r)
    heat = summary.excursions(own)
    result = {
        "session_stats": _told(own),
        "by_setup_type": _groups(own, summary.setup_of),
        "by_direction": _groups(own, summary.direction_of),
        "by_hour": _groups(own, summary.hour_of),
        "r_distribution": [
            {"from_r": figure(each.low_r), "trades": each.count}
            for each in summary.r_distribution(own)
            if each.count
        ],
        "excursions": {
            "trades": heat.known,
            "winners_mae_r": figure_or_none(heat.winners_mae_r),
            "losers_mfe_r": figure_or_none(heat.losers_mfe_r),
            "mean_mae_r": figure_or_none(heat.mean_mae_r),
            "mean_mfe_r": figure_or_none(heat.mean_mfe_r),
        },
        "execution": _execution(context),
        "cumulative_stats": _cumulative(context, own),
    }
    if context.notes:
        result["by_tag"] = _marked(own, tags_by_trade(context.notes))
        result["by_mistake"] = _marked(own, mistakes_by_trade(context.notes))
    return AgentAnswer(result)


def _told(results: Iterable[TradeResult]) -> dict[str, Any]:
    told = summary.summarise(results)
    return {
        "trades_taken": told.trades,
        "win_rate": figure_or_none(told.win_rate),
        "avg_winner": figure_or_none(told.avg_winner_r),
        "avg_loser": figure_or_none(told.avg_loser_r),
        "avg_r": figure_or_none(told.avg_r),
        "expectancy_r": figure_or_none(told.expectancy_r),
        "profit_factor": figure_or_none(told.profit_factor),
        "total_r": figure(told.total_r),
        "net_pnl": figure(told.net),
        "fees": figure(told.fees),
        "mean_hold_s": told.mean_hold_s,
    }


def _groups(results: Iterable[TradeResult], key: summary.Key) -> dict[str, Any]:
    return {name: _group(group) for name, group in summary.grouped(results, key).items()}


def _marked(results: Iterable[TradeResult], marks: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """The marks with most trades, each with its sample; a trade counts under every mark that it has."""
    told = {}
    groups = sorted(summary.marked(results, marks).items(), key=lambda item: -len(item[1]))
    for name, group in groups[:MOST_MARKS]:
        told[name] = {**_group(group), "expectancy_r": figure_or_none(summary.summarise(group).expectancy_r)}
    return told


def _group(results: Iterable[TradeResult]) -> dict[str, Any]:
    figures = summary.summarise(results)
    return {
        "trades": figures.trades,
        "win_rate": figure_or_none(figures.win_rate),
        "avg_r": figure_or_none(figures.avg_r),
        "total_r": figure(figures.total_r),
    }


def _execution(context: AgentContext) -> dict[str, Any]:
    """Slippage against each order's own price, and what became of the orders."""
    quality, counts = execution_quality(context.executions), context.order_counts
    return {
        "orders_sent": counts.sent,
        "orders_filled": counts.filled,
        "orders_rejected": counts.rejected,
        "orders_unfilled": counts.unfilled,
        "compared": quality.compared,
        "mean_slippage_ticks": figure_or_none(quality.mean_slippage_ticks),
        "worst_slippage_ticks": figure_or_none(quality.worst_slippage_ticks),
        "mean_slippage_r": figure_or_none(quality.mean_slippage_r),
        "worst_slippage_r": figure_or_none(quality.worst_slippage_r),
    }


def _cumulative(context: AgentContext, own: tuple[TradeResult, ...]) -> dict[str, Any]:
    """Over the sessions known and this one, as if its open positions closed at the mark."""
    account, past = context.account, context.history.sessions
    every = summary.summarise((*context.history.trades, *own))
    changes = [session.end_balance - session.start_balance for session in past] + [account.session_pnl]
    shares = [float(session.return_share) for session in past] + [float(account.session_pnl_pct / HUNDRED)]
    start = past[0].start_balance if past else account.start_balance
    profit, fall = sum(changes, ZERO), summary.money_drawdown(start, changes)
    enough = len(shares) >= LEAST_SESSIONS
    return {
        "sessions": len(shares),
        "total_trades": every.trades,
        "overall_win_rate": figure_or_none(every.win_rate),
        "expectancy_r": figure_or_none(every.expectancy_r),
        "profit_factor": figure_or_none(every.profit_factor),
        "total_profit": figure(profit),
        "max_drawdown": figure(fall),
        "max_drawdown_pct": _rounded(returns.max_drawdown(shares), 100.0),
        "recovery_factor": figure_or_none(summary.ratio(profit, fall)),
        "sharpe": _rounded(returns.sharpe_ratio(shares)) if enough else None,
        "sortino": _rounded(returns.sortino_ratio(shares)) if enough else None,
        "sessions_needed_for_ratios": LEAST_SESSIONS,
    }


def _rounded(value: float | None, scale: float = 1.0) -> str | None:
    return None if value is None else f"{value * scale + 0.0:.4f}"
