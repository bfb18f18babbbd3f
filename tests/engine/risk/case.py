"""The shape of a rule's case: a request, and the answer that the rule owes it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from ytc_tui.model.risk import RiskLimits, RiskRequest

from .builders import LIMITS, REQUEST


class Case(NamedTuple):
    """What is asked; whether it passes; words of the reason; the numbers (None = not numeric)."""

    ok: bool
    words: str
    request: RiskRequest = REQUEST
    used: str | None = None
    limit: str | None = None
    limits: RiskLimits = LIMITS
    max_qty: str | None = None


def expected(number: str | None) -> Decimal | None:
    return None if number is None else Decimal(number)
