"""A real desk on a real engine, operated by its keys and read off its screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

from textual.pilot import Pilot

from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.adapters.transports.sockets import RunningEngine, engine_for, find_engines
from ytc_tui.commands.desk_engine import AttachedEngine, ProcessEngine
from ytc_tui.commands.places import command_of, paper_paths
from ytc_tui.commands.safe_text import SAFE_TEXT
from ytc_tui.commands.starting import Flags
from ytc_tui.screens.app import DeskApp, DeskSettings
from ytc_tui.screens.link import EngineHandle
from ytc_tui.views.exposure import ExposureView, PositionRow
from ytc_tui.views.top import TopView

LIMIT_S = 60.0
POLL_S = 0.05
SIZE = (120, 40)
KEYS = {"!": "exclamation_mark", ":": "colon", " ": "space", ".": "full_stop", ">": "greater_than_sign"}
PROPOSE = ("trading.approval=confirm",)


@dataclass
class Desk:
    """A desk that runs. What it shows is read from its painted lines; what it knows, from its link."""

    app: DeskApp
    pilot: Pilot[int]

    @property
    def text(self) -> str:
        """The painted screen, line by line."""
        compositor = self.app.screen._compositor
        return "\n".join("".join(part.text for part in strip) for strip in compositor.render_strips())

    @property
    def said(self) -> str:
        """Everything that the desk said, a line each."""
        return "\n".join(content.plain for content in self.app.said)

    @property
    def top(self) -> TopView:
        top = self.app.link.top
        assert top is not None
        return top

    @property
    def positions(self) -> tuple[PositionRow, ...]:
        view = self.app.link.views.get("exposure")
        return view.positions if isinstance(view, ExposureView) else ()

    async def until(self, holds: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
        """Wait until `holds`; fails after `limit_s` with what is on the screen."""
        end = time.monotonic() + limit_s
        while not holds():
            assert time.monotonic() < end, f"it did not come about in time\n{self.said}\n{self._seen()}"
            await asyncio.sleep(POLL_S)

    async def sees(self, *texts: str) -> None:
        """Wait until all of `texts` are painted."""
        await self.until(lambda: self.app.is_running and self._shows(texts))

    def _shows(self, texts: tuple[str, ...]) -> bool:
        painted = self.text
        return all(text in painted for text in texts)

    async def begins(self) -> None:
        """Wait until a session is shown."""
        await self.until(lambda: self.app.link.top is not None)

    async def hears(self, text: str) -> None:
        """Wait until the desk said `text`."""
        await self.until(lambda: text in self.said)

    def _seen(self) -> str:
        return self.text if self.app.is_running else f"the desk has ended: {self.app.last_words}"

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*(KEYS.get(key, key) for key in keys))

    async def enter(self, text: str) -> None:
        """Type `text` and enter."""
        await self.press(*text, "enter")

    async def ends(self) -> None:
        """Wait until the desk has left."""
        await self.until(lambda: not self.app.is_running)


@asynccontextmanager
async def desk_on(
    handle: EngineHandle,
    *,
    read_only: bool = False,
    flatten_confirm: Literal["typed", "double_key"] = "typed",
    playback: bool = False,
) -> AsyncIterator[Desk]:
    """The desk that `ytc run`, `attach` and `playback` open, in a terminal of 120x40 that is not there."""
    settings = DeskSettings(
        zone=ZoneInfo("UTC"),
        safe=partial(safe_line, limit=SAFE_TEXT),
        new_command=command_of,
        now_s=time.monotonic,
        read_only=read_only,
        flatten_confirm=flatten_confirm,
        playback=playback,
    )
    app = DeskApp(handle, settings)
    async with app.run_test(size=SIZE) as pilot:
        yield Desk(app, pilot)


def demo(speed: str, *assignments: str) -> Flags:
    """The flags of `ytc run --demo` at `speed`."""
    return Flags(demo=True, speed=speed, assignments=assignments)


def engine_of(flags: Flags) -> ProcessEngine:
    """An engine of its own, as `ytc run` starts it with `flags`."""
    return ProcessEngine(flags.of_engine(), paper_paths())


def attached() -> AttachedEngine:
    """The only engine that answers, as `ytc attach` follows it."""
    return AttachedEngine(_only_engine(), paper_paths())


def engine_pid() -> int:
    """Its pid."""
    return _only_engine().pid


def _only_engine() -> RunningEngine:
    return engine_for(find_engines(paper_paths().socket_dir), "")
