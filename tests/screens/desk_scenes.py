"""The moments at which the desk must be right, each as the views of one frame."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.screens.desk_cards import HANDOFF, PROPOSAL
from tests.screens.desk_views import (
    AGENTS,
    HELD,
    NOW_NS,
    QUIET_ALERTS,
    Scene,
    alert,
    at,
    chart_view,
    limit,
    order,
    phase_view,
    position,
    risk_view,
    scanning,
    top_view,
)
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import Gate, Phase, SessionStatus, Severity, StepResult
from ytc_tui.model.tasks import AgentStatus
from ytc_tui.model.trades import TradeState
from ytc_tui.views.alerts import AlertRow, AlertsView
from ytc_tui.views.exposure import ExposureView, Protection
from ytc_tui.views.phase import Blocked
from ytc_tui.views.risk import Refusals
from ytc_tui.views.seen import Level, Requirement, Unit
from ytc_tui.views.top import Countdown
from ytc_tui.views.waiting import WaitingView

# A position without a stop whose price is not known.
_BLIND: dict[str, Any] = {
    "protection": Protection.NAKED,
    **dict.fromkeys(("stop", "mark", "pnl", "r_now", "notional", "leverage", "money_at_stop")),
}


def empty() -> Scene:
    """The engine lives, and there is no session yet."""
    return {}


def in_trade(**changes: Any) -> Scene:
    """The short of the demo day, 0.37 R ahead."""
    top = top_view(
        pnl=Decimal("32.12"),
        pnl_pct=Decimal("0.3212"),
        loss_share=Decimal(0),
        positions=1,
        **changes.pop("top_changes", {}),
    )
    risk = risk_view("0", "0.8708", "0.98", "1", "1", 660, detected=2, refusals=(Refusals("reward_risk", 1),))
    views: dict[str, Any] = {
        "top": top,
        "phase": phase_view(
            waits_for=(Requirement("planned end", met=False), Requirement("flat", met=False))
        ),
        "exposure": HELD,
        "risk": risk,
        "chart/ETHUSDT/1": chart_view(held=True),
    }
    return scanning(**(views | changes))


def proposal_waiting() -> Scene:
    """A setup asks for a yes; the feed waits."""
    asked = alert(
        3, Severity.WARNING, "P0002 PB short ETHUSDT: waits 60 s for a yes (approve P0002)", age_s=10
    )
    return scanning(
        top=top_view(feed_state="waits for your answer to P0002", approvals_waiting=1),
        waiting=WaitingView((PROPOSAL,), 1, 0),
        alerts=AlertsView((asked, *QUIET_ALERTS.rows), 0, 2, 0),
        risk=risk_view(asked_s=40, detected=2, refusals=(Refusals("reward_risk", 1),)),
    )


def handoff_waiting() -> Scene:
    """The morning's work asks for a yes before the open."""
    now_ns, open_ns = at(4, 6), at(4, 6)
    asked = alert(
        4,
        Severity.WARNING,
        "pre_market -> session_open waits for approval: session prepared (approve H0001)",
        at_ns=now_ns,
        age_s=0,
    )
    return scanning(
        top=top_view(
            phase=Phase.PRE_MARKET,
            gate=Gate.REDUCING,
            gate_reason="outside session hours",
            at_ns=now_ns,
            approvals_waiting=1,
            feed_state="waits for your answer to H0001",
            countdowns=(Countdown("open", open_ns + 30 * NS_PER_MIN, 30 * 60),),
        ),
        phase=phase_view(
            Phase.PRE_MARKET,
            since_ns=at(3, 46),
            in_phase_s=20 * 60,
            waits_for=(
                Requirement("approval of handoff H0001", met=False),
                Requirement("market open", met=True),
                Requirement("market_structure delivers", met=True),
            ),
        ),
        waiting=WaitingView((HANDOFF,), 1, 0),
        alerts=AlertsView((asked,), 0, 1, 0),
    )


def alert_storm() -> Scene:
    """Two hundred alerts, grouped, what is critical on top; agents fail, limits are near."""
    critical = [
        alert(
            100, Severity.CRITICAL, "the stop attached to yk4m2q7tzx3ahbf5e was refused: post-only", age_s=7
        ),
        alert(101, Severity.CRITICAL, "ETHUSDT: ours -6.728, venue -6.700", count=3, age_s=20),
        alert(102, Severity.CRITICAL, "order yq2w9e4rty7uiop1a is UNKNOWN: timed out after 5 s", age_s=40),
    ]
    warnings = [
        alert(
            200 + n,
            Severity.WARNING,
            f"{'BTCUSDT' if n % 2 else 'ETHUSDT'}: spread {n / 10:.1f} times its median",
            count=n % 7 * 40 + 1,
            age_s=60 * (1 + n // 10),
        )
        for n in range(97)
    ]
    infos = [
        alert(400 + n, Severity.INFO, f"cancel of y{n:017} is confirmed", age_s=3600 + 60 * n)
        for n in range(97)
    ]
    seen = [
        alert(
            600 + n, Severity.CRITICAL, "venue cannot be read: timed out", acknowledged_by="alex", age_s=7200
        )
        for n in range(3)
    ]
    rows: tuple[AlertRow, ...] = (*critical, *warnings, *infos, *seen)
    failed = replace(
        AGENTS.rows[4],
        status=AgentStatus.FAILED,
        failures=3,
        success_pct=91,
        error="timed out after 2 s; TimeoutError",
    )
    risk = risk_view("2.61", "2.4", None, "1", "1", 120, detected=9, refusals=(Refusals("session_loss", 8),))
    unknown = order("yq2w9e4rty7uiop1a", OrderRole.ENTRY, "20015.50", "0.125", state=OrderState.UNKNOWN)
    return in_trade(
        top=top_view(
            gate=Gate.REDUCING,
            gate_reason="session P&L -2.6104 % <= -2.5 %: entries off",
            pnl=Decimal("-261.04"),
            pnl_pct=Decimal("-2.6104"),
            loss_share=Decimal("0.87"),
            loss_level=Level.NEAR,
            alerts_open=197,
            positions=1,
            unknown_orders=1,
            discrepancies=1,
            feed_state="late: BTCUSDT",
        ),
        agents=replace(AGENTS, rows=(failed, *AGENTS.rows[:4], *AGENTS.rows[5:])),
        alerts=AlertsView(rows, 3, 97, 12),
        risk=risk,
        exposure=ExposureView(
            (replace(position(), **_BLIND),),
            (replace(unknown, symbol="BTCUSDT", trade_id="T0002", note="sent, no answer"), *HELD.orders[1:]),
        ),
    )


def paused() -> Scene:
    """Paused by a person, the trade is still managed."""
    reason = "lunch; back at 05:30"
    return in_trade(
        top_changes={"status": SessionStatus.PAUSED, "gate": Gate.REDUCING, "gate_reason": reason},
        phase=phase_view(status=SessionStatus.PAUSED),
    )


def halted() -> Scene:
    """An operator's flatten at work: the gate is shut to everything but closing."""
    return in_trade(
        top_changes={
            "status": SessionStatus.PAUSED,
            "gate": Gate.HALTED,
            "gate_reason": "emergency flatten, confirmed on the desk",
            "flattening": "closing, round 1: 1 positions, 1 orders left",
        },
        phase=phase_view(status=SessionStatus.PAUSED),
        exposure=ExposureView(
            (position(state=TradeState.CLOSING),),
            (order("yf1x6s2ntj4gepw8u", OrderRole.FLATTEN, "1467.23", state=OrderState.SENT, age_s=0),),
        ),
    )


def emergency() -> Scene:
    """The loss limit was hit: final, and not flat yet."""
    reason = "session P&L -3.0127 % <= -3 %"
    loss = limit("session_loss", "session loss", "3.0127", "3", Unit.PERCENT)
    risk = risk_view(
        "0", "0", "2.11", "2", "4", 300, losses=3, detected=9, refusals=(Refusals("session_loss", 4),)
    )
    return in_trade(
        top=top_view(
            status=SessionStatus.EMERGENCY_STOP,
            gate=Gate.HALTED,
            gate_reason=reason,
            pnl=Decimal("-301.27"),
            pnl_pct=Decimal("-3.0127"),
            loss_share=Decimal("1.004"),
            loss_level=Level.OVER,
            flattening="closing, round 2: 1 positions, 1 orders left",
            alerts_open=2,
            positions=1,
        ),
        phase=phase_view(
            status=SessionStatus.EMERGENCY_STOP,
            waits_for=(Requirement("verified flat", met=False),),
            checks=(Blocked("venue", StepResult.BLOCKED, "not flat yet: ETHUSDT -2.1"),),
        ),
        risk=replace(risk, rows=(loss, *risk.rows[1:])),
        exposure=ExposureView(
            (
                position(
                    state=TradeState.CLOSING,
                    quantity=Decimal("2.1"),
                    mark=Decimal("1488.05"),
                    r_now=Decimal("-1.31"),
                    pnl=Decimal("-113.70"),
                    notional=Decimal("3124.91"),
                    leverage=Decimal("0.322"),
                    protection=Protection.PART,
                ),
            ),
            (order("yf1x6s2ntj4gepw8u", OrderRole.FLATTEN, "1488.05", "2.1", state=OrderState.PARTIAL),),
        ),
        alerts=AlertsView(
            (
                alert(9, Severity.CRITICAL, reason, at_ns=NOW_NS, age_s=2),
                alert(10, Severity.CRITICAL, "not flat yet: ETHUSDT -2.1", count=2, at_ns=NOW_NS, age_s=1),
                *QUIET_ALERTS.rows,
            ),
            2,
            1,
            0,
        ),
    )


def ended() -> Scene:
    """The session is over."""
    return in_trade(
        top_changes={
            "phase": Phase.SHUTDOWN,
            "status": SessionStatus.COMPLETED,
            "gate": Gate.REDUCING,
            "ended": True,
            "end_reason": "feed ended",
            "countdowns": (),
        },
        phase=phase_view(
            Phase.SHUTDOWN, status=SessionStatus.COMPLETED, waits_for=(), end_reason="feed ended"
        ),
        exposure=ExposureView((), ()),
    )


SCENES = {
    "empty": empty,
    "scanning": scanning,
    "in_trade": in_trade,
    "proposal_waiting": proposal_waiting,
    "handoff_waiting": handoff_waiting,
    "alert_storm": alert_storm,
    "paused": paused,
    "halted": halted,
    "emergency": emergency,
}
