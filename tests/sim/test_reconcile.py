"""Whole sessions in which somebody else is at the venue too, or requests come too late (safety.md 2.2, 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sim.fault_rules import ENTRY, UP, rule, script, sent
from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.restarts import Fuse, Killed, fused
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.adapters.venues.faults import FaultKind
from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole, OrderState
from ytc_tui.model.reconciling import Reconcile, Remedy
from ytc_tui.model.session import Gate, SessionStatus
from ytc_tui.model.state import State
from ytc_tui.views.journal import recorded
from ytc_tui.views.ledger import check_ledger

D = Decimal
RESTING = OrderRequest(
    "by-hand", "BTCUSDT", Side.BUY, OrderKind.LIMIT, OrderRole.ENTRY, D("0.2"), limit_price=D(15_000)
)
MARKET = replace(RESTING, kind=OrderKind.MARKET, limit_price=None)


class Person:
    """Somebody who trades at the venue by hand, and an operator who says what becomes of it."""

    def __init__(self, order: OrderRequest, remedy: Reconcile | None) -> None:
        self.order, self.remedy = order, remedy
        self.simulation: Simulation | None = None
        self.paused_ns = 0
        self.done = 0

    def __call__(self, state: State, now_ns: int) -> Iterable[Command]:
        assert self.simulation is not None
        if now_ns >= on_day("12:42") and not self.done:
            self.done = 1
            venue = self.simulation.host.current.venue  # type: ignore[union-attr]
            assert isinstance(venue, PaperVenue)
            with pytest.raises(StopIteration):
                venue.submit(self.order).send(None)
        if state.status is SessionStatus.PAUSED and self.done == 1:
            self.done, self.paused_ns = 2, now_ns
            if self.remedy is not None:
                yield Command("fix", Verb.RECONCILE, "ada", "mine", "foreign-by-hand", reconcile=self.remedy)
        if self.done == 2 and not state.unresolved(now_ns) and state.gate is Gate.REDUCING:
            self.done = 3
            yield Command("go", Verb.RESUME, "ada", "reconciled")


async def lived(
    folder: Path, order: OrderRequest, remedy: Reconcile | None
) -> tuple[Simulation, Person, State]:
    person = Person(order, remedy)
    person.simulation = stage(folder, Tape().walk("12:50", *UP), long_at("12:50"), operator=person)
    await person.simulation.run()
    return person.simulation, person, person.simulation.state()


async def test_a_trade_by_hand_is_booked_asked_about_and_ends_with_the_session(
    tmp_path: Path,
) -> None:
    simulation, person, state = await lived(tmp_path, MARKET, Reconcile(Remedy.ADOPT))
    [found] = simulation.all(ev.DiscrepancyFound)
    assert (found.kind, found.quantity) == ("foreign_fill", D("0.2"))
    # Told at the first point, unexplained at the next but one: a cycle is over, and the session pauses.
    [(found_ns, _)] = simulation.timed(ev.DiscrepancyFound)
    assert 10 * NS_PER_S <= person.paused_ns - found_ns <= 40 * NS_PER_S
    assert state.ended and not state.positions and not state.discrepancies
    assert state.gate_reason != "reconciliation: foreign-by-hand"
    [resumed] = [event for event in simulation.all(ev.GateChanged) if event.after is Gate.ACTIVE][-1:]
    assert resumed.reason == "reconciled"
    session = simulation.journal.sessions()[-1]
    assert check_ledger(recorded(simulation.journal.entries(session))).differences == ()


@pytest.mark.parametrize("remedy", [Remedy.ADOPT, Remedy.CLOSE])
async def test_an_order_by_hand_is_left_or_pulled_as_the_operator_says(
    tmp_path: Path, remedy: Remedy
) -> None:
    simulation, _, state = await lived(tmp_path, RESTING, Reconcile(remedy))
    venue = simulation.host.latest.venue  # type: ignore[union-attr]
    held = await venue.order("by-hand")
    assert held is not None
    assert held.open is (remedy is Remedy.ADOPT)
    assert state.ended and not state.discrepancies
    assert bool(state.external_orders) is (remedy is Remedy.ADOPT)
    # Trading went on.
    assert len(sent(simulation, ENTRY)) == (0 if remedy is Remedy.ADOPT else 1)


async def test_what_nobody_explains_keeps_the_session_paused_and_is_never_touched(tmp_path: Path) -> None:
    simulation, person, state = await lived(tmp_path, RESTING, None)
    assert person.done == 2
    assert state.status is SessionStatus.PAUSED or state.ended
    assert not sent(simulation, ENTRY)
    held = await simulation.host.latest.venue.order("by-hand")  # type: ignore[union-attr]
    assert held is not None and held.open


async def test_what_happened_at_the_venue_while_the_engine_was_dead_holds_its_start(tmp_path: Path) -> None:
    def build() -> Simulation:
        return stage(tmp_path, Tape().walk("12:41", *UP[:4]), long_at("12:41"), until="13:10")

    whole = build()
    await whole.run()
    fuse = Fuse(kill_at=24)
    simulation = fused(build, fuse)
    with pytest.raises(Killed):
        await simulation.run()
    killed_ns = simulation.events[-1][0].at
    fuse.kill_at = 0
    again = build()
    again.journal, again.store = simulation.journal, simulation.store
    run = again.build()
    venue = run.outlets.venue
    await venue.submit(RESTING)
    await run.run()
    [(held_ns, closed)] = [
        (at_ns, event) for at_ns, event in again.timed(ev.GateChanged) if "reconciliation" in event.reason
    ]
    assert closed.after is Gate.REDUCING
    assert closed.reason == "reconciliation: foreign-by-hand"
    assert held_ns - killed_ns <= 120 * NS_PER_S
    assert "unreconciled" in again.alerts()
    order = await venue.order("by-hand")
    assert order is not None and order.open


# ---- bounded request life --------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [FaultKind.LATE_LANDING, FaultKind.DELAY])
async def test_a_request_that_lands_after_its_validity_never_becomes_an_order(
    tmp_path: Path, fault: FaultKind
) -> None:
    """Fault 10: the venue refuses it, and from then on "not found" is proof."""
    faults = script(rule(fault, ENTRY, 1, delay_ms=150_000), honours_validity=True)
    simulation = stage(tmp_path, Tape().walk("12:43", *UP), long_at("12:41", limit=20_060.0), faults=faults)
    await simulation.run()
    state = check_laws(simulation)
    [record] = state.orders.values()
    assert record.request.role is OrderRole.ENTRY
    assert (record.state, record.filled) == (OrderState.REJECTED, D(0))
    assert not simulation.all(ev.FillBooked)
    [(ended_ns, ended)] = simulation.timed(ev.OrderRejected)
    assert "never arrived" in ended.reason
    # At the first comparison after its validity; it would have landed two minutes later.
    assert 5 * NS_PER_S <= ended_ns - record.created_ns <= 20 * NS_PER_S
    assert not state.discrepancies
