"""JSON data that others wrote, read without trust: of any shape, and never an error.

Decides how a value that nobody checked is taken and told. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def text_of(value: Any) -> str:
    """A JSON value in words; nothing is -."""
    match value:
        case None | "" | []:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(map(text_of, value))
        case Mapping():
            told = (f"{str(name).replace('_', ' ')} {text_of(item)}" for name, item in value.items())
            return ", ".join(told) or "-"
        case _:
            return str(value)


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
