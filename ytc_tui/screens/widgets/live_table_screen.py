"""A screen that sends a terminal only the cells that were asked to be painted again.

Decides what of a changed line goes out. Textual 8.2.8 sends such a line from the widget's left edge to the
end of the change: one age of 4 cells costs up to a whole row. This screen begins where the change begins.
Imports Textual, and of it the compositor, which is not public: the version is pinned, and a test compares
what a terminal shows with the whole screen. Invariant: what is sent covers every region that was asked for.
"""

from __future__ import annotations

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.screen import Screen, ScreenResultType


class SpanUpdate(ChopsUpdate):
    """The changed spans of lines, each from its first cell to its last."""

    def render_segments(self, console: Console) -> str:
        sequences: list[str] = []
        for y, first, last in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                start, stop = max(x, first), min(end, last)
                if strip is not None and start < stop:
                    sequences.append(Control.move_to(start, y).segment.text)
                    sequences.append(strip.crop(start - x, stop - x).render(console))
        return "".join(sequences)


class SpanCompositor(Compositor):
    """Textual's compositor with updates by span."""

    def render_partial_update(self) -> ChopsUpdate | None:
        update = super().render_partial_update()
        return None if update is None else SpanUpdate(update.chops, update.spans, update.chop_ends)


class LiveScreen(Screen[ScreenResultType]):
    """The base of every screen with live panes."""

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name, id, classes)
        self._compositor = SpanCompositor()
