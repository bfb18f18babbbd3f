"""Health of every component, as words (spec 000's health_monitor, semantics.md 8).

Decides when a component is ok, warn or blocked. Imports the situation and the model. Invariant: verdicts
follow from state and data, never from the machine's speed; measured numbers are telemetry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ytc_tui.engine.document import iso
from ytc_tui.engine.external import left_alone
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.model.orders import OrderState
from ytc_tui.model.session import StepResult
from ytc_tui.model.state import AgentRecord
from ytc_tui.model.tasks import AgentStatus


def components(sit: Situation) -> Iterator[tuple[str, StepResult, str]]:
    """Every component with its verdict and what it rests on."""
    for symbol in sit.market.symbols:
        late = sit.market.late_bars(symbol)
        if sit.market.unknown:
            yield f"feed.{symbol}", StepResult.NOT_APPLICABLE, sit.market.unknown
        elif late >= sit.policy.late_warn_bars:
            gap = late >= sit.policy.late_gap_bars
            verdict = StepResult.BLOCKED if gap else StepResult.WARN
            yield f"feed.{symbol}", verdict, f"{late} expected bars late"
        else:
            yield f"feed.{symbol}", StepResult.OK, ""
    yield "venue", *_venue(sit)
    for name, agent in sit.state.agents.items():
        yield f"agent.{name}", *_agent(agent)


def _venue(sit: Situation) -> tuple[StepResult, str]:
    state = sit.state
    if any(state.orders[name].state is OrderState.UNKNOWN for name in state.working):
        return StepResult.BLOCKED, "an order is UNKNOWN"
    if state.venue_silent_ns:
        return StepResult.BLOCKED, "it does not answer"
    if unresolved := state.unresolved(sit.at_ns):
        return StepResult.BLOCKED, f"{len(unresolved)} open discrepancies"
    if left := left_alone(state, sit.at_ns):
        return StepResult.WARN, f"EXTERNAL: {', '.join(left)}"
    if state.rejects_in_row:
        return StepResult.WARN, f"{state.rejects_in_row} rejects in a row"
    return StepResult.OK, ""


def _agent(agent: AgentRecord) -> tuple[StepResult, str]:
    if agent.status is AgentStatus.FAILED:
        return StepResult.WARN, "; ".join(agent.errors)
    return StepResult.OK, ""


def _all_well(sit: Situation) -> bool:
    """Whether every component is ok, seen without naming them."""
    if any(map(sit.market.late_bars, sit.market.symbols)) or _venue(sit)[1]:
        return False
    return AgentStatus.FAILED not in [agent.status for agent in sit.state.agents.values()]


def decide_health(sit: Situation) -> Iterator[ev.Event]:
    """A journal entry for every component whose verdict changed; the first ok is no news.

    Looked at once in a health interval, on a bars feed at most once a minute.
    """
    interval_ns = max(NS_PER_MIN, sit.policy.health_interval_ns)
    if sit.at_ns // interval_ns == (sit.at_ns - NS_PER_MIN) // interval_ns:
        return
    known = sit.state.health
    if not known and _all_well(sit):
        return
    for name, verdict, detail in components(sit):
        before = known.get(name)
        if before is None:
            if verdict is not StepResult.OK:
                yield ev.HealthChanged(name, verdict, detail)
        elif before.result is not verdict:
            yield ev.HealthChanged(name, verdict, detail)


def health_rows(sit: Situation) -> dict[str, dict[str, Any]]:
    """Status, age and metrics of each component, as `ytc status` shows them."""
    rows: dict[str, dict[str, Any]] = {}
    for name, verdict, detail in components(sit):
        rows[name] = {"status": verdict.value, "detail": detail}
    for symbol in sit.market.symbols:
        last = sit.market.analysis[symbol].last
        age_s = (sit.at_ns - last.open_ns) // NS_PER_S - 60 if last else None
        rows[f"feed.{symbol}"] |= {"age_s": age_s, "metrics": {"bars": sit.market.analysis[symbol].minutes}}
    rows["venue"] |= {
        "age_s": 0,
        "metrics": {"working_orders": len(sit.state.working), "positions": len(sit.state.positions)},
    }
    for name, agent in sit.state.agents.items():
        rows[f"agent.{name}"] |= {
            "age_s": (sit.at_ns - agent.last_run_ns) // NS_PER_S if agent.last_run_ns else None,
            "last_run": iso(agent.last_run_ns) if agent.last_run_ns else None,
            "metrics": {"runs": agent.runs, "failures": agent.failures},
        }
    return rows
