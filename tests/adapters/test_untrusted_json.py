"""JSON that is too deep is no JSON, whatever it stands in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from ytc_tui.adapters.untrusted_json import MAX_DEPTH, loads


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 990, 5_000, 200_000])
@pytest.mark.parametrize("shape", ["[%s]", '{"a":%s}'])
def test_what_is_too_deep_is_a_value_error(depth: int, shape: str) -> None:
    before, after = shape.split("%s")
    text = before * depth + "1" + after * depth
    for given_text in (text, text.encode(), before * depth):
        with pytest.raises(ValueError, match=r"deep|Expecting"):
            loads(given_text)


def test_what_is_just_not_too_deep_is_read() -> None:
    text = "[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH
    assert loads(text) == json.loads(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda part: st.lists(part)))
def test_everything_else_is_as_it_was(data: object) -> None:
    assert loads(json.dumps(data)) == data
