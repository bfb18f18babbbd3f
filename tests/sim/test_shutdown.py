"""Shutdown while something else is under way (semantics.md 6)."""

from __future__ import annotations

from pathlib import Path

from tests.sim.harness import Operator, said_at
from tests.sim.laws import check_laws
from tests.sim.stage import PATIENT, long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.session import Gate, Phase, SessionStatus

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
