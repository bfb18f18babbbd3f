"""The spread rule: a hundredth of a percent is a basis point, and the limit itself still passes."""

from __future__ import annotations

from dataclasses import replace

from .builders import LIMITS, REQUEST, D
from .case import Case

CASES = (
    Case(True, "expected spread 0.010 % < 0.050 %", REQUEST, "0.01", "0.05"),
    Case(True, "0.050 % = 0.050 %", REQUEST, "0.05", "0.05", replace(LIMITS, half_spread_bps=D("2.5"))),
    Case(False, "0.051 % > 0.050 %", REQUEST, "0.051", "0.05", replace(LIMITS, half_spread_bps=D("2.55"))),
)
