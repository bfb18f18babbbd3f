"""Agent 05, trend definition: the trend of the trading timeframe, its pivots and its integrity.

Decides how the trend and its likely future are told (domain.md 1.4-05, Y-13 to Y-18, Y-28). Imports the
agents' contract, analysis and the model. Invariant: only confirmed swings are told; times are UTC ns.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec
from ytc_tui.analysis.outlook import Outlook, future_direction
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.codec import told_float
from ytc_tui.model.session import Phase
from ytc_tui.model.structure import Swing, SwingKind, TrendDirection, TrendLabel, TrendState
from ytc_tui.model.tasks import Priority
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="trend_definition",
    number="05",
    title="Trend Definition",
    phases=(Phase.SESSION_OPEN, Phase.ACTIVE_TRADING),
    needs=("market_structure",),
    triggers=(Trigger.PHASE, Trigger.TRADING_CLOSE),
    priority=Priority.CRITICAL,
    timeout_s=30.0,
    critical=True,
)

_SWINGS_TOLD = 4


async def consider(context: AgentContext) -> AgentAnswer:
    """Trend state, pivot structure, integrity and future direction, each per symbol.

    The future direction is None where no principle of Y-28 applies.
    """
    states: dict[str, Any] = {}
    pivots: dict[str, Any] = {}
    integrity: dict[str, Any] = {}
    future: dict[str, Any] = {}
    for symbol in context.symbols:
        market = context.analysis[symbol]
        trend = market.trend
        states[symbol] = {
            "direction": trend.direction,
            "label": trend.label,
            "confidence": trend.confidence,
            "since_timestamp": trend.since_ns,
            "swings": trend.swings,
            "regime": market.regime,
            "ready": market.ready,
        }
        pivots[symbol] = _pivots(market, trend)
        integrity[symbol] = {
            "structure_intact": trend.intact,
            "structure_breaks": trend.structure_breaks,
            "reversal_warning": trend.weakened or trend.label is TrendLabel.REVERSING,
        }
        future[symbol] = _future(market.at_close(future_direction))
    return AgentAnswer(
        {
            "trend_state": states,
            "pivot_structure": pivots,
            "trend_integrity": integrity,
            "future_direction": future,
        }
    )


def _future(outlook: Outlook | None) -> dict[str, Any] | None:
    if outlook is None:
        return None
    return {
        "principle": int(outlook.principle),
        "expect": outlook.principle.name.lower(),
        "sign": outlook.sign,
        "toward": told_float(outlook.toward),
        "wrong_beyond": told_float(outlook.wrong_beyond),
        "because": list(outlook.because),
    }


def _pivots(market: SymbolAnalysis, trend: TrendState) -> dict[str, Any]:
    leading = trend.leading
    return {
        "swing_highs": _told(market, SwingKind.HIGH, leading),
        "swing_lows": _told(market, SwingKind.LOW, leading),
        "current_leading_swing_high": (
            leading.price if leading and trend.direction is TrendDirection.DOWN else None
        ),
        "current_leading_swing_low": (
            leading.price if leading and trend.direction is TrendDirection.UP else None
        ),
        "range_high": trend.range_high,
        "range_low": trend.range_low,
    }


def _told(market: SymbolAnalysis, kind: SwingKind, leading: Swing | None) -> list[dict[str, Any]]:
    """The newest swings of `kind`, oldest first."""
    leading_ns = leading.at_ns if leading is not None and leading.kind is kind else -1
    newest = islice((swing for swing in reversed(market.swings_ttf) if swing.kind is kind), _SWINGS_TOLD)
    return [
        {"price": swing.price, "timestamp": swing.at_ns, "is_leading": swing.at_ns == leading_ns}
        for swing in newest
    ][::-1]
