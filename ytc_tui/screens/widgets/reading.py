"""Text to be read in whatever width there is.

Decides where a line that is too long goes on. Imports Textual. Invariant: nothing of the text is lost, and
what goes on stands under the text that it belongs to.
"""

from __future__ import annotations

import re

from textual.content import Content
from textual.geometry import Size

from ytc_tui.screens.containment import Contained

_COLUMN = re.compile(r"(?:^| ) +(?=\S)")


class Reading(Contained):
    """Paragraphs and columns of text; it is as high as they are."""

    DEFAULT_CSS = "Reading { height: auto; width: 1fr; }"

    def __init__(self, content: Content) -> None:
        super().__init__()
        self.content = content

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(hanging(self.content, width)) if width else 0

    def render(self) -> Content:
        return Content("\n").join(hanging(self.content, self.size.width))


def hanging(content: Content, width: int) -> list[Content]:
    """Lines of at most `width` cells. What of a line does not fit goes on below the last of its columns that
    begins in the left half."""
    lines: list[Content] = []
    for line in content.split("\n", allow_blank=True):
        if line.cell_length <= width:
            lines.append(line)
            continue
        columns = [found.end() for found in _COLUMN.finditer(line.plain)]
        begin = max((place for place in columns if line[:place].cell_length <= width // 2), default=0)
        first, *others = line[begin:].wrap(width - (indent := line[:begin].cell_length))
        lines += [line[:begin] + first, *(other.pad_left(indent) for other in others)]
    return lines
