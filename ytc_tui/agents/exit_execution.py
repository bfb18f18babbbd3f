"""Agent 10, exit execution: which open trades are closed before stop or target.

Decides session end, time exits (domain.md Y-42) and flat before news where that is set, which hold under
every exit policy, and asks the policy for its own exits (Y-41). Imports the agents' contract, analysis and
the model. Invariant: at most one close per trade and run.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec, figure, open_trade
from ytc_tui.analysis.exit_policy import Leave, OpenTrade
from ytc_tui.analysis.exits import policies
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.news import NewsState
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import Priority, TaskType
from ytc_tui.model.trades import OPEN_TRADE_STATES, ExitReason, TradeState
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
    policy = policies()[context.management.policy]
    most = max(context.management.scratch_min_bars, context.management.scratch_extended_bars)
    actions: list[dict[str, Any]] = []
    held: dict[str, Any] = {}
    for trade in context.trades:
        if trade.state not in OPEN_TRADE_STATES:
            continue
        view = open_trade(context, trade, proposed.get(trade.trade_id))
        found = (
            _session_end(context) or _before_news(context) or _time_exit(context, view) or policy.leave(view)
        )
        if not found and trade.state in _LEAVING:
            # Leaving was decided before; the engine drops this while that order still works.
            found = Leave(ExitReason.SIGNAL, "its close is not complete")
        if found:
            actions.append(
                {
                    "trade_id": trade.trade_id,
                    "action": "close",
                    "exit_reason": found.reason.value,
                    "reason": found.words,
                }
            )
        else:
            r_now = view.r_now
            held[trade.trade_id] = {"r": None if r_now is None else figure(r_now), "bars": view.bars(most)}
    return AgentAnswer({"actions": actions, "held": held})


def _proposed_stops(report: Mapping[str, Any]) -> dict[str, Decimal]:
    """The stops that trade management has just proposed, per trade id."""
    return {action["trade_id"]: Decimal(action["price"]) for action in report.get("actions", ())}


def _session_end(context: AgentContext) -> Leave | None:
    if context.now_ns < context.session_ends_ns:
        return None
    return Leave(ExitReason.SESSION_END, "the session's hard end is reached")


def _before_news(context: AgentContext) -> Leave | None:
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
    return Leave(ExitReason.NEWS, f"flat before news: {event}") if event is not None else None


def _time_exit(context: AgentContext, view: OpenTrade) -> Leave | None:
    """Y-42: too old for any trade, or for one that went nowhere."""
    rules, opened_ns = context.management, view.trade.opened_ns
    if not opened_ns:
        return None
    age_ns = context.now_ns - opened_ns
    if age_ns >= rules.hard_exit_s * NS_PER_S:
        return Leave(ExitReason.TIME, f"open for {rules.hard_exit_s // 60} min")
    r_now = view.r_now
    if r_now is None or abs(r_now) >= rules.time_exit_max_r or age_ns < rules.time_exit_s * NS_PER_S:
        return None
    return Leave(ExitReason.TIME, f"{figure(r_now)} R after {rules.time_exit_s // 60} min")
