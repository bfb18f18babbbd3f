"""The line that says that all of this is past, where in it, and how it plays.

Decides the words of a playback's place. Imports the view and the screens' words. Invariant: PLAYBACK stands
there in words at any width.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from textual.content import Content

from ytc_tui.screens import words
from ytc_tui.screens.pieces import Piece, fitted
from ytc_tui.views.journal import utc
from ytc_tui.views.playback import PlaybackView

_WORD = "bold reverse $accent"


def playback_content(view: PlaybackView | None, zone: ZoneInfo, width: int) -> Content:
    """The line in at most `width` cells."""
    if view is None:
        return fitted([Piece(" PLAYBACK ", _WORD, 100)], width)
    speed = f"{view.bars_per_s:g} bars/s"
    pieces = [Piece(" PLAYBACK ", _WORD, 100)]
    if view.at_ns:
        pieces += [
            Piece(utc(view.at_ns)[:10], "", 50),
            Piece(words.both_clocks(view.at_ns, zone), "bold", 90),
            Piece(f"entry {view.seq:,} of {view.entries:,}", "", 80),
        ]
    if view.playing:
        pieces.append(Piece(f"PLAYING {speed}", "bold $text-success", 85))
    else:
        pieces.append(Piece(f"paused, {speed}", "", 85))
    if view.at_end:
        pieces.append(Piece("end of the record", "$text-warning", 40))
    if view.busy:
        pieces.append(Piece(view.busy, "bold $text-warning", 87))
    pieces.append(Piece(f"session {view.session_id}", "", 10))
    return fitted(pieces, width)


def playback_warnings(view: PlaybackView | None) -> list[tuple[str, str]]:
    """What must not be overlooked of a playback, each with its style."""
    if view is None:
        return []
    found = []
    if view.cut:
        found.append((f"THE RECORD BREAKS: {view.cut}; it is played up to there", "bold reverse $error"))
    if view.problem:
        found.append((view.problem, "bold reverse $error"))
    return found + [(f"not known: {text}", "reverse $warning") for text in view.missing]
