"""Painter: the strips of a live table for one width.

Decides how a row looks and which part of a line differs from what it was. Imports Textual, rich and the
table's rows and columns. Invariant: every strip is exactly `width` cells wide; a strip is made once, until
its row, the width or the styles change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from ytc_tui.screens.widgets.live_table_columns import GAP, Column, Placed, place
from ytc_tui.screens.widgets.live_table_rows import Row, Tone, fill

STRIPS_MAX = 512
HEADER_LINES = 1
UNKNOWN_TEXT = "not known yet"

Part = Tone | Literal["header", "cursor"]

Line = tuple[Row | None, bool]
"""A row, or nothing, and whether the cursor stands on it."""


class Painter:
    """Draws rows with `columns`; `style_of` gives the style of a tone, of the header and of the cursor."""

    def __init__(self, columns: Sequence[Column], ellipsis: str, style_of: Callable[[Part], Style]) -> None:
        self.columns = tuple(columns)
        self.width = 0
        self._ellipsis = ellipsis
        self._style_of = style_of
        self._placed: tuple[Placed, ...] = ()
        self._header: Strip | None = None
        self._strips: dict[tuple[str, bool], tuple[Row, Strip]] = {}
        self._styles: dict[tuple[Tone, bool], Style] = {}

    def fit(self, width: int) -> bool:
        """Take `width` cells from now on; whether that is another width than before."""
        if width == self.width:
            return False
        self.width = width
        self._placed = place(self.columns, width)
        self.forget()
        return True

    def forget(self) -> None:
        """The styles have changed: draw everything anew."""
        self._header = None
        self._strips.clear()
        self._styles.clear()

    @property
    def columns_in_view(self) -> tuple[str, ...]:
        return tuple(self.columns[item.number].key for item in self._placed)

    def header(self) -> Strip:
        if self._header is None:
            titles: list[tuple[str, Tone]] = [(column.title, "plain") for column in self.columns]
            text = "".join(text for text, _ in self._runs(titles))
            self._header = Strip([Segment(text, self._style_of("header"))], self.width)
        return self._header

    def blank(self) -> Strip:
        return Strip.blank(self.width, self._style("plain", False))

    def note(self, text: str) -> Strip:
        """A line of muted text over the whole width."""
        filled = fill(text, self.width, "left", self._ellipsis) if self.width else ""
        return Strip([Segment(filled, self._style("muted", False))], self.width)

    def row(self, row: Row, on_cursor: bool) -> Strip:
        known = self._strips.get((row.key, on_cursor))
        if known is not None and known[0] == row:
            return known[1]
        segments = [Segment(text, self._style(tone, on_cursor)) for text, tone in self._runs(row.cells)]
        strip = Strip(segments, self.width)
        if len(self._strips) >= STRIPS_MAX:
            self._strips.clear()
        self._strips[row.key, on_cursor] = (row, strip)
        return strip

    def changes(self, was: Sequence[Line], now: Sequence[Line]) -> list[Region]:
        """The regions in which two lists of lines below the header differ."""
        regions: list[Region] = []
        for line, (old, new) in enumerate(zip(was, now, strict=False), HEADER_LINES):
            start, end = self._span(old, new)
            last = regions[-1] if regions else None
            if last is not None and last.bottom == line and last.column_span == (start, end):
                regions[-1] = Region(start, last.y, end - start, last.height + 1)
            elif start < end:
                regions.append(Region(start, line, end - start, 1))
        return regions

    def _span(self, was: Line, now: Line) -> tuple[int, int]:
        """The cells from start to before end in which two lines differ; (0, 0) when they look the same.

        One span a line: the compositor sends a line from the widget's left edge to the end of a span, so
        that two spans would send the first part twice.
        """
        if was == now:
            return 0, 0
        (old, on_old), (new, on_new) = was, now
        if old is None or new is None or old.key != new.key or on_old != on_new:
            return 0, self.width
        changed = [item for item in self._placed if old.cells[item.number] != new.cells[item.number]]
        if not changed:
            return 0, 0
        return changed[0].x, min(changed[-1].x + changed[-1].width + GAP, self.width)

    def _runs(self, cells: Sequence[tuple[str, Tone]]) -> list[tuple[str, Tone]]:
        """The cells that are placed as text over the whole width, neighbours of one tone joined."""
        runs: list[tuple[str, Tone]] = []
        width, ellipsis = self.width, self._ellipsis
        x = 0
        for number, start, cell_width, align in self._placed:
            text, tone = cells[number]
            filled = fill(text, cell_width, align, ellipsis)
            x = start + cell_width
            if x < width:
                filled += " " * GAP
                x += GAP
            if runs and runs[-1][1] == tone:
                runs[-1] = (runs[-1][0] + filled, tone)
            else:
                runs.append((filled, tone))
        if x < width:
            runs.append((" " * (width - x), "plain"))
        return runs

    def _style(self, tone: Tone, on_cursor: bool) -> Style:
        style = self._styles.get((tone, on_cursor))
        if style is None:
            style = self._style_of(tone)
            if on_cursor:
                cursor = self._style_of("cursor")
                # A tone is a meaning: the cursor lends a plain cell its colour, any other its ground alone.
                style += cursor if tone == "plain" else Style(bgcolor=cursor.bgcolor) + cursor.without_color
            self._styles[tone, on_cursor] = style
        return style
