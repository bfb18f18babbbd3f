"""Agent 11, monitoring: market, positions and progress at a glance while the session runs.

Decides what stands out (domain.md 1.4-11). Imports the agents' contract, analysis and the model.
Invariants: risk figures are decimal strings; nothing measured by the wall clock is told, latencies are
telemetry; what cannot be judged is None, never false.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec, figure
from ytc_tui.analysis.outlook import adverse_conditions
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.model.session import Phase, StepResult
from ytc_tui.model.structure import Regime, TrendDirection
from ytc_tui.model.tasks import Priority, TaskType
from ytc_tui.model.trades import OPEN_TRADE_STATES, Trade, TradeState
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="monitoring",
    number="11",
    title="Real-Time Monitoring",
    phases=(Phase.PRE_MARKET, Phase.SESSION_OPEN, Phase.ACTIVE_TRADING, Phase.POST_MARKET),
    needs=(),
    triggers=(Trigger.TRADING_CLOSE,),
    task_type=TaskType.REPORT,
    priority=Priority.HIGH,
    timeout_s=10.0,
)

_SPIKE_FACTOR = 2.0
_RISK_USED_WARNING_PCT = Decimal(70)


async def consider(context: AgentContext) -> AgentAnswer:
    """The monitoring update of domain.md 1.4-11; market status per symbol."""
    open_trades = [trade for trade in context.trades if trade.state in OPEN_TRADE_STATES]
    market = {symbol: _market(context.analysis[symbol]) for symbol in context.symbols}
    used_pct = _risk_used_pct(context)
    result: dict[str, Any] = {
        "market_status": market,
        "position_status": _positions(context, open_trades),
        "system_health": {"connectivity": _connectivity(context), "data_quality": _data_quality(context)},
        "session_progress": {
            "time_elapsed_min": context.minutes_elapsed,
            "time_remaining_min": max(0, context.session_ends_ns - context.now_ns) // NS_PER_MIN,
            "trades_taken": context.account.trades_taken,
            "session_pnl_pct": figure(context.account.session_pnl_pct),
            "risk_used_pct": figure(used_pct),
            "open_risk_pct": figure(context.account.open_risk_pct),
        },
        "alerts": _alerts(context, open_trades, market, used_pct),
    }
    return AgentAnswer(result)


def _market(market: SymbolAnalysis) -> dict[str, Any]:
    trend = market.trend
    width_ns = market.params.ttf_minutes * NS_PER_MIN
    turned = market.now_ns > 0 and trend.since_ns > market.now_ns - width_ns
    return {
        "trend_intact": trend.intact,
        "structure_changed": turned or market.breakout_age_bars == 0,
        "volatility_spike": volatility_spike(market),
        "environment": environment(market),
        "adverse_conditions": list(market.at_close(adverse_conditions)),
    }


def volatility_spike(market: SymbolAnalysis) -> bool | None:
    """Whether the TTF's ATR is above twice its baseline; None while there is no baseline.

    The baseline is the mean range of the kept TTF bars before those that the ATR's period spans,
    at least as many bars as the period.
    """
    period = market.params.atr_period
    bars = len(market.ttf_bars) - period
    atr = market.atr_ttf
    if atr is None or bars < period:
        return None
    baseline = sum(islice(market.ttf_ranges, bars)) / bars
    return atr > _SPIKE_FACTOR * baseline


def environment(market: SymbolAnalysis) -> str | None:
    """The environment as it is read now: trending, ranging or choppy; None while undetermined."""
    if market.regime is Regime.CHOPPY:
        return "choppy"
    match market.trend.direction:
        case TrendDirection.UP | TrendDirection.DOWN:
            return "trending"
        case TrendDirection.SIDEWAYS:
            return "ranging"
        case TrendDirection.UNDETERMINED:
            return None


def net_now(context: AgentContext, trade: Trade) -> Decimal | None:
    """What `trade` has made so far: realised plus open profit less paid fees; None without a price."""
    mark, entry = context.mark_of(trade.symbol), trade.entry_price
    if mark is None or entry is None:
        return None
    return trade.net_pnl + (mark - entry) * trade.side.sign * trade.open_quantity * trade.contract_size


def _positions(context: AgentContext, open_trades: list[Trade]) -> dict[str, Any]:
    results = {trade.trade_id: net_now(context, trade) for trade in open_trades}
    known = [(net, trade_id) for trade_id, net in results.items() if net is not None]
    winners = [entry for entry in known if entry[0] > ZERO]
    losers = [entry for entry in known if entry[0] < ZERO]
    return {
        "open_count": len(open_trades),
        "total_pnl": figure(sum((net for net, _ in known), ZERO)),
        "largest_winner": _named(max(winners, default=None)),
        "largest_loser": _named(min(losers, default=None)),
    }


def _named(entry: tuple[Decimal, str] | None) -> dict[str, str] | None:
    return None if entry is None else {"trade_id": entry[1], "pnl": figure(entry[0])}


def _connectivity(context: AgentContext) -> str:
    """The worst of what the components last answered."""
    results = {probe.result for probe in context.probes}
    if StepResult.BLOCKED in results:
        return "poor"
    return "degraded" if StepResult.WARN in results or not results else "good"


def _data_quality(context: AgentContext) -> str:
    """Good when every symbol is ready and as fresh as the freshest, poor when none is."""
    newest = max((market.now_ns for market in context.analysis.values()), default=0)
    usable = [
        market.ready and market.now_ns == newest
        for market in (context.analysis[symbol] for symbol in context.symbols)
    ]
    if not any(usable):
        return "poor"
    return "good" if all(usable) else "degraded"


def _risk_used_pct(context: AgentContext) -> Decimal:
    """Percent of the session loss limit that is used, 0 in profit."""
    account = context.account
    return max(ZERO, -account.session_pnl_pct) / account.max_session_loss_pct * HUNDRED


def _alerts(
    context: AgentContext, open_trades: list[Trade], market: dict[str, Any], used_pct: Decimal
) -> list[dict[str, str]]:
    account = context.account
    alerts = []
    if account.session_pnl_pct <= -account.entries_off_loss_pct:
        alerts.append(_alert("critical", f"session P&L {figure(account.session_pnl_pct)} %"))
    elif account.session_pnl_pct <= -account.alert_medium_pct:
        alerts.append(_alert("warning", f"session P&L {figure(account.session_pnl_pct)} %"))
    if used_pct >= _RISK_USED_WARNING_PCT:
        alerts.append(_alert("warning", f"{figure(used_pct)} % of the session risk is used"))
    if account.max_positions > 1 and account.positions_open >= account.max_positions - 1:
        alerts.append(
            _alert("warning", f"{account.positions_open} of {account.max_positions} positions used")
        )
    for trade in open_trades:
        if trade.state in (TradeState.UNPROTECTED, TradeState.CLOSE_FAILED):
            alerts.append(_alert("critical", f"{trade.trade_id} {trade.symbol}: {trade.state.value}"))
    for symbol, status in market.items():
        if status["volatility_spike"]:
            alerts.append(_alert("warning", f"{symbol}: ATR above {_SPIKE_FACTOR:g} times its baseline"))
    return alerts


def _alert(level: str, message: str) -> dict[str, str]:
    return {"type": level, "message": message}
