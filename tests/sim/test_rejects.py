"""Sessions at a venue that refuses orders (safety.md 2.2, 6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.fault_rules import ENTRY, EXIT, FLATTEN, STOP, UP, rule, script, sent
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.adapters.venues.faults import FaultKind
from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.trades import TradeState


async def test_a_rejected_entry_is_not_entered(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), long_at("12:41"), faults=script(rule(FaultKind.REJECT, ENTRY, 1)))
    await simulation.run()
    [trade] = check_laws(simulation).trades.values()
    assert trade.state is TradeState.NOT_ENTERED
    assert "order_rejected" in simulation.alerts()


async def test_three_rejects_in_a_row_stop_entries_until_resume(tmp_path: Path) -> None:
    said = [long_at("12:41"), long_at("12:43"), long_at("12:45"), long_at("12:47"), long_at("12:51")]
    faults = script(*(rule(FaultKind.REJECT, ENTRY, n) for n in (1, 2, 3)))
    simulation = stage(tmp_path, Tape(), *said, faults=faults)
    await simulation.run()
    state = check_laws(simulation)
    assert "rejects_in_row" in simulation.alerts()
    assert len(sent(simulation, ENTRY)) == 3
    assert sum(state.refused.values()) == 2


async def test_an_attached_stop_that_is_rejected_is_placed_anew_with_an_alarm(tmp_path: Path) -> None:
    faults = script(rule(FaultKind.REJECT, STOP, 1))
    simulation = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41"), faults=faults)
    await simulation.run()
    state = check_laws(simulation)
    assert "unprotected" in simulation.alerts()
    naked = [at_ns for at_ns, e in simulation.timed(ev.TradeMoved) if e.after is TradeState.UNPROTECTED]
    assert naked
    restored = sent(simulation, STOP)
    assert restored[0] == naked[0]
    [trade] = state.trades.values()
    assert trade.state is TradeState.FULLY_CLOSED


@pytest.mark.parametrize("also", [(), (EXIT,), (EXIT, FLATTEN)])
async def test_stops_that_are_always_rejected_lead_to_a_close(
    tmp_path: Path, also: tuple[OrderRole, ...]
) -> None:
    """No stop can be had: the position is closed; while nothing is taken, trying goes on at the venue's
    pace, with an alarm, and the session still comes to its end."""
    faults = script(*(rule(FaultKind.REJECT, role) for role in (STOP, *also)))
    simulation = stage(
        tmp_path, Tape().walk("12:41", *UP[:2]), long_at("12:41"), faults=faults, until="13:10"
    )
    await simulation.run()
    state = check_laws(simulation)
    assert "unprotected" in simulation.alerts()
    [trade] = state.trades.values()
    if not also:
        assert trade.state is TradeState.STOPPED_OUT or trade.exit_reason is not None
        [closing_ns] = sent(simulation, EXIT)
        assert closing_ns <= on_day("12:44")
    else:
        for role in (STOP, EXIT):
            times = sent(simulation, role)
            assert all(times.count(at_ns) == 1 for at_ns in times)
            # At most at every point of the path.
            assert len(times) < 4 * 30
    if also == (EXIT, FLATTEN):
        assert trade.open_quantity
        assert "unconfirmed_exposure" in simulation.alerts()
    else:
        assert not state.positions
    assert state.ended


async def test_a_rejected_tightening_leaves_the_stop_that_works_in_force(tmp_path: Path) -> None:
    faults = script(rule(FaultKind.REJECT, STOP, 2))
    tape = Tape().walk("12:41", *UP[:5], 20_270, 20_265, 20_260)
    simulation = stage(tmp_path, tape, long_at("12:41"), faults=faults)
    await simulation.run()
    state = check_laws(simulation)
    [trade] = state.trades.values()
    rejected = simulation.all(ev.OrderRejected)
    assert len(rejected) == 1
    refused = state.orders[rejected[0].client_id].request.stop_price
    assert refused is not None
    # It was asked for again, and only what the venue took is in force.
    placed = [e for e in simulation.all(ev.OrderIntended) if e.order.role is STOP]
    assert len(placed) >= 2
    for event in simulation.all(ev.StopTightened):
        assert event.client_id != rejected[0].client_id
    assert trade.stop > trade.initial_stop
