"""Agent 14, learning: what enough trades say about the settings.

Decides which changes are recommended (domain.md 1.4-14). Imports the agents' contract, analysis and the
model. Invariants: nothing is ever applied, a person decides; every recommendation carries its sample
size and a 95 % interval that excludes zero; below twenty trades there is none (Y-47).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec, figure
from ytc_tui.analysis.metrics.interval import Interval, mean_interval
from ytc_tui.analysis.metrics.summary import direction_of, efficiency, grouped, hour_of, mean, setup_of
from ytc_tui.model.history import TradeResult, results_of
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.money import ZERO
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import TaskType
from ytc_tui.model.trades import ExitReason
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="learning",
    number="14",
    title="Learning & Optimization",
    phases=(Phase.POST_MARKET,),
    needs=("session_review", "performance_analytics"),
    triggers=(Trigger.PHASE,),
    task_type=TaskType.REPORT,
    timeout_s=120.0,
)

SERIES = 20
_MEDIUM, _HIGH = 50, 100
_SCORE_STEP, _SCORE_TOP = 5.0, 95.0
_LEAST_RISK_PCT = Decimal("0.05")
_TOLD = 10
_UNUSUAL_EXITS = frozenset({ExitReason.DATA_GAP, ExitReason.LIQUIDATION, ExitReason.EMERGENCY})
_FAR_BEYOND_R = Decimal("-1.2")


class Sample(NamedTuple):
    """The trades of a group: how many, their mean R and its interval (None below two trades)."""

    trades: int
    mean_r: Decimal
    interval: Interval | None

    @property
    def loses(self) -> bool:
        """Enough trades, and even the upper end of the interval is below zero."""
        return self.trades >= SERIES and self.interval is not None and self.interval.high < 0.0

    @property
    def words(self) -> str:
        if self.interval is None:
            return f"{self.trades} trades, mean {figure(self.mean_r)} R"
        low, high = self.interval
        return f"{self.trades} trades, mean {figure(self.mean_r)} R, 95 % {low:.4f} to {high:.4f}"


def sample(results: Sequence[TradeResult]) -> Sample:
    rs = [trade.r for trade in results]
    return Sample(len(rs), mean(rs) or ZERO, mean_interval(rs))


async def consider(context: AgentContext) -> AgentAnswer:
    """Recommendations, samples by group, edge cases, areas to improve and scenarios to practise."""
    own = results_of(context.trades, context.management.breakeven_band_r)
    every = (*context.history.trades, *own)
    found = list(_recommended(context, every))
    result = {
        "applied": False,
        "trades_known": len(every),
        "series_needed": SERIES,
        "parameter_recommendations": found,
        "samples": {
            name: {group: _told(sample(trades)) for group, trades in grouped(every, key).items()}
            for name, key in (("setup", setup_of), ("direction", direction_of), ("hour", hour_of))
        },
        "edge_cases_documented": [_edge_case(trade) for trade in own if _is_edge_case(trade)][:_TOLD],
        "improvement_areas": list(_areas(context, every))[:_TOLD],
        "practice_scenarios": _practice(own),
    }
    return AgentAnswer(result)


def _told(group: Sample) -> dict[str, Any]:
    interval = group.interval
    return {
        "trades": group.trades,
        "mean_r": figure(group.mean_r),
        "ci95_low_r": None if interval is None else f"{interval.low:.4f}",
        "ci95_high_r": None if interval is None else f"{interval.high:.4f}",
        "enough": group.trades >= SERIES,
    }


def _recommended(context: AgentContext, every: Sequence[TradeResult]) -> Iterator[dict[str, Any]]:
    yield from _setups(context, every)
    yield from _score(context, [trade for trade in every if not trade.by_hand])
    whole, risk_pct = sample(every), context.account.risk_per_trade_pct
    if whole.loses and risk_pct > _LEAST_RISK_PCT:
        halved = max(_LEAST_RISK_PCT, (risk_pct / 2).quantize(Decimal("0.01")))
        why = f"all trades lose: {whole.words}; risk less until that is understood"
        yield _recommendation("risk.risk_per_trade_pct", figure(risk_pct), figure(halved), why, whole)


def _setups(context: AgentContext, every: Sequence[TradeResult]) -> Iterator[dict[str, Any]]:
    enabled = [kind.value for kind in context.scan.enabled]
    groups = {name: sample(trades) for name, trades in grouped(every, setup_of).items()}
    losing = [name for name in enabled if name in groups and groups[name].loses]
    if losing:
        kept = [name for name in enabled if name not in losing]
        why = "; ".join(f"{name} loses: {groups[name].words}" for name in losing)
        weakest = min((groups[name] for name in losing), key=lambda group: group.trades)
        yield _recommendation("trading.setups", enabled, kept, why, weakest)


def _score(context: AgentContext, every: Sequence[TradeResult]) -> Iterator[dict[str, Any]]:
    """The lowest step of the minimum score below which trades lose and above which they win."""
    current = context.scan.min_score
    level = current + _SCORE_STEP
    while level <= _SCORE_TOP:
        below = sample([trade for trade in every if current <= trade.score < level])
        above = sample([trade for trade in every if trade.score >= level])
        if below.loses and above.trades >= SERIES and above.mean_r > ZERO:
            why = f"scores below {level:g} lose: {below.words}; from there on: {above.words}"
            yield _recommendation("trading.min_score", f"{current:g}", f"{level:g}", why, below)
            return
        level += _SCORE_STEP


def _recommendation(key: str, current: Any, suggested: Any, reason: str, group: Sample) -> dict[str, Any]:
    told = _told(group)
    return {
        "parameter": key,
        "current_value": current,
        "suggested_value": suggested,
        "reason": reason,
        "confidence": "high" if group.trades >= _HIGH else "medium" if group.trades >= _MEDIUM else "low",
        "sample_size": group.trades,
        "mean_r": told["mean_r"],
        "ci95_low_r": told["ci95_low_r"],
        "ci95_high_r": told["ci95_high_r"],
    }


def _is_edge_case(trade: TradeResult) -> bool:
    return trade.exit_reason in _UNUSUAL_EXITS or trade.r < _FAR_BEYOND_R


def _edge_case(trade: TradeResult) -> str:
    return f"{trade.trade_id} {trade.symbol}: {figure(trade.r)} R by {trade.exit_reason or 'unknown exit'}"


def _areas(context: AgentContext, every: Sequence[TradeResult]) -> Iterator[str]:
    """Groups that lose and that no setting speaks of, then what the review asks for."""
    for label, key in (("side", direction_of), ("hour (UTC)", hour_of)):
        for name, trades in grouped(every, key).items():
            group = sample(trades)
            if group.loses:
                yield f"{label} {name} loses: {group.words}"
    yield from context.reports.get("session_review", {}).get("improvement_goals", ())


def _practice(own: Iterable[TradeResult]) -> list[str]:
    """The trades of this session that gave most away, to be played again from their entry."""
    wasteful = [
        (kept, trade)
        for trade in own
        if trade.mfe_r and (kept := efficiency([trade]) or ZERO) < Decimal("0.5")
    ]
    wasteful.sort(key=lambda pair: (pair[0], pair[1].trade_id))
    return [
        f"{trade.trade_id} {trade.symbol} from {_minute(trade.opened_ns)}: {figure(trade.r)} R "
        f"of {figure(trade.mfe_r or ZERO)} R"
        for _, trade in wasteful[:_TOLD]
    ]


def _minute(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).strftime("%Y-%m-%dT%H:%MZ")
