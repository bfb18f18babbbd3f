"""Finding again what was only ever added to gives what a search would give."""

from __future__ import annotations

from hypothesis import given, strategies as st

from ytc_tui.engine.index import Index

WORDS = st.sampled_from(["", "a", "b"])


@given(st.lists(st.tuples(st.integers(0, 30), WORDS)), st.lists(st.integers(0, 12)))
def test_what_is_found_is_what_a_search_finds(added: list[tuple[int, str]], asked: list[int]) -> None:
    index: Index[str] = Index(lambda value: value[:1])
    values: dict[str, str] = {}
    for at, (name, word) in enumerate(added):
        values.setdefault(str(name), f"{word}{at}" if word else "")
        if at in asked:
            for each in ("", "a", "b", "c"):
                assert list(index.find(values, each)) == [v for v in values.values() if v[:1] == each]


def test_values_that_were_replaced_and_other_mappings_are_seen() -> None:
    index: Index[str] = Index(lambda value: value[:1])
    values = {"x": "a1"}
    assert list(index.find(values, "a")) == ["a1"]
    values["x"] = "a2"
    assert list(index.find(values, "a")) == ["a2"]
    assert list(index.find({"y": "a3"}, "a")) == ["a3"]
    shorter: dict[str, str] = {"z": "b1", "w": "a4"}
    assert list(index.find(shorter, "a")) == ["a4"]
    del shorter["w"]
    assert list(index.find(shorter, "a")) == []
