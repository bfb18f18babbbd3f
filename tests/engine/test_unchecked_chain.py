"""A long journal is still being verified while its session goes on: managed, heard, and without entries."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.sim.harness import Simulation
from tests.sim.restarts import Fuse, Killed, fused, outcome, resumed
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape
from ytc_tui.engine import chain_check
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.events import GateChanged, OrderIntended
from ytc_tui.model.orders import OrderState
from ytc_tui.model.session import Gate
from ytc_tui.model.state import State
from ytc_tui.paper_run import PaperRun

LOOKS = 3


@dataclass
class Checked:
    """A verification that ends after the operator has looked at the session a few times."""

    fault: JournalCorrupt | None = None
    future: asyncio.Future[None] | None = None
    looked: list[tuple[Gate, set[OrderState]]] = field(default_factory=list)

    def begin(self, session: str) -> asyncio.Future[None]:
        self.future = asyncio.get_running_loop().create_future()
        return self.future

    def look(self, state: State, now_ns: int) -> list[Command]:
        assert self.future is not None
        if self.future.done():
            return []
        self.looked.append((state.gate, {record.state for record in state.orders.values()}))
        if len(self.looked) < LOOKS:
            return [Command("resume", Verb.RESUME, "me", "go on")] if len(self.looked) == 1 else []
        if self.fault is not None:
            self.future.set_exception(self.fault)
        else:
            self.future.set_result(None)
        return []


class LateSimulation(Simulation):
    """A simulation whose chain is verified by `checked`."""

    checked: Checked

    def build(self) -> PaperRun:
        run = super().build()
        run.outlets.check_chain = self.checked.begin
        return run


def simulation(folder: Path) -> LateSimulation:
    made = stage(folder, Tape().walk("12:41", 20_040, 20_056, 20_120, 20_200), long_at("12:41"))
    return LateSimulation(made.request, made.overrides)


@pytest.fixture
def at_the_intent(tmp_path: Path) -> LateSimulation:
    """A session whose process was killed when its first intent was durable and nothing had been sent."""
    fuse = Fuse()

    def built() -> Simulation:
        made = simulation(tmp_path)
        made.checked = Checked()
        return made

    while True:
        fuse.kill_at, fuse.steps = fuse.kill_at + 1, 0
        killed = fused(built, fuse)
        with pytest.raises(Killed):
            asyncio.run(killed.run())
        session = killed.journal.sessions()[-1]
        if list(killed.journal.entries(session))[-1].type == OrderIntended.__name__:
            break
    after = resumed(built, killed)
    fuse.kill_at = 0
    assert isinstance(after, LateSimulation)
    after.operator = after.checked.look
    return after


def test_entries_wait_until_the_whole_chain_is_verified(
    at_the_intent: LateSimulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_check, "QUICK_S", 0.0)
    asyncio.run(at_the_intent.run())
    assert at_the_intent.checked.looked == [(Gate.REDUCING, {OrderState.INTENT})] * LOOKS
    receipt = at_the_intent.host.receipts["resume"]
    assert (receipt.accepted, receipt.reason) == (False, "the whole journal is still being verified")
    reasons = [change.reason for change in at_the_intent.all(GateChanged)]
    assert reasons[0] == "journal: its whole chain is being verified"
    assert reasons[1] == "the whole journal is verified"
    whole = simulation(tmp_path)
    whole.checked = Checked()
    asyncio.run(whole.run())
    assert outcome(at_the_intent).fills == outcome(whole).fills
    assert len(outcome(whole).fills) > 1


def test_a_chain_found_broken_later_ends_the_engine(
    at_the_intent: LateSimulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_check, "QUICK_S", 0.0)
    at_the_intent.checked.fault = JournalCorrupt("entry 5: its content does not match its hash")
    with pytest.raises(JournalCorrupt, match="entry 5"):
        asyncio.run(at_the_intent.run())
    assert not outcome(at_the_intent).fills
