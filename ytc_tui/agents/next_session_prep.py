"""Agent 15, next session preparation: what the next session starts from.

Decides goals, levels, scenarios and suggested settings (domain.md 1.4-15). Imports the agents' contract,
analysis and the model. Invariants: goals are about process, not profit; settings are those that learning
recommends and nothing applies them; scenarios name prices that analysis knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.codec import to_json
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.session import Phase, StepResult
from ytc_tui.model.structure import TrendDirection, Zone
from ytc_tui.model.tasks import Priority, TaskType
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="next_session_prep",
    number="15",
    title="Next Session Preparation",
    phases=(Phase.POST_MARKET,),
    needs=("session_review", "performance_analytics", "learning", "psychology"),
    triggers=(Trigger.PHASE,),
    task_type=TaskType.REPORT,
    priority=Priority.LOW,
    timeout_s=120.0,
    sees_orders=True,
)

_GOALS, _SYMBOLS = 5, 12
_MACHINE = frozenset({"cpu", "memory"})  # what the next machine may not have


async def consider(context: AgentContext) -> AgentAnswer:
    """Goals, levels and scenarios per symbol, a checklist, and the settings that were recommended."""
    review = context.reports.get("session_review", {})
    learned = context.reports.get("learning", {})
    recommended = learned.get("parameter_recommendations", [])
    symbols = [s for s in context.symbols if context.analysis[s].last is not None][:_SYMBOLS]
    result = {
        "next_session_config": {
            "goals": {
                "process_goals": _process_goals(context, review),
                "performance_targets": _targets(review),
                "focus_areas": list(learned.get("improvement_areas", ()))[:_GOALS],
            },
            "strategy_updates": [
                {name: each[name] for name in ("parameter", "suggested_value", "reason", "confidence")}
                for each in recommended
            ],
            "system_maintenance": _maintenance(context),
        },
        "settings": {each["parameter"]: each["suggested_value"] for each in recommended},
        "key_levels": {symbol: _levels(context, context.analysis[symbol]) for symbol in symbols},
        "scenarios": [text for symbol in symbols for text in _scenarios(context.analysis[symbol])],
        "checklist": list(_checklist(context, review, recommended)),
    }
    return AgentAnswer(to_json(result))


def _process_goals(context: AgentContext, review: Any) -> list[str]:
    standing = [
        f"stop for the day after {context.account.alert_consecutive_losses} losses in a row",
        "judge by twenty trades, not by one",
    ]
    return [*list(review.get("improvement_goals", ()))[: _GOALS - len(standing)], *standing]


def _targets(review: Any) -> dict[str, Any]:
    """What can be reached by acting well: rules kept, and no more given away than last time."""
    return {"grade": "A", "execution_efficiency_at_least": review.get("execution_efficiency")}


def _maintenance(context: AgentContext) -> list[str]:
    told = [
        f"{probe.component}: {probe.result.value}"
        for probe in context.probes
        if probe.result in (StepResult.WARN, StepResult.BLOCKED) and probe.component not in _MACHINE
    ]
    if context.order_counts.rejected:
        told.append(f"{context.order_counts.rejected} orders were rejected: read why")
    return told


def _levels(context: AgentContext, market: SymbolAnalysis) -> dict[str, Any]:
    """The session's high, low and close, and the nearest zones around the last price."""
    began_ns = context.now_ns - context.minutes_elapsed * NS_PER_MIN
    bars = [bar for bar in market.ltf_bars if bar.open_ns >= began_ns] or list(market.ltf_bars)[-1:]
    price = bars[-1].close
    return {
        "high": max(bar.high for bar in bars),
        "low": min(bar.low for bar in bars),
        "close": price,
        "zone_above": _band(market.zone_map.above(price)),
        "zone_below": _band(market.zone_map.below(price)),
    }


def _band(zone: Zone | None) -> list[float] | None:
    return None if zone is None else [zone.low, zone.high]


def _scenarios(market: SymbolAnalysis) -> Iterator[str]:
    """If this, then that: by the trend as it stood at the end."""
    symbol, trend = market.symbol, market.trend
    leading = trend.leading
    low, high = trend.range_low, trend.range_high
    if leading is not None and trend.direction is TrendDirection.UP:
        price = f"{leading.price:.10g}"
        yield f"{symbol}: if pullbacks hold above {price}, then look for longs with the uptrend"
        yield f"{symbol}: if a bar closes below {price}, then no longs until a trend is defined anew"
    elif leading is not None and trend.direction is TrendDirection.DOWN:
        price = f"{leading.price:.10g}"
        yield f"{symbol}: if rallies hold below {price}, then look for shorts with the downtrend"
        yield f"{symbol}: if a bar closes above {price}, then no shorts until a trend is defined anew"
    elif low is not None and high is not None:
        yield f"{symbol}: if it stays between {low:.10g} and {high:.10g}, then nothing in its middle"
    else:
        yield f"{symbol}: if no trend is defined after the open, then wait for two swings each way"


def _checklist(context: AgentContext, review: Any, recommended: list[Any]) -> Iterator[str]:
    if review.get("grade") == "F":
        yield "review this session in full before trading again: a limit was reached or broken"
    yield "read the review and its lessons"
    if recommended:
        yield f"decide on {len(recommended)} recommended settings: none is applied by itself"
    if context.reports.get("psychology", {}).get("state") == "regroup":
        yield "regroup: relax, review, release"
    yield "mark the levels of the higher timeframe anew"
