"""Which characters this terminal can show: the one place that decides, and what stands in for the rest.

Decides by the setting `ui.glyphs`, the locale and TERM. Imports Textual's line filters and rich. Invariant:
what the filter lets through is ASCII, in as many cells as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_AUTO = "auto"
# A font of 256 characters, or none that is known.
_PLAIN_TERMS = frozenset({"linux", "dumb", "unknown", "vt52", "vt100", "vt102", "vt220"})
# What Python itself puts into LC_CTYPE when the locale is C: nothing that a person said.
_COERCED = frozenset({"C.UTF-8", "C.utf8", "UTF-8"})
_UNKNOWN = "?"
_LOOK_ALIKE = {
    "-": "─━┄┅┈┉╌╍╴╶╸╺═–—",
    "|": "│┃┆┇┊┋╎╏╷╵╹╻╽╿║▏▐",
    "+": "┌┍┏┐┑┓└┕┗┘┙┛├┝┤┥┬┯┴┷┼┿╭╮╯╰╔╗╚╝╠╣╦╩╬╥╨╫",
    "_": "▁▂",
    ".": "▃░▎▍·•…",
    "=": "▄▅",
    "#": "▆▇█▀▌▋▊▉▓▒",
    "^": "↑▲▵▔",
    "v": "↓▼▿",
    "<": "←◄◀",
    ">": "→►▶",
    "/": "╱",
    "\\": "╲",
    "o": "◇○",
    "*": "◆●",
    "x": "✓✗×",
    "'": "‘’",
    '"': "“”",
}
_STAND_INS = str.maketrans({char: plain for plain, chars in _LOOK_ALIKE.items() for char in chars})


class GlyphSet(StrEnum):
    """What lines and bars are drawn with, from the finest to what every terminal has."""

    BRAILLE = "braille"
    BLOCKS = "blocks"
    ASCII = "ascii"


def glyph_set(wanted: str, environ: Mapping[str, str]) -> GlyphSet:
    """The set that `wanted` names; for `auto` the finest, or ASCII where locale or terminal say no more."""
    if wanted != _AUTO:
        return GlyphSet(wanted)
    plain = environ.get("TERM", "") in _PLAIN_TERMS or not _says_unicode(environ)
    return GlyphSet.ASCII if plain else GlyphSet.BRAILLE


def _says_unicode(environ: Mapping[str, str]) -> bool:
    """What the locale says of characters; one that says nothing at all is no reason against Unicode."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        said = environ.get(name, "")
        if said and not (name == "LC_CTYPE" and said in _COERCED):
            charset = said.partition("@")[0].partition(".")[2]
            return charset.replace("-", "").lower() == "utf8"
    return True


class AsciiFilter(LineFilter):
    """Puts ASCII in the place of every other character, the last thing before a line is sent."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else Segment(plain_text(segment.text), segment.style)
            for segment in segments
        ]


_TO_ASCII = AsciiFilter()


def with_glyphs(filters: Sequence[LineFilter], glyphs: GlyphSet) -> Sequence[LineFilter]:
    """The filters of an app's lines, with the one to ASCII behind them where that is all there is."""
    return [*filters, _TO_ASCII] if glyphs is GlyphSet.ASCII else filters


def plain_text(text: str) -> str:
    """`text` in ASCII, as wide as it was."""
    return "".join(
        char if char.isascii() else _UNKNOWN * cell_len(char) for char in text.translate(_STAND_INS)
    )
