"""A terminal that keeps what it is sent as a grid of characters."""

from __future__ import annotations

import re

from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.screen import Screen

SIZE = (60, 12)
MOVE = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[[0-9;]*m|(\n)|([^\x1b\n]+)")


class Terminal(App[None]):
    """Writes what it is sent into a grid of characters, as a terminal does."""

    def __init__(self, screen: Screen[None]) -> None:
        super().__init__()
        self._first = screen
        self.grid = [[" "] * SIZE[0] for _ in range(SIZE[1])]
        self.written = 0

    def get_default_screen(self) -> Screen[None]:
        return self._first

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

    @property
    def lines(self) -> list[str]:
        """What a person would read, line by line."""
        return ["".join(line) for line in self.grid]
