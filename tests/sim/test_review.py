"""What the agents after the close are given, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.harness import Simulation, at
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape
from ytc_tui.boot import RunRequest
from ytc_tui.errors import UsageInvalid
from ytc_tui.model import events as ev
from ytc_tui.model.state import State
from ytc_tui.outlets import prepare_next

AFTER = ("session_review", "performance_analytics", "psychology", "learning", "next_session_prep")
UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)


async def test_all_of_them_answer_before_the_session_ends(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41"))
    await simulation.run()
    state = simulation.state()
    assert state.ended
    told = {name: state.agents[name].output for name in AFTER}
    assert all(told.values())
    assert told["session_review"]["stats"]["trades_taken"] == 1
    assert told["performance_analytics"]["session_stats"]["trades_taken"] == 1
    assert told["performance_analytics"]["execution"]["orders_filled"] >= 2
    at_the_open, at_the_end = (
        event.response.result
        for event in simulation.all(ev.TaskReported)
        if event.response.agent_name == "psychology"
    )
    assert at_the_open["overrides"] == at_the_end["overrides"]
    assert {line["answer"] for line in at_the_open["readiness"]} == {"not asked"}
    lines = [line.step for line in state.checklists["shutdown"]]
    assert lines.index("Generate session report") + 1 == lines.index("Prepare next session config")
    assert lines.count("Prepare next session config") == 1


async def test_the_sessions_of_this_run_before_are_known_to_the_next() -> None:
    simulation = Simulation(
        RunRequest(demo=True, from_ns=at("2022-11-06T12:00"), to_ns=at("2022-11-09T12:00")),
        {"session.open": "12:30", "session.planned_hours": "0.5", "session.hard_hours": "0.5"},
    )
    run = await simulation.run()
    assert len(run.documents) == 3
    sessions = [
        event.response.result["cumulative_stats"]["sessions"]
        for event in simulation.all(ev.TaskReported)
        if event.response.agent_name == "performance_analytics"
    ]
    assert sessions == [1, 2, 3]
    assert [each.session_id for each in run.history.sessions] == [d["session_id"] for d in run.documents]


def test_nothing_prepared_is_a_warning_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid, match="nothing was prepared"):
        prepare_next(State("s"), tmp_path)
    assert list(tmp_path.iterdir()) == []
