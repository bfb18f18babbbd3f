"""Text that is not ours, in any view, through the one sanitiser.

Decides what of a value is text. Standard library only. Invariant: the value keeps its shape; only texts
change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, cast

ValueT = TypeVar("ValueT")
Sanitiser = Callable[[str], str]


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
