"""The line to the venue is cut while a position is open (domain.md 1.5, safety.md 6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.adapters.venues.faults import FaultScript, Outage
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import Phase, SessionStatus
from ytc_tui.model.trades import ExitReason, TradeState

REST = (20_040, 20_056, 20_070, 20_080, 20_070, 20_080, 20_070, 20_080)


def cut(folder: Path, seconds: int, tape: Tape | None = None, begin: str = "12:44") -> Simulation:
    """A long from 12:42 on; nothing passes the line for `seconds` from `begin`."""
    from_ns = on_day(begin)
    faults = FaultScript(outages=(Outage(from_ns, from_ns + seconds * NS_PER_S),))
    return stage(folder, tape or Tape().walk("12:41", *REST), long_at("12:41"), faults=faults, until="13:10")


async def test_a_short_silence_warns_and_passes(tmp_path: Path) -> None:
    # Lost at the minute's open, then asked every second.
    simulation = cut(tmp_path, 21)
    await simulation.run()
    state = check_laws(simulation)
    [restored] = simulation.all(ev.ConnectionRestored)
    assert restored.silent_ns == 21 * NS_PER_S
    assert "connection_degraded" in simulation.alerts()
    assert "connection_lost" not in simulation.alerts()
    assert state.status is SessionStatus.COMPLETED
    assert state.venue_silent_ns == 0


async def test_a_silence_of_the_limit_ends_the_session_flat_once_the_line_is_back(tmp_path: Path) -> None:
    simulation = cut(tmp_path, 150)
    await simulation.run()
    state = check_laws(simulation)
    [(fired_ns, fired)] = simulation.timed(ev.FlattenStarted)
    assert (fired.cause, fired.final) == ("critical", True)
    assert fired_ns == on_day("12:44") + 30 * NS_PER_S
    [(flat_ns, _)] = simulation.timed(ev.FlatVerified)
    assert flat_ns > on_day("12:44") + 150 * NS_PER_S
    assert state.status is SessionStatus.EMERGENCY_STOP
    assert state.phase is Phase.SHUTDOWN
    [trade] = state.trades.values()
    assert trade.exit_reason is ExitReason.EMERGENCY
    assert not state.positions
    # A close whose fate is not known is never sent a second time before the venue was asked.
    sent = [e for e in simulation.all(ev.OrderIntended) if e.order.role is OrderRole.FLATTEN]
    assert len(sent) == len(simulation.all(ev.OrderLost)) + 1
    told = state.agents["contingency"].output["emergency_response"]
    assert (told["cause"], told["system_status"]) == ("critical", "halted")


async def test_a_stop_that_filled_behind_a_cut_line_is_booked_when_it_is_back(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056, 20_050, 19_900, 19_890)
    simulation = cut(tmp_path, 24, tape)
    await simulation.run()
    state = check_laws(simulation)
    [trade] = state.trades.values()
    assert trade.state is TradeState.STOPPED_OUT
    assert not state.discrepancies
    assert on_day("12:44") + 24 * NS_PER_S < trade.closed_ns < on_day("12:45")


async def test_a_line_that_stays_cut_is_said_at_the_end(tmp_path: Path) -> None:
    simulation = cut(tmp_path, 24 * 3600)
    await simulation.run()
    state = check_laws(simulation)
    assert state.positions
    assert "unconfirmed_exposure" in simulation.alerts()
    assert not simulation.all(ev.FlatVerified)
    told = state.agents["contingency"].output.get("emergency_response")
    assert told is None or told["requires_human_intervention"]


@pytest.mark.parametrize("seconds", [21, 150])
async def test_the_same_outage_gives_the_same_record(tmp_path: Path, seconds: int) -> None:
    hashes = []
    for number in range(2):
        (folder := tmp_path / str(number)).mkdir()
        simulation = cut(folder, seconds)
        await simulation.run()
        hashes.append([entry.type for entry, _ in simulation.events])
    assert hashes[0] == hashes[1]


async def test_while_the_venue_is_silent_nothing_new_is_risked(tmp_path: Path) -> None:
    other = Tape(symbol="ETHUSDT", level=1_500.0)
    idea = {"symbol": "ETHUSDT", "trigger": 1_504.0, "limit": 1_505.0, "stop": 1_495.0, "t1": 1_525.0}
    from_ns = on_day("12:44")
    # Cut from 12:44:50 on: the point at :59 is the first without an answer, the idea comes at 12:45.
    faults = FaultScript(outages=(Outage(from_ns + 50 * NS_PER_S, from_ns + 75 * NS_PER_S),))
    simulation = stage(
        tmp_path,
        (Tape().walk("12:41", *REST), other),
        long_at("12:41"),
        long_at("12:45", t2=1_540.0, **idea),
        faults=faults,
        until="13:10",
        settings={"trading.enable_correlation_check": "false"},
    )
    await simulation.run()
    state = check_laws(simulation)
    assert state.refused == {"symbol_clear": 1}
    [refused] = [event for event in simulation.all(ev.DecisionMade) if event.refused_by]
    assert refused.reason == "ETHUSDT: the venue does not answer" or "does not answer" in refused.reason
