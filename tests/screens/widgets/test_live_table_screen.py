"""What a terminal is sent, and that it then shows the whole screen as it is."""

from __future__ import annotations

import gc
import re

from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.screen import Screen

from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_screen import LiveScreen, freeze_start_up

from .tables import COLUMNS, many, on_screen, row

SIZE = (60, 12)
MOVE = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[[0-9;]*m|(\n)|([^\x1b\n]+)")


class Panes(LiveScreen[None]):
    """Two tables side by side, so that lines have two parts."""

    DEFAULT_CSS = "Panes { layout: horizontal; } Panes > * { width: 1fr; border: round white; }"

    def compose(self) -> ComposeResult:
        yield LiveTable(COLUMNS, id="left")
        yield LiveTable(COLUMNS, id="right")


class Terminal(App[None]):
    """Writes what it is sent into a grid of characters, as a terminal does."""

    def __init__(self) -> None:
        super().__init__()
        self.grid = [[" "] * SIZE[0] for _ in range(SIZE[1])]
        self.written = 0

    def get_default_screen(self) -> Screen[None]:
        return Panes()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate):
            self.write(renderable.render_segments(self.console))
        super()._display(screen, renderable)

    def write(self, text: str) -> None:
        x = y = 0
        for match in MOVE.finditer(text):
            line, column, _, characters = match.groups()
            if line:
                y, x = int(line) - 1, int(column) - 1
            elif characters:
                self.grid[y][x : x + len(characters)] = characters
                x += len(characters)
                self.written += len(characters)


async def test_the_terminal_shows_the_screen_and_only_the_change_is_sent() -> None:
    app = Terminal()
    async with app.run_test(size=SIZE) as pilot:
        left, right = app.query_one("#left", LiveTable), app.query_one("#right", LiveTable)
        left.set_rows(many(20))
        right.set_rows(many(4))
        await pilot.pause()
        sent = []
        rows = many(4)
        for number, net in enumerate(("+7.77", "-8.88", "+9.99")):
            app.written = 0
            rows[number] = row(f"S{number:03d}", net=net)
            right.set_rows(rows)
            await pilot.pause()
            sent.append(app.written)
            assert ["".join(line) for line in app.grid] == on_screen(app)
        left.move_cursor("S015")
        right.set_rows(rows[1:])
        await pilot.pause()
        assert ["".join(line) for line in app.grid] == on_screen(app)
    assert sent == [9, 9, 9]


def test_start_up_can_be_frozen() -> None:
    try:
        freeze_start_up()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
