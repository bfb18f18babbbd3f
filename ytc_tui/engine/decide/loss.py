"""The session loss limit and the streak: evaluated on every fill and every path point.

Decides alerts, entries-off and the emergency (semantics.md 5, domain.md 1.5), outside the agents.
Invariant: the emergency boundary is inclusive, exact Decimal, unrounded.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.decide.alarms import alert, react, unlatched
from ytc_tui.engine.decide.drawdown import decide_drawdown
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev


def decide_loss(sit: Situation) -> Iterator[ev.Event]:
    """What the session's P&L asks for now; nothing once a final flatten has begun."""
    state, policy = sit.state, sit.policy
    if state.start_balance is None or (state.flattening is not None and state.flattening.final):
        return
    pnl = sit.pnl_pct()
    limits = policy.limits
    if pnl <= -limits.max_session_loss_pct:
        reason = f"session P&L {pnl:.4f} % <= -{limits.max_session_loss_pct} %"
        yield from react(sit, "session-loss", "session_loss_limit", reason, pnl=pnl)
        return
    if pnl <= -limits.entries_off_loss_pct and unlatched(sit):
        reason = f"session P&L {pnl:.4f} % <= -{limits.entries_off_loss_pct} %: entries off"
        yield from react(sit, "loss-entries-off", "entries_off", reason)
    levels = (
        ("loss-high", "loss_high", policy.alert_high_pct),
        ("loss-medium", "loss_medium", policy.alert_medium_pct),
    )
    for alert_id, code, level in levels:
        if pnl <= -level and alert_id not in state.alerts:
            yield alert(alert_id, code, f"session P&L {pnl:.4f} % <= -{level} %")
    yield from decide_drawdown(sit)


def decide_streak(sit: Situation) -> Iterator[ev.Event]:
    """Alerts of a losing streak after a trade closed; the gate's own rule refuses entries at the limit."""
    losses = sit.state.consecutive_losses
    limit = sit.policy.limits.max_consecutive_losses
    if losses >= limit:
        message = f"{losses} losses in a row: no entries"
        yield alert("losing-streak-limit", "losing_streak_limit", message)
    elif losses >= sit.policy.alert_consecutive_losses:
        yield alert("losing-streak", "losing_streak", f"{losses} losses in a row (limit {limit})")
