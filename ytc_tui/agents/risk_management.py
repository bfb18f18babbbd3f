"""Agent 02, risk management: the risk gate shown as an agent (semantics.md 8).

Decides nothing about orders: the gate sizes and vetoes. It reports capacity, exposure and limits
in the gate's own figures (domain.md 1.4-02). Imports the agents' contract, analysis and the model.
Invariant: every figure is a decimal string that follows from the account view and the trades.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ytc_tui.agents.base import AccountView, AgentAnswer, AgentContext, AgentSpec, figure
from ytc_tui.analysis.correlation import correlations
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import Priority
from ytc_tui.model.trades import OPEN_TRADE_STATES, Trade
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="risk_management",
    number="02",
    title="Risk Management",
    phases=(Phase.PRE_MARKET, Phase.SESSION_OPEN, Phase.ACTIVE_TRADING),
    needs=(),
    triggers=(Trigger.PHASE, Trigger.KERNEL),
    priority=Priority.CRITICAL,
    timeout_s=30.0,
    veto=True,
    critical=True,
)

# The report is journalled: of more pairs than this the strongest are told.
_PAIRS_TOLD = 100


async def consider(context: AgentContext) -> AgentAnswer:
    """Capacity, exposure and limits of the session as they stand."""
    account = context.account
    open_trades = [trade for trade in context.trades if trade.state in OPEN_TRADE_STATES]
    lost_pct = max(ZERO, -account.session_pnl_pct)
    reached = lost_pct >= account.max_session_loss_pct
    level = _level(account, lost_pct)
    result: dict[str, Any] = {
        "risk_analysis": {
            "start_balance": figure(account.start_balance),
            "account_balance": figure(account.equity),
            "currency": account.currency,
            "session_pnl": figure(account.session_pnl),
            "session_pnl_pct": figure(account.session_pnl_pct),
            "risk_capacity_remaining_pct": figure(max(ZERO, account.max_session_loss_pct - lost_pct)),
            "risk_per_trade_pct": figure(account.risk_per_trade_pct),
            "alert_level": level,
        },
        "exposure_analysis": _exposure(account, open_trades),
        "limits_status": {
            "session_limit_reached": reached,
            "position_limit_reached": account.positions_open >= account.max_positions,
            "consecutive_losses": account.consecutive_losses,
            "trades_taken": account.trades_taken,
        },
        **_correlations(context),
        "alerts": _alerts(account, level),
    }
    return AgentAnswer(result)


def _level(account: AccountView, lost_pct: Decimal) -> str:
    """The alert level of a loss (semantics.md 5); every boundary is inclusive."""
    if lost_pct >= account.max_session_loss_pct:
        return "critical"
    if lost_pct >= account.alert_high_pct:
        return "high"
    return "medium" if lost_pct >= account.alert_medium_pct else "normal"


def _exposure(account: AccountView, open_trades: list[Trade]) -> dict[str, Any]:
    planned = sum((trade.risk_money for trade in open_trades), ZERO)
    planned_pct = planned / account.start_balance * HUNDRED if account.start_balance > ZERO else ZERO
    return {
        "current_positions": account.positions_open,
        "max_positions": account.max_positions,
        "total_exposure_pct": figure(planned_pct),
        "effective_risk_pct": figure(account.open_risk_pct),
        "positions_at_breakeven": sum(1 for trade in open_trades if _at_breakeven(trade)),
    }


def _correlations(context: AgentContext) -> dict[str, Any]:
    """Each pair of the session's symbols with its rho by the gate's own measure; of many, the strongest."""
    closes = {symbol: context.analysis[symbol].half_hour_closes for symbol in context.symbols}
    pairs = list(correlations(closes, days=context.correlation_days))
    strongest = sorted(pairs, key=lambda pair: -abs(pair[2].rho))[:_PAIRS_TOLD]
    rows = [
        {
            "first": first,
            "second": second,
            "rho": round(measured.rho, 6),
            "days": measured.days,
            "days_needed": measured.days_needed,
            "assumed": measured.assumed,
            "told": str(measured),
        }
        for first, second, measured in sorted(strongest, key=lambda pair: pair[:2])
    ]
    return {"correlation_matrix": rows, "correlations_left_out": len(pairs) - len(rows)}


def _at_breakeven(trade: Trade) -> bool:
    """A stop at or beyond the entry risks nothing any more (domain.md 1.4-02)."""
    entry = trade.entry_price
    return entry is not None and (trade.stop - entry) * trade.side.sign >= ZERO


def _alerts(account: AccountView, level: str) -> list[dict[str, str]]:
    alerts = []
    if level != "normal":
        alerts.append(
            {
                "type": "critical" if level == "critical" else "warning",
                "message": f"session P&L {figure(account.session_pnl_pct)} %: {level}",
                "threshold": figure(-account.max_session_loss_pct),
            }
        )
    if account.consecutive_losses >= account.alert_consecutive_losses:
        alerts.append(
            {
                "type": "warning",
                "message": f"{account.consecutive_losses} losses in a row",
                "threshold": str(account.alert_consecutive_losses),
            }
        )
    return alerts
