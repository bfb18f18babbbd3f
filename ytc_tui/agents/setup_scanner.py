"""Agent 07, setup scanner: the setups that stand at the last closed minute.

Decides which finders run, how their setups are ranked, and which gates are told (domain.md 1.4-07).
Imports the agents' contract, analysis and the model. Invariants: setups below the score
are told too; who refuses them, and why, is the engine's record. A chain repeats itself word for word
until the situation changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec
from ytc_tui.analysis.background import background, data_step
from ytc_tui.analysis.setups import finders
from ytc_tui.analysis.trade_plan import trigger_problem
from ytc_tui.model.codec import to_json
from ytc_tui.model.session import Phase
from ytc_tui.model.signals import GateStep, Setup
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


async def consider(context: AgentContext) -> AgentAnswer:
    """All setups of all symbols, best first, and per symbol the chain of gates that was asked."""
    setups: list[Setup] = []
    chain = {symbol: _chain(context, symbol, setups) for symbol in context.symbols}
    setups.sort(key=lambda setup: (-setup.score, setup.setup_id))
    result: dict[str, Any] = {
        "active_setups": [to_json(setup) for setup in setups],
        "chain": chain,
        "scan_summary": {
            "symbols_scanned": sum([context.analysis[symbol].ready for symbol in context.symbols]),
            "setups_found": len(setups),
            "setups_accepted": sum([_accepted(context, setup) for setup in setups]),
        },
    }
    return AgentAnswer(result)


def _chain(context: AgentContext, symbol: str, setups: list[Setup]) -> list[dict[str, Any]]:
    """The gates of one symbol in order; what is found is added to `setups`.

    Nothing is asked of data that cannot be acted on.
    """
    market, rules = context.analysis[symbol], context.scan
    steps = [data_step(market, context.now_ns)]
    if market.ready:
        steps += background(market, rules.enabled, rules.min_regime_fit)
        available = finders()
        for kind in rules.enabled:
            if kind not in available:
                steps.append(GateStep(kind, False, "no finder of this kind"))
                continue
            found = available[kind](market, context.setup_params)
            steps += [GateStep(kind, False, reason) for reason in found.missing]
            for setup in found.setups:
                steps += _found(context, setup)
            setups += found.setups
    return [{"gate": gate, "ok": ok, "why": why} for gate, ok, why in steps]


def _found(context: AgentContext, setup: Setup) -> Iterator[GateStep]:
    """A setup's quality, then whether its entry is still wholesale (Y-32)."""
    rules = context.scan
    words = (
        f"{setup.setup_id}: score {setup.score:.4g} of {rules.min_score:g} needed, grade {setup.grade}, "
        f"regime fit {setup.regime_fit:g} of {rules.min_regime_fit:g} needed"
    )
    yield GateStep(setup.kind, _accepted(context, setup), words)
    symbol = setup.symbol
    problem = trigger_problem(setup, context.analysis[symbol], context.marks.get(symbol), context.now_ns)
    yield GateStep("price", not problem, problem or "within LWP and LRP")


def _accepted(context: AgentContext, setup: Setup) -> bool:
    rules = context.scan
    return setup.score >= rules.min_score and setup.regime_fit >= rules.min_regime_fit
