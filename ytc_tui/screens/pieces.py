"""A line of pieces, of which the least goes first where room is short.

Decides what is left out. Imports Textual's content. Invariant: pieces keep their order, and none is cut.
"""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content

from ytc_tui.screens.themes import MUTED

_SEPARATOR = " │ "


class Piece(NamedTuple):
    """A piece of the line; the lowest `priority` goes first where room is short."""

    text: str
    style: str
    priority: int


def fitted(pieces: list[Piece], width: int) -> Content:
    """Those that have room in `width` cells, in their order."""
    told: list[str | tuple[str, str]] = []
    for piece in _fitting(pieces, width):
        if told:
            told.append((_SEPARATOR, MUTED))
        told.append((piece.text, piece.style) if piece.style else piece.text)
    return Content.assemble(*told)


def _fitting(pieces: list[Piece], width: int) -> list[Piece]:
    """Those that have room, the highest priority first to be given it, in their order."""
    kept: list[Piece] = []
    left = width + len(_SEPARATOR)
    for piece in sorted(pieces, key=lambda piece: -piece.priority):
        needs = len(piece.text) + len(_SEPARATOR)
        if needs <= left or not kept:
            kept.append(piece)
            left -= needs
    return [piece for piece in pieces if piece in kept]
