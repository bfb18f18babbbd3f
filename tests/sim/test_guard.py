"""An engine dies at any step, a guard flattens its account, the next engine takes up what it did."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.properties.test_recovery import SAID, TAPE
from tests.sim.guarded import REASON, MarketOver, MemoryFence, MemoryGuard
from tests.sim.harness import Simulation, said_at
from tests.sim.laws import check_laws
from tests.sim.restarts import Fuse, Killed, fused, resumed
from tests.sim.stage import stage
from tests.sim.tape import on_day
from ytc_tui.adapters.venues.faults import NO_FAULTS, FaultScript
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.kernel import MAX_EVENTS_PER_INPUT
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.halt import Clearance, Halt
from ytc_tui.model.market import Side
from ytc_tui.model.money import ONE
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole
from ytc_tui.model.session import Gate, SessionStatus
from ytc_tui.model.state import State
from ytc_tui.views.journal import recorded
from ytc_tui.views.ledger import Ledger


@cache
def folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="ytc-guard-"))


def three_trades(faults: FaultScript = NO_FAULTS) -> Simulation:
    return stage(folder(), TAPE, *SAID, until="13:30", faults=faults)


async def guarded(step: int, after: bool, waits: int, faults: FaultScript = NO_FAULTS) -> None:
    """Kill the engine at a durable step, let the market go on, flatten, and resume."""
    fuse = Fuse(kill_at=step, after=after)
    dead = fused(lambda: three_trades(faults), fuse)
    try:
        await dead.run()
    except Killed:
        fuse.kill_at = 0
    else:
        return
    sessions = dead.journal.sessions()
    over = bool(sessions) and any(isinstance(event, ev.SessionEnded) for event in events_of(dead))
    guard = MemoryGuard(resumed(lambda: three_trades(faults), dead), sessions[-1] if sessions else "none")
    try:
        venue = await guard.flatten(waits)
    except MarketOver:
        return
    assert (await venue.positions(), await venue.open_orders()) == ((), ())
    wallet = (await venue.account()).wallet_balance
    fills = await venue.fills(0)

    successor = resumed(lambda: three_trades(faults), dead)
    successor.fence = guard.fence
    await successor.run()
    state = check_laws(successor)
    if sessions and not over:
        assert state.status is SessionStatus.EMERGENCY_STOP
        [halted] = [event for event in events_of(successor) if isinstance(event, ev.GuardHalted)]
        assert (halted.reason, len(halted.acts)) == (REASON, len(guard.notes))
    assert state.ended
    assert not state.positions
    # Where absence is no proof, an entry that never left stays UNKNOWN: it is not sent again under a halt.
    assert [await venue.order(client_id) for client_id in state.working] == [None] * len(state.working)
    assert venue.absence_is_proof <= (not state.working)
    assert not state.discrepancies
    assert state.wallet == wallet
    assert set(state.fill_ids) == {fill.venue_fill_id for fill in fills}
    assert await venue.fills(0) == fills
    ledger = Ledger()
    for record in recorded(successor.journal.entries(state.session_id)):
        ledger.take(record)
    assert not ledger.report().differences


def events_of(simulation: Simulation) -> list[ev.Event]:
    """Everything in the journal of the last session."""
    return [ev.decode_event(entry) for entry in simulation.journal.entries(simulation.journal.sessions()[-1])]


@settings(max_examples=25, deadline=None)
@given(step=st.integers(1, 110), after=st.booleans(), waits=st.integers(0, 60))
async def test_whenever_the_engine_dies_the_books_are_the_venues(step: int, after: bool, waits: int) -> None:
    await guarded(step, after, waits)


async def test_an_engine_takes_up_however_many_orders_a_guard_sent() -> None:
    fuse = Fuse(kill_at=40)
    dead = fused(three_trades, fuse)
    with pytest.raises(Killed):
        await dead.run()
    fuse.kill_at = 0
    close = OrderRequest("", "BTCUSDT", Side.SELL, OrderKind.MARKET, OrderRole.FLATTEN, ONE, reduce_only=True)
    orders = tuple(replace(close, client_id=f"g{number}") for number in range(MAX_EVENTS_PER_INPUT + 1))
    successor = resumed(three_trades, dead)
    successor.fence = lambda: MemoryFence(Halt(1, dead.journal.sessions()[-1], REASON, 1, orders))
    await successor.run()
    state = check_laws(successor)
    assert [event.order for event in successor.all(ev.GuardOrdered)] == list(orders)
    assert len(successor.all(ev.GuardHalted)) == len(successor.all(ev.FlattenStarted)) == 1
    assert (state.ended, state.working, state.positions) == (True, {}, {})


async def test_an_engine_that_wakes_under_a_halt_sends_nothing_that_raises_risk() -> None:
    """It was not told: it decides as ever, and its orders do not leave."""

    class Asleep(MemoryFence):
        def met(self, state: State) -> None:
            return None

    simulation = three_trades()
    simulation.store = PaperStore.in_memory()
    simulation.fence = lambda: Asleep(Halt(1, "another", REASON, 1))
    await simulation.run()
    state = check_laws(simulation)
    entries = [event for event in simulation.all(ev.OrderIntended) if event.order.role is OrderRole.ENTRY]
    assert len(entries) == len(simulation.all(ev.OrderRejected)) == 3
    assert {event.reason for event in simulation.all(ev.OrderRejected)} == {"not sent: halt 1 stands"}
    venue = simulation.venue_of(simulation.parts())
    assert [await venue.order(event.order.client_id) for event in entries] == [None] * 3
    assert not state.trades_taken


async def test_a_halt_over_a_running_session_flattens_it_for_good() -> None:
    simulation = three_trades()
    session = ""

    def operator(state: State, now_ns: int) -> list[Command]:
        nonlocal session
        if state.positions and not session:
            session = state.session_id
            simulation.host.tell(inp.HaltFound(Halt(1, session, "4.0 % are lost", 1)))
        return []

    simulation.operator = operator
    await simulation.run()
    state = check_laws(simulation)
    assert session
    assert (state.status, state.gate, state.halt_epoch) == (SessionStatus.EMERGENCY_STOP, Gate.HALTED, 1)
    assert not state.positions
    assert state.end_reason == "guard: 4.0 % are lost"
    assert {notice.title for notice in simulation.notices} >= {"guard_halted"}


async def test_a_session_under_an_older_halt_trades_nothing_until_it_is_cleared() -> None:
    halt = Halt(1, "yesterday's", REASON, 1)
    resume = Command("r", Verb.RESUME, "me", "go on")
    simulation = stage(folder(), TAPE, *SAID, until="13:30", operator=said_at((on_day("12:38"), resume)))
    simulation.fence = lambda: MemoryFence(halt)
    await simulation.run()
    state = check_laws(simulation)
    assert "halted by a guard" in simulation.host.receipts["r"].reason
    assert (state.status, state.gate) == (SessionStatus.COMPLETED, Gate.HALTED)
    assert simulation.alerts() >= {"halt_stands"}
    assert not simulation.all(ev.OrderIntended)
    assert state.refused == {"gate_open": 3}


async def test_a_cleared_halt_waits_for_a_resume() -> None:
    class Cleared(MemoryFence):
        def why(self) -> str:
            return ""

        def met(self, state: State) -> inp.HaltLifted | None:
            return inp.HaltLifted(Clearance(1, "me", "looked", 2)) if state.halted else None

    fuse = Fuse(kill_at=12)
    halted = fused(three_trades, fuse)
    halted.fence = lambda: MemoryFence(Halt(1, "yesterday's", REASON, 1))
    with pytest.raises(Killed):
        await halted.run()
    fuse.kill_at = 0
    resume = said_at((on_day("12:38"), Command("r", Verb.RESUME, "me", "looked at it")))
    successor = resumed(lambda: stage(folder(), TAPE, *SAID, until="13:30", operator=resume), halted)
    successor.fence = Cleared
    await successor.run()
    state = check_laws(successor)
    [cleared] = successor.all(ev.HaltCleared)
    assert (cleared.actor, cleared.reason, state.halted) == ("me", "looked", "")
    assert state.trades_taken
