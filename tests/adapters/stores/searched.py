"""Journals to be searched: random entries in a small language, so that queries find some of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from hypothesis import strategies as st

from tests.adapters.stores.entries import SESSION
from ytc_tui.adapters.stores.search import JournalSearch
from ytc_tui.adapters.stores.store import Store
from ytc_tui.engine.ports import Batch, ProjectionRow
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.views.journal_query import Condition, ConditionKind, PageQuery

NAMES = (
    "monitoring",
    "Setup_Scanner",
    "y12ab",
    "y12abc",
    "Y12AB",
    "web-7",
    "T0001",
    "t0001",
    "T0002",
    "ü 日",
)
WORDS = (
    "stop", "Stop_moved", "slippage 0.25", "1473.18", "STRASSE", "Straße", "\u212aelvin", "quote \" \\ end",
    "line\nbreak", "tab\tbed", ":x", ",", "日本", "[1, \"stop\"]", "%_~", "\x1b[2J", "true", "",
)  # fmt: skip
TYPES = (
    "OrderIntended",
    "OrderAcknowledged",
    "AlertRaised",
    "TaskAnswered",
    "TaskAnswered",
    "AnswerRepeated",
    "GateChanged",
    "ORDERINTENDED",
    "Later",
)
KEYS = (
    "client_id",
    "trade_id",
    "agent",
    "agent_target",
    "target",
    "component",
    "reason",
    "stop",
    ":y",
    "data",
    "order",
)
LOOKED_FOR = (
    "stop", "st", "moved", "slip", "0.25", "1473", "1473.18", "strasse", "straße", "kelvin", "quote", "end",
    "line", "break", "line break", "bed", "1.5", "1.50", "1e5", "100000", "inf", "nan", "x", "日", "true",
    "order", "intended", "agent", "answered", "2j",
)  # fmt: skip

_leaves = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(WORDS),
    st.integers(0, 20),
    st.booleans(),
    st.none(),
    st.just(0.25),
)
_bodies = st.dictionaries(
    st.sampled_from(KEYS),
    st.recursive(
        _leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)
# Text that is no JSON too, or not ours: a journal that was changed is read as well.
ODD = (
    '{"reason":"stop', '{"stop":', "slippage", '{"a":1.50,"b":1E5}', '{"target":7,"b":[1e400,NaN]}',
    '"x":stop', '{"agent":"monitoring",', "{}", "null",
)  # fmt: skip
_texts = st.one_of(
    _bodies.map(lambda body: json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))),
    st.sampled_from(ODD),
)
rows = st.lists(st.tuples(st.sampled_from(TYPES), _texts, st.integers(-2, 3)), max_size=40)
orders = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(("T0001", "T0002")), max_size=4)

_values = {
    ConditionKind.TYPE: st.sampled_from(
        ("order_*", "OrderIntended", "alert*", "*Answered", "*repeated", "gate*")
    ),
    ConditionKind.AGENT: st.sampled_from(NAMES),
    ConditionKind.ORDER: st.sampled_from((*NAMES, "y1", "web")),
    ConditionKind.TRADE: st.sampled_from(NAMES),
    ConditionKind.WORDS: st.sampled_from(LOOKED_FOR),
    ConditionKind.EXPRESSION: st.sampled_from((r"y12a\w", "stop.*\\d", '"reason":', "^Order", "日", r"\\n")),
}
_conditions = st.sampled_from(list(ConditionKind)).flatmap(
    lambda kind: st.builds(Condition, st.just(kind), _values[kind], st.booleans())
)
queries = st.builds(
    PageQuery,
    st.lists(_conditions, max_size=3).map(tuple),
    st.none() | st.integers(0, 30),
    st.none() | st.integers(31, 60),
    rows=st.integers(1, 7),
)


def entries_of(found: Sequence[tuple[str, str, int]], session: str = SESSION) -> list[Entry]:
    """A chain of such entries; the third number is the time since the one before."""
    head, at_ns, made = ChainHead(session), 0, []
    for kind, body, later_ns in found:
        at_ns += later_ns
        made.append(head.link(at_ns, kind, 1, "", "", body))
    return made


def write(store: Store, entries: Sequence[Entry], of_trades: dict[str, str] | None = None) -> None:
    """Put these entries behind those that their session has, and orders with the trades that they are of."""
    if not entries:
        return
    orders_of = tuple(
        ProjectionRow("orders", (entries[0].session, client_id), {"trade_id": trade_id})
        for client_id, trade_id in (of_trades or {}).items()
    )
    assert store.write([Batch(tuple(entries), orders_of)]) == [None]


def stored(path: Path, entries: Sequence[Entry]) -> Path:
    """A store with these entries behind those that it has."""
    with closing(Store(path)) as store:
        write(store, entries)
    return path


def searching(path: Path, session: str = SESSION, *, indexed: bool = True) -> closing[JournalSearch]:
    return closing(JournalSearch(path, session, indexed=indexed))


def walked(search: JournalSearch, query: PageQuery, limit_s: float = 60.0) -> list[Entry]:
    """Every entry that `query` finds, page after page from where it begins to the end, newest first."""
    found: list[Entry] = []
    for _ in range(100_000):
        page = search.page(query, limit_s)
        assert len(page.entries) <= query.rows
        if query.after_seq is None:
            found += page.entries
            if not page.before_seq:
                return found
            assert not query.before_seq or page.before_seq < query.before_seq
            query = PageQuery(query.conditions, query.from_ns, query.to_ns, page.before_seq, None, query.rows)
        else:
            found = [*page.entries, *found]
            if page.after_seq >= page.last_seq:
                return found
            assert page.after_seq > query.after_seq
            query = PageQuery(query.conditions, query.from_ns, query.to_ns, 0, page.after_seq, query.rows)
    raise AssertionError("the walk came to no end")
