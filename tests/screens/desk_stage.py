"""A desk without an engine: a handle and a client that hand out one scene, and a clock that stands still.

`staged` makes the app; `settle` waits until it shows the scene. Nothing here reads a real clock.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from textual.pilot import Pilot

from tests.screens.desk_views import NOW_NS, Scene
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.client import EngineClient, Frame, Page, PageRow, Receipt
from ytc_tui.errors import YtcError
from ytc_tui.model.commands import ARGUMENT, Argument, Command, Verb
from ytc_tui.screens.app import DeskApp, DeskSettings
from ytc_tui.screens.link import EngineEnd, FindSessions, Survival

KILL_COMMAND = "touch /home/alex/.local/state/ytc/paper/kill-5f0c2a1e"
WHY_TEXT = """T0001 ETHUSDT short
  setup PB, score 78 (grade B), regime weakening_trend
  gate: 17 rules ok; size cut from 7.1 to 6.728 by risk_per_trade (1 %)
  refused before: reward_risk 1.38 < 1.5 at 04:33 (net of cost 7.92)"""


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class StillEngine:
    """Hands out one frame of `scene` to each subscriber, then is silent. Keeps what it is sent."""

    scene: Scene
    receipt: Receipt | None = None
    trouble: YtcError | None = None  # raised by every send
    sent: list[Command] = field(default_factory=list)
    asked_why: list[str] = field(default_factory=list)
    why: str = WHY_TEXT
    subscriptions: list[asyncio.Queue[Frame]] = field(default_factory=list)

    async def frames(self, names: Collection[str]) -> AsyncGenerator[Frame, None]:
        news: asyncio.Queue[Frame] = asyncio.Queue()
        self.subscriptions.append(news)
        yield Frame(1, NOW_NS, {name: self.scene[name] for name in names if name in self.scene})
        while True:
            yield await news.get()

    def tell(self, **views: Any) -> None:
        """Send one more frame to everybody; without views it only says that the engine lives."""
        for news in self.subscriptions:
            news.put_nowait(Frame(2, NOW_NS, views))

    async def status(self, component: str | None = None) -> dict[str, Any]:
        return {}

    async def send(self, command: Command) -> Receipt:
        self.sent.append(command)
        if self.trouble is not None:
            raise self.trouble
        return self.receipt or Receipt(command.command_id, True, "done", "s-1", NOW_NS)

    async def page(self, before_seq: int = 0, rows: int = 50) -> Page:
        return Page("s-1", (PageRow(7, NOW_NS, "trade_opened", "T0001 short 6.728 at 1473.18"),), 0)

    async def explain(self, target: str) -> dict[str, Any]:
        self.asked_why.append(target)
        return {"text": self.why}


@dataclass
class StillHandle:
    """An engine that is there and stays until `end` is called."""

    client: StillEngine
    owned: bool = True
    outlives_desk: bool = True
    survives_logout: tuple[Survival, str] = (Survival.YES, "lingering is on")
    description: str = "a process of its own (pid 4711), log engine.out"
    kill_command: str = KILL_COMMAND
    stopped: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    how: EngineEnd = field(default_factory=lambda: EngineEnd(3, "killed by signal 9"))

    async def start(self) -> EngineClient:
        return self.client

    async def ended(self) -> EngineEnd:
        await self.over.wait()
        return self.how

    async def stop(self) -> None:
        self.stopped = True


class StagedDesk(DeskApp):
    """The desk with its engine and clock at hand for the test."""

    CSS_PATH = str(Path(inspect.getfile(DeskApp)).with_name("app.tcss"))

    def __init__(self, engine: StillEngine, clock: Clock, settings: DeskSettings, **handle: Any) -> None:
        self.engine, self.clock = engine, clock
        self.still = StillHandle(engine, **handle)
        super().__init__(self.still, settings)

    @property
    def words_said(self) -> list[str]:
        return [content.plain for content in self.said]


def staged(
    scene: Scene,
    *,
    read_only: bool = False,
    flatten_confirm: Literal["typed", "double_key"] = "typed",
    engine: StillEngine | None = None,
    playback: bool = False,
    find_sessions: FindSessions | None = None,
    **handle: Any,
) -> StagedDesk:
    """A desk that shows `scene` in UTC; commands are numbered C1, C2 and so on."""
    clock = Clock()
    numbers = iter(range(1, 1_000))

    def new_command(
        verb: str, reason: str = "", target: str = "", content_hash: str = "", action: Argument | None = None
    ) -> Command:
        name = ARGUMENT.get(Verb(verb), "")
        argument: dict[str, Any] = {name: action} if name else {}
        return Command(f"C{next(numbers)}", Verb(verb), "alex", reason, target, content_hash, **argument)

    settings = DeskSettings(
        zone=ZoneInfo("UTC"),
        safe=safe_line,
        new_command=new_command,
        now_s=clock,
        read_only=read_only,
        flatten_confirm=flatten_confirm,
        playback=playback,
        find_sessions=find_sessions,
    )
    return StagedDesk(engine or StillEngine(scene), clock, settings, **handle)


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until the desk has taken in the scene, its chart too, and has painted it."""
    app = pilot.app
    assert isinstance(app, StagedDesk)
    for _ in range(200):
        await pilot.pause()
        name = "chart/{}/{}".format(*app.chart) if app.chart else ""
        if app.link.frames and (name in app.link.views or name not in app.engine.scene):
            break
    else:
        raise AssertionError("the desk never showed its first frame")
    app.show_views()
    await pilot.pause()
