"""Rule: the gate's input can be reckoned with: finite numbers, positive steps, no negative exposure.

Decides that NaN, infinities and nonsense never reach another rule (it is first; fail closed).
Imports the model only. Invariant: after it, no Decimal compares oddly and no step is zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal

from ytc_tui.engine.risk.answers import passed, refused
from ytc_tui.model.money import ZERO
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "sound_input"
SUMMARY = (
    "Numbers given to the gate that are not finite, prices and steps not above 0, negative exposure "
    "(count): none."
)


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    problems = [*_not_finite("request", request), *_not_finite("limits", limits)] or [*_nonsense(request)]
    count = Decimal(len(problems))
    if problems:
        return refused(RULE, f"cannot be reckoned with: {', '.join(problems[:5])}", count, ZERO)
    return passed(RULE, "all numbers are sound", count, ZERO)


def _not_finite(path: str, value: object) -> Iterator[str]:
    """The paths of all Decimals below `value` that are NaN or infinite."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            yield f"{path} is {value}"
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _not_finite(f"{path}[{index}]", item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _not_finite(f"{path}.{field.name}", getattr(value, field.name))


def _nonsense(request: RiskRequest) -> Iterator[str]:
    """Finite numbers that no market and no account can have."""
    plan, instrument = request.plan, request.instrument
    steps = {
        "entry": plan.entry,
        "tick": instrument.tick,
        "lot": instrument.lot,
        "contract_size": instrument.contract_size,
    }
    for name, value in steps.items():
        if value <= ZERO:
            yield f"{name} is {value}"
    for risk in request.open_risks:
        if risk.risk_money < ZERO or risk.notional < ZERO:
            yield f"open risk of {risk.symbol} is {risk.risk_money}, its notional {risk.notional}"
