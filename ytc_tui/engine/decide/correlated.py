"""A correlation that counts is told (domain.md 1.4-02); what it costs in size is the gate's open_risk.

Decides the alert alone. Imports the gate's measure of pairs, the situation and the model.
Invariant: told for each pair that the gate was asked about, whatever became of the trade.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.risk.open_risk import correlated_pairs
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.risk import RiskRequest


def decide_correlated(sit: Situation, request: RiskRequest) -> Iterator[ev.Event]:
    """One alert for each other symbol at risk that the asked trade counts together with."""
    asked = request.plan
    pairs = {
        risk.symbol: (risk.side, strength) for risk, strength in correlated_pairs(request, sit.policy.limits)
    }
    for symbol, (side, strength) in pairs.items():
        if symbol != asked.symbol:
            pair = f"{side} {symbol} and {asked.side} {asked.symbol}"
            message = f"{pair} profit from the same move: |rho| {strength:.2f}, their risks add up"
            yield alert(f"correlated-{symbol}-{asked.symbol}", "correlated_risk", message)
