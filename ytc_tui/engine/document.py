"""The session document: spec 000's output schema, state fields and monitoring metrics.

Decides how state becomes the names of spec 000. Imports the situation and the model. Invariant: every
figure is state or follows from it; nothing is measured here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ytc_tui.engine.drawdown import drawdowns
from ytc_tui.engine.news import standing, told
from ytc_tui.engine.risk.registry import RULES
from ytc_tui.engine.situation import Situation
from ytc_tui.model.codec import to_json
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.money import ZERO
from ytc_tui.model.state import AGENT_FAILED, State
from ytc_tui.model.tasks import AgentStatus
from ytc_tui.model.trades import ENDED_TRADE_STATES, TradeState
from ytc_tui.views.by_hand import to_close


def iso(at_ns: int) -> str:
    """UTC time as ISO 8601 with seconds, e.g. 2022-11-08T12:00:00Z."""
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def session_document(sit: Situation) -> dict[str, Any]:
    """The session as spec 000's output document, with its state fields and what followed."""
    state = sit.state
    pnl = sit.equity() - sit.exit_fees() - sit.base_balance()
    active = [name for name, agent in state.agents.items() if agent.status is AgentStatus.RUNNING]
    started = state.started
    return {
        "session_id": state.session_id,
        "session_status": state.status.value,
        "current_phase": state.phase.value,
        "mode": started.mode.value if started else sit.policy.mode.value,
        "active_agents": active,
        "session_metrics": {
            "start_time": iso(started.init_ns) if started else None,
            "trades_taken": state.trades_taken,
            "current_pnl": _money(pnl),
            "current_pnl_pct": _percent(sit.pnl_pct()),
            "risk_utilization": _percent(sit.risk_utilization()),
            "positions_open": len(state.positions),
        },
        "alerts": [
            {
                "id": alert.alert_id,
                "severity": alert.severity.value,
                "message": alert.message,
                "timestamp": iso(alert.at_ns),
                "count": alert.count,
                "acknowledged_by": alert.acknowledged_by,
            }
            for alert in state.alerts.values()
        ],
        "gate": {"state": state.gate.value, "reason": state.gate_reason},
        "start_time": iso(started.init_ns) if started else None,
        "account_balance": _money(state.wallet),
        "start_balance": _money(sit.base_balance()),
        "session_pnl": _money(pnl),
        "fees_paid": _money(state.fees_paid),
        "funding": _money(state.funding) if state.funding_events else "not modelled",
        "trades_count": state.trades_taken,
        "active_positions": [to_json(held) for held in state.positions.values()],
        "agent_states": {
            name: {
                "status": agent.status.value,
                "last_run": iso(agent.last_run_ns) if agent.last_run_ns else None,
                "output": agent.output,
            }
            for name, agent in state.agents.items()
        },
        "emergency_status": bool(state.flattening and state.flattening.final),
        "emergency": to_json(state.flattening) if state.flattening else None,
        **_unconfirmed(state),
        "trades": trade_rows(sit),
        "funnel": funnel(sit),
        "checklists": to_json(state.checklists),
        "handoffs": [to_json(record) for record in state.handoffs.values()],
        "proposals": [to_json(record) for record in state.proposals.values()],
        "news": news_facts(sit),
        "drawdown": drawdown_rows(sit),
        "end_reason": state.end_reason,
        "ended": state.ended,
        "as_of": iso(sit.at_ns or state.now_ns),
    }


def _unconfirmed(state: State) -> dict[str, Any]:
    """What a flatten could not confirm; a session in which all was confirmed has no such key."""
    doubt = state.unconfirmed
    if doubt is None:
        return {}
    by_hand = [{**to_json(each), "text": str(each)} for each in to_close(state)]
    return {"unconfirmed_exposure": {"since": iso(doubt.since_ns), "why": doubt.why, "by_hand": by_hand}}


def funnel(sit: Situation) -> dict[str, Any]:
    """How many setups were found, and which rule refused how many (semantics.md 4)."""
    state = sit.state
    entered = sum(1 for trade in state.trades.values() if trade.entered_quantity > ZERO)
    missed = sum(1 for trade in state.trades.values() if trade.state is TradeState.NOT_ENTERED)
    return {
        "detected": dict(sorted(state.detected.items())),
        "refused_by": dict(sorted(state.refused.items(), key=lambda item: (-item[1], item[0]))),
        "approved": state.approved,
        "entered": entered,
        "not_entered": missed,
    }


def trade_rows(sit: Situation) -> list[dict[str, Any]]:
    """Every trade of the session, entered or not, with its result where it has one."""
    return [
        {
            "trade_id": trade.trade_id,
            "setup": trade.setup_kind,
            "symbol": trade.symbol,
            "side": trade.side.value,
            "state": trade.state.value,
            "quantity": str(trade.entered_quantity),
            "entry_price": _money(trade.entry_price),
            "stop": str(trade.stop),
            "initial_stop": str(trade.initial_stop),
            "t1": str(trade.t1),
            "t2": str(trade.t2) if trade.t2 is not None else None,
            "opened": iso(trade.opened_ns) if trade.opened_ns else None,
            "closed": iso(trade.closed_ns) if trade.closed_ns else None,
            "exit_reason": trade.exit_reason.value if trade.exit_reason else None,
            "pnl": _money(trade.net_pnl) if trade.state in ENDED_TRADE_STATES else None,
            "r_multiple": str(trade.r_multiple) if trade.r_multiple is not None else None,
            "mae_r": str(trade.mae_r) if trade.mae_r is not None else None,
            "mfe_r": str(trade.mfe_r) if trade.mfe_r is not None else None,
        }
        for trade in sit.state.trades.values()
    ]


def news_facts(sit: Situation) -> dict[str, Any]:
    """What news stands now, and the next event with the seconds until it."""
    news, now_ns = sit.policy.news, sit.at_ns or sit.state.now_ns
    stands, following = standing(sit, now_ns), news.next_event(now_ns)
    return {
        "calendar": news.calendar.source,
        "filter": "on" if news.rules.acts else "off",
        "status": stands.state.value,
        "reason": told(stands) if stands.windows else "",
        "resume_time": iso(stands.until_ns) if stands.windows else None,
        "next_event": following.label if following else None,
        "next_event_time": iso(following.at_ns) if following else None,
        "next_event_in_s": (following.at_ns - now_ns) // NS_PER_S if following else None,
    }


def drawdown_rows(sit: Situation) -> list[dict[str, Any]]:
    """The drawdown ledger with what is lost of each span now; `used_pct` None while a mark is missing."""
    ledger = sit.state.ledger
    try:
        used = {drawdown.held.span: drawdown.used_pct for drawdown in drawdowns(sit)}
    except LookupError:
        used = {}
    return [
        {
            "span": held.span.value,
            "since": held.since,
            "base": _money(held.base),
            "used_pct": _percent(used[held.span]) if held.span in used else None,
            "warn_pct": str(held.warn_pct),
            "limit_pct": str(held.limit_pct),
        }
        for held in (ledger.spans if ledger is not None else ())
    ]


def metrics(sit: Situation) -> dict[str, Any]:
    """Spec 000's METRICS_TO_TRACK, those that state holds; response times are telemetry."""
    state = sit.state
    runs = sum(agent.runs for agent in state.agents.values())
    # A task that succeeded when it was tried again is a success.
    failed = sum(count for kind, count in state.errors_by_type.items() if kind.startswith(AGENT_FAILED))
    started_ns = state.started.init_ns if state.started else state.now_ns
    return {
        "session_uptime": (state.now_ns - started_ns) // NS_PER_S,
        "agents_executed": runs,
        "agent_success_rate": round(100 * (runs - failed) / runs, 2) if runs else None,
        "error_count_by_type": dict(sorted(state.errors_by_type.items())),
        "risk_utilization": _percent(sit.risk_utilization()),
        "positions_managed": sum(1 for trade in state.trades.values() if trade.entered_quantity > ZERO),
    }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount.quantize(Decimal("0.00000001")).normalize(), "f")


def _percent(share: Decimal) -> str:
    return format(share.quantize(Decimal("0.0001")), "f")


def own_facts(sit: Situation) -> dict[str, Any]:
    """The operator's levels and biases that stand now, and the notes of the session."""
    state, at_ns = sit.state, sit.at_ns or sit.state.now_ns
    biases = (state.standing_bias(symbol, at_ns) for symbol in sorted(state.biases))
    return {
        "levels": [to_json(level) for level in state.standing_levels(at_ns)],
        "biases": [to_json(held) for held in biases if held is not None],
        "notes": [to_json(note) for note in state.notes.values()],
    }


def rule_facts(sit: Situation) -> list[dict[str, Any]]:
    """Every rule of the gate: when it last gave a verdict in this session (None: never), and how often it was
    what refused."""
    asked, refused = sit.state.rules_asked, sit.state.refused
    return [
        {
            "rule": rule.name,
            "summary": rule.summary,
            "last_evaluated": iso(asked[rule.name]) if rule.name in asked else None,
            "refused": refused.get(rule.name, 0),
        }
        for rule in RULES
    ]
