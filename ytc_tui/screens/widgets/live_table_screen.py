"""A screen that sends a terminal only the cells that were asked to be painted again.

Decides what of a changed line goes out. Textual 8.2.8 sends such a line from the widget's left edge to the
end of the change: one age of 4 cells costs up to a whole row. This screen begins where the change begins.
Imports Textual, and of it the compositor, which is not public: the version is pinned, and a test compares
what a terminal shows with the whole screen. Invariant: what is sent covers every region that was asked for.
"""

from __future__ import annotations

import gc

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.screen import Screen, ScreenResultType
from textual.timer import Timer

UPDATE_PERIOD_S = 0.005


def freeze_start_up() -> None:
    """Take what start-up made out of the garbage collector's rounds, once, after the first frame.

    Else each full round walks all of Textual's objects, and keys wait 30 to 100 ms for it under load.
    """
    gc.collect()
    gc.freeze()


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
    """The base of every screen with live panes.

    Textual waits up to 16 ms from one update to the next, so that a key pressed while a frame is made is
    answered that much later. Frames are few here, paced where they come from, and so the wait is shorter.
    """

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name, id, classes)
        self._compositor = SpanCompositor()
        self._spans_timer: Timer | None = None

    @property
    def _update_timer(self) -> Timer:
        if self._spans_timer is None:
            self._spans_timer = self.set_interval(
                UPDATE_PERIOD_S, self._on_timer_update, name="screen_update", pause=True
            )
        return self._spans_timer
