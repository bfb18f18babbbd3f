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

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._said = Content()

    @property
    def said(self) -> Content:
        """What is shown."""
        return self._said

    def say(self, content: Content) -> None:
        """Show `content`; the same again costs nothing."""
        before, self._said = self._said, content
        if content.plain == before.plain and content.spans == before.spans:
            return
        if len(content) != len(before) or "\n" in content.plain:
            self.refresh(layout=True)
            return
        start, end = _changed(before, content)
        self.refresh(Region(start, 0, end - start, 1))

    def render(self) -> Content:
        return self._said


def _changed(before: Content, after: Content) -> tuple[int, int]:
    """The cells from the first to behind the last in which two lines of equal length may differ."""
    if before.spans != after.spans or after.cell_length != len(after):
        return 0, after.cell_length
    pairs = zip(before.plain, after.plain, strict=True)
    places = [place for place, (old, new) in enumerate(pairs) if old != new]
    return places[0], places[-1] + 1
