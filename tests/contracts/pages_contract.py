"""What every EngineClient's pages and entries must be, in the same process or behind a door.

A test file makes a class `TestMyClient(PagesContract)` with a fixture `bench` that gives a `DoorBench`.
"""

from __future__ import annotations

import pytest

from tests.contracts.door_contract import FAILURES, PAGE, WHOLE, DoorBench
from ytc_tui.client import NEWEST
from ytc_tui.errors import UsageInvalid
from ytc_tui.views.journal_query import Condition, ConditionKind, PageQuery

WORDS, EXPRESSION, TYPE = ConditionKind.WORDS, ConditionKind.EXPRESSION, ConditionKind.TYPE
VALUES = {ConditionKind.TYPE: "order_*", ConditionKind.EXPRESSION: r"a[+&%]?\s\\/ü日"}
EVERY_KIND = tuple(
    Condition(kind, VALUES.get(kind, 'ä&b=c#d%20 "e" 日+/'), negated)
    for kind in ConditionKind
    for negated in (False, True)
)
QUERIES = [
    NEWEST,
    PageQuery(before_seq=9, rows=3),
    PageQuery(after_seq=0, rows=200),
    PageQuery(EVERY_KIND, from_ns=-5, to_ns=1_667_908_800_000_000_001, after_seq=2**62),
]
REFUSED = [
    (PageQuery(rows=0), "0 rows"),
    (PageQuery(rows=201), "ask for 1 to 200"),
    (PageQuery(before_seq=-1), "before_seq: no entry is numbered -1"),
    (PageQuery(before_seq=1, after_seq=1), "not both"),
    (PageQuery(from_ns=2, to_ns=2), "ends before it begins"),
    (PageQuery((Condition(TYPE, "ordr_*"),)), "no event type is like 'ordr_*' (there is Order"),
    (PageQuery((Condition(TYPE, "a b"),)), "names no event type"),
    (PageQuery((Condition(EXPRESSION, "a(b"),)), "missing ), unterminated subpattern at position 1"),
    (PageQuery((Condition(WORDS, "->"),)), "has no word"),
    (PageQuery((Condition(WORDS, ""),)), "words: is empty"),
    (PageQuery((Condition(WORDS, "x" * 201),)), "more than 200 characters"),
    (PageQuery((Condition(WORDS, "x"),) * 17), "17 conditions"),
]


class PagesContract:
    async def test_a_query_arrives_as_it_was_asked(self, bench: DoorBench) -> None:
        for query in QUERIES:
            await bench.client.page(query)
        assert bench.engine.queries == QUERIES

    async def test_a_page_arrives_whole(self, bench: DoorBench) -> None:
        assert await bench.client.page(PageQuery(before_seq=9)) == PAGE
        assert (await bench.client.page()).rows == ()

    async def test_an_entry_arrives_whole(self, bench: DoorBench) -> None:
        assert await bench.client.entry(7) == WHOLE
        assert await bench.client.entry(8) is None

    @pytest.mark.parametrize(("query", "why"), REFUSED, ids=[why for _, why in REFUSED])
    async def test_what_cannot_be_answered_is_refused_with_the_reason(
        self, bench: DoorBench, query: PageQuery, why: str
    ) -> None:
        with pytest.raises(UsageInvalid) as caught:
            await bench.client.page(query)
        assert why in str(caught.value)
        assert bench.engine.queries == []

    async def test_a_failure_to_read_arrives_as_it_left(self, bench: DoorBench) -> None:
        for failure in FAILURES:
            bench.engine.failure = failure
            for call in (bench.client.page(), bench.client.entry(1)):
                with pytest.raises(type(failure)) as caught:
                    await call
                assert str(caught.value) == str(failure)
