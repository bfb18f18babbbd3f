"""Columns of a live table: which fit into a width, and where each stands.

Imports the rows' words only. Invariant: columns that are placed keep their order, do not overlap, and lie
inside the width; a column is narrower than it asks for only when it is the last one left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ytc_tui.screens.widgets.live_table_rows import Align

GAP = 1


@dataclass(frozen=True, slots=True)
class Column:
    """`width` is the cells it needs, `share` its weight in what is left over when all have theirs.

    The column of the lowest `priority` is the first to go where room is short; of equals the rightmost.
    Numbers are aligned right.
    """

    key: str
    title: str
    width: int
    align: Align = "left"
    priority: int = 0
    share: int = 0

    def __post_init__(self) -> None:
        if self.width < 1 or self.share < 0:
            raise ValueError(f"column {self.key!r}: width must be at least 1 and share at least 0")


class Placed(NamedTuple):
    """Column `number` (from 0) at cell `x`, `width` cells wide."""

    number: int
    x: int
    width: int
    align: Align


def place(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """Where the columns that fit into `width` cells stand, from left to right, a blank between two."""
    if width < 1 or not columns:
        return ()
    kept = sorted(range(len(columns)), key=lambda index: (-columns[index].priority, index))
    needed = sum(column.width + GAP for column in columns) - GAP
    while needed > width and len(kept) > 1:
        needed -= columns[kept.pop()].width + GAP
    kept.sort()
    widths = _widths([columns[index] for index in kept], width - needed)
    placed = []
    x = 0
    for index, cells in zip(kept, widths, strict=True):
        placed.append(Placed(index, x, min(cells, width), columns[index].align))
        x += cells + GAP
    return tuple(placed)


def _widths(columns: Sequence[Column], spare: int) -> list[int]:
    """Each column's width and its part of `spare`; the first columns get what does not divide."""
    shares = sum(column.share for column in columns)
    if spare <= 0 or not shares:
        return [column.width for column in columns]
    widths = []
    weight = given = 0
    for column in columns:
        weight += column.share
        upto = -(-spare * weight // shares)
        widths.append(column.width + upto - given)
        given = upto
    return widths
