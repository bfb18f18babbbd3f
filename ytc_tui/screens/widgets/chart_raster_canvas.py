"""Cells: a grid of characters, each with an ink and a ground.

Decides how a cell carries its meaning and that nothing is written outside the grid. Imports only rich's
width of characters. Invariant: every row is exactly as wide as its grid, one cell a character.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len

_GROUND_SHIFT = 5
_INK_MASK = (1 << _GROUND_SHIFT) - 1


class Ink(IntEnum):
    """What a character means; a style is looked up by its name."""

    BLANK = 0
    AXIS = 1
    TITLE = 2
    NOTE = 3
    GAIN = 4
    LOSS = 5
    UNCHANGED = 6
    SWING = 7
    BUY = 8
    SELL = 9
    LAST = 10
    LINE_ENTRY = 11
    LINE_STOP = 12
    LINE_TARGET = 13
    LINE_BREAKEVEN = 14
    SUPPORT = 15
    RESISTANCE = 16
    CURSOR = 17
    LINE_OWN = 18
    LEG = 19
    NEWS = 20


class Ground(IntEnum):
    """What lies behind a character."""

    PLAIN = 0
    ZONE_SUPPORT = 1
    ZONE_RESISTANCE = 2
    CURSOR_COLUMN = 3
    NEWS_COLUMNS = 4


class Run(NamedTuple):
    """Neighbouring cells of one style."""

    text: str
    ink: Ink
    ground: Ground


class Row(NamedTuple):
    """One finished line: its characters, and one style byte for each."""

    text: str
    styles: bytes

    def runs(self) -> Iterator[Run]:
        start = 0
        for code, cells in groupby(self.styles):
            stop = start + len(list(cells))
            yield Run(self.text[start:stop], Ink(code & _INK_MASK), Ground(code >> _GROUND_SHIFT))
            start = stop

    def changed_span(self, other: Row) -> tuple[int, int] | None:
        """First and one past the last cell in which two rows of one width differ; None when equal."""
        if self == other:
            return None
        differing = [
            at
            for at, cells in enumerate(zip(self.text, other.text, self.styles, other.styles, strict=True))
            if cells[0] != cells[1] or cells[2] != cells[3]
        ]
        return differing[0], differing[-1] + 1


class Canvas:
    """A grid to draw on; `width` and `height` in cells, origin at the upper left."""

    __slots__ = ("chars", "height", "styles", "width")

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.chars = [[" "] * width for _ in range(height)]
        self.styles = [bytearray(width) for _ in range(height)]

    def put(self, x: int, y: int, char: str, ink: Ink) -> None:
        """One character in its ink, the ground kept; outside the grid nothing happens."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self.chars[y][x] = char
            self.styles[y][x] = self.styles[y][x] & ~_INK_MASK | ink

    def write(self, x: int, y: int, text: str, ink: Ink) -> int:
        """`text` from `x` on, cut at the edge; returns the column after it."""
        for offset, char in enumerate(text):
            self.put(x + offset, y, char, ink)
        return x + len(text)

    def shade(self, y: int, left: int, right: int, ground: Ground) -> None:
        """Put `ground` behind the columns from `left` up to, not including, `right`."""
        if 0 <= y < self.height:
            row = self.styles[y]
            for x in range(max(0, left), min(self.width, right)):
                row[x] = row[x] & _INK_MASK | ground << _GROUND_SHIFT

    def rows(self) -> tuple[Row, ...]:
        return tuple(
            Row("".join(chars), bytes(styles)) for chars, styles in zip(self.chars, self.styles, strict=True)
        )


def one_cell_each(text: str, ascii_only: bool) -> str:
    """`text` with every character that does not fill exactly one cell, or is not allowed, as `?`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char.isprintable() and (char.isascii() or (not ascii_only and cell_len(char) == 1)) else "?"
        for char in text
    )
