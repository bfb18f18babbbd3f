"""Lines of values in one row: how high each stands, and what is not known."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import example, given, strategies as st
from rich.cells import cell_len

from ytc_tui.screens.glyphs import GlyphSet
from ytc_tui.screens.widgets.sparkline import sparkline

ANY = st.none() | st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("glyphs", "drawn"),
    [(GlyphSet.BLOCKS, "▁▂▃▄▅▆▇█"), (GlyphSet.ASCII, "__.--~^^"), (GlyphSet.BRAILLE, "⣀⣤⣶⣿")],
)
def test_higher_values_stand_higher(glyphs: GlyphSet, drawn: str) -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8, glyphs) == drawn


def test_the_newest_stand_at_the_right_end() -> None:
    assert sparkline([9, 9, 9, 0, 7], 2, GlyphSet.BLOCKS) == "▁█"
    assert sparkline([0, 9, 0], 4, GlyphSet.BRAILLE) == "⢀⣇"


def test_all_of_them_are_shown_by_the_lowest_of_each_place() -> None:
    assert sparkline([0, -3, 0, 0, 0, 0], 3, GlyphSet.BLOCKS, whole=True) == "▁██"
    assert sparkline([0, -3], 3, GlyphSet.BLOCKS, whole=True) == "█▁"


def test_a_given_range_holds_what_lies_outside_of_it() -> None:
    assert sparkline([-9, 0, 9], 3, GlyphSet.BLOCKS, low=-3.0, high=0.0) == "▁██"
    assert sparkline([1, 1], 2, GlyphSet.BLOCKS, low=0.0) == "██"


def test_values_that_are_all_alike_stand_in_the_middle() -> None:
    assert sparkline([5, 5, 5], 3, GlyphSet.BLOCKS) == "▅▅▅"


def test_what_is_not_known_is_a_gap_and_nothing_known_says_so() -> None:
    assert sparkline([0, None, 7], 3, GlyphSet.BLOCKS) == "▁ █"
    assert sparkline([None, nan, inf], 3, GlyphSet.BRAILLE) == "?"
    assert sparkline([], 3, GlyphSet.ASCII) == "?"
    assert sparkline([], 0, GlyphSet.ASCII) == ""


@example([1.7976931348623157e308, -1e292], 1, GlyphSet.BRAILLE, False)
@given(st.lists(ANY, max_size=50), st.integers(0, 30), st.sampled_from(GlyphSet), st.booleans())
def test_any_values_fit(values: list[float | None], width: int, glyphs: GlyphSet, whole: bool) -> None:
    line = sparkline(values, width, glyphs, whole=whole)
    assert cell_len(line) == len(line) <= max(width, 0)
    assert line.isprintable()
    assert glyphs is not GlyphSet.ASCII or line.isascii()
