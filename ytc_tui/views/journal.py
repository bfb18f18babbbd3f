"""A session's journal as its readers see it: decoded events with their place, and what was found wrong.

Decides how times and foreign text enter a view. Imports the model only. Invariant: reading is pure; an
entry's sequence number travels with everything that was read from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple, TypeVar, cast

from ytc_tui.model.chain import Entry
from ytc_tui.model.events import Event, decode_event
from ytc_tui.model.market import NS_PER_S

ValueT = TypeVar("ValueT")
Sanitiser = Callable[[str], str]
_SHORT = 12


class Recorded(NamedTuple):
    """An event with the entry that it came from."""

    entry: Entry
    event: Event

    @property
    def seq(self) -> int:
        return self.entry.seq

    @property
    def at_ns(self) -> int:
        """Feed time, UTC ns."""
        return self.entry.at


class Difference(NamedTuple):
    """Something that is not as it must be, at entry `seq`: what was found, and what it should be."""

    seq: int
    what: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"entry {self.seq}: {self.what}: {self.found}; expected {self.expected}"


def recorded(entries: Iterable[Entry]) -> Iterator[Recorded]:
    """Every entry with its event; ValueError names an entry that cannot be read."""
    for entry in entries:
        yield Recorded(entry, decode_event(entry))


def utc(at_ns: int) -> str:
    """`2022-11-08 12:31:20Z`."""
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def plain(amount: Decimal) -> str:
    """`amount` exactly, without exponent and trailing zeros."""
    text = format(amount, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def short(amount: Decimal) -> str:
    """`amount` as people read it: exact up to twelve characters, else at six significant digits."""
    exact = plain(amount)
    return exact if len(exact) <= _SHORT else plain(Decimal(f"{amount:.6g}"))


def sanitised(value: ValueT, safe: Sanitiser) -> ValueT:
    """`value` with every text in it passed through `safe`: dataclasses, tuples, lists and mappings."""
    return cast(ValueT, _sanitised(value, safe))


def _sanitised(value: Any, safe: Sanitiser) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, Mapping):
        return {_sanitised(key, safe): _sanitised(item, safe) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changes = {field.name: _sanitised(getattr(value, field.name), safe) for field in fields(value)}
        return replace(value, **changes)
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return value._make(_sanitised(item, safe) for item in value)
    if isinstance(value, tuple | list):
        return type(value)(_sanitised(item, safe) for item in value)
    return value
