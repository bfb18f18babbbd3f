"""Which columns fit, and where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from ytc_tui.screens.widgets.live_table_columns import GAP, Column, place

columns_lists = st.lists(
    st.builds(
        Column,
        key=st.just("key"),
        title=st.just("Title"),
        width=st.integers(1, 20),
        priority=st.integers(-2, 2),
        share=st.integers(0, 3),
    ),
    max_size=8,
)


@given(columns_lists, st.integers(-1, 120))
def test_columns_stand_in_order_inside_the_width(columns: list[Column], width: int) -> None:
    placed = place(columns, width)
    assert bool(placed) == bool(columns and width > 0)
    end = -GAP
    for item in placed:
        assert item.x == end + GAP
        end = item.x + item.width
        assert end <= width
        assert item.width >= columns[item.number].width or len(placed) == 1
    assert [item.number for item in placed] == sorted(item.number for item in placed)
    if placed and any(columns[item.number].share for item in placed) and len(placed) > 1:
        assert end == width


@given(columns_lists, st.integers(1, 120))
def test_no_column_goes_before_a_less_important_one(columns: list[Column], width: int) -> None:
    kept = {item.number for item in place(columns, width)}
    gone = set(range(len(columns))) - kept
    for number in gone:
        assert all(columns[other].priority >= columns[number].priority for other in kept)


def test_the_least_important_goes_first_and_of_equals_the_rightmost() -> None:
    columns = [
        Column(key, key, 4, priority=priority) for key, priority in zip("abcd", (2, 1, 1, 3), strict=True)
    ]
    names = {
        width: "".join(columns[item.number].key for item in place(columns, width)) for width in (19, 18, 9, 4)
    }
    assert names == {19: "abcd", 18: "abd", 9: "ad", 4: "d"}


def test_what_is_left_over_goes_by_share() -> None:
    columns = [Column("a", "A", 4, share=2), Column("b", "B", 4), Column("c", "C", 4, share=1)]
    assert [item.width for item in place(columns, 14 + 7)] == [9, 4, 6]


def test_a_width_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="column 'a': width must be at least 1"):
        Column("a", "A", 0)
