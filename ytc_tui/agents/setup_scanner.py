"""Agent 07, setup scanner: the setups that stand at the last closed minute.

Decides which finders run and how their setups are ranked (domain.md 1.4-07). Imports the agents'
contract, analysis and the model. Invariant: setups below the score are told too; who refuses them,
and why, is the engine's record.
"""

from __future__ import annotations

from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec
from ytc_tui.analysis.setups import finders, scan
from ytc_tui.model.codec import to_json
from ytc_tui.model.session import Phase
from ytc_tui.model.signals import Setup
from ytc_tui.model.tasks import Priority
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="setup_scanner",
    number="07",
    title="Setup Scanner",
    phases=(Phase.ACTIVE_TRADING,),
    needs=("trend_definition", "strength_weakness"),
    triggers=(Trigger.LOWER_CLOSE,),
    priority=Priority.CRITICAL,
    timeout_s=30.0,
    critical=True,
)

_NOT_READY = "analysis is not ready: too few bars since the start or a hole"


async def consider(context: AgentContext) -> AgentAnswer:
    """All setups of all symbols, best first, and what each symbol lacks for one."""
    rules = context.scan
    available = finders()
    kinds = [kind for kind in rules.enabled if kind in available]
    absent = [f"{kind.value}: no finder of this kind" for kind in rules.enabled if kind not in available]
    setups: list[Setup] = []
    missing: dict[str, list[str]] = {}
    scanned = 0
    for symbol in context.symbols:
        market = context.analysis[symbol]
        if not market.ready:
            missing[symbol] = [_NOT_READY]
            continue
        scanned += 1
        found = scan(market, context.setup_params, kinds)
        setups += found.setups
        if found.missing or absent:
            missing[symbol] = [*found.missing, *absent]
    setups.sort(key=lambda setup: (-setup.score, setup.setup_id))
    ready = sum(
        setup.score >= rules.min_score and setup.regime_fit >= rules.min_regime_fit for setup in setups
    )
    result: dict[str, Any] = {
        "active_setups": [to_json(setup) for setup in setups],
        "missing": missing,
        "scan_summary": {"symbols_scanned": scanned, "setups_found": len(setups), "setups_accepted": ready},
    }
    return AgentAnswer(result)
