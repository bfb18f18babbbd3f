"""Rule: the instrument is the plan's, and its kind allows the plan's side (semantics.md 4)."""

from __future__ import annotations

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.market import InstrumentKind, Side
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "instrument_kind"
SUMMARY = "The kind of instrument must allow the side: spot cannot be sold short."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    plan, instrument = request.plan, request.instrument
    if plan.symbol != instrument.symbol:
        return refused(RULE, f"the plan is for {plan.symbol}, the instrument is {instrument.symbol}")
    if instrument.kind is InstrumentKind.SPOT and plan.side is Side.SELL:
        return refused(RULE, f"{plan.symbol} is spot, which cannot be sold short")
    return passed(RULE, f"{plan.symbol} is {instrument.kind.value}, {plan.side.value} is possible")
