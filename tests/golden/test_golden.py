"""The journals of every release are read by this one: whole, recovered, and with sums that agree."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.engine.playback.record import read_record
from ytc_tui.engine.ports import Batch
from ytc_tui.engine.recovery import replay
from ytc_tui.model.chain import ChainHead, Entry, first_fault
from ytc_tui.model.codec import canonical, from_json
from ytc_tui.model.state import State
from ytc_tui.past_run import unknown_past
from ytc_tui.views.catalog import BUILDERS
from ytc_tui.views.journal import recorded
from ytc_tui.views.ledger import check_ledger

# Fields of the state that are kept since, of events that were there before.
GAINED = {"rules_asked"}
JOURNALS = sorted(Path(__file__).parent.glob("*.json.gz"))


def load(path: Path) -> tuple[dict[str, Any], list[Entry]]:
    data = json.loads(gzip.decompress(path.read_bytes()))
    return data, [Entry(*fields) for fields in data["entries"]]


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.name.removesuffix(".json.gz"))
def test_a_golden_journal_is_whole_and_recovers_to_its_state(path: Path) -> None:
    data, entries = load(path)
    assert first_fault(entries) is None
    state, head = State(data["session"]), ChainHead(data["session"])
    replay(state, entries, head)
    assert state.ended
    assert head.hash == entries[-1].hash
    # What state has gained since that release is empty there, or follows from entries that it had.
    known = json.loads(data["state"])
    expected = from_json(State, known)
    for name in GAINED - known.keys():
        setattr(expected, name, getattr(state, name))
    assert canonical(state) == canonical(expected)
    assert check_ledger(recorded(entries)).ok


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.name.removesuffix(".json.gz"))
async def test_a_golden_journal_is_played_back(path: Path) -> None:
    data, entries = load(path)
    journal = MemoryJournal()
    await journal.append(Batch(tuple(entries)))
    record = read_record(journal, data["session"])
    assert (record.entries, record.cut) == (len(entries), "")
    # What that release's settings were nobody wrote down: all that does not rest on them is shown.
    past = unknown_past(record, lambda *asked: (), parse_never, "an earlier release")
    moment = past.at(past.course.first)
    for seq in range(1, record.entries + 1):
        moment = past.move(moment, past.course.entry(seq))
        views = past.views(moment, BUILDERS)
    assert views["top"].ended
    assert [trade.pnl for trade in views["trades"].trades] == [
        trade.net_pnl for trade in record.last.trades.values()
    ]


def parse_never(text: str, from_ns: int) -> int:
    raise AssertionError("no time is asked for")


def test_there_is_a_golden_journal() -> None:
    assert JOURNALS
