"""Sessions at either end of every range that the method's settings allow."""

from __future__ import annotations

import json

import pytest

from tests.sim.harness import Simulation, at
from tests.sim.laws import check_laws
from ytc_tui.boot import RunRequest
from ytc_tui.model import events as ev
from ytc_tui.model.signals import SetupKind
from ytc_tui.settings.catalog import catalog

WHOLE = {"trading.setups": json.dumps([kind.value for kind in SetupKind]), "session.warmup_days": "1"}


def at_the_end(bound: str) -> dict[str, str]:
    """Every number of the method at its least (`ge`) or its most (`le`)."""
    return {
        key: str(getattr(constraint, bound))
        for key, spec in catalog().items()
        if key.startswith("method.")
        for constraint in spec.field.metadata
        if hasattr(constraint, bound)
    }


@pytest.mark.parametrize("given", [at_the_end("ge"), at_the_end("le"), {"method.break_on": "touch"}])
async def test_a_session_is_analysed_to_its_end(given: dict[str, str]) -> None:
    request = RunRequest(demo=True, from_ns=at("2022-11-08T12:00"), to_ns=at("2022-11-08T16:30"))
    simulation = Simulation(request, {**WHOLE, **given})
    await simulation.run()
    assert check_laws(simulation).ended
    assert not [event for event in simulation.all(ev.AlertRaised) if "agent" in event.code]
