"""The session loss limit and the streak: evaluated on every fill and every path point.

Decides alerts, entries-off and the emergency (semantics.md 5, domain.md 1.5), outside the agents.
Invariant: the emergency boundary is inclusive, exact Decimal, unrounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ytc_tui.engine.decide.drawdown import decide_drawdown
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.session import Gate, Severity


def decide_loss(sit: Situation) -> Iterator[ev.Event]:
    """What the session's P&L asks for now; nothing once a final flatten has begun."""
    state, policy = sit.state, sit.policy
    if state.start_balance is None or (state.flattening is not None and state.flattening.final):
        return
    pnl = sit.pnl_pct()
    limits = policy.limits
    if pnl <= -limits.max_session_loss_pct:
        reason = f"session P&L {pnl:.4f} % <= -{limits.max_session_loss_pct} %"
        yield ev.AlertRaised("session-loss", Severity.CRITICAL, "session_loss_limit", reason)
        yield ev.FlattenStarted("session_loss", reason, pnl, -limits.max_session_loss_pct, final=True)
        return
    if pnl <= -limits.entries_off_loss_pct and state.gate is Gate.ACTIVE:
        reason = f"session P&L {pnl:.4f} % <= -{limits.entries_off_loss_pct} %: entries off"
        yield ev.AlertRaised("loss-entries-off", Severity.WARNING, "entries_off", reason)
        yield ev.GateChanged(Gate.ACTIVE, Gate.REDUCING, reason)
    for code, level in (("loss-high", policy.alert_high_pct), ("loss-medium", policy.alert_medium_pct)):
        if pnl <= -level and code not in state.alerts:
            yield _loss_alert(code, pnl, level)
    yield from decide_drawdown(sit)


def _loss_alert(code: str, pnl: Decimal, level: Decimal) -> ev.AlertRaised:
    return ev.AlertRaised(
        code, Severity.WARNING, code.replace("-", "_"), f"session P&L {pnl:.4f} % <= -{level} %"
    )


def decide_streak(sit: Situation) -> Iterator[ev.Event]:
    """Alerts of a losing streak after a trade closed; the gate's own rule refuses entries at the limit."""
    losses = sit.state.consecutive_losses
    limit = sit.policy.limits.max_consecutive_losses
    if losses >= limit:
        yield ev.AlertRaised(
            "losing-streak-limit",
            Severity.CRITICAL,
            "losing_streak_limit",
            f"{losses} losses in a row: no entries",
        )
    elif losses >= sit.policy.alert_consecutive_losses:
        yield ev.AlertRaised(
            "losing-streak", Severity.WARNING, "losing_streak", f"{losses} losses in a row (limit {limit})"
        )
