"""Every task that is requested has an id of its own and is answered."""

from __future__ import annotations

from collections import Counter

from tests.sim.harness import Simulation, at
from ytc_tui.boot import RunRequest
from ytc_tui.model import events as ev


async def test_tasks_requested_in_one_minute_have_different_ids_and_all_report() -> None:
    request = RunRequest(demo=True, from_ns=at("2022-11-08T03:46"), to_ns=at("2022-11-08T05:30"))
    simulation = Simulation(request)
    await simulation.run()
    requested = Counter(event.task.task_id for event in simulation.all(ev.TaskRequested))
    reported = Counter(event.response.task_id for event in simulation.all(ev.TaskReported))
    assert set(requested.values()) == {1}
    assert requested == reported
