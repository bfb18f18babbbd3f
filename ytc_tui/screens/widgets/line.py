"""Lines of content of which only what changed is painted again.

Decides what of a changed line must be sent. Imports Textual. Invariant: what is shown equals the content
that was said last.
"""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Region

from ytc_tui.screens.containment import Contained


class Line(Contained):
    """A line of content, or several; it is as high as they are."""

    DEFAULT_CSS = "Line { height: auto; width: 1fr; }"

    def __init__(self, *, id: str, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._said = Content()

    @property
    def said(self) -> Content:
        """What is shown."""
        return self._said

    def say(self, content: Content) -> None:
        """Show `content`; the same again costs nothing, and the screen is laid out anew only where this
        may be another height than before."""
        before, self._said = self._said, content
        if _alike(before, content):
            return
        if not self.display:
            self.refresh()
            return
        changes = _changes(before, content, self.size.width)
        if changes is None:
            self.refresh(layout=True)
        elif changes:
            self.refresh(*changes)

    def render(self) -> Content:
        return self._said


def _changes(before: Content, after: Content, width: int) -> list[Region] | None:
    """Where in `width` cells the two differ; None where they may be of different heights, for who knows
    where a line that is too long is broken."""
    old, new = (content.split("\n", allow_blank=True) for content in (before, after))
    if len(old) != len(new) or max(line.cell_length for line in (*old, *new)) > width:
        return None
    pairs = enumerate(zip(old, new, strict=True))
    changed = ((y, _changed(*pair)) for y, pair in pairs if not _alike(*pair))
    return [Region(start, y, end - start, 1) for y, (start, end) in changed]


def _alike(before: Content, after: Content) -> bool:
    return before.plain == after.plain and before.spans == after.spans


def _changed(before: Content, after: Content) -> tuple[int, int]:
    """The cells from the first to behind the last in which two different lines may differ."""
    a_cell_each = len(before) == len(after) == before.cell_length == after.cell_length
    if before.spans != after.spans or not a_cell_each:
        return 0, max(before.cell_length, after.cell_length)
    pairs = zip(before.plain, after.plain, strict=True)
    places = [place for place, (old, new) in enumerate(pairs) if old != new]
    return places[0], places[-1] + 1
