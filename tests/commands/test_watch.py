"""Kill files, and what is told on standard error, beside a session in memory."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.sim.fault_rules import FLATTEN
from tests.sim.harness import AttendedHost, Simulation
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_journal_stall import stalled
from ytc_tui.adapters.venues.faults import FaultKind, FaultRule, FaultScript
from ytc_tui.commands.watch import KillFiles, tell_of_exposure
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command
from ytc_tui.model.state import State
from ytc_tui.paper_run import PaperRun

REST = (20_040, 20_056, 20_070, 20_080, 20_070, 20_080, 20_070, 20_080)


async def watched(simulation: Simulation, touch: str, state_dir: Path) -> tuple[PaperRun, list[str]]:
    """Run it; from `touch` on the kill file is there, and the process looks at every pause of the feed."""
    run = simulation.build()
    run.parts.paths.state_dir.mkdir(parents=True, exist_ok=True)
    files, told = KillFiles(run), [""]
    looks: list[asyncio.Task[None]] = []

    def look(state: State, now_ns: int) -> list[Command]:
        if now_ns >= on_day(touch) and not looks:
            run.parts.paths.kill_file().touch()
            looks.append(asyncio.create_task(files.look()))
        said = tell_of_exposure(run, told[-1])
        if said != told[-1]:
            told.append(said)
        return []

    assert isinstance(run.host, AttendedHost)
    run.host.operator = look
    await run.run()
    await asyncio.gather(*looks)
    return run, told


@pytest.fixture
def state_home(tmp_path: Path) -> dict[str, str]:
    return {"journal.state_dir": str(tmp_path / "state")}


async def test_the_kill_file_works_while_the_journal_is_away(
    tmp_path: Path, state_home: dict[str, str]
) -> None:
    tape = Tape().walk("12:41", *REST)
    simulation = stage(tmp_path, tape, long_at("12:41"), settings=state_home, until="13:10")
    journal = stalled(simulation, "12:44", "12:55")
    run, _ = await watched(simulation, "12:45", tmp_path)
    state = check_laws(simulation)
    assert journal.refused
    assert not state.positions
    [acted] = simulation.all(ev.EmergencyActed)
    assert any(line.startswith("submit ") for line in acted.lines)
    assert not run.parts.paths.kill_file().exists()


async def test_what_is_not_confirmed_is_told_with_what_to_close(
    tmp_path: Path, state_home: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    faults = FaultScript((FaultRule(FaultKind.REJECT, role=FLATTEN),))
    tape = Tape().walk("12:41", *REST)
    simulation = stage(tmp_path, tape, long_at("12:41"), settings=state_home, faults=faults, until="13:10")
    await watched(simulation, "12:45", tmp_path)
    [trade] = check_laws(simulation).trades.values()
    told = capsys.readouterr().err
    assert told.count("UNCONFIRMED EXPOSURE since 2022-11-08 12:4") == 1
    assert f"sell {trade.open_quantity} BTCUSDT at market, reduce-only (last known stop" in told
