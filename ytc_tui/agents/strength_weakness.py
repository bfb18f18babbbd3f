"""Agent 06, strength and weakness: how strongly the trend moves.

Decides how strength is told (domain.md 1.4-06, Y-19 to Y-26). Imports the agents' contract and the
model. Invariant: the scores are those of analysis; outside a trend they do not apply.
"""

from __future__ import annotations

from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec
from ytc_tui.model.codec import told_float
from ytc_tui.model.session import Phase
from ytc_tui.model.structure import StrengthSignal
from ytc_tui.model.tasks import Priority
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="strength_weakness",
    number="06",
    title="Strength & Weakness",
    phases=(Phase.SESSION_OPEN, Phase.ACTIVE_TRADING),
    needs=("trend_definition",),
    triggers=(Trigger.PHASE, Trigger.TRADING_CLOSE),
    priority=Priority.HIGH,
    timeout_s=30.0,
)


async def consider(context: AgentContext) -> AgentAnswer:
    """Scores with the ratios behind them, and signals, each per symbol."""
    scores: dict[str, Any] = {}
    signals: dict[str, Any] = {}
    for symbol in context.symbols:
        strength = context.analysis[symbol].strength
        scores[symbol] = {
            "momentum_score": told_float(strength.momentum),
            "projection_score": told_float(strength.projection),
            "depth_score": told_float(strength.depth),
            "combined_score": told_float(strength.combined),
            "strength_rating": strength.rating,
            "projection_ratio": told_float(strength.projection_ratio),
            "length_ratio": told_float(strength.length_ratio),
            "depth_ratio": told_float(strength.depth_ratio),
            "slope_ratio": told_float(strength.slope_ratio),
            "counter_slope_ratio": told_float(strength.counter_slope_ratio),
        }
        signals[symbol] = {signal.value: signal in strength.signals for signal in StrengthSignal}
    return AgentAnswer({"strength_analysis": scores, "signals": signals})
