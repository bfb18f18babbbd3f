"""An answer that nests too deep is told from one that is only long."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ytc_tui.engine.decide.answers import MAX_DEPTH, is_deep


def nested(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels - 1):
        found = {"a": [1, found]} if len(str(found)) % 2 else {"a": found}
    return found


def levels_of(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(
        (levels_of(item) for item in (value.values() if isinstance(value, dict) else value)), default=0
    )


@pytest.mark.parametrize("levels", [1, 5, 20, 31, 32, 33, 34, 60, 150])
def test_depth(levels: int) -> None:
    value = nested(levels)
    wide = {"wide": [[{}] for _ in range(100)], "deep": value}
    for each in (value, wide):
        assert is_deep(json.dumps(each), each) == (levels_of(each) > MAX_DEPTH)
