"""Rows and cells of a live table, and the text of a cell in exactly its width.

Imports rich's cell widths only. Invariant: what `fill` returns is exactly `width` terminal cells wide, holds
no control character, and never shows part of a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from rich.cells import cell_len, set_cell_size

Align = Literal["left", "right"]
Tone = Literal["plain", "gain", "loss", "warning", "critical", "muted", "ok", "stale", "accent"]

TONES: tuple[Tone, ...] = get_args(Tone)
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Cell(NamedTuple):
    """A text, shown literally, and what it means; the colour of `tone` only repeats what the text says."""

    # Rows are compared many times a second: a tuple compares in C, a dataclass does not.
    text: str
    tone: Tone = "plain"


class Row(NamedTuple):
    """One line: a key that stays with it wherever it moves, and a cell for each column."""

    key: str
    cells: tuple[Cell, ...]


def fill(text: str, width: int, align: Align, ellipsis: str) -> str:
    """`text` in exactly `width` (>= 1) cells.

    Too long a text ends in `ellipsis` (one cell wide). A right-aligned text is a number and is shown whole
    or, where it does not fit, as `ellipsis` alone.
    """
    if not text.isprintable():
        text = "".join(character if character.isprintable() else REPLACEMENT for character in text)
    missing = width - (len(text) if text.isascii() else cell_len(text))
    if missing >= 0:
        return " " * missing + text if align == "right" else text + " " * missing
    if align == "right":
        return ellipsis.rjust(width)
    return set_cell_size(text, width - 1) + ellipsis


def index_of(rows: Sequence[Row], cells: int) -> dict[str, int]:
    """Where each key stands. ValueError names the key of a row that has another's, or not `cells` cells."""
    index = {row.key: at for at, row in enumerate(rows)}
    if len(index) != len(rows):
        twice = next(row.key for at, row in enumerate(rows) if index[row.key] != at)
        raise ValueError(f"two rows have the key {twice!r}; every row needs a key of its own")
    for row in rows:
        if len(row.cells) != cells:
            raise ValueError(f"row {row.key!r} has {len(row.cells)} cells for {cells} columns")
    return index


def follow(old: Sequence[Row], at: int, index: dict[str, int]) -> int:
    """Where the row `old[at]` stands now; else the next old row that is left, or else the one before."""
    if at < len(old) and old[at].key in index:
        return index[old[at].key]
    for row in (*old[at:], *reversed(old[:at])):
        if row.key in index:
            return index[row.key]
    return 0
