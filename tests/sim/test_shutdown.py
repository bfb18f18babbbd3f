"""Shutdown while something else is under way (semantics.md 6)."""

from __future__ import annotations

from pathlib import Path

from tests.sim.harness import Operator, said_at
from tests.sim.laws import check_laws
from tests.sim.stage import PATIENT, long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.model import events as ev
from ytc_tui.model.commands import WHEN_FLAT, Command, Verb
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.session import Gate, Phase, SessionStatus
from ytc_tui.model.trades import ExitReason

UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)
# The entry fills at 12:42; from then on too little trades to close at once.
ENTERED = (20_040, 20_056, 20_060)


def says(*lines: tuple[str, Verb]) -> Operator:
    commands = (
        (on_day(clock), Command(f"c{number}", verb, "me", "done for today"))
        for number, (clock, verb) in enumerate(lines)
    )
    return said_at(*commands)


async def test_a_shutdown_during_a_flatten_ends_the_session_once_it_is_flat(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", *ENTERED)
    operator = says(("12:50", Verb.FLATTEN), ("12:50", Verb.SHUTDOWN))
    simulation = stage(tmp_path, tape, long_at("12:41"), operator=operator, settings=PATIENT)
    await simulation.run()
    state = check_laws(simulation)
    assert state.trades and all(trade.entered_quantity for trade in state.trades.values())
    moved = {event.after: at_ns for at_ns, event in simulation.timed(ev.PhaseChanged)}
    assert moved[Phase.POST_MARKET] < on_day("12:55")
    assert state.end_reason == "done for today"
    assert state.status is SessionStatus.COMPLETED
    assert state.gate is not Gate.ACTIVE


def _when_flat(clock: str, command_id: str = "w") -> tuple[int, Command]:
    return on_day(clock), Command(command_id, Verb.SHUTDOWN, "me", "leaving", WHEN_FLAT)


async def test_a_shutdown_when_flat_waits_for_the_trade_and_lets_nothing_new_in(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", *UP).walk("12:50", 20_300, 20_200, 20_100, 20_000).walk("13:01", *UP)
    operator = said_at(_when_flat("12:43"))
    simulation = stage(tmp_path, tape, long_at("12:41"), long_at("13:01"), operator=operator)
    await simulation.run()
    state = check_laws(simulation)
    (trade,) = state.trades.values()
    assert trade.exit_reason is ExitReason.TARGET
    moved = {event.after: at_ns for at_ns, event in simulation.timed(ev.PhaseChanged)}
    assert trade.closed_ns <= moved[Phase.POST_MARKET] <= trade.closed_ns + NS_PER_MIN
    assert state.end_reason == "leaving"
    assert state.status is SessionStatus.COMPLETED
    assert not simulation.all(ev.FlattenStarted)


async def test_a_shutdown_when_flat_ends_at_once_where_nothing_is_open(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), operator=said_at(_when_flat("12:43")))
    await simulation.run()
    state = check_laws(simulation)
    moved = {event.after: at_ns for at_ns, event in simulation.timed(ev.PhaseChanged)}
    assert moved[Phase.POST_MARKET] <= on_day("12:44")
    assert state.end_reason == "leaving"


async def test_a_resume_takes_back_the_end_when_flat(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", *UP)
    resume = on_day("12:44"), Command("r", Verb.RESUME, "me", "stays")
    simulation = stage(tmp_path, tape, long_at("12:41"), operator=said_at(_when_flat("12:43"), resume))
    await simulation.run()
    state = check_laws(simulation)
    assert state.end_reason != "leaving"
    assert state.ending_when_flat == ""


async def test_a_shutdown_of_something_is_refused(tmp_path: Path) -> None:
    odd = on_day("12:43"), Command("o", Verb.SHUTDOWN, "me", "", "T0001")
    simulation = stage(tmp_path, Tape(), operator=said_at(odd))
    await simulation.run()
    (refused,) = simulation.all(ev.CommandRefused)
    assert WHEN_FLAT in refused.reason
