"""A journal that was changed is not traded on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from tests.sim.harness import Simulation, at
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape
from ytc_tui.boot import RunRequest
from ytc_tui.engine.ports import Snapshot
from ytc_tui.engine.recovery import recover_state, replay, snapshot_problem, verify_record
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.state import State


async def test_an_edited_entry_before_the_snapshot_stops_recovery() -> None:
    request = RunRequest(demo=True, from_ns=at("2022-11-08T03:46"), to_ns=at("2022-11-08T04:30"))
    simulation = Simulation(request)
    run = await simulation.run()
    session = run.documents[0]["session_id"]
    entries = list(simulation.journal.entries(session))
    assert simulation.journal.latest_snapshot(session) is not None

    class Edited:
        """The same journal with one digit of an early entry changed."""

        def sessions(self) -> tuple[str, ...]:
            return (session,)

        latest_snapshot = simulation.journal.latest_snapshot
        ends = simulation.journal.ends

        def entries(self, name: str, after_seq: int = 0) -> Iterator[Entry]:
            for entry in entries[after_seq:]:
                yield entry._replace(at=entry.at + 1) if entry.seq == 5 else entry

    snapshot = simulation.journal.latest_snapshot(session)
    verify_record(simulation.journal, session, snapshot)
    verify_record(simulation.journal, session, None)
    with pytest.raises(JournalCorrupt, match="entry 5"):
        verify_record(Edited(), session, snapshot)
    # A process that is started on it does not go on.
    again = Simulation(request)
    again.journal = Edited()  # type: ignore[assignment]
    with pytest.raises(JournalCorrupt, match="entry 5"):
        await again.run()


FORGERIES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda state: state.update(wallet="99974.84"), "is not the state of its journal: wallet"),
    (lambda state: state.pop("agents"), "is not the state of its journal: agents"),
    (lambda state: state.update(agents=dict(reversed(state["agents"].items()))), "of its journal: agents"),
    (lambda state: state.update(wallet="many"), "cannot be read"),
    (lambda state: state.update(document={"x": float("nan")}), "no state can hold"),
    (lambda state: state.clear(), "cannot be read"),
]


@pytest.mark.parametrize(("forge", "told"), FORGERIES)
async def test_a_snapshot_that_its_entries_do_not_come_to_is_not_traded_on(
    forge: Callable[[dict[str, Any]], object], told: str
) -> None:
    request = RunRequest(demo=True, from_ns=at("2022-11-08T03:46"), to_ns=at("2022-11-08T04:30"))
    simulation = Simulation(request)
    await simulation.run()
    journal = simulation.journal
    [session] = journal.sessions()
    snapshot = journal.latest_snapshot(session)
    assert snapshot is not None
    verify_record(journal, session, snapshot)
    state = json.loads(snapshot.state)
    forge(state)
    await journal.save_snapshot(snapshot._replace(seq=snapshot.seq, state=json.dumps(state)))
    journal._snapshots[session].reverse()
    again = Simulation(request)
    again.journal = journal
    with pytest.raises(JournalCorrupt, match=told):
        await again.run()


def test_a_snapshot_nested_too_deep_is_told_as_unreadable() -> None:
    deep = Snapshot("s", 1, "f" * 64, "[" * 100_000)
    assert snapshot_problem(deep, State("s")) == "the snapshot of entry 1 cannot be read"


async def test_a_snapshot_keeps_the_order_in_which_things_came(tmp_path: Path) -> None:
    """What is done first after a restart is what was done first without one."""
    simulation = stage(tmp_path, Tape().walk("12:41", 20_040, 20_056, 20_120, 20_200), long_at("12:41"))
    run = await simulation.run()
    session = run.documents[0]["session_id"]
    replayed, head = State(session), ChainHead(session)
    replay(replayed, simulation.journal.entries(session), head)
    recovered, _ = recover_state(simulation.journal, session)
    assert len(replayed.orders) > 2
    assert list(replayed.orders) != sorted(replayed.orders)
    for field in fields(State):
        kept = getattr(recovered, field.name)
        # The document is data of one entry: nothing is decided by the order of its names.
        if isinstance(kept, dict) and field.name != "document":
            assert list(kept) == list(getattr(replayed, field.name)), field.name


async def test_entries_that_are_not_the_next_or_cannot_be_booked_stop_recovery(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape().walk("12:41", 20_040, 20_056), long_at("12:41"))
    run = await simulation.run()
    session = run.documents[0]["session_id"]
    entries = list(simulation.journal.entries(session))
    with pytest.raises(JournalCorrupt, match="entry 2 does not continue entry 0"):
        replay(State(session), entries[1:], ChainHead(session))
    [gone] = [entry for entry in entries if entry.type == "OrderIntended"][:1]
    orphan = next(entry for entry in entries[gone.seq :] if entry.type == "OrderAcknowledged")
    with pytest.raises(JournalCorrupt, match=r"OrderAcknowledged\) cannot be applied"):
        replay(State(session), [orphan], ChainHead(session, orphan.seq - 1, orphan.prev_hash))


def test_a_session_without_entries_begins_anew() -> None:
    class Empty:
        def sessions(self) -> tuple[str, ...]:
            return ()

        def latest_snapshot(self, session: str) -> None:
            return None

        def ends(self, session: str) -> None:
            return None

        def entries(self, session: str, after_seq: int = 0) -> Iterator[Entry]:
            return iter(())

    state, head = recover_state(Empty(), "s")
    assert (state, head) == (State("s"), ChainHead("s"))
