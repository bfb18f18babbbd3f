"""No rule of the gate is without its drill."""

from __future__ import annotations

from ytc_tui.drill.rules import CASES
from ytc_tui.engine.risk.registry import RULES


def test_every_rule_has_a_drill_and_every_drill_a_rule() -> None:
    assert {rule.name for rule in RULES} == set(CASES)
