"""The search process: asked over a pipe, bounded, replaced when it is gone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.adapters.stores.entries import SESSION
from tests.adapters.stores.searched import stored
from ytc_tui.adapters.stores.bounded_search import BoundedSearch
from ytc_tui.adapters.stores.searcher import Searcher
from ytc_tui.client import PageRow
from ytc_tui.errors import JournalCorrupt, JournalUnavailable, UsageInvalid
from ytc_tui.model.chain import ChainHead
from ytc_tui.views.journal_query import Condition, ConditionKind, PageQuery, expression

COUNT = 1_500
# Takes longer than the universe is old.
ENDLESS = "(a+)+$"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    head = ChainHead(SESSION)
    bodies = [f'{{"reason":"entry n{number} {"a" * 40}!"}}' for number in range(COUNT)]
    entries = [head.link(1, "OrderRejected", 1, "", "", body) for body in bodies]
    return stored(tmp_path_factory.mktemp("searched") / "ytc.db", entries)


@pytest.fixture
def searcher(path: Path) -> Iterator[Searcher]:
    with closing(Searcher(path, timeout_s=60.0)) as searcher:
        yield searcher


def words(text: str, **query: int) -> PageQuery:
    return PageQuery((Condition(ConditionKind.WORDS, text),), **query)


def looking_for(text: str, **query: int) -> PageQuery:
    return PageQuery((Condition(ConditionKind.EXPRESSION, text),), **query)


def pid_of(searcher: Searcher) -> int:
    assert searcher._process is not None
    return searcher._process.pid


def found(searcher: Searcher, query: PageQuery) -> list[PageRow]:
    """The newest rows of `query`: on a busy machine a page may be handed over before it is full."""
    rows: list[PageRow] = []
    while True:
        page = searcher.page(SESSION, query)
        rows += page.rows
        if not page.before_seq or len(rows) >= query.rows:
            return rows[: query.rows]
        query = replace(query, before_seq=page.before_seq)


def test_it_answers_and_brings_its_index_up_between_the_questions(searcher: Searcher) -> None:
    rows = found(searcher, words("n77"))
    assert (rows[-1].seq, rows[-1].kind) == (78, "order")
    page = searcher.page(SESSION, words("n77"))
    assert (page.session_id, page.last_seq) == (SESSION, COUNT)
    for _ in range(2_000):
        if searcher.page(SESSION, words("n77")).indexed_seq == COUNT:
            break
        time.sleep(0.02)
    else:
        raise AssertionError("the index was never brought up")
    assert found(searcher, words("n77")) == rows
    assert searcher.page("another", words("n77")).rows == ()


def test_an_expression_without_end_is_refused_and_the_next_question_answered(searcher: Searcher) -> None:
    with pytest.raises(UsageInvalid, match=r"\(a\+\)\+\$.*takes more than 0.25 s for a single entry"):
        searcher.page(SESSION, looking_for(ENDLESS))
    pid = pid_of(searcher)
    assert len(found(searcher, words("n7"))) == 50
    assert pid_of(searcher) == pid


def test_a_process_that_was_killed_is_replaced(searcher: Searcher) -> None:
    searcher.warm()
    os.kill(pid_of(searcher), signal.SIGKILL)
    assert found(searcher, words("n77"))


def test_one_that_stands_still_is_given_up(path: Path) -> None:
    with closing(Searcher(path, timeout_s=0.3)) as searcher:
        searcher.warm()
        os.kill(pid_of(searcher), signal.SIGSTOP)
        with pytest.raises(JournalUnavailable, match=r"did not answer within 0.3 s"):
            searcher.page(SESSION, words("n77"))
        assert searcher._process is None


def test_what_is_wrong_with_the_store_is_told(tmp_path: Path) -> None:
    with closing(Searcher(tmp_path / "none.db")) as searcher:  # noqa: SIM117
        with pytest.raises(JournalCorrupt, match="no journal"):
            searcher.page(SESSION, words("x"))


def test_it_ends_with_who_asked_and_is_not_started_after_that(path: Path) -> None:
    searcher = Searcher(path)
    searcher.page(SESSION, words("n77"))
    pid = pid_of(searcher)
    searcher.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert (path.parent / "search" / f"{SESSION}.seal").exists()
    with pytest.raises(JournalUnavailable, match="stopping"):
        searcher.page(SESSION, words("n77"))


def test_a_search_has_its_time_anew_for_each_entry() -> None:
    with closing(BoundedSearch(0.2)) as search:
        slow = expression("(a+)+b")
        for _ in range(4):
            began_s = time.process_time()
            assert not search(slow, "a" * 18)
            assert time.process_time() - began_s < 0.2
        with pytest.raises(UsageInvalid):
            search(slow, "a" * 60)
        assert search(expression("b"), "ab")
    # Nothing of it is left behind.
    began_s = time.process_time()
    while time.process_time() - began_s < 0.12:
        pass
