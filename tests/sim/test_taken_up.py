"""What left and was not on record when the engine died: the next one takes it up, and gives up nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.sim.guarded import MemoryFence
from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.restarts import Fuse, Killed, fused, resumed
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape
from ytc_tui.engine.ports import Batch
from ytc_tui.engine.recovery import recover_state
from ytc_tui.errors import JournalUnavailable, VenueRefused, VenueRetryable
from ytc_tui.model import events as ev
from ytc_tui.model.halt import Halt
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.state import State

UP = Tape(end="13:30")
UP.walk("12:41", 20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)


@dataclass
class Cut:
    """A venue whose next create fails so, before it is sent."""

    venue: Any
    error: Exception | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.venue, name)

    async def submit(self, request: Any) -> Any:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        return await self.venue.submit(request)


async def with_a_landed_intent(build: Callable[[], Simulation]) -> Simulation:
    """A run that was killed after its entry landed and before that was on record."""
    for step in range(1, 400):
        fuse = Fuse(kill_at=step)
        dead = fused(build, fuse)
        try:
            await dead.run()
        except Killed:
            fuse.kill_at = 0
        state, _ = recover_state(dead.journal, dead.journal.sessions()[-1])
        entries = [r for r in state.orders.values() if r.request.role is OrderRole.ENTRY]
        left = [r.request.client_id for r in entries if r.state is OrderState.INTENT]
        if left and await dead.venue_of(dead.parts()).order(left[0]) is not None:
            return dead
    raise AssertionError("no such step")


async def taken_up(folder: Path) -> Simulation:
    def build() -> Simulation:
        return stage(folder, UP, long_at("12:41"), until="13:30")

    return resumed(build, await with_a_landed_intent(build))


def check_traded(simulation: Simulation) -> None:
    """The entry was found at the venue and its trade lived its whole life."""
    state = check_laws(simulation)
    assert simulation.all(ev.OrderLost)
    assert not simulation.all(ev.OrderRejected)
    assert state.trades["T0001"].entered_quantity > 0
    assert not (state.positions or state.discrepancies)


@pytest.mark.parametrize("error", [VenueRetryable("no host"), VenueRefused("too many requests")])
async def test_an_entry_that_landed_is_not_given_up_because_it_cannot_be_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    plain = Simulation.venue_of
    after = await taken_up(tmp_path)
    monkeypatch.setattr(Simulation, "venue_of", lambda self, parts: Cut(plain(self, parts), error))
    await after.run()
    check_traded(after)


async def test_an_entry_that_landed_is_not_given_up_because_the_journal_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = await taken_up(tmp_path)
    append, left = after.journal.append, [3]

    async def stalled(batch: Batch) -> None:
        if left[0]:
            left[0] -= 1
            raise JournalUnavailable("no space left on device")
        await append(batch)

    monkeypatch.setattr(after.journal, "append", stalled)
    await after.run()
    check_traded(after)


async def test_an_entry_that_landed_is_not_given_up_because_a_halt_stands(tmp_path: Path) -> None:
    class Untold(MemoryFence):
        def met(self, state: State) -> None:
            return None

    after = await taken_up(tmp_path)
    after.fence = lambda: Untold(Halt(1, "another", "silent", 1))
    await after.run()
    check_traded(after)
