"""Views of the desk made by hand: one trade of the demo day, and the moments at which a desk must be right.

A scene is the views of one frame by name. The trade: ETHUSDT short 6.728 at 1473.18 of 8 November 2022, seen
at 04:55 UTC with the last price 1467.23, on a balance of 10,000 USDT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

from tests.analysis.series import demo_bars
from ytc_tui.engine.risk.registry import RULES
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Side
from ytc_tui.model.orders import OrderKind, OrderRole, OrderState
from ytc_tui.model.session import Gate, Mode, Phase, SessionStatus, Severity, StepResult
from ytc_tui.model.structure import SwingKind, ZoneRole
from ytc_tui.model.tasks import AgentStatus
from ytc_tui.model.trades import TradeState
from ytc_tui.views.agent_health import AgentRow, AgentsView
from ytc_tui.views.alerts import AlertRow, AlertsView
from ytc_tui.views.chart import (
    Candle,
    ChartLine,
    ChartMark,
    ChartSwing,
    ChartView,
    ChartZone,
    LineKind,
    MarkKind,
)
from ytc_tui.views.exposure import ExposureView, OrderRow, PositionRow, Protection
from ytc_tui.views.phase import Blocked, PathStep, PhaseView, StepState
from ytc_tui.views.risk import RiskRow, RiskView, RuleRow
from ytc_tui.views.seen import Level, Requirement, Unit
from ytc_tui.views.top import Countdown, TopView
from ytc_tui.views.waiting import WaitingView

DAY_NS = 1_667_865_600_000_000_000  # 2022-11-08 00:00 UTC
Scene = Mapping[str, Any]


def at(hour: int, minute: int, second: int = 0) -> int:
    """UTC ns of a time of the day of the trade."""
    return DAY_NS + (hour * 60 + minute) * NS_PER_MIN + second * NS_PER_S


NOW_NS = at(4, 55)
ENDS_NS, HARD_END_NS = at(7, 6), at(8, 6)


def top_view(**changes: Any) -> TopView:
    view = TopView(
        mode=Mode.PAPER,
        session_id="5f0c2a1e-7a53-5f7b-9b0e-6f4a1d3c2b10",
        account_id="paper",
        currency="USDT",
        symbols=("BTCUSDT", "ETHUSDT"),
        phase=Phase.ACTIVE_TRADING,
        status=SessionStatus.RUNNING,
        gate=Gate.ACTIVE,
        gate_reason="session hours",
        pnl=Decimal("0"),
        pnl_pct=Decimal("0"),
        loss_limit_pct=Decimal(3),
        loss_share=Decimal(0),
        loss_level=Level.OK,
        at_ns=NOW_NS,
        speed="60x",
        feed_state="on time",
        venue="paper",
        venue_guard="survives a crash: stops rest at the venue",
        journal_stalled="",
        flattening="",
        flat_verified=False,
        unknown_orders=0,
        discrepancies=0,
        alerts_open=1,
        approvals_waiting=0,
        positions=0,
        countdowns=(
            Countdown("entries end", ENDS_NS, (ENDS_NS - NOW_NS) // NS_PER_S),
            Countdown("hard end", HARD_END_NS, (HARD_END_NS - NOW_NS) // NS_PER_S),
        ),
        ended=False,
        end_reason="",
        timeframes=(1, 3, 30),
    )
    return replace(view, **changes)


def phase_view(now: Phase = Phase.ACTIVE_TRADING, **changes: Any) -> PhaseView:
    path = tuple(Phase)
    place = path.index(now)
    steps = (
        PathStep(each, StepState.DONE if n < place else StepState.NOW if n == place else StepState.AHEAD, 0)
        for n, each in enumerate(path)
    )
    view = PhaseView(
        path=tuple(steps),
        status=SessionStatus.RUNNING,
        since_ns=at(4, 21),
        in_phase_s=34 * 60,
        waits_for=(Requirement("planned end", met=False), Requirement("flat", met=True)),
        checks=(Blocked("history", StepResult.WARN, "short history: 6 of 7 days before the session"),),
        checks_ok=11,
        end_reason="",
    )
    return replace(view, **changes)


def agent(name: str, why: str, *, runs: int = 0, last_s: int | None = None, due_ns: int = 0) -> AgentRow:
    status = AgentStatus.COMPLETED if runs else AgentStatus.IDLE
    title = name.replace("_", " ").capitalize()
    share, mean_ms = (100, 0.4) if runs else (None, None)
    recent_ms = tuple(round(0.2 + run * 7 % 5 / 10, 1) for run in range(min(runs, 20)))
    return AgentRow(
        name, title, status, False, runs, 0, share, last_s, mean_ms, due_ns, why, "", recent_ms=recent_ms
    )


AGENTS = AgentsView(
    (
        agent("monitoring", "waits for the trading bar", runs=11, last_s=60, due_ns=at(4, 57)),
        agent("market_structure", "waits for the higher bar", runs=2, last_s=25 * 60, due_ns=at(5, 0)),
        agent("trend_definition", "waits for the trading bar", runs=15, last_s=60, due_ns=at(4, 57)),
        agent("strength_weakness", "waits for the trading bar", runs=15, last_s=60, due_ns=at(4, 57)),
        agent("setup_scanner", "waits for the lower bar", runs=34, last_s=0, due_ns=at(4, 56)),
        agent("system_initialization", "not part of active_trading", runs=1, last_s=4140),
        agent("risk_management", "waits for the kernel's call", runs=3, last_s=13 * 60),
        agent("trade_management", "waits for the trading bar", runs=5, last_s=60, due_ns=at(4, 57)),
        agent("logging_audit", "waits for the kernel's call"),
        agent("exit_execution", "waits for the kernel's call"),
        agent("session_review", "not part of active_trading"),
        agent("entry_execution", "no setup", runs=1, last_s=13 * 60),
    )
)


def position(**changes: Any) -> PositionRow:
    row = PositionRow(
        symbol="ETHUSDT",
        trade_id="T0001",
        origin="PB",
        state=TradeState.IN_POSITION,
        side=Side.SELL,
        quantity=Decimal("6.728"),
        entry=Decimal("1473.18"),
        mark=Decimal("1467.23"),
        stop=Decimal("1484.94"),
        targets=(Decimal("1438.88"), Decimal("1404.58")),
        r_now=Decimal("0.369"),
        pnl=Decimal("32.12"),
        breakeven=Decimal("1472.00"),
        notional=Decimal("9871.52"),
        leverage=Decimal("0.984"),
        money_at_stop=Decimal("-87.08"),
        protection=Protection.VENUE,
        age_s=13 * 60,
    )
    return replace(row, **changes)


def order(client_id: str, role: OrderRole, price: str, quantity: str = "6.728", **changes: Any) -> OrderRow:
    stop = role is OrderRole.PROTECTIVE_STOP
    row = OrderRow(
        client_id=client_id,
        trade_id="T0001",
        symbol="ETHUSDT",
        side=Side.BUY,
        role=role,
        kind=OrderKind.STOP if stop else OrderKind.LIMIT,
        state=OrderState.ACKED,
        quantity=Decimal(quantity),
        filled=Decimal(0),
        price=None if stop else Decimal(price),
        stop_price=Decimal(price) if stop else None,
        age_s=13 * 60,
        note="",
    )
    return replace(row, **changes)


ORDERS = (
    order("yk4m2q7tzx3ahbf5e", OrderRole.PROTECTIVE_STOP, "1484.94"),
    order("yp6w3n5rcd2ujis7q", OrderRole.TARGET, "1438.88", "3.364"),
    order("ya7h4x2vbm6eoly3k", OrderRole.TARGET, "1404.58", "3.364"),
)
HELD = ExposureView((position(),), ORDERS)


def limit(rule: str, label: str, used: str | None, of: str, unit: Unit = Unit.COUNT) -> RiskRow:
    most = Decimal(of)
    if used is None:
        return RiskRow(rule, label, None, most, None, None, unit, Level.UNKNOWN)
    share = Decimal(used) / most
    level = Level.OVER if share >= 1 else Level.NEAR if share >= Decimal("0.8") else Level.OK
    return RiskRow(
        rule, label, Decimal(used), most, max(Decimal(0), most - Decimal(used)), share, unit, level
    )


def risk_view(
    loss: str | None = "0",
    risk: str | None = "0",
    leverage: str | None = "0",
    held: str = "0",
    trades: str = "0",
    asked_s: int | None = None,
    **changes: Any,
) -> RiskView:
    """The limits with these figures; every rule of the gate was last asked `asked_s` ago, None = never."""
    rows = (
        limit("session_loss", "session loss", loss, "3", Unit.PERCENT),
        limit("open_risk", "open risk", risk, "3", Unit.PERCENT),
        limit("buying_power", "leverage", leverage, "4.50", Unit.MULTIPLE),
        limit("max_positions", "positions", held, "3"),
        limit("losing_streak", "losses in a row", "0", "5"),
        limit("trade_count", "trades", trades, "20"),
        limit("order_rate", "orders a minute", "0", "30"),
        limit("rejects_in_row", "rejects in row", "0", "3"),
    )
    rules = tuple(RuleRow(rule.name, asked_s) for rule in RULES)
    view = RiskView(
        tuple(replace(row, asked_s=asked_s) for row in rows), (), 0, 0, int(trades), 0, 0, 0, rules
    )
    return replace(view, **changes)


def alert(number: int, severity: Severity, message: str, **changes: Any) -> AlertRow:
    row = AlertRow(f"A{number:03}", severity, "volatility", message, 1, at(4, 54), 60, "")
    return replace(row, **changes)


QUIET_ALERTS = AlertsView(
    (
        alert(
            1,
            Severity.WARNING,
            "ETHUSDT: volatility is far above its baseline; assess, size is not cut by this",
            count=12,
        ),
        alert(2, Severity.INFO, "short history: 6 of 7 days", at_ns=at(3, 46), age_s=4140),
    ),
    open_critical=0,
    open_warning=1,
    hidden=0,
)


@cache
def chart_view(*, held: bool = False) -> ChartView:
    """ETHUSDT on one minute up to the scene's instant, with the trade's lines if it is `held`."""
    bars = [bar for bar in demo_bars("ETHUSDT") if at(3, 0) <= bar.open_ns < NOW_NS]
    return ChartView(
        symbol="ETHUSDT",
        minutes=1,
        decimals=2,
        last=1467.23,
        candles=tuple(Candle(*bar[1:]) for bar in bars),
        zones=(
            ChartZone(ZoneRole.SUPPORT, 1438.0, 1446.0, 5),
            ChartZone(ZoneRole.RESISTANCE, 1497.0, 1508.0, 2),
        ),
        swings=(ChartSwing(SwingKind.HIGH, at(4, 31), 1482.93), ChartSwing(SwingKind.LOW, at(4, 46), 1466.0)),
        lines=(
            ChartLine(LineKind.ENTRY, 1473.18, "entry"),
            ChartLine(LineKind.STOP, 1484.94, "stop"),
            ChartLine(LineKind.TARGET, 1438.88, "T1"),
            ChartLine(LineKind.BREAKEVEN, 1472.00, "breakeven"),
        )
        if held
        else (),
        marks=(ChartMark(MarkKind.ENTRY, Side.SELL, at(4, 41, 40), 1473.18),) if held else (),
    )


def scanning(**changes: Any) -> Scene:
    """Running, nothing open; `changes` are other views by name."""
    views: dict[str, Any] = {
        "top": top_view(),
        "phase": phase_view(),
        "agents": AGENTS,
        "exposure": ExposureView((), ()),
        "risk": risk_view(),
        "alerts": QUIET_ALERTS,
        "waiting": WaitingView((), 0, 0),
        "chart/ETHUSDT/1": chart_view(),
        "chart/BTCUSDT/1": replace(chart_view(), symbol="BTCUSDT", zones=()),
    }
    return views | changes
