"""Reading a record: what can be played of one that is damaged, and how near each place is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.sim.harness import Simulation
from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.engine.playback import checkpoints
from ytc_tui.engine.playback.checkpoints import Checkpoints
from ytc_tui.engine.playback.record import PastRecord, read_record, started_of
from ytc_tui.engine.ports import Snapshot
from ytc_tui.engine.recovery import replay
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.codec import canonical
from ytc_tui.model.state import State


@dataclass
class Pages:
    """Entries as a damaged store gives them."""

    rows: list[Entry]

    def sessions(self) -> tuple[str, ...]:
        return (self.rows[0].session,)

    def latest_snapshot(self, session: str) -> Snapshot | None:
        return None

    def entries(self, session: str, after_seq: int = 0) -> Iterator[Entry]:
        return (entry for entry in self.rows if entry.seq > after_seq)

    def ends(self, session: str) -> tuple[Entry, Entry] | None:
        return (self.rows[0], self.rows[-1]) if self.rows else None


def rows_of(day: Simulation) -> list[Entry]:
    return list(day.journal.entries(day.journal.sessions()[-1]))


def read(rows: Sequence[Entry]) -> PastRecord:
    return read_record(Pages(list(rows)), rows[0].session)


def state_after(rows: Sequence[Entry], seq: int) -> str:
    state, head = State(rows[0].session), ChainHead(rows[0].session)
    replay(state, rows[:seq], head)
    return canonical(state)


def relinked(rows: Sequence[Entry], seq: int, **changes: Any) -> list[Entry]:
    """`rows` with the entry `seq` changed and every hash made anew from there: only its meaning is wrong."""
    head = ChainHead(rows[0].session, seq - 1, rows[seq - 2].hash)
    linked = list(rows[: seq - 1])
    for entry in rows[seq - 1 :]:
        told = entry._replace(**changes) if entry.seq == seq else entry
        linked.append(head.link(told.at, told.type, told.v, told.correlation, told.causation, told.body))
    return linked


def test_the_state_at_any_entry_is_the_one_that_was_there(day: Simulation) -> None:
    rows = rows_of(day)
    record = read(rows)
    assert record.cut == ""
    assert canonical(record.last) == state_after(rows, len(rows))
    for seq in (1, 2, 199, 200, 201, 202, len(rows) // 2, len(rows) - 1, len(rows)):
        assert canonical(record.at(seq).state) == state_after(rows, seq), seq


@pytest.mark.parametrize("changes", [{"body": "{}"}, {"hash": "f" * 64}, {"prev_hash": "f" * 64}, {"seq": 7}])
def test_a_changed_entry_ends_the_record_before_it(day: Simulation, changes: dict[str, Any]) -> None:
    rows = rows_of(day)
    bad = rows[:]
    bad[299] = bad[299]._replace(**changes)
    record = read(bad)
    assert record.entries == 299
    assert "entry 300" in record.cut
    assert canonical(record.last) == canonical(record.at(299).state) == state_after(rows, 299)


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "[" * 100_000},
        {"body": "{}"},
        {"type": "NoSuchEvent"},
        {"v": 99},
        {"type": "TradeClosed", "body": json.dumps({"trade_id": "T0099"})},
    ],
)
def test_an_entry_that_means_nothing_ends_it_too(day: Simulation, changes: dict[str, Any]) -> None:
    rows = rows_of(day)
    seq = next(entry.seq for entry in rows if entry.type == "OrderIntended")
    record = read(relinked(rows, seq, **changes))
    assert record.entries == seq - 1
    assert f"entry {seq}" in record.cut
    assert canonical(record.last) == state_after(rows, seq - 1)


def test_a_missing_entry_ends_it_and_a_tail_that_was_cut_off_is_the_end(day: Simulation) -> None:
    rows = rows_of(day)
    assert read([*rows[:250], *rows[251:]]).entries == 250
    cut = read(rows[:250])
    assert (cut.entries, cut.cut) == (250, "")


@pytest.mark.parametrize("first", [{"body": "{}"}, {"type": "GateChanged"}, {"hash": "f"}])
def test_without_its_first_entry_nothing_can_be_played(day: Simulation, first: dict[str, Any]) -> None:
    rows = rows_of(day)
    bad = [rows[0]._replace(**first), *rows[1:]] if "hash" in first else relinked_first(rows, first)
    for attempt in (started_of, read_record):
        with pytest.raises(JournalCorrupt, match="nothing of it can be played"):
            attempt(Pages(bad), rows[0].session)
    with pytest.raises(JournalCorrupt):
        started_of(MemoryJournal(), "nobody")


def relinked_first(rows: Sequence[Entry], changes: dict[str, Any]) -> list[Entry]:
    told = rows[0]._replace(**changes)
    head = ChainHead(told.session)
    return [head.link(told.at, told.type, told.v, told.correlation, told.causation, told.body)]


def test_what_goes_while_it_is_played_is_told(day: Simulation) -> None:
    rows = rows_of(day)
    pages = Pages(rows[:])
    record = read_record(pages, rows[0].session)
    del pages.rows[349:]
    with pytest.raises(JournalCorrupt, match="has gone"):
        record.at(395)


def test_instants_never_go_back(day: Simulation) -> None:
    rows = rows_of(day)
    times = read(relinked(rows, 50, at=rows[48].at - 60 * 10**9)).times_ns
    assert list(times) == sorted(times)


def test_progress_goes_from_nothing_to_all(day: Simulation) -> None:
    told: list[float] = []
    rows = rows_of(day)
    read_record(Pages(rows), rows[0].session, told.append)
    assert told == sorted(told)
    assert len(told) >= 3 and all(0 < share <= 1 for share in told)


# ---- copies ------------------------------------------------------------------------------------------


def test_a_copy_shares_nothing_and_there_are_never_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "MOST", 8)
    kept: Checkpoints[list[int]] = Checkpoints(1)
    value: list[int] = []
    for place in range(100):
        value.append(place)
        if kept.due(place):
            kept.keep(place, value)
    assert len(kept._places) <= 8
    for place in (0, 1, 37, 99):
        found, copy = kept.before(place)
        assert found <= place
        assert copy == list(range(found + 1))
        copy.clear()
    assert kept.before(0) == (0, [0])
    with pytest.raises(LookupError):
        kept.before(-1)


def test_reading_ends_once_nobody_wants_it(day: Simulation) -> None:
    class Enough(Exception):
        pass

    def stop(share: float) -> None:
        raise Enough

    rows = rows_of(day)
    with pytest.raises(Enough):
        read_record(Pages(rows), rows[0].session, stop)
