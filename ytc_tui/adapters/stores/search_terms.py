"""How a query is put to SQLite: to the words of the index, and to a plain reading of the journal.

Decides what an entry is indexed under and what narrows a reading. Imports the model and the views. Invariant:
what is proposed here holds every entry that the query asks for; whether one is asked for `journal_match`
alone decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ytc_tui.model.chain import Entry
from ytc_tui.model.events import EVENT_TYPES
from ytc_tui.views.entry_kinds import ROUTINE
from ytc_tui.views.entry_lines import (
    AGENT_FIELDS,
    AGENT_PREFIX,
    ORDER_FIELDS,
    TRADE_FIELDS,
    About,
    about,
    body_of,
    line_of,
)
from ytc_tui.views.journal_match import (
    FIELD_NAME,
    Matcher,
    OrdersOf,
    folded,
    found_in,
    phrase,
    type_words,
    values_text,
    words_of,
)
from ytc_tui.views.journal_query import WORD, ConditionKind, PageQuery

# What an entry is about stands among its words under a mark that no word can have.
_TYPE, _AGENT, _ORDER, _TRADE = "\ue000", "\ue001", "\ue002", "\ue003"
_NO_WORD = re.compile(r"\W")
# The fields that say what an entry is about, in a JSON text in which nothing is masked.
_ABOUT = re.compile(
    f'"({"|".join((*AGENT_FIELDS, *ORDER_FIELDS, *TRADE_FIELDS, "target", "component"))})":"([^"]+)"'
)
_OF_AGENTS = (*AGENT_FIELDS, "component")
# A reading by LIKE sees bytes: a text with an escape or beyond ASCII may read otherwise than it is kept.
_UNUSUAL = r"instr(body, '\') OR length(CAST(body AS BLOB)) <> length(body)"


# ---- the words of the index --------------------------------------------------------------------------


def terms_of(entry: Entry) -> str:
    """Everything that `entry` is found under, each once, separated by blanks."""
    if "\\" in entry.body or not entry.body.startswith("{"):
        body = body_of(entry)
        said, found = values_text(body), about(entry.type, body)
    else:
        # Four times as quick, and nothing is missing: some names of fields may stay, and some things be named
        # deeper down than what an entry is about.
        said, found = FIELD_NAME.sub(" ", entry.body), _about(entry.type, entry.body)
    terms = set(WORD.findall(folded(said)))
    terms.update(_terms_of_type(entry.type))
    if entry.type not in ROUTINE:
        terms.update(words_of(line_of(entry)))
    terms.update(_marked(_AGENT, name) for name in found.agents)
    terms.update(_marked(_ORDER, name) for name in found.orders)
    terms.update(_marked(_TRADE, name) for name in found.trades)
    return " ".join(terms)


def _about(entry_type: str, text: str) -> About:
    """At least what `about` finds in the JSON object `text`, in which nothing is masked."""
    named = _ABOUT.findall(text)
    agents = [value.removeprefix(AGENT_PREFIX) for name, value in named if name in _OF_AGENTS]
    if entry_type in ROUTINE:
        return About(tuple(agents))
    orders = [value for name, value in named if name in ORDER_FIELDS or name == "target"]
    trades = [value for name, value in named if name in TRADE_FIELDS or name == "target"]
    return About(tuple(agents), tuple(orders), tuple(trades))


def _terms_of_type(entry_type: str) -> frozenset[str]:
    """Its words, and its mark where a query can name it; one that differs in case alone is another type."""
    known = _TERMS_OF_TYPES.get(entry_type)
    return known if known is not None else frozenset(words_of(type_words(entry_type)))


def _marked(mark: str, name: str) -> str:
    return mark + _NO_WORD.sub("_", folded(name))


_TERMS_OF_TYPES = {
    name: frozenset((_marked(_TYPE, name), *words_of(type_words(name)))) for name in EVENT_TYPES
}


def match_expression(query: PageQuery, matcher: Matcher, orders_of: OrdersOf) -> str:
    """What the index is asked for `query`; empty when it cannot narrow it."""
    groups = [
        _any(_marked(_TYPE, name) for name in matcher.types or ()),
        _any(_marked(_AGENT, name) for name in query.of(ConditionKind.AGENT, negated=False)),
        _any((_marked(_ORDER, n) for n in query.of(ConditionKind.ORDER, negated=False)), beginning=True),
        _any(_terms_of_trades(query.of(ConditionKind.TRADE, negated=False), orders_of)),
        *(_all(words_of(value)) for value in query.of(ConditionKind.WORDS, negated=False)),
    ]
    wanted = " AND ".join(f"({group})" for group in groups if group)
    refused = _any(_marked(_TYPE, name) for name in matcher.not_types)
    return f"({wanted}) NOT ({refused})" if wanted and refused else wanted


def _terms_of_trades(trades: Iterable[str], orders_of: OrdersOf) -> Iterator[str]:
    for trade in trades:
        yield _marked(_TRADE, trade)
        yield from (_marked(_ORDER, client_id) for client_id in orders_of(trade))


def _any(terms: Iterable[str], *, beginning: bool = False) -> str:
    return " OR ".join(f'"{term}"{" *" * beginning}' for term in dict.fromkeys(terms))


def _all(words: list[str]) -> str:
    *whole, last = words
    return " AND ".join([*(f'"{word}"' for word in whole), f'"{last}" *'])


# ---- a plain reading ---------------------------------------------------------------------------------


class Narrowed(NamedTuple):
    """A condition of SQL on rows of the journal, and its values."""

    sql: str
    values: tuple[str | int, ...]


def narrowed(query: PageQuery, matcher: Matcher, orders_of: OrdersOf) -> Narrowed:
    """What a reading of the journal for `query` may pass over."""
    found: list[Narrowed] = []
    if query.from_ns is not None:
        found.append(Narrowed("at >= ?", (query.from_ns,)))
    if query.to_ns is not None:
        found.append(Narrowed("at < ?", (query.to_ns,)))
    if matcher.types is not None:
        found.append(_in("type", matcher.types))
    if matcher.not_types:
        inner = _in("type", matcher.not_types)
        found.append(Narrowed(f"NOT {inner.sql}", inner.values))
    texts = list(_texts(query, orders_of))
    if texts:
        both = _joined(" AND ", texts)
        found.append(Narrowed(f"({both.sql} OR {_UNUSUAL})", both.values))
    return _joined(" AND ", found) if found else Narrowed("1", ())


def _texts(query: PageQuery, orders_of: OrdersOf) -> Iterator[Narrowed]:
    """Conditions on the body's text, each of which every wanted entry with a usual body fulfils."""
    for kind in (ConditionKind.AGENT, ConditionKind.ORDER, ConditionKind.TRADE):
        names = query.of(kind, negated=False)
        if kind is ConditionKind.TRADE:
            names = (*names, *(client_id for trade in names for client_id in orders_of(trade)))
        if names:
            yield _joined(" OR ", [_holds(folded(name)) for name in names])
    for value in query.of(ConditionKind.WORDS, negated=False):
        # The line of an entry has words that its body has not; routine ones are searched without.
        pattern = phrase(value)
        by_type = {name for name in ROUTINE if found_in(pattern, folded(type_words(name)))}
        lined = _in("type", ROUTINE - by_type)
        held = _joined(" AND ", [_holds(word) for word in words_of(value)])
        yield Narrowed(f"(NOT {lined.sql} OR {held.sql})", (*lined.values, *held.values))


def _holds(text: str) -> Narrowed:
    """The body holds `text`, which is folded; never, where only an unusual body can."""
    if not text.isascii() or not text.isprintable() or '"' in text or "\\" in text:
        return Narrowed("0", ())
    escaped = re.sub(r"([%_~])", r"~\1", text)
    return Narrowed("body LIKE ? ESCAPE '~'", (f"%{escaped}%",))


def _in(column: str, names: Iterable[str]) -> Narrowed:
    listed = tuple(sorted(names))
    return Narrowed(f"{column} IN ({', '.join('?' * len(listed))})", listed)


def _joined(word: str, parts: list[Narrowed]) -> Narrowed:
    sql = word.join(part.sql for part in parts)
    return Narrowed(f"({sql})", tuple(value for part in parts for value in part.values))
