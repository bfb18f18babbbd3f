"""Nothing that a stranger writes can steer the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from ytc_tui.adapters.terminal_text import REPLACEMENT, safe, safe_line

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
NASTY = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.characters(max_codepoint=0xA0),
        st.sampled_from("\x1b\x9b\x9d\u202e\u2066\u200b\u200d\ufeff\u061c\r\n\t\x07\x7f\u2028"),
        st.integers(0xD800, 0xDFFF).map(chr),
    ),
    max_size=200,
)


@given(NASTY, st.integers(0, 250))
def test_no_control_bidi_or_zero_width_character_comes_out(text: str, limit: int) -> None:
    shown = safe(text, limit)
    assert len(shown) <= limit
    for character in shown.replace("\n", "").replace("\t", ""):
        assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.bidirectional(character) not in BIDI
        assert character not in "\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff"
    shown.encode()


@given(NASTY, st.integers(0, 250))
def test_it_is_settled_after_one_pass(text: str, limit: int) -> None:
    assert safe(safe(text, limit), limit) == safe(text, limit)


@given(NASTY)
def test_a_line_is_one_line(text: str) -> None:
    assert "\n" not in safe_line(text)
    assert "\t" not in safe_line(text)
    assert len(safe_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;ZXZpbA==\x07", "�]52;c;ZXZpbA==�"),
        ("\x9b2Jgone", "�2Jgone"),
        ("a\r\nb\tc", "a�\nb\tc"),
        ("pay \u202eresrever", "pay �resrever"),
        ("user\u200bname", "user�name"),
        ("Zürich 8 日本 ± é", "Zürich 8 日本 ± é"),
        ("", ""),
    ],
)
def test_what_is_kept_and_what_is_replaced(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_a_cut_is_visible() -> None:
    assert safe("abcdef", 4) == "abc…"
    assert safe("abcd", 4) == "abcd"
    assert safe("abcd", 0) == ""
    assert REPLACEMENT == "\ufffd"
