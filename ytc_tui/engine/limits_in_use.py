"""How much of each limit is used now, whether or not anyone asks for a trade.

Decides which limits a person watches and how each is counted. Imports the situation and the model.
Invariant: the figures are those that the gate's rules would be given at this instant.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal

from ytc_tui.engine.drawdown import drawdowns
from ytc_tui.engine.risk import (
    buying_power,
    drawdown as drawdown_rule,
    losing_streak,
    max_positions,
    open_risk,
    order_rate,
    rejects_in_row,
    session_loss,
    trade_count,
)
from ytc_tui.engine.situation import Situation
from ytc_tui.model.drawdown import Span
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.money import HUNDRED, ONE, ZERO
from ytc_tui.views.seen import LimitUse, Unit


def limits_in_use(sit: Situation) -> tuple[LimitUse, ...]:
    """Every watched limit; `used` is None where a price that it needs was never met."""
    return tuple(_limits(sit))


def _limits(sit: Situation) -> Iterator[LimitUse]:
    state, limits = sit.state, sit.policy.limits
    try:
        lost_pct: Decimal | None = max(ZERO, -sit.pnl_pct())
        equity = sit.equity()
        risks = sit.open_risks()
        risk_pct: Decimal | None = sum((r.risk_money for r in risks), ZERO) / sit.base_balance() * HUNDRED
        notional = sum((r.notional for r in risks), ZERO)
        leverage: Decimal | None = notional / equity if equity > ZERO else None
    except LookupError:
        lost_pct = risk_pct = leverage = None
    usable = limits.max_leverage * (ONE - limits.margin_buffer_pct / HUNDRED)
    held = {*state.positions, *(state.orders[name].request.symbol for name in _entries(sit))}
    yield LimitUse(session_loss.RULE, "session loss", lost_pct, limits.max_session_loss_pct, Unit.PERCENT)
    yield LimitUse(open_risk.RULE, "open risk", risk_pct, limits.max_open_risk_pct, Unit.PERCENT)
    yield LimitUse(buying_power.RULE, "leverage", leverage, usable, Unit.MULTIPLE)
    yield _count(max_positions.RULE, "positions", len(held), limits.max_positions)
    yield _count(
        losing_streak.RULE, "losses in a row", state.consecutive_losses, limits.max_consecutive_losses
    )
    yield _count(trade_count.RULE, "trades", state.trades_taken, limits.max_trades_per_session)
    recent = sum(1 for at_ns in state.order_times_ns if at_ns > sit.at_ns - NS_PER_MIN)
    yield _count(order_rate.RULE, "orders a minute", recent, limits.max_orders_per_minute)
    yield from _drawdowns(sit)
    yield _count(rejects_in_row.RULE, "rejects in row", state.rejects_in_row, limits.max_rejects_in_row)


def _drawdowns(sit: Situation) -> Iterator[LimitUse]:
    ledger = sit.state.ledger
    used: dict[Span, Decimal] = {}
    with suppress(LookupError):
        used = {drawdown.held.span: drawdown.used_pct for drawdown in drawdowns(sit)}
    for held in ledger.spans if ledger is not None else ():
        rule = f"{drawdown_rule.RULE}.{held.span}"
        yield LimitUse(rule, f"{held.span} drawdown", used.get(held.span), held.limit_pct, Unit.PERCENT)


def _entries(sit: Situation) -> Iterator[str]:
    return (name for name in sit.state.working if not sit.state.orders[name].request.reduce_only)


def _count(rule: str, label: str, used: int, limit: int) -> LimitUse:
    return LimitUse(rule, label, Decimal(used), Decimal(limit), Unit.COUNT)
