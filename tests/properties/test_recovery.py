"""A run that is killed and resumed comes to what the uninterrupted one comes to (semantics.md 7)."""

from __future__ import annotations

import asyncio
import dataclasses
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.restarts import Fuse, Outcome, fused, killed_and_resumed, outcome
from tests.sim.stage import long_at, short_at, stage
from tests.sim.tape import Tape
from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule, FaultScript
from ytc_tui.engine.recovery import recover_state
from ytc_tui.model.codec import canonical
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import SessionStatus
from ytc_tui.model.state import State

TAPE = Tape(end="13:30")
TAPE.walk("12:41", 20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)
TAPE.walk("12:56", 20_380, 20_300, 20_200, 20_100, 20_040, 19_990, 19_940)
TAPE.walk("13:10", 19_930, 19_900, 19_800, 19_700, 19_650)
SAID = (
    long_at("12:41"),
    long_at("12:56", trigger=20_340.0, limit=20_350.0, stop=20_240.0, t1=20_550.0, t2=20_700.0),
    short_at("13:05", trigger=19_970.0, limit=19_950.0, stop=20_060.0, t1=19_750.0, t2=19_600.0),
)
LOST_AND_LATE = FaultScript(
    (
        FaultRule(FaultKind.LOST_ANSWER, role=OrderRole.ENTRY, nth=1),
        FaultRule(FaultKind.DELAY, role=OrderRole.TARGET, nth=2, delay_ms=45_000),
        FaultRule(FaultKind.LOST_ANSWER, CommandKind.CANCEL, nth=1),
        FaultRule(FaultKind.REJECT, role=OrderRole.PROTECTIVE_STOP, nth=3),
        FaultRule(FaultKind.LATE_LANDING, role=OrderRole.ENTRY, nth=3, delay_ms=70_000),
        FaultRule(FaultKind.DUPLICATE, nth=2),
    )
)
BOLD = {"risk.risk_per_trade_pct": "6", "risk.max_open_risk_pct": "6"}

Build = Callable[[], Simulation]


@cache
def folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="ytc-recovery-"))


def three_trades() -> Simulation:
    """A target, a stop and a close at the session's end."""
    return stage(folder(), TAPE, *SAID, until="13:30")


def without_snapshots() -> Simulation:
    return stage(folder(), TAPE, *SAID, until="13:30", settings={"journal.snapshot_every": "1000000"})


def with_many_snapshots() -> Simulation:
    return stage(folder(), TAPE, *SAID, until="13:30", settings={"journal.snapshot_every": "10"})


def with_faults() -> Simulation:
    return stage(folder(), TAPE, *SAID, until="13:30", faults=LOST_AND_LATE)


def with_emergency() -> Simulation:
    """The loss limit fires, and the close is capped by volume over several bars."""
    tape = Tape(end="13:10").walk("12:41", 20_040, 20_056)
    tape.bar("12:45", 18_700, 20_060, opens=20_056, closes=18_800, volume=1.0)
    for minute in range(46, 52):
        tape.bar(f"12:{minute}", 18_700, 18_850, opens=18_800, closes=18_800, volume=1.0)
    path = folder() / "emergency"
    path.mkdir(exist_ok=True)
    idea = long_at("12:41", stop=18_000.0, t1=24_000.0, t2=26_000.0)
    return stage(path, tape, idea, until="13:10", settings=BOLD)


BUILDS: dict[str, Build] = {
    "three trades": three_trades,
    "many snapshots": with_many_snapshots,
    "no snapshots": without_snapshots,
    "faults": with_faults,
    "emergency": with_emergency,
}


@cache
def uninterrupted(name: str) -> tuple[Outcome, int]:
    """What the run comes to, and in how many durable writes."""
    fuse = Fuse()
    simulation = fused(BUILDS[name], fuse)
    asyncio.run(simulation.run())
    check_laws(simulation)
    return outcome(simulation), fuse.steps


def differences(ours: State, theirs: State) -> list[str]:
    names = [field.name for field in dataclasses.fields(State)]
    return [name for name in names if getattr(ours, name) != getattr(theirs, name)]


def settled(state: State) -> State:
    """`state` without what asking again may change: a restart asks again for every order and cancel that had
    no answer, so it may be told of one sooner or a little later, or fail to be told once more."""
    orders = {
        name: dataclasses.replace(record, updated_ns=0, detail="") for name, record in state.orders.items()
    }
    alerts = {
        name: dataclasses.replace(alert, at_ns=0, count=1, last_ns=0) for name, alert in state.alerts.items()
    }
    document = {name: value for name, value in state.document.items() if name != "alerts"}
    return dataclasses.replace(state, orders=orders, alerts=alerts, document=document)


def kill_and_compare(name: str, *kills: tuple[int, bool]) -> None:
    expected, _ = uninterrupted(name)
    simulation = asyncio.run(killed_and_resumed(BUILDS[name], *kills))
    found = outcome(simulation)
    where = f"{name}, killed at {kills}"
    assert found.fault is None, where
    assert found.fills == expected.fills, where
    view = settled if name == "faults" else lambda state: state
    assert differences(view(found.state), view(expected.state)) == [], where
    check_laws(simulation)


@pytest.mark.parametrize("name", BUILDS)
def test_the_sessions_that_are_killed_are_worth_killing(name: str) -> None:
    expected, steps = uninterrupted(name)
    assert steps > 40
    assert len(expected.fills) >= 3
    assert expected.state.ended
    emergency = expected.state.status is SessionStatus.EMERGENCY_STOP
    assert emergency is (name == "emergency")


@pytest.mark.parametrize("name", ["three trades", "faults", "emergency"])
@pytest.mark.parametrize("part", range(4))
def test_killed_at_some_writes(name: str, part: int) -> None:
    _, steps = uninterrupted(name)
    step = 3 + (part * steps) // 4 + part
    kill_and_compare(name, (step, part % 2 == 0))


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDS)
@pytest.mark.parametrize("after", [True, False])
def test_killed_at_every_write(name: str, after: bool) -> None:
    _, steps = uninterrupted(name)
    for step in range(1, steps + 1):
        kill_and_compare(name, (step, after))


KILLS = st.lists(st.tuples(st.integers(1, 80), st.booleans()), min_size=2, max_size=6)


@settings(max_examples=4, deadline=None, derandomize=True)
@given(name=st.sampled_from(sorted(BUILDS)), kills=KILLS)
def test_killed_again_and_again(name: str, kills: list[tuple[int, bool]]) -> None:
    kill_and_compare(name, *kills)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(sorted(BUILDS)), kills=KILLS)
def test_killed_again_and_again_at_length(name: str, kills: list[tuple[int, bool]]) -> None:
    kill_and_compare(name, *kills)


@pytest.mark.parametrize("name", BUILDS)
def test_two_runs_have_one_head(name: str) -> None:
    again = fused(BUILDS[name], Fuse())
    asyncio.run(again.run())
    assert outcome(again).head == uninterrupted(name)[0].head


def test_snapshots_change_nothing() -> None:
    plain, many, none = (
        uninterrupted(name)[0] for name in ("three trades", "many snapshots", "no snapshots")
    )
    # The settings differ, and with them the session's id and all that is named after it.
    for other in (many, none):
        assert [fill[2:] for fill in other.fills] == [fill[2:] for fill in plain.fills]
        assert other.state.wallet == plain.state.wallet


def test_a_snapshot_and_the_whole_journal_give_one_state() -> None:
    simulation = with_many_snapshots()
    asyncio.run(simulation.run())
    [session] = simulation.journal.sessions()
    with_snapshot, _ = recover_state(simulation.journal, session)
    taken = simulation.journal.latest_snapshot(session)
    assert taken is not None
    simulation.journal._snapshots.clear()
    whole, _ = recover_state(simulation.journal, session)
    assert with_snapshot == whole
    assert canonical(whole) == canonical(with_snapshot)
