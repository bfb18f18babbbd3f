"""The table of live panes: draws the lines that are in view and repaints only what changed in them.

Decides what of new rows must be painted again, where cursor and scroll position go when rows move, and
which columns fit. Imports Textual, rich and its own parts. Invariant: the lines on screen are those of a
fresh table with the same rows, cursor and scroll position; a repaint costs by the lines in view, never by
the rows there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ytc_tui.screens.containment import Contained
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_painter import HEADER_LINES, UNKNOWN_TEXT, Line, Painter, Part
from ytc_tui.screens.widgets.live_table_rows import TONES, Row, follow, index_of


class LiveTable(Contained, ScrollView, can_focus=True, inherit_bindings=False):
    """A table with a cursor by row, fed whole with `set_rows`.

    Cells are text that is never read as markup. A cursor and a scroll position stay on their row's key; the
    top of the table stays the top. Colours are the component classes `live-table--TONE`.
    """

    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor_up", "Row up", show=False, id="table.up", tooltip="Cursor to the row above"),
        Binding("down", "cursor_down", "Row down", show=False, id="table.down", tooltip="Cursor a row down"),
        Binding("pageup", "page_up", "Page up", show=False, id="table.page_up", tooltip="A page up"),
        Binding(
            "pagedown", "page_down", "Page down", show=False, id="table.page_down", tooltip="A page down"
        ),
        Binding("home", "first_row", "First row", show=False, id="table.first", tooltip="Cursor to the top"),
        Binding("end", "last_row", "Last row", show=False, id="table.last", tooltip="Cursor to the end"),
        Binding("enter", "select_row", "Open", show=False, id="table.select", tooltip="Open this row"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "live-table--header",
        "live-table--cursor",
        *(f"live-table--{tone}" for tone in TONES),
    }

    DEFAULT_CSS = """
    LiveTable {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        & > .live-table--header { text-style: bold; color: $text-muted; }
        & > .live-table--cursor {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .live-table--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        & > .live-table--gain { color: $text-success; }
        & > .live-table--loss { color: $text-error; }
        & > .live-table--warning { color: $text-warning; }
        & > .live-table--critical { color: $text-error; text-style: bold; }
        & > .live-table--muted { color: $text-muted; }
        & > .live-table--ok { color: $text-success; }
        & > .live-table--stale { color: $text-muted; text-style: italic; }
        & > .live-table--accent { color: $text-accent; }
    }
    """

    class TableMessage(Message):
        """Something happened to a row of `table`."""

        def __init__(self, table: LiveTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> LiveTable:
            return self.table

    class RowHighlighted(TableMessage):
        """The cursor came to another row; `key` is None when the last row has gone."""

        def __init__(self, table: LiveTable, key: str | None) -> None:
            super().__init__(table)
            self.key = key

    class RowSelected(TableMessage):
        """The row `key` was opened, with enter or a double click."""

        def __init__(self, table: LiveTable, key: str) -> None:
            super().__init__(table)
            self.key = key

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        empty_text: str = "nothing here",
        ellipsis: str = "…",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._painter = Painter(columns, ellipsis, self._part_style)
        self._empty_text, self._note = empty_text, UNKNOWN_TEXT
        self._rows: tuple[Row, ...] = ()
        self._index: dict[str, int] = {}
        self._cursor = 0
        self._shown: list[Line] = []
        self._stretch()

    # What it holds

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows as last set, from top to bottom."""
        return self._rows

    @property
    def cursor_key(self) -> str | None:
        """Key of the row under the cursor; None only without rows."""
        return self._rows[self._cursor].key if self._rows else None

    @property
    def columns_in_view(self) -> tuple[str, ...]:
        """Keys of the columns that fit into the present width."""
        self._fit()
        return self._painter.columns_in_view

    def set_rows(self, rows: Sequence[Row] | None) -> None:
        """Show `rows`, each with a key of its own and a cell for each column; None = not known yet.

        A cursor whose row is gone moves to the next row that is left, or else to the one before.
        """
        new = tuple(rows or ())
        note = UNKNOWN_TEXT if rows is None else self._empty_text
        if note != self._note:
            self._note = note
            self.refresh()
        index = index_of(new, len(self._painter.columns))
        old, old_key, old_top = self._rows, self.cursor_key, self._top
        in_view = old_top <= self._cursor < old_top + self._page
        self._rows, self._index = new, index
        self._cursor = follow(old, self._cursor, index)
        top = follow(old, old_top, index) if old_top else 0
        self._stretch()
        self._scroll_rows(self._with_cursor(top) if in_view else top)
        self._repaint_changes()
        if self.cursor_key != old_key:
            self.post_message(self.RowHighlighted(self, self.cursor_key))

    def move_cursor(self, key: str) -> None:
        """Put the cursor on the row `key` and bring it into view; a key that is not there is ignored."""
        at = self._index.get(key)
        if at is not None:
            self._move_to(at)

    def _stretch(self) -> None:
        """Give the scrollable area the height of all rows."""
        size = Size(0, HEADER_LINES + max(1, len(self._rows)))
        if size == self.virtual_size:
            return
        # Quietly: the attribute itself would paint every line and lay out the screen at each new row.
        self.set_reactive(LiveTable.virtual_size, size)
        scrolls = size.height > self.container_size.height
        if self.styles.auto_dimensions or scrolls != self.show_vertical_scrollbar:
            self.refresh(repaint=False, layout=True)
        elif scrolls:
            self.vertical_scrollbar.window_virtual_size = size.height

    # Where things are

    @property
    def _top(self) -> int:
        return self.scroll_offset.y

    @property
    def _page(self) -> int:
        """Lines there are for rows."""
        return max(0, self.scrollable_content_region.height - HEADER_LINES)

    def _with_cursor(self, top: int) -> int:
        """The scroll position nearest to `top` from which the cursor is in view."""
        return max(min(top, self._cursor), self._cursor - max(1, self._page) + 1)

    def _scroll_rows(self, top: int) -> None:
        if top != self._top:
            # By force: whether a scrollbar is needed is known only after the next layout.
            self.scroll_to(y=top, animate=False, force=True)

    def _move_to(self, at: int) -> None:
        if not self._rows:
            return
        at = max(0, min(at, len(self._rows) - 1))
        moved = at != self._cursor
        self._cursor = at
        self._scroll_rows(self._with_cursor(self._top))
        self._repaint_changes()
        if moved:
            self.post_message(self.RowHighlighted(self, self.cursor_key))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        self._repaint_changes()

    # What must be painted again

    def _lines(self) -> list[Line]:
        top, count = self._top, len(self._rows)
        return [
            (self._rows[at], at == self._cursor) if at < count else (None, False)
            for at in range(top, top + self._page)
        ]

    def _repaint_changes(self) -> None:
        """Refresh the regions in which the lines differ from those that were last asked for."""
        lines = self._lines()
        if self._fit():
            self.refresh()
        elif regions := self._painter.changes(self._shown, lines):
            self.refresh(*regions)
        self._shown = lines

    def on_resize(self) -> None:
        if self._top <= self._cursor < self._top + max(1, len(self._shown)):
            self._scroll_rows(self._with_cursor(self._top))
        self._shown = self._lines()
        self.refresh()

    def notify_style_update(self) -> None:
        self._painter.forget()
        super().notify_style_update()

    # Drawing

    def _fit(self) -> bool:
        return self._painter.fit(self.scrollable_content_region.width)

    def _part_style(self, part: Part) -> Style:
        return self.get_component_rich_style(f"live-table--{part}")

    def render_line(self, y: int) -> Strip:
        self._fit()
        if y < HEADER_LINES:
            return self._painter.header()
        at = self._top + y - HEADER_LINES
        if at < len(self._rows):
            return self._painter.row(self._rows[at], at == self._cursor)
        if not self._rows and y == HEADER_LINES:
            return self._painter.note(self._note)
        return self._painter.blank()

    # What a person does

    def action_cursor_up(self) -> None:
        self._move_to(self._cursor - 1)

    def action_cursor_down(self) -> None:
        self._move_to(self._cursor + 1)

    def action_page_up(self) -> None:
        self._move_to(self._cursor - max(1, self._page))

    def action_page_down(self) -> None:
        self._move_to(self._cursor + max(1, self._page))

    def action_first_row(self) -> None:
        self._move_to(0)

    def action_last_row(self) -> None:
        self._move_to(len(self._rows) - 1)

    def action_select_row(self) -> None:
        key = self.cursor_key
        if key is not None:
            self.post_message(self.RowSelected(self, key))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        at = -1 if offset is None else self._top + offset.y - HEADER_LINES
        if self._top <= at < len(self._rows):
            self._move_to(at)
            if event.chain == 2:
                self.action_select_row()
