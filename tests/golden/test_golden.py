"""The journals of every release are read by this one: whole, recovered, and with sums that agree."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ytc_tui.engine.recovery import replay
from ytc_tui.model.chain import ChainHead, Entry, first_fault
from ytc_tui.model.codec import canonical, from_json
from ytc_tui.model.state import State
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


def test_there_is_a_golden_journal() -> None:
    assert JOURNALS
