"""The journal goes away for a while: what still leaves, and how the record is made whole (semantics.md 7)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sim.harness import LineList, Simulation
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_limits import BOLD
from tests.sim.test_verbs import says
from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.engine.ports import Batch
from ytc_tui.errors import JournalUnavailable
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import Gate, SessionStatus
from ytc_tui.model.state import State
from ytc_tui.model.trades import TradeState

UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)


class StallingJournal(MemoryJournal):
    """Refuses every batch whose last entry lies within [from_ns, until_ns)."""

    def __init__(self, from_clock: str, until_clock: str) -> None:
        super().__init__()
        self.from_ns, self.until_ns = on_day(from_clock), on_day(until_clock)
        self.refused = 0
        self.patience = 1_000_000
        self.patience_at_once = 1_000_000
        self._at_once = (0, 0)

    async def append(self, batch: Batch) -> None:
        at_ns = batch.entries[-1].at
        if self.from_ns <= at_ns < self.until_ns and self._refuses(at_ns):
            self.refused += 1
            raise JournalUnavailable("no space left on device")
        await super().append(batch)

    def _refuses(self, at_ns: int) -> bool:
        """Whether patience lasts: over all, and at one instant."""
        count = self._at_once[1] + 1 if self._at_once[0] == at_ns else 1
        self._at_once = (at_ns, count)
        return self.refused < self.patience and count <= self.patience_at_once


def stalled(simulation: Simulation, from_clock: str, until_clock: str) -> StallingJournal:
    simulation.journal = journal = StallingJournal(from_clock, until_clock)
    return journal


async def test_no_entry_leaves_while_the_journal_is_away(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), long_at("12:41"), long_at("12:45"), long_at("12:55"))
    journal = stalled(simulation, "12:41", "12:50")
    await simulation.run()
    state = check_laws(simulation)
    assert journal.refused
    # A state that was read from a snapshot has its orders by id.
    orders = sorted(state.orders.values(), key=lambda order: order.created_ns)
    # The first was decided as the journal went away: refused by us, never sent. The second met the gate.
    assert [order.state for order in orders] == [OrderState.REJECTED, OrderState.EXPIRED]
    assert "not sent" in orders[0].detail
    assert orders[0].created_ns == on_day("12:41")
    assert state.refused == {"gate_open": 1}
    assert "journal_unavailable" in simulation.alerts()
    gates = [event.after for event in simulation.all(ev.GateChanged)]
    assert gates[:3] == [Gate.ACTIVE, Gate.REDUCING, Gate.ACTIVE]
    assert state.rejects_in_row == 0


async def test_reducing_orders_and_cancels_leave_and_are_journalled_later(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", *UP)
    simulation = stage(tmp_path, tape, long_at("12:41"))
    journal = stalled(simulation, "12:42", "13:00")
    await simulation.run()
    state = check_laws(simulation)
    assert journal.refused
    [trade] = state.trades.values()
    assert trade.state is TradeState.FULLY_CLOSED
    acted = [line for event in simulation.all(ev.EmergencyActed) for line in event.lines]
    submitted = {line.split()[1] for line in acted if line.startswith("submit")}
    sent = {
        event.order.client_id
        for at_ns, event in simulation.timed(ev.OrderIntended)
        if on_day("12:42") <= at_ns < on_day("13:00")
    }
    assert submitted == sent
    assert len(submitted) >= 3
    assert [line for line in acted if line.startswith("cancel")]
    assert simulation.spare.read_back() == ()
    assert len(simulation.all(ev.EmergencyActed)) == 1
    # Fed to the same laws and to the same end as a session whose journal was well.
    well = stage(tmp_path, tape, long_at("12:41"))
    await well.run()
    assert well.state().wallet == state.wallet


async def test_a_session_ends_only_once_its_end_is_on_record(tmp_path: Path) -> None:
    """The loss limit fires and closes while the journal is away; the end waits for it."""
    tape = Tape().walk("12:41", 20_040, 20_056)
    tape.bar("12:45", 18_700, 20_060, opens=20_056, closes=18_750)
    idea = long_at("12:41", stop=18_000.0, t1=24_000.0, t2=26_000.0)
    simulation = stage(tmp_path, tape, idea, settings=BOLD)
    journal = stalled(simulation, "12:44", "14:00")
    journal.patience = 12
    await simulation.run()
    state = check_laws(simulation)
    assert journal.refused == 12
    assert state.ended
    assert state.status is SessionStatus.EMERGENCY_STOP
    [acted] = simulation.all(ev.EmergencyActed)
    assert any(line.startswith("submit") for line in acted.lines)


@pytest.mark.parametrize("ending", [True, False])
async def test_a_process_that_stops_before_that_says_so(tmp_path: Path, ending: bool) -> None:
    simulation = stage(tmp_path, Tape())
    journal = stalled(simulation, "12:44", "14:00")
    verb = says(("12:46", Verb.SHUTDOWN))

    def operator(state: State, now_ns: int) -> list[Command]:
        if now_ns >= on_day("12:46"):
            asyncio.get_running_loop().call_later(0.05, simulation.host.stop)
        return list(verb(state, now_ns)) if ending else []

    simulation.operator = operator
    if not ending:
        simulation.request = replace(simulation.request, speed=6_000)
    with pytest.raises(JournalUnavailable, match="not on record"):
        await simulation.run()
    assert journal.refused
    assert not simulation.state().ended


async def test_the_operators_flatten_works_without_the_journal(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056)
    simulation = stage(tmp_path, tape, long_at("12:41"), operator=says(("12:46", Verb.FLATTEN)))
    stalled(simulation, "12:45", "13:00")
    await simulation.run()
    state = check_laws(simulation)
    fills = [(at_ns, e) for at_ns, e in simulation.timed(ev.FillBooked) if e.fill.side == "sell"]
    assert fills[0][0] < on_day("12:47")
    assert state.flattening is not None
    assert state.flattening.verified
    assert state.status is SessionStatus.COMPLETED
    [entry] = [r for r in state.orders.values() if r.request.role is OrderRole.ENTRY]
    assert entry.state is OrderState.FILLED


async def test_resume_is_refused_while_the_journal_is_away(tmp_path: Path) -> None:
    operator = says(("12:44", Verb.RESUME), ("12:55", Verb.STOP_ENTRIES), ("12:56", Verb.RESUME))
    simulation = stage(tmp_path, Tape(), long_at("12:41"), operator=operator, until="13:20")
    stalled(simulation, "12:41", "12:50")
    await simulation.run()
    check_laws(simulation)
    accepted = {name: receipt.accepted for name, receipt in simulation.host.receipts.items()}
    assert accepted == {"c0": False, "c1": True, "c2": True}


async def test_a_receipt_does_not_call_journalled_what_waits_in_memory(tmp_path: Path) -> None:
    operator = says(("12:44", Verb.PAUSE), ("12:55", Verb.STOP_ENTRIES))
    simulation = stage(tmp_path, Tape(), long_at("12:41"), operator=operator, until="13:20")
    stalled(simulation, "12:41", "12:50")
    await simulation.run()
    waiting, kept = (simulation.host.receipts[name].reason for name in ("c0", "c1"))
    assert "wait in memory for the journal: no space left on device" in waiting
    assert kept.startswith("journalled as entr")


class FullSpare(LineList):
    """A spare file that is full."""

    def write(self, line: str) -> None:
        raise JournalUnavailable("the spare file is full")


async def test_a_full_spare_file_does_not_keep_a_stop_from_leaving(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41"), spare=FullSpare())
    stalled(simulation, "12:43", "13:00")
    await simulation.run()
    state = check_laws(simulation)
    [trade] = state.trades.values()
    assert trade.state is TradeState.FULLY_CLOSED
    [acted] = simulation.all(ev.EmergencyActed)
    assert len(acted.lines) >= 3
