"""Pieces of SVG: ticks are round and inside, text is escaped."""

from __future__ import annotations

from hypothesis import given, strategies as st

from ytc_tui.commands.svg import Scale, element, text, ticks

numbers = st.floats(-1e7, 1e7).map(lambda value: round(value, 4))


def test_ticks_by_hand() -> None:
    assert ticks(0.0, 10.0, 5) == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    assert ticks(1438.0, 1525.0, 5) == [1440.0, 1460.0, 1480.0, 1500.0, 1520.0]
    assert ticks(3.0, 3.0) == [3.0]


@given(numbers, numbers, st.integers(2, 12))
def test_ticks_are_few_and_inside(low: float, high: float, most: int) -> None:
    if high - low < 1e-3:
        return
    found = ticks(low, high, most)
    assert len(found) <= most + 1
    slack = (high - low) * 1e-6
    assert all(low - slack <= value <= high + slack for value in found)
    assert found == sorted(found)


@given(numbers, numbers, numbers)
def test_a_scale_keeps_to_its_pixels(low: float, high: float, value: float) -> None:
    low, high = sorted((low, high))
    scale = Scale(low, high, 10.0, 110.0)
    assert 9.9 <= scale(min(max(value, low), high)) <= 110.1


@given(st.text())
def test_no_text_becomes_markup(words: str) -> None:
    drawn = text(0, 0, words, "axis") + element("g", aria_label=words)
    assert drawn.count("<") == 4
    assert drawn.count(">") == 4
