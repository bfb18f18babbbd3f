"""What may come out where hostile text went in: said once more, by the categories of Unicode."""

from __future__ import annotations

import re
import unicodedata

_BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_INVISIBLE = {*"\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff\u00ad\u034f\u180e\u115f\u1160\u3164"}
# Signs that stand around numbers: of a category with the invisible ones, and seen.
_VISIBLE = {*"\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"}
# What opens or follows an escape, with its parameters.
_SEQUENCE = re.compile(
    rb"\x1b(?:\[([<=>?]?)[0-9;:]*([ -/]*[@-~])|([P\]X^_])[^\x07\x1b]*(?:\x07|\x1b\\)|([^\[P\]X^_]))"
)


def steering(text: str) -> list[str]:
    """The characters of `text` that could move a cursor, change a mode, or hide or reorder text."""
    return [
        character
        for character in set(text) - {"\n", "\t"}
        if (unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _VISIBLE)
        or unicodedata.bidirectional(character) in _BIDI
        or character in _INVISIBLE
        or 0xE0000 <= ord(character) <= 0xE0FFF
    ]


def kinds_of_escapes(painted: bytes) -> set[bytes]:
    """What kinds of sequences are in the bytes of a terminal, without their numbers."""
    found = set()
    for escape in _SEQUENCE.finditer(painted):
        private, final, string, single = escape.groups()
        found.add(b"[" + private + final if final else string or single)
    return found


def without_escapes(painted: bytes) -> bytes:
    """The bytes of a terminal without its sequences: text, and what is part of no sequence."""
    return _SEQUENCE.sub(b"", painted)
