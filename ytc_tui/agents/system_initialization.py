"""Agent 01, system initialisation: is everything usable before anything else runs?

Decides from the components' probes whether the session may start (domain.md 1.4-01). Imports the
agents' contract and the model. Invariants: nothing unproven is called ready, nothing unconfigured
is called ok, and no figure measured by the wall clock enters the result: verdict words only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec, Probe
from ytc_tui.model.money import ZERO
from ytc_tui.model.session import Phase, StepResult
from ytc_tui.model.tasks import Priority, ResponseStatus
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="system_initialization",
    number="01",
    title="System Initialization",
    phases=(Phase.PRE_MARKET,),
    needs=(),
    triggers=(Trigger.PHASE,),
    priority=Priority.CRITICAL,
    timeout_s=120.0,
    retries=3,
    critical=True,
)

_NOT_CONFIGURED = "not configured"
# Resources of the machine: short ones are a warning, never a reason not to trade (semantics.md 8).
_WARN_ONLY = frozenset({"cpu", "memory"})
_DIAGNOSTICS = frozenset({"cpu", "memory", "disk", "network"})


async def consider(context: AgentContext) -> AgentAnswer:
    """The verdict of every component, and `blocking` when one forbids the session."""
    verdicts = {probe.component: _verdict(probe) for probe in context.probes}
    reasons = {probe.component: _reason(probe) for probe in context.probes}
    _check_account(context, verdicts, reasons)
    _check_instruments(context, verdicts, reasons)
    if not context.probes:
        verdicts["probes"] = StepResult.BLOCKED
        reasons["probes"] = "no component was asked how it is"
    errors = _texts(verdicts, reasons, StepResult.BLOCKED)
    warnings = _texts(verdicts, reasons, StepResult.WARN)
    result: dict[str, Any] = {
        "initialization_status": "failed" if errors else "partial" if warnings else "success",
        "system_ready": not errors,
        "blocking": bool(errors),
        "connectivity_report": _words(verdicts, (n for n in verdicts if n not in _DIAGNOSTICS)),
        "configuration_status": {
            "dom_configured": verdicts.get("dom", StepResult.NOT_APPLICABLE).value,
            "alerts_set": verdicts.get("alerts", StepResult.NOT_APPLICABLE).value,
            "clock_synced": verdicts.get("clock", StepResult.NOT_APPLICABLE).value,
            "instruments_loaded": verdicts["instruments"].value,
        },
        "system_diagnostics": _words(verdicts, (n for n in verdicts if n in _DIAGNOSTICS)),
        "warnings": warnings,
        "errors": errors,
    }
    if not errors:
        return AgentAnswer(result)
    todo = tuple(f"resolve {text}" for text in errors)
    return AgentAnswer(result, ResponseStatus.PARTIAL, tuple(errors), todo)


def _verdict(probe: Probe) -> StepResult:
    if probe.result is StepResult.OK and _NOT_CONFIGURED in probe.detail.lower():
        return StepResult.NOT_APPLICABLE
    if probe.result is StepResult.BLOCKED and probe.component in _WARN_ONLY:
        return StepResult.WARN
    return probe.result


def _reason(probe: Probe) -> str:
    """The probe's own words, unless it measured: figures differ from run to run and stay outside."""
    return "" if probe.metrics else probe.detail


def _check_account(context: AgentContext, verdicts: dict[str, StepResult], reasons: dict[str, str]) -> None:
    if context.account.start_balance <= ZERO:
        verdicts["account"] = StepResult.BLOCKED
        reasons["account"] = "balance is zero or unreadable"


def _check_instruments(
    context: AgentContext, verdicts: dict[str, StepResult], reasons: dict[str, str]
) -> None:
    unknown = [symbol for symbol in context.symbols if symbol not in context.instruments]
    if unknown or not context.symbols:
        verdicts["instruments"] = StepResult.BLOCKED
        reasons["instruments"] = f"no specification for {', '.join(unknown)}" if unknown else "no symbol"
    else:
        verdicts.setdefault("instruments", StepResult.OK)


def _words(verdicts: Mapping[str, StepResult], components: Iterable[str]) -> dict[str, str]:
    return {component: verdicts[component].value for component in components}


def _texts(verdicts: Mapping[str, StepResult], reasons: Mapping[str, str], wanted: StepResult) -> list[str]:
    """One line per component with this verdict, with its reason where it may be repeated."""
    return [
        f"{component}: {reasons.get(component) or verdict.value}"
        for component, verdict in verdicts.items()
        if verdict is wanted
    ]
