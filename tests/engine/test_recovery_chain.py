"""A journal that was changed is not traded on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim.harness import Simulation, at
from ytc_tui.boot import RunRequest
from ytc_tui.engine.recovery import recover_state
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.chain import Entry


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

    recover_state(simulation.journal, session)
    with pytest.raises(JournalCorrupt, match="entry 5"):
        recover_state(Edited(), session)
