"""One short session on a tape: the usual stage of the engine's scenario tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.sim.harness import Simulation
from tests.sim.proposers import STEP, Idea, ideas
from tests.sim.tape import Tape, on_day
from ytc_tui.boot import RunRequest
from ytc_tui.model.market import Side

# INIT 12:00, open 12:20, trading from 12:35; the bundled agents' own setups stay out of the way.
FROM = "12:00"
QUIET = {"trading.setups": "[]", "session.warmup_days": "1"}
# The scratch rules would close a trade that rests for minutes; off where a test is about something else.
PATIENT = {
    "trading.scratch.flow_bars": "240",
    "trading.scratch.idle_bars": "200",
    "trading.scratch.idle_extended_bars": "240",
}

# At 20,000: 0.5 % to the stop, part one at 1.3 R, part two at 2.5 R.
LONG = {"trigger": 20_050.0, "limit": 20_060.0, "stop": 19_950.0, "t1": 20_260.0, "t2": 20_400.0}
SHORT = {"trigger": 19_950.0, "limit": 19_940.0, "stop": 20_050.0, "t1": 19_740.0, "t2": 19_600.0}


def long_at(clock: str, **changes: Any) -> Idea:
    """A long of the usual shape, said at the close of the minute before `clock`."""
    return Idea(on_day(clock), Side.BUY, **{**LONG, **changes})


def short_at(clock: str, **changes: Any) -> Idea:
    return Idea(on_day(clock), Side.SELL, **{**SHORT, **changes})


def stage(
    folder: Path,
    tape: Tape | tuple[Tape, ...],
    *said: Idea,
    settings: dict[str, str] | None = None,
    until: str = "14:00",
    agents: tuple[Any, ...] = (),
    **more: Any,
) -> Simulation:
    """A simulation of one session over `tape` in which `said` is proposed."""
    tapes = tape if isinstance(tape, tuple) else (tape,)
    faults = {"faults": more.pop("faults")} if "faults" in more else {}
    request = RunRequest(
        data=tuple(one.write(folder) for one in tapes),
        from_ns=on_day(FROM),
        to_ns=on_day(until),
        agents=(ideas(*said), *(agent for agent, _ in agents)),
        steps=(STEP, *(step for _, step in agents)),
        **faults,
    )
    return Simulation(request, {**QUIET, **PATIENT, **(settings or {})}, **more)
