"""Psychology and state: what behaviour tells of the one who trades.

Decides when behaviour asks for a pause (domain.md 1.4, psychology): losses in a row, entries soon after
a loss, orders by hand. Imports the agents' contract, analysis and the model. Invariants: only what was
done counts, nothing is guessed of anybody's mind; it advises and stops nothing.
"""

from __future__ import annotations

from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec, figure_or_none
from ytc_tui.analysis.metrics.summary import losing_streaks, summarise
from ytc_tui.model.history import TradeResult, results_of
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import Priority, TaskType
from ytc_tui.model.trades import TradeOutcome
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="psychology",
    number="18",
    title="Psychology & State",
    phases=(Phase.SESSION_OPEN, Phase.POST_MARKET),
    needs=(),
    triggers=(Trigger.PHASE,),
    task_type=TaskType.REPORT,
    priority=Priority.LOW,
    timeout_s=30.0,
    sees_orders=True,
)

SOON_NS = 15 * NS_PER_MIN
_MANY_BY_HAND = 3
_READINESS = (
    "rested, and nothing presses",
    "the last session is reviewed and put away",
    "goals of this session are about process, not profit",
    "a result is judged by twenty trades, not by one",
    "the way to flatten everything is known",
)
# Paper sessions run without a person, so none is asked (semantics.md 8).
_NOT_ASKED = "not asked"


async def consider(context: AgentContext) -> AgentAnswer:
    """Streaks, trades after a loss, overrides, the state they add up to, and what it advises."""
    own = sorted(
        results_of(context.trades, context.management.breakeven_band_r), key=lambda trade: trade.closed_ns
    )
    standing, longest = losing_streaks((*context.history.trades, *own))
    after = after_a_loss(own)
    quick_by_hand = [trade for trade in after if trade.by_hand]
    by_hand = sum(trade.by_hand for trade in context.trades)
    signs = []
    if standing >= context.account.alert_consecutive_losses:
        signs.append(f"{standing} losses in a row")
    if quick_by_hand:
        signs.append(f"{len(quick_by_hand)} by hand within {SOON_NS // NS_PER_MIN} minutes of a loss")
    if context.order_counts.by_hand >= _MANY_BY_HAND:
        signs.append(f"{context.order_counts.by_hand} orders by hand")
    result: dict[str, Any] = {
        "state": "regroup" if signs else "steady",
        "signs": signs,
        "losing_streak": standing,
        "longest_losing_streak": longest,
        "trades_after_a_loss": {
            "trades": len(after),
            "by_hand": len(quick_by_hand),
            "avg_r": figure_or_none(summarise(after).avg_r),
            "within_min": SOON_NS // NS_PER_MIN,
        },
        "overrides": {
            "trades_by_hand": by_hand,
            "orders_by_hand": context.order_counts.by_hand,
            "commands_refused": context.commands_refused,
        },
        "advice": _advice(signs),
        "readiness": [{"item": item, "answer": _NOT_ASKED} for item in _READINESS],
        "readiness_note": "paper: nobody is asked",
    }
    return AgentAnswer(result)


def after_a_loss(trades: list[TradeResult]) -> list[TradeResult]:
    """The trades that were entered within a quarter of an hour after a loss was closed."""
    losses = [trade for trade in trades if trade.outcome is TradeOutcome.LOSS]
    return [
        trade
        for trade in trades
        if any(
            loss is not trade and loss.closed_ns <= trade.opened_ns < loss.closed_ns + SOON_NS
            for loss in losses
        )
    ]


def _advice(signs: list[str]) -> list[str]:
    if not signs:
        return []
    return ["step away for ten minutes", "read the last trades once more", "go on only with a plan"]
