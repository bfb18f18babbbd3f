"""Fault rules by role, and what a simulation sent; shared by the tests of faults."""

from __future__ import annotations

from tests.sim.harness import Simulation
from ytc_tui.adapters.venues.faults import FaultKind, FaultRule, FaultScript
from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderRole

LOST = FaultKind.LOST_ANSWER
ENTRY, STOP, EXIT, FLATTEN = (
    OrderRole.ENTRY,
    OrderRole.PROTECTIVE_STOP,
    OrderRole.EXIT,
    OrderRole.FLATTEN,
)
UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)


def rule(fault: FaultKind, role: OrderRole | None = None, nth: int = 0, **more: object) -> FaultRule:
    return FaultRule(fault, role=role, nth=nth, **more)  # type: ignore[arg-type]


def script(*rules: FaultRule, honours_validity: bool = False) -> FaultScript:
    """A venue with these faults; it takes a create however late it lands, unless told otherwise."""
    return FaultScript(rules, honours_validity=honours_validity)


def sent(simulation: Simulation, role: OrderRole) -> list[int]:
    return [at_ns for at_ns, event in simulation.timed(ev.OrderIntended) if event.order.role is role]
