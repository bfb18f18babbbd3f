"""Python values to column values and back.

Decides the stored form of Decimal (exact text), enum, flag and JSON. Standard library and the model.
Invariant: `unpack(declared, pack(declared, value)) == value` for every column type of the tables.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any

from ytc_tui.model.codec import canonical

DECIMAL_TYPE = "DECIMAL TEXT"
JSON_TYPE = "JSON TEXT"
FLAG_TYPE = "BOOLEAN"

MAX_INT = 2**63 - 1

Stored = str | int | float | bytes | None

_UNPACK: dict[str, Callable[[Any], Any]] = {
    DECIMAL_TYPE: Decimal,
    JSON_TYPE: json.loads,
    FLAG_TYPE: bool,
}


def pack(declared: str, value: object) -> Stored:
    """`value` as SQLite takes it in a column of this declared type.

    Raises TypeError on a type that has no stored form, ValueError on an integer over 64 bits.
    """
    if value is None:
        return None
    if declared == JSON_TYPE:
        return canonical(value)
    kind = type(value)
    if kind is str or kind is float:
        return value  # type: ignore[return-value]
    match value:
        case Decimal():
            return format(value, "f")
        case Enum():
            return pack(declared, value.value)
        case int():
            if not -MAX_INT - 1 <= value <= MAX_INT:
                raise ValueError(f"a column of type {declared} cannot hold {value}: over 64 bits")
            return int(value)
        case _:
            raise TypeError(f"a column of type {declared} cannot hold a {kind.__name__}: {value!r}")


def unpack(declared: str, value: Stored) -> Any:
    """A column value read from a column of this declared type."""
    convert = _UNPACK.get(declared)
    return value if convert is None or value is None else convert(value)
