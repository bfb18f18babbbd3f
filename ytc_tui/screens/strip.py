"""The session as a strip of two lines under the prompt (`ytc status --watch`).

Decides what a strip shows: the top line and the banner, nothing else. Imports Textual, the link and the top
line. Invariants: it sends nothing; the prompt is given back when it ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.filter import LineFilter

from ytc_tui.client import EngineClient, Frame
from ytc_tui.errors import YtcError
from ytc_tui.screens.crash import DiscreetApp
from ytc_tui.screens.glyphs import GlyphSet, with_glyphs
from ytc_tui.screens.link import Link
from ytc_tui.screens.themes import DARK, THEMES
from ytc_tui.screens.top_line import banner_content, top_content
from ytc_tui.screens.widgets.line import Line
from ytc_tui.views.sanitised import Sanitiser, sanitised

_RETRY_S = 0.3
_WATCH_S = 0.2


class StripApp(DiscreetApp[None]):
    """Follows one engine in two lines; `q` or escape ends it."""

    CSS = """
    Screen { height: auto; &:inline { height: auto; border: none; } }
    #top-line { height: 1; }
    #banner { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape", "quit", "End", id="strip.end")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        client: EngineClient,
        *,
        zone: ZoneInfo,
        safe: Sanitiser,
        now_s: Callable[[], float],
        kill_command: str,
        glyphs: GlyphSet = GlyphSet.BRAILLE,
        theme: str = DARK.name,
    ) -> None:
        super().__init__()
        self._glyphs, self._theme = glyphs, theme
        self._client, self._zone, self._safe, self._now_s = client, zone, safe, now_s
        self._kill_command = kill_command
        self.link = Link(read_only=True)

    def discreet(self, text: str) -> str:
        return self._safe(text)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return with_glyphs(super().get_line_filters(), self._glyphs)

    def compose(self) -> ComposeResult:
        yield Line(id="top-line")
        yield Line(id="banner")

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._theme
        self.set_interval(_WATCH_S, self.show_lines)
        self.follow()

    @work(name="frames", exit_on_error=False)
    async def follow(self) -> None:
        """Take frames; ask again for as long as nobody answers."""
        while True:
            try:
                async with aclosing(self._client.frames(["top"])) as frames:
                    async for frame in frames:
                        views = {name: sanitised(view, self._safe) for name, view in frame.views.items()}
                        self.link.take(Frame(frame.number, frame.at_ns, views), self._now_s())
                        self.show_lines()
            except YtcError as error:
                self.link.problem = self._safe(str(error))
            await asyncio.sleep(_RETRY_S)

    def show_lines(self) -> None:
        """Show what the link holds."""
        now_s, top = self._now_s(), self.link.top
        width = max(1, self.size.width)
        self.query_one("#top-line", Line).say(top_content(top, self.link, self._zone, width, now_s))
        banner = banner_content(top, self.link, self._zone, width, now_s, self._kill_command)
        self.query_one("#banner", Line).say(banner)
