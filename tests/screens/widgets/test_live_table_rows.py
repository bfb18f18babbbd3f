"""Cells in their width, and rows by key."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from rich.cells import cell_len

from ytc_tui.screens.widgets.live_table_rows import Align, fill, follow, index_of

from .tables import row


@given(st.text(), st.integers(1, 30), st.sampled_from(["left", "right"]))
def test_a_cell_is_exactly_its_width(text: str, width: int, align: Align) -> None:
    shown = fill(text, width, align, "…")
    assert cell_len(shown) == width
    assert shown.isprintable()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2), st.integers(1, 30))
def test_a_number_is_whole_or_not_there(number: object, width: int) -> None:
    shown = fill(str(number), width, "right", "…").strip()
    assert shown in (str(number), "…")


def test_too_long_a_text_ends_in_an_ellipsis() -> None:
    assert fill("protected at the venue", 10, "left", "…") == "protected…"
    assert fill("protected at the venue", 10, "left", "~") == "protected~"


def test_wide_characters_are_cut_between_characters() -> None:
    assert fill("日本語", 6, "left", "…") == "日本語"
    assert fill("日本語", 5, "left", "…") == "日本…"
    assert fill("日本語", 4, "left", "…") == "日 …"


def test_control_characters_do_not_get_through() -> None:
    assert fill("a\nb\x1b[2J", 8, "left", "…") == "a\ufffdb\ufffd[2J "


def test_a_key_twice_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="two rows have the key 'BTC'"):
        index_of([row("BTC"), row("ETH"), row("BTC")], 3)


def test_a_row_with_other_cells_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="row 'BTC' has 3 cells for 2 columns"):
        index_of([row("BTC")], 2)


@pytest.mark.parametrize(
    ("left", "at", "expected"),
    [("ABCD", 1, 1), ("ACD", 1, 1), ("AB", 2, 1), ("DCBA", 0, 3), ("XY", 2, 0), ("", 3, 0)],
    ids=["stays", "next", "one before", "moved", "none left", "empty"],
)
def test_a_place_follows_its_row(left: str, at: int, expected: int) -> None:
    old = [row(key) for key in "ABCD"]
    assert follow(old, at, index_of([row(key) for key in left], 3)) == expected
