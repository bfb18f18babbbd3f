"""What an engine says of itself as it starts: also the session that one before it left open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.guard.test_watch import BEAT
from tests.sim.stage import stage
from tests.sim.tape import Tape
from ytc_tui.adapters.guard.heartbeat import HeartbeatFile, read_beat
from ytc_tui.commands.beating import Beating
from ytc_tui.model.halt import BeatState


@pytest.mark.parametrize(
    ("state", "taken_up"),
    [
        (BeatState.TRADING, "session"),
        (BeatState.STARTING, "session"),
        (BeatState.STOPPED, ""),
        (BeatState.ENDED, ""),
        (BeatState.IDLE, ""),
    ],
)
def test_an_engine_that_starts_names_the_session_left_open(
    tmp_path: Path, state: BeatState, taken_up: str
) -> None:
    parts = stage(tmp_path, Tape()).parts()
    parts.paths.prepare()
    path = parts.paths.heartbeat_file(parts.run_id)
    before = HeartbeatFile(path)
    before.write(replace(BEAT, state=state))
    before.close()
    with parts.closing:
        Beating(parts)
        found = read_beat(path)
    assert found is not None
    assert (found.state, found.session) == (BeatState.STARTING, taken_up)
    assert found.session_open == bool(taken_up)
