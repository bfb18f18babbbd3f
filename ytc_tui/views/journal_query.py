"""What is asked of a journal: which entries, and from where towards which side.

Decides what a query may hold, and the words for what it may not. Imports errors and the model. Invariants: a
query that `check` lets pass can be answered; what it means is said by `journal_match` alone.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache

from ytc_tui.errors import UsageInvalid
from ytc_tui.model.events import EVENT_TYPES

# At most so many rows of a page; more is another page.
MAX_PAGE_ROWS = 200
MAX_CONDITIONS = 16
MAX_VALUE_CHARS = 200
# Past every entry and every instant.
BEYOND = 2**62

WORD = re.compile(r"\w+")
_TYPE = re.compile(r"[A-Za-z0-9_*]+")


class ConditionKind(StrEnum):
    """What a condition looks at."""

    TYPE = "type"
    AGENT = "agent"
    ORDER = "order"
    TRADE = "trade"
    WORDS = "words"
    EXPRESSION = "expression"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that an entry must be, or with `negated` must not be.

    `value` is a type or a pattern of types with `*`; the name of an agent; a client order id or its
    beginning; a trade id; words that follow each other, of the last its beginning; or a regular expression.
    """

    kind: ConditionKind
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class PageQuery:
    """A page of the entries that fit every condition, of several types, agents, orders or trades any one.

    `from_ns` <= feed time (UTC ns) < `to_ns`; None = no bound. The page goes on before entry `before_seq`
    towards the older (0 = from the newest), or, where it is given, after `after_seq` towards the newer. To it
    the journal ends with entry `upto_seq`, where that is not 0.
    Without a condition the routine entries of agents (`ROUTINE` in `entry_kinds`) are left out.
    """

    conditions: tuple[Condition, ...] = ()
    from_ns: int | None = None
    to_ns: int | None = None
    before_seq: int = 0
    after_seq: int | None = None
    rows: int = 50
    upto_seq: int = 0

    @property
    def plain(self) -> bool:
        """Whether any entry with a line of its own fits."""
        return not self.conditions and self.from_ns is None and self.to_ns is None

    def of(self, kind: ConditionKind, *, negated: bool) -> tuple[str, ...]:
        """The values of the conditions of `kind`, those that are negated or the others."""
        return tuple(each.value for each in self.conditions if each.kind is kind and each.negated is negated)


def check(query: PageQuery) -> None:
    """Raises UsageInvalid saying what of `query` cannot be answered."""
    if not 0 < query.rows <= MAX_PAGE_ROWS:
        raise UsageInvalid(f"a page of {query.rows} rows", fix=f"ask for 1 to {MAX_PAGE_ROWS}")
    named = {"before_seq": query.before_seq, "after_seq": query.after_seq or 0, "upto_seq": query.upto_seq}
    for name, seq in named.items():
        if not 0 <= seq <= BEYOND:
            raise UsageInvalid(f"no entry is numbered {seq}", where=name)
    if query.before_seq and query.after_seq is not None:
        raise UsageInvalid("a page goes to the older or to the newer, not both")
    for name, at_ns in (("from_ns", query.from_ns), ("to_ns", query.to_ns)):
        if not -BEYOND <= (at_ns or 0) <= BEYOND:
            raise UsageInvalid("no time of a market", where=name)
    if query.from_ns is not None and query.to_ns is not None and query.from_ns >= query.to_ns:
        raise UsageInvalid("ends before it begins", where="from and to")
    if len(query.conditions) > MAX_CONDITIONS:
        raise UsageInvalid(f"{len(query.conditions)} conditions", fix=f"at most {MAX_CONDITIONS}")
    for condition in query.conditions:
        check_condition(condition)


def check_condition(condition: Condition) -> None:
    """Raises UsageInvalid saying what is wrong with it."""
    kind, value = condition.kind, condition.value
    if not value or len(value) > MAX_VALUE_CHARS:
        what = "is empty" if not value else f"has more than {MAX_VALUE_CHARS} characters"
        raise UsageInvalid(what, where=kind.value)
    match kind:
        case ConditionKind.TYPE:
            types_like(value)
        case ConditionKind.WORDS:
            if WORD.search(value) is None:
                raise UsageInvalid(f"{value!r} has no word", where=kind.value, fix="put it between slashes")
        case ConditionKind.EXPRESSION:
            try:
                expression(value)
            except ValueError as error:
                raise UsageInvalid(str(error), where=kind.value) from error
        case ConditionKind.AGENT | ConditionKind.ORDER | ConditionKind.TRADE:
            pass


@lru_cache(maxsize=64)
def expression(text: str) -> re.Pattern[str]:
    """The regular expression `text`, found whatever the case. Raises ValueError that says what is wrong."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a later version of the library may read otherwise
            return re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"no regular expression: {error}") from error


@lru_cache(maxsize=64)
def types_like(pattern: str) -> frozenset[str]:
    """The event types that `pattern` names: `OrderIntended`, `order_intended`, `order_*`.

    Raises UsageInvalid naming what there is like it.
    """
    if _TYPE.fullmatch(pattern) is None:
        fix = "letters, digits, _ and *"
        raise UsageInvalid(f"{pattern!r} names no event type", where="type", fix=fix)
    bare = pattern.replace("_", "").lower()
    found = frozenset(name for name in EVENT_TYPES if fnmatchcase(name.lower(), bare))
    if not found:
        near = get_close_matches(bare.strip("*"), [name.lower() for name in EVENT_TYPES], n=3, cutoff=0.5)
        names = [name for low in near for name in EVENT_TYPES if name.lower() == low]
        fix = f"there is {', '.join(names)}" if names else "e.g. order_*, fill*, alert*, *refused"
        raise UsageInvalid(f"no event type is like {pattern!r}", where="type", fix=fix)
    return found


def any_type_of(patterns: Iterable[str]) -> frozenset[str]:
    """The types that any of `patterns` names."""
    return frozenset[str]().union(*map(types_like, patterns))
