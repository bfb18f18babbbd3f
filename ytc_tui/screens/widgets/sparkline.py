"""A line of values in one row of characters, for cells of tables and for text.

Decides how many values a cell holds and how high each stands. Imports the words and the glyphs. Invariant:
what is not known stays blank, and where nothing is known the line says so; it is never wider than asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import assert_never

from ytc_tui.screens import words
from ytc_tui.screens.glyphs import GlyphSet

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-~^"
# Two columns of four dots; a column is filled from below.
_BRAILLE = 0x2800
_LEFT, _RIGHT = (0, 0x40, 0x44, 0x46, 0x47), (0, 0x80, 0xA0, 0xB0, 0xB8)


def sparkline(
    values: Sequence[float | None],
    width: int,
    glyphs: GlyphSet,
    *,
    low: float | None = None,
    high: float | None = None,
    whole: bool = False,
) -> str:
    """The newest of `values`, oldest first, in at most `width` cells.

    They stand between `low` and `high` (None: their own). `whole` shows all of them: where room is short each
    place is the lowest of its values. None and what is no finite number is a gap; without any value it is
    UNKNOWN.
    """
    points = [None if value is None or not isfinite(value) else value for value in values]
    places = width * 2 if glyphs is GlyphSet.BRAILLE else width
    points = _lowest(points, places) if whole else points[max(0, len(points) - places) :]
    known = [point for point in points if point is not None]
    if not known or width < 1:
        return words.UNKNOWN[:width]
    bottom, top = min(known) if low is None else low, max(known) if high is None else high
    match glyphs:
        case GlyphSet.BRAILLE:
            return _braille([_level(point, bottom, top, len(_LEFT) - 1) for point in points])
        case GlyphSet.BLOCKS:
            return _row([_level(point, bottom, top, len(_BLOCKS)) for point in points], _BLOCKS)
        case GlyphSet.ASCII:
            return _row([_level(point, bottom, top, len(_ASCII)) for point in points], _ASCII)
    assert_never(glyphs)


def _lowest(points: list[float | None], places: int) -> list[float | None]:
    """`points` in at most `places`, each the lowest of as many."""
    each = -(-len(points) // max(1, places))
    if each <= 1:
        return points
    groups = (points[at : at + each] for at in range(0, len(points), each))
    return [min((point for point in group if point is not None), default=None) for group in groups]


def _level(point: float | None, bottom: float, top: float, levels: int) -> int:
    """1 to `levels` from below; 0 for a gap. Values that are all alike stand in the middle."""
    if point is None:
        return 0
    # Halves: the distance between two large floats may be infinite.
    room = top / 2 - bottom / 2
    share = (point / 2 - bottom / 2) / room if room > 0 else 0.5
    return 1 + max(0, min(levels - 1, int(share * levels)))


def _row(levels: list[int], characters: str) -> str:
    return "".join(characters[level - 1] if level else " " for level in levels)


def _braille(levels: list[int]) -> str:
    """Two levels a cell; the newest at the right end."""
    even = levels if len(levels) % 2 == 0 else [0, *levels]
    pairs = zip(even[::2], even[1::2], strict=True)
    return "".join(
        chr(_BRAILLE + _LEFT[left] + _RIGHT[right]) if left or right else " " for left, right in pairs
    )
