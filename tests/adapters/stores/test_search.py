"""Searching a journal: what is found is what the conditions say, whatever it is found by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, is_dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.adapters.stores.entries import SESSION
from tests.adapters.stores.searched import entries_of, orders, queries, rows, searching, stored, walked, write
from tests.views import journals
from ytc_tui.adapters.stores import search as search_module
from ytc_tui.adapters.stores.pages import row_of, whole
from ytc_tui.adapters.stores.search import JournalSearch
from ytc_tui.adapters.stores.store import Store
from ytc_tui.engine.ports import Batch
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.views.entry_kinds import ROUTINE
from ytc_tui.views.journal_match import Matcher
from ytc_tui.views.journal_query import Condition, ConditionKind, PageQuery

of_type, of_agent, of_order, of_trade, words, like = (partial(Condition, kind) for kind in ConditionKind)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal of forty entries takes as many turns as one of a million."""
    for name, value in (("FIRST_SPAN", 5), ("LONGEST_SPAN", 5), ("TAKEN", 3), ("INDEXED", 4)):
        monkeypatch.setattr(search_module, name, value)


def plainly(entries: list[Entry], query: PageQuery, of_trades: dict[str, str]) -> list[Entry]:
    """What `query` asks for, by looking at every entry."""

    def orders_of(trade_id: str) -> frozenset[str]:
        return frozenset(name for name, trade in of_trades.items() if trade.lower() == trade_id.lower())

    matcher = Matcher(query, orders_of)
    return [entry for entry in reversed(entries) if matcher.wants(entry)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(Store(tmp_path_factory.mktemp("random") / "ytc.db")) as store:
        yield store


SESSIONS = count()


@settings(max_examples=50, deadline=None)
@given(
    found=rows,
    of_trades=orders,
    asked=st.lists(queries, min_size=6, max_size=6),
    indexed=st.integers(0, 12),
    hurried=st.booleans(),
)
def test_the_index_finds_what_reading_everything_finds(
    store: Store,
    found: list[tuple[str, str, int]],
    of_trades: dict[str, str],
    asked: list[PageQuery],
    indexed: int,
    hurried: bool,
) -> None:
    session = f"s-{next(SESSIONS)}"
    entries = entries_of(found, session)
    write(store, entries, of_trades)
    limit_s = 0.0 if hurried else 60.0
    with (
        searching(store.path, session) as by_index,
        searching(store.path, session, indexed=False) as by_reading,
    ):
        for _ in range(indexed):
            by_index.bring_up(0.0)
        for query in asked:
            wanted = plainly(entries, query, of_trades)
            for search in (by_index, by_reading):
                assert walked(search, query, limit_s) == wanted
                assert walked(search, replace(query, after_seq=0), limit_s) == wanted


@pytest.mark.parametrize(
    ("kind", "value", "asked"),
    [
        ("TaskAnswered", "Straße", words("strasse")),
        ("TaskAnswered", "STRASSE", words("straße")),
        ("TaskAnswered", "\u212aelvin", words("kelvin")),
        ("TaskAnswered", "über 日本", words("日")),
        ("TaskAnswered", "line\nbreak", words("break")),
        ("TaskAnswered", 'quote " and \\ end', words('quote" and \\ en')),
        ("TaskAnswered", "50 % of a_b", words("50 of a_b")),
        ("AnswerRepeated", "plain", words("answer repeated")),
        ("ConnectionRestored", 3 * 10**9, words("answers again after 3 s")),
        ("ORDERINTENDED", "x", of_type("order_intended", True)),
        ("OrderRejected", "T\u0131ny", of_order("T\u0131")),
    ],
)
def test_what_is_kept_in_another_form_is_found(
    store: Store, kind: str, value: str | int, asked: Condition
) -> None:
    session = f"s-{next(SESSIONS)}"
    name = {"ConnectionRestored": "silent_ns", "OrderRejected": "client_id"}.get(kind, "result")
    body = json.dumps({name: value}, ensure_ascii=False, separators=(",", ":"))
    entries = entries_of([("GateChanged", "{}", 1), (kind, body, 1), ("GateChanged", "{}", 1)], session)
    write(store, entries)
    query = PageQuery((asked, of_type("gate*", True), words("kept", True)))
    with searching(store.path, session) as search:
        assert walked(search, query) == [entries[1]]
        assert search.bring_up(1.0) is False
        assert walked(search, query) == [entries[1]]


def test_a_type_that_differs_in_case_alone_is_another_one(store: Store) -> None:
    session = f"s-{next(SESSIONS)}"
    entries = entries_of(
        [("ORDERINTENDED", '{"a":"stop"}', 1), ("OrderIntended", '{"a":"stop"}', 1)], session
    )
    write(store, entries)
    with searching(store.path, session) as search:
        search.bring_up(1.0)
        assert walked(search, PageQuery((words("stop"), of_type("OrderIntended", True)))) == entries[:1]
        assert walked(search, PageQuery((words("stop"), of_type("OrderIntended")))) == entries[1:]


# ---- what the conditions mean ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole session: T0001 traded, T0003 not entered, with its agents, alerts and end."""
    journal = journals.finished()
    with closing(Store(tmp_path_factory.mktemp("traded") / "ytc.db")) as store:
        store.write([Batch(journal.entries, tuple(journal.rows.values()))])
        return store.path


def types(path: Path, *conditions: Condition, **query: Any) -> list[str]:
    """The types of what is found, oldest first; the same by the index and without."""
    told = []
    for indexed in (True, False):
        search = JournalSearch(path, journals.SESSION, indexed=indexed)
        while search.bring_up(1.0):
            pass
        told.append([entry.type for entry in reversed(walked(search, PageQuery(conditions, **query)))])
        search.close()
    assert told[0] == told[1]
    return told[0]


def test_by_type(traded: Path) -> None:
    assert set(types(traded, of_type("order_*"))) == {
        "OrderIntended",
        "OrderAcknowledged",
        "OrderCanceled",
        "OrderExpired",
    }
    assert types(traded, of_type("FillBooked")) == types(traded, of_type("fill_booked")) == ["FillBooked"] * 3
    assert types(traded, of_type("alert*"), of_type("fill*"), of_type("fill_booked", True)) == ["AlertRaised"]


def test_by_agent(traded: Path) -> None:
    assert types(traded, of_agent("session_review")) == ["TaskRequested", "TaskRetried", "TaskReported"]
    assert types(traded, of_agent("session_review"), of_agent("nobody")) == types(
        traded, of_agent("SESSION_REVIEW")
    )
    assert types(traded, of_agent("session")) == []
    assert "TaskRetried" not in types(traded, of_agent("session_review", True))


def test_by_order_or_its_beginning_with_the_stop_that_is_attached_to_it(traded: Path) -> None:
    assert types(traded, of_order("yt1")) == ["OrderIntended", "OrderAcknowledged", "FillBooked"]
    assert types(traded, of_order("yentry1-stop")) == [
        "OrderIntended",
        "StopAttached",
        "CancelAsked",
        "OrderCanceled",
    ]
    assert len(types(traded, of_order("y"))) > len(types(traded, of_order("yt1"), of_order("yt2"))) == 6


def test_by_trade_with_all_that_became_of_its_orders(traded: Path) -> None:
    found = types(traded, of_trade("T0001"))
    assert found[0] == "TradePlanned"
    assert found[-1] == "OrderCanceled"
    assert found.count("OrderAcknowledged") == 3
    assert types(traded, of_trade("T0003")) == types(traded, of_trade("t0003"))
    assert "OrderExpired" in types(traded, of_trade("T0003"))
    assert (
        types(traded, of_trade("T0001"), of_type("fill*", True), of_type("order*", True)).count("FillBooked")
        == 0
    )


def test_by_time_the_end_not_included(traded: Path) -> None:
    minute = [journals.INIT_NS + at * 60 * 10**9 for at in (45, 50, 60)]
    assert "TradePlanned" in types(traded, from_ns=minute[0], to_ns=minute[1])
    assert types(traded, of_type("alert*"), from_ns=minute[0], to_ns=minute[1]) == []
    assert types(traded, from_ns=minute[1], to_ns=minute[2]) == ["AlertRaised"]


def test_by_words_of_what_is_shown_and_of_what_is_held(traded: Path) -> None:
    assert types(traded, words("loading")) == []
    assert types(traded, words("Load config")) == types(traded, words("load conf")) == ["ChecklistStepDone"]
    # Words of one condition follow each other; apart they are two.
    assert types(traded, words("config load")) == []
    assert types(traded, words("config"), words("load")) == ["ChecklistStepDone", "PhaseChanged"]
    assert types(traded, words("risk 30.00")) == types(traded, of_type("trade_planned"))
    assert types(traded, words("handoff"), words("approval", True)) == ["HandoffDecided"]
    assert types(traded, words("venue_order_id")) == []  # the name of a field is no word of an entry


def test_by_expression_over_type_line_and_fields(traded: Path) -> None:
    assert types(traded, like(r"reducing -> active")) == ["GateChanged"]
    assert types(traded, like(r'^Fill.*\n.*"side":"sell"')) == ["FillBooked"] * 2
    assert types(traded, like("T1"), like("order", True), of_type("trade*")) == ["TradePlanned"] * 2


def test_without_a_condition_the_answers_of_agents_are_left_out(traded: Path) -> None:
    assert not set(types(traded)) & ROUTINE
    assert set(types(traded, of_type("*"))) & ROUTINE


# ---- text that is not ours ---------------------------------------------------------------------------


def texts_of(value: object) -> list[str]:
    """Every text in a dataclass, as a client is given it."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in texts_of(item)]
    return (
        [text for each in fields(value) for text in texts_of(getattr(value, each.name))]
        if is_dataclass(value)
        else []
    )


def test_hostile_entries_are_found_shown_and_cannot_act(tmp_path: Path) -> None:
    head = ChainHead(SESSION)
    bodies = [
        ("AlertRaised", '{"alert_id":"a","code":"c","message":"\x1b]0;needle\x07","severity":"warning"}'),
        ("AlertRaised", '{"message":"not an alert: needle"}'),
        ("AlertRaised", "no JSON, a needle"),
        ("No\x1b[2JType", '{"a":' * 5_000 + '"needle"' + "}" * 5_000),
        ("OrderRejected", json.dumps({"client_id": "y1", "reason": 'needle" OR 1 --*'})),
    ]
    path = stored(tmp_path / "ytc.db", [head.link(1, kind, 1, "", "", body) for kind, body in bodies])
    with searching(path) as search:
        while search.bring_up(1.0):
            pass
        for query in (PageQuery((words("needle"),)), PageQuery((like("needle"),)), PageQuery()):
            found = walked(search, query)
            assert [entry.seq for entry in found] == [5, 4, 3, 2, 1]
            for told in (*map(row_of, found), *map(whole, found)):
                assert not set("\x1b\x07") & set("".join(texts_of(told)))
        assert [entry.seq for entry in walked(search, PageQuery((words('needle" OR'),)))] == [5]


def test_a_session_without_entries_and_a_store_that_is_not_there(tmp_path: Path) -> None:
    path = stored(tmp_path / "ytc.db", [])
    with searching(path) as search:
        assert not search.bring_up(1.0)
        page = search.page(PageQuery((words("x"),)), 1.0)
        assert (page.entries, page.before_seq, page.last_seq) == ((), 0, 0)
    with pytest.raises(JournalCorrupt):
        JournalSearch(tmp_path / "none.db", SESSION)
