"""Text in whatever width there is."""

from __future__ import annotations

from hypothesis import example, given, strategies as st
from textual.content import Content

from ytc_tui.screens.widgets.reading import hanging

WORDS = st.lists(
    st.sampled_from(["a", "why", "no zone", "  ", "    ", "日本", "x" * 30]), min_size=1, max_size=12
)


def shown(text: str, width: int) -> list[str]:
    return [line.plain.rstrip() for line in hanging(Content(text), width)]


def test_what_goes_on_stands_under_its_column() -> None:
    assert shown("  c   Close    Close all of it, or a part", 30) == [
        "  c   Close    Close all of",
        "               it, or a part",
    ]
    assert shown("  no trade: no zone was tested", 20) == ["  no trade: no zone", "  was tested"]
    assert shown("fits\n\n  fits too", 20) == ["fits", "", "  fits too"]


def test_a_column_that_begins_far_right_is_no_place_to_go_on() -> None:
    assert shown("one two three four    five six", 24) == ["one two three four", "five six"]


@example(["    ", "x" * 30], 4)
@given(WORDS, st.integers(2, 60))
def test_nothing_is_lost_and_every_line_fits(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = hanging(Content(text), width)
    assert "".join("".join(line.plain for line in lines).split()) == "".join(text.split())
    assert all(line.cell_length <= max(width, 4) for line in lines)


def test_styles_stay_with_their_words() -> None:
    lines = hanging(Content.assemble("  key  ", ("long words that are bold", "bold")), 18)
    assert [[span.style for span in line.spans] for line in lines] == [["bold"]] * len(lines)
    assert len(lines) == 3
