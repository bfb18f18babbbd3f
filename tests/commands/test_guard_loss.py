"""The guard's own halt at the loss limit: what an engine that lives and the next one hear of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.test_guard import Stage
from ytc_tui.adapters.guard.record import read_record
from ytc_tui.commands.guard_run import EXIT_ACTED
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.apply import apply
from ytc_tui.halting import HaltFence
from ytc_tui.model import events as ev
from ytc_tui.model.halt import NO_CLEARANCE, Halt
from ytc_tui.model.state import State

REASON = "4.1 % are lost"


async def test_what_a_guard_did_after_its_halt_was_on_record_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine lives, journals the halt, and hangs."""
    stage = Stage(tmp_path)
    await stage.long()
    run = stage.guard(limit_s=5.0)
    state, write = State("session"), run.halts.halt

    def met() -> Halt:
        found = HaltFence(run.halts, stage.record, NO_CLEARANCE).met(state)
        assert isinstance(found, inp.HaltFound)
        return found.halt

    def halt(raised: Halt) -> None:
        write(raised)
        if raised.epoch == 1:
            assert met().orders == ()
            apply(state, ev.GuardHalted(1, met().session, met().reason, met().acts), 1)

    monkeypatch.setattr(run.halts, "halt", halt)
    assert await run._stop_loss(REASON) == EXIT_ACTED
    assert stage.kinds() == ["halt", "halt", "submit", "flat"]
    assert met().orders == tuple(line.order for line in read_record(stage.record)[0] if line.order)
    assert len(met().acts) == 3
    assert [notice.title for notice in stage.told] == ["guard halt", "guard halt", "guard flat"]
