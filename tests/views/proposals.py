"""A proposal made by hand, of the plan that the journals made by hand decide on."""

from __future__ import annotations

from typing import Any

from tests.views.journals import INIT_NS, PLAN, D, setup
from ytc_tui.model.proposals import Proposal, sealed


def proposal(**changes: Any) -> Proposal:
    """What a person is shown of decision D0001; sealed."""
    values: dict[str, Any] = {
        "proposal_id": "P0001", "decision_id": "D0001", "setup": setup("PB-1"), "plan": PLAN, "asked": D(12),
        "risk_money": D("25.8"), "risk_pct": D("0.258"), "reward_risk": D("1.9"), "cost": D("0.8"),
        "price": D("99.5"), "proposed_ns": INIT_NS, "life_s": 60.0,
    }  # fmt: skip
    return sealed(Proposal(**{**values, **changes}))
