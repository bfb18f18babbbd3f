"""Python values to column values and back.

Decides the stored form of Decimal (exact text), enum, flag and JSON. Imports the JSON reader and the model.
Invariant: `unpack(declared, pack(declared, value)) == value` for every column type of the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any

from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.model.codec import canonical, decimal_text

DECIMAL_TYPE = "DECIMAL TEXT"
JSON_TYPE = "JSON TEXT"
FLAG_TYPE = "BOOLEAN"

MAX_INT = 2**63 - 1

Stored = str | int | float | bytes | None

_UNPACK: dict[str, Callable[[Any], Any]] = {
    DECIMAL_TYPE: Decimal,
    JSON_TYPE: loads,
    FLAG_TYPE: bool,
}


def _integer(value: int) -> int:
    if not -MAX_INT - 1 <= value <= MAX_INT:
        raise ValueError(f"a column cannot hold {value}: over 64 bits")
    return int(value)


def _as_is(value: Any) -> Any:
    return value


# By exact type: this runs for every value of a batch while the engine's loop may want the interpreter.
_PACK: dict[type, Callable[[Any], Stored]] = {
    type(None): _as_is,
    str: _as_is,
    float: _as_is,
    int: _integer,
    bool: _integer,
    Decimal: decimal_text,
}


def pack(declared: str, value: object) -> Stored:
    """`value` as SQLite takes it in a column of this declared type.

    Raises TypeError on a type that has no stored form, ValueError on an integer over 64 bits.
    """
    if declared == JSON_TYPE:
        return None if value is None else canonical(value)
    convert = _PACK.get(type(value))
    if convert is not None:
        return convert(value)
    if isinstance(value, Enum):
        return pack(declared, value.value)
    for kind in (str, float, int, Decimal):
        if isinstance(value, kind):
            return _PACK[kind](value)
    raise TypeError(f"a column of type {declared} cannot hold a {type(value).__name__}: {value!r}")


def unpack(declared: str, value: Stored) -> Any:
    """A column value read from a column of this declared type."""
    convert = _UNPACK.get(declared)
    return value if convert is None or value is None else convert(value)
