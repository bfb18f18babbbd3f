"""Whether an entry is one that a query asks for.

Decides what each condition means; whatever finds entries quicker only proposes them to this. Imports the
model and its sibling views. Invariant: pure; the same entry and query give the same answer wherever it is
asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ytc_tui.model.chain import Entry
from ytc_tui.views.entry_kinds import ROUTINE, kind_of
from ytc_tui.views.entry_lines import About, about, body_of, line_of
from ytc_tui.views.journal_query import (
    BEYOND,
    WORD,
    ConditionKind,
    PageQuery,
    any_type_of,
    expression,
)

# The client ids of a trade's orders.
OrdersOf = Callable[[str], frozenset[str]]
# Whether an expression is found in a text; who runs a foreign one bounds it.
Search = Callable[[re.Pattern[str], str], bool]

# The name of a field in a JSON text in which nothing is masked.
FIELD_NAME = re.compile(r'"\w+":')
_BETWEEN = r"[^\w\n]+"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def folded(text: str) -> str:
    """`text` as words are compared: the case does not count."""
    return text.casefold()


def words_of(text: str) -> list[str]:
    """The words of a text, in their order."""
    return WORD.findall(folded(text))


def type_words(entry_type: str) -> str:
    """What is said of every entry of a type."""
    return f"{entry_type} {_HUMP.sub(' ', entry_type)} {kind_of(entry_type).value}"


def values_of(data: object) -> Iterator[str]:
    """Every value in JSON data as text, in its order; names of fields are none."""
    ahead = [data]
    while ahead:
        value = ahead.pop()
        if isinstance(value, dict):
            ahead.extend(reversed(value.values()))
        elif isinstance(value, list):
            ahead.extend(reversed(value))
        elif value is not None:
            yield str(value)


def values_text(body: object) -> str:
    """Every value on a line of its own; of a body that is no JSON all but what may be names of fields."""
    return FIELD_NAME.sub(" ", body) if isinstance(body, str) else "\n".join(values_of(body))


def said_of(entry: Entry, body: Any) -> str:
    """The text in which words are looked for: kind and type, its line, its values. An answer of an agent has
    no line that says more than its values."""
    line = "" if entry.type in ROUTINE else line_of(entry)
    return f"{type_words(entry.type)}\n{line}\n{values_text(body)}"


def kept_text(entry: Entry) -> str:
    """The text in which an expression is looked for: type and line, and below them the body as it is kept."""
    line = "" if entry.type in ROUTINE else line_of(entry)
    return f"{entry.type} {line}\n{entry.body}"


def phrase(value: str) -> re.Pattern[str]:
    """Finds the words of `value` in one line of a folded text, one behind the other, of the last its
    beginning."""
    words = map(re.escape, words_of(value))
    return re.compile(rf"(?<!\w){_BETWEEN.join(words)}")


def found_in(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.search(text) is not None


class Matcher:
    """Says of each entry whether `query` asks for it, wherever its page begins."""

    def __init__(self, query: PageQuery, orders_of: OrdersOf, search: Search = found_in) -> None:
        self._search = search
        self._from_ns = -BEYOND if query.from_ns is None else query.from_ns
        self._to_ns = BEYOND if query.to_ns is None else query.to_ns
        self.types, self.not_types = wanted_types(query)
        self._ids = [
            _named_by(each.kind, each.value, each.negated, orders_of)
            for each in query.conditions
            if each.kind in (ConditionKind.AGENT, ConditionKind.ORDER, ConditionKind.TRADE)
        ]
        # Of several that must not be, none may be; of several that may be, one must.
        self._any = {
            kind: [test for of, negated, test in self._ids if of is kind and not negated]
            for kind in (ConditionKind.AGENT, ConditionKind.ORDER, ConditionKind.TRADE)
        }
        self._none = [test for _, negated, test in self._ids if negated]
        self._words = [
            (phrase(each.value), each.negated)
            for each in query.conditions
            if each.kind is ConditionKind.WORDS
        ]
        self._expressions = [
            (expression(each.value), each.negated)
            for each in query.conditions
            if each.kind is ConditionKind.EXPRESSION
        ]

    def wants(self, entry: Entry) -> bool:
        return (
            self._from_ns <= entry.at < self._to_ns
            and (self.types is None or entry.type in self.types)
            and entry.type not in self.not_types
            and self._concerns(entry)
            and self._expressed(entry)
        )

    def _concerns(self, entry: Entry) -> bool:
        if not self._ids and not self._words:
            return True
        body = body_of(entry)
        if self._ids:
            found = about(entry.type, body)
            if any(tests and not any(test(found) for test in tests) for tests in self._any.values()):
                return False
            if any(test(found) for test in self._none):
                return False
        if not self._words:
            return True
        said = folded(said_of(entry, body))
        return all(found_in(pattern, said) is not negated for pattern, negated in self._words)

    def _expressed(self, entry: Entry) -> bool:
        if not self._expressions:
            return True
        text = kept_text(entry)
        return all(self._search(pattern, text) is not negated for pattern, negated in self._expressions)


def wanted_types(query: PageQuery) -> tuple[frozenset[str] | None, frozenset[str]]:
    """The types of which an entry must be one (None = any), and those of which it may be none."""
    named = query.of(ConditionKind.TYPE, negated=False)
    refused = any_type_of(query.of(ConditionKind.TYPE, negated=True))
    return (any_type_of(named) if named else None), refused | (ROUTINE if not query.conditions else set())


def _named_by(
    kind: ConditionKind, value: str, negated: bool, orders_of: OrdersOf
) -> tuple[ConditionKind, bool, Callable[[About], bool]]:
    wanted = folded(value)
    if kind is ConditionKind.AGENT:
        return kind, negated, lambda found: wanted in map(folded, found.agents)
    if kind is ConditionKind.ORDER:
        return kind, negated, lambda found: any(folded(name).startswith(wanted) for name in found.orders)
    orders = orders_of(value)
    return (
        kind,
        negated,
        lambda found: wanted in map(folded, found.trades) or not orders.isdisjoint(found.orders),
    )
