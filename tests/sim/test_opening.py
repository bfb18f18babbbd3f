"""What keeps a session from opening."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.sim.stage import stage
from tests.sim.tape import Tape
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model import events as ev
from ytc_tui.model.session import Phase


@pytest.mark.parametrize("balance", ["0", "-12.5"])
async def test_an_account_without_money_opens_no_session(tmp_path: Path, balance: str) -> None:
    simulation = stage(tmp_path, Tape(), until="13:00")
    run = simulation.build()
    run.parts.opening_balance = Decimal(balance)
    await run.run()
    state = simulation.state()
    assert state.ended
    assert "init_blocked" in simulation.alerts()
    assert {event.after for event in simulation.all(ev.PhaseChanged)} == {Phase.SHUTDOWN}
    assert f"holds {balance}" in state.end_reason


def test_positions_are_not_left_open_between_sessions_of_a_bars_feed(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), settings={"session.close_on_shutdown": "false"})
    with pytest.raises(ConfigInvalid, match="between sessions") as refused:
        simulation.build()
    assert refused.value.where == "session.close_on_shutdown"
