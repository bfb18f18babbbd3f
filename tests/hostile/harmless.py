"""What may come out where hostile text went in: said once more, by the categories of Unicode."""

from __future__ import annotations

import re
import unicodedata

_BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_INVISIBLE = {*"\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff\u00ad\u034f\u180e\u115f\u1160\u3164"}
# Signs that stand around numbers: of a category with the invisible ones, and seen.
_VISIBLE = {*"\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"}
# In bytes: a C1 control is C2 and 80 to 9F in UTF-8.
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
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


def loose_escapes(painted: bytes) -> list[bytes]:
    """Escapes and C1 controls that are part of no sequence."""
    rest = _SEQUENCE.sub(b"", painted)
    return [*_C1.findall(rest), *re.findall(rb"\x1b.{0,8}", rest)]
