"""JSON out of files and sockets: read whole, or refused with a ValueError.

Decides how deep such a document may be. Standard library only. Invariant: what comes out of `loads` can be
walked, printed and written again without exhausting the stack.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

MAX_DEPTH = 100
_TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"


def loads(text: str | bytes, *, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """The document in `text`. Raises ValueError for what is no JSON, and for what is nested too deep."""
    try:
        document = json.loads(text, parse_constant=parse_constant)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if _opened(text) > MAX_DEPTH and _is_deep(document):
        raise ValueError(_TOO_DEEP)
    return document


def _opened(text: str | bytes) -> int:
    """How many objects and lists begin in `text` at most."""
    if isinstance(text, bytes):
        return text.count(b"[") + text.count(b"{")
    return text.count("[") + text.count("{")


def _is_deep(document: Any) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            part
            for held in level
            if isinstance(held, dict | list)
            for part in (held.values() if isinstance(held, dict) else held)
        ]
        if not level:
            return False
    return any(isinstance(held, dict | list) for held in level)
