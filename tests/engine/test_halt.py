"""A guard's halt over a session: nothing but an operator's clearance lifts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.differing import read
from tests.engine.situations import settle, trading
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.situation import Situation
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.halt import Clearance, Halt
from ytc_tui.model.session import Gate

OLDER = inp.HaltFound(Halt(3, "another session", "silent", 1))
CLEARED = inp.HaltLifted(Clearance(3, "ada", "looked", 2))


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


def test_an_operators_flatten_does_not_lift_a_standing_halt(sit: Situation) -> None:
    settle(sit, OLDER, inp.Commanded(Command("c1", Verb.FLATTEN, "ada", "x")), read(sit))
    assert sit.state.flattening is not None
    assert sit.state.flattening.verified
    assert (sit.state.halted, sit.state.gate) == ("silent", Gate.HALTED)
    settle(sit, CLEARED)
    assert (sit.state.halted, sit.state.gate) == ("", Gate.REDUCING)


def test_a_flatten_that_is_verified_after_the_clearance_waits_for_a_resume(sit: Situation) -> None:
    settle(sit, OLDER, inp.Commanded(Command("c1", Verb.FLATTEN, "ada", "x")), CLEARED)
    assert (sit.state.halted, sit.state.gate) == ("", Gate.HALTED)
    settle(sit, read(sit))
    assert (sit.state.halted, sit.state.gate) == ("", Gate.REDUCING)
