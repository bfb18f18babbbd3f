"""The stretch of the journal that the screen holds: it grows at both ends and misses nothing."""

from __future__ import annotations

import pytest

from tests.screens.journal_stage import StillJournal
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.screens import journal_stretch
from ytc_tui.screens.journal_filter import EVERYTHING, JournalFilter
from ytc_tui.screens.journal_stretch import Stretch, Way
from ytc_tui.views.journal_query import Condition, ConditionKind

COUNT = 120
EVEN = Condition(ConditionKind.WORDS, "even")


def journal(count: int = COUNT, stretch: int = 10_000) -> StillJournal:
    """Entries 1 to `count`, one a second; every other is even."""
    head, entries = ChainHead("s-1"), list[Entry]()
    for number in range(1, count + 1):
        body = f'{{"client_id":"y{number}","reason":"{("even", "odd")[number % 2]}"}}'
        entries.append(head.link(number * 10, "OrderRejected", 1, "", "", body))
    return StillJournal(tuple(entries), stretch)


def read(held: Stretch, engine: StillJournal, way: Way, rows: int = 10) -> None:
    """Until so many rows have come, or there are no more that way."""
    wanted = rows
    for _ in range(1_000):
        if wanted <= 0 or not held.more(way):
            return
        page = engine.page(held.next(way, wanted))
        held.take(way, page)
        wanted -= len(page.rows)
    raise AssertionError("it came to no end")


def seqs(held: Stretch) -> list[int]:
    return [row.seq for row in held.rows]


@pytest.mark.parametrize("stretch", [10_000, 7, 1])
def test_from_the_newest_to_the_oldest(stretch: int) -> None:
    engine, held = journal(stretch=stretch), Stretch()
    read(held, engine, Way.OLDER)
    assert seqs(held) == list(range(120, 110, -1))
    assert (held.live, held.whole, held.looked_at, held.last_seq) == (True, False, 10, COUNT)
    while held.more(Way.OLDER):
        read(held, engine, Way.OLDER)
    assert seqs(held) == list(range(120, 0, -1))
    assert (held.whole, held.looked_at) == (True, COUNT)


@pytest.mark.parametrize("stretch", [10_000, 7, 1])
def test_what_is_new_comes_on_top(stretch: int) -> None:
    held = Stretch(JournalFilter("even", (EVEN,)))
    read(held, journal(stretch=stretch), Way.OLDER)
    held.live = False
    read(held, journal(COUNT + 31, stretch), Way.NEWER, rows=100)
    assert seqs(held) == list(range(150, 100, -2))
    assert held.live


@pytest.mark.parametrize("stretch", [10_000, 7, 1])
@pytest.mark.parametrize(
    ("asked", "first"),
    [
        (JournalFilter("", at_seq=60), 60),
        (JournalFilter("", at_ns=605), 60),
        (JournalFilter("", (EVEN,), at_seq=61), 60),
        (JournalFilter("", (EVEN,), to_ns=400, at_ns=605), 38),
        (JournalFilter("", at_seq=10_000), 120),
        (JournalFilter("", at_ns=5), 0),
    ],
)
def test_from_a_place_it_reads_both_ways(stretch: int, asked: JournalFilter, first: int) -> None:
    engine, held = journal(stretch=stretch), Stretch(asked)
    read(held, engine, Way.OLDER, rows=3)
    assert seqs(held)[:1] == ([first] if first else [])
    assert not held.live
    while held.more(Way.OLDER) or held.more(Way.NEWER):
        read(held, engine, Way.NEWER, rows=3)
        read(held, engine, Way.OLDER, rows=3)
    step = 2 if asked.conditions else 1
    assert seqs(held) == list(range(38 if asked.to_ns else COUNT, 0, -step))


def test_what_is_dropped_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_stretch, "MAX_ROWS", 25)
    engine, held = journal(), Stretch(EVERYTHING)
    while held.more(Way.OLDER):
        read(held, engine, Way.OLDER)
        assert len(held.rows) <= 25
    assert (seqs(held), held.live, held.whole) == (list(range(25, 0, -1)), False, False)
    while held.more(Way.NEWER):
        read(held, engine, Way.NEWER)
    assert (seqs(held), held.live, held.older_seq) == (list(range(120, 95, -1)), True, 96)
