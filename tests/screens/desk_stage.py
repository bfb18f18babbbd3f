"""A desk without an engine: a handle and a client that hand out one scene, and a clock that stands still.

`staged` makes the app; `settle` waits until it shows the scene. Nothing here reads a real clock.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from textual.pilot import Pilot

from tests.screens.desk_views import NOW_NS, Scene
from tests.screens.journal_stage import StillJournal
from tests.screens.review_views import PAST, REVIEW
from tests.views.journals import finished
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.client import NEWEST, EngineClient, Frame, Page, Receipt, WholeEntry
from ytc_tui.errors import YtcError
from ytc_tui.model.commands import ARGUMENT, Argument, Command, Verb
from ytc_tui.screens.app import DeskApp, DeskSettings
from ytc_tui.screens.link import EngineEnd, FindSessions, Survival
from ytc_tui.views.journal_query import PageQuery
from ytc_tui.views.review import PastSessions, Review

FLATTEN = "exclamation_mark"
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
    past: PastSessions | YtcError = PAST
    review_of: Review | YtcError = REVIEW
    asked_sessions: int = 0
    reviewed: list[str] = field(default_factory=list)
    journal: StillJournal = field(default_factory=StillJournal)
    queries: list[PageQuery] = field(default_factory=list)
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

    async def page(self, query: PageQuery = NEWEST) -> Page:
        self.queries.append(query)
        await asyncio.sleep(0)
        return self.journal.page(query)

    async def entry(self, seq: int) -> WholeEntry | None:
        return self.journal.entry(seq)

    async def explain(self, target: str) -> dict[str, Any]:
        self.asked_why.append(target)
        return {"text": self.why}

    async def sessions(self) -> PastSessions:
        self.asked_sessions += 1
        if isinstance(self.past, YtcError):
            raise self.past
        return self.past

    async def review(self, session: str) -> Review:
        """One session has a report; the others have nothing on record yet."""
        self.reviewed.append(session)
        if isinstance(self.review_of, YtcError):
            raise self.review_of
        return self.review_of if session == self.review_of.session_id else Review(session, "", (), (), ())


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
    settings: Mapping[str, Any] | None = None,
    journal: StillJournal | None = None,
    engine: StillEngine | None = None,
    playback: bool = False,
    find_sessions: FindSessions | None = None,
    **handle: Any,
) -> StagedDesk:
    """A desk that shows `scene` in UTC; commands are numbered C1, C2 and so on. Where there is something to
    show there is something on record. `settings` are what differs from those of a desk that nobody
    configured."""
    clock = Clock()
    numbers = iter(range(1, 1_000))

    def new_command(
        verb: str, reason: str = "", target: str = "", content_hash: str = "", action: Argument | None = None
    ) -> Command:
        name = ARGUMENT.get(Verb(verb), "")
        argument: dict[str, Any] = {name: action} if name else {}
        return Command(f"C{next(numbers)}", Verb(verb), "alex", reason, target, content_hash, **argument)

    given = DeskSettings(
        zone=ZoneInfo("UTC"),
        safe=safe_line,
        new_command=new_command,
        now_s=clock,
        read_only=read_only,
        playback=playback,
        find_sessions=find_sessions,
        **(settings or {}),
    )
    on_record = journal or StillJournal(finished().entries if scene else ())
    return StagedDesk(engine or StillEngine(scene, journal=on_record), clock, given, **handle)


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


@asynccontextmanager
async def desk_of(app: StagedDesk, size: tuple[int, int] = (120, 40)) -> AsyncGenerator[Pilot[Any], None]:
    """The desk on its scene; afterwards it leaves."""
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot


async def quiet(pilot: Pilot[Any]) -> None:
    """Wait until nothing is being sent and every message was handled."""
    for _ in range(20):
        await pilot.pause()
        if not any(worker.group in ("commands", "flatten") for worker in pilot.app.workers):
            break
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    await pilot.press(*keys)
    await quiet(pilot)


def shown(pilot: Pilot[Any], selector: str) -> str:
    """The plain text of the widget `selector` on the top screen."""
    return str(pilot.app.screen.query_one(selector).render())


def verbs(app: StagedDesk) -> list[Verb]:
    return [command.verb for command in app.engine.sent]
