"""The engine client of a past session: the same views at any place, and the way from place to place.

Decides when a place is reached in the screen's loop and when beside it, and what is played when. Imports the
past session, the frames and the client protocol. Invariants: what is shown is one place whole; the place that
was asked for last is the one that is reached; nothing is ever sent, for there is nobody to send it to.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from ytc_tui.client import NEWEST, Frame, Page, Receipt, WholeEntry
from ytc_tui.engine.document import session_document
from ytc_tui.engine.playback.course import START, Place
from ytc_tui.engine.playback.past import Moment, Past
from ytc_tui.engine.playback.record import Progress
from ytc_tui.engine.seeing import agents_now
from ytc_tui.engine.watching import Watching
from ytc_tui.errors import UsageInvalid, YtcError, words_of
from ytc_tui.model.commands import Command
from ytc_tui.views.journal_query import BEYOND, PageQuery, check
from ytc_tui.views.playback import PlaybackView
from ytc_tui.views.review import PastSessions, Review

# Bars a second.
SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
MOST_SPEED = 1_000.0
_NAME = "playback"
# A playing session takes its next bars so often at most.
_LEAST_PAUSE_S = 0.05

Aside = Callable[[Callable[[], Any]], Awaitable[Any]]
Open = Callable[[Progress], Past]


class RecordAsOf(Protocol):
    """What is asked of the written record, as it was after entry `upto`; answered off the loop."""

    async def explain(
        self, session: str, target: str, now: Mapping[str, str], upto: int
    ) -> dict[str, Any]: ...

    async def page(self, session: str, query: PageQuery) -> Page: ...

    async def entry(self, session: str, seq: int) -> WholeEntry | None: ...

    async def sessions(self) -> PastSessions: ...

    async def review(self, session: str) -> Review: ...


@dataclass(slots=True)
class Player:
    """Plays `session`. `open_past` reads the record and drives the market, once, telling how far it is;
    `aside` runs something on another thread. It begins at the place that `begin` names, paused."""

    session: str
    open_past: Open
    questions: RecordAsOf
    aside: Aside
    begin: str = START
    bars_per_s: float = 4.0
    playing: bool = False
    watching: Watching = field(init=False)
    _past: Past | None = None
    _moment: Moment | None = None
    _wanted: Place | None = None
    _where: str = ""  # what was asked for last, in words
    _share: float = 0.0
    _problem: str = ""
    _mover: asyncio.Task[None] | None = None
    _pacer: asyncio.Task[None] | None = None
    _shown: tuple[object, ...] = ()
    _built: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.watching = Watching(self._views)

    # ---- EngineClient ----------------------------------------------------------------------------

    async def frames(self, names: Collection[str]) -> AsyncGenerator[Frame, None]:
        """As every engine's; while nobody takes any, nothing is played."""
        if self._past is None and self._mover is None:
            self._mover = asyncio.create_task(self._open(), name="playback")
        told = self.watching.frames(names)
        try:
            async for frame in told:
                yield frame
        finally:
            await told.aclose()
            if not self.watching.watched:
                self.pause()

    async def status(self, component: str | None = None) -> dict[str, Any]:
        """The session document as of the place; a component's health is a view."""
        moment = self._moment
        document = session_document(moment.sit) if moment is not None and component is None else {}
        return {**document, "running": False, "playback": True}

    async def send(self, command: Command) -> Receipt:
        at_ns = self._moment.place.at_ns if self._moment is not None else 0
        return Receipt(command.command_id, False, "this is playback of a past session", self.session, at_ns)

    async def page(self, query: PageQuery = NEWEST) -> Page:
        """Entries up to the place."""
        check(query)
        if self._moment is None:
            return Page(self.session, (), 0)
        known = min(query.upto_seq or BEYOND, self._moment.place.seq)
        return await self.questions.page(self.session, replace(query, upto_seq=known))

    async def entry(self, seq: int) -> WholeEntry | None:
        """The entry `seq`, None for one that was not written yet at the place."""
        if self._moment is None or seq > self._moment.place.seq:
            return None
        return await self.questions.entry(self.session, seq)

    async def sessions(self) -> PastSessions:
        """Every session on record, whatever the place in this one."""
        return await self.questions.sessions()

    async def review(self, session: str) -> Review:
        return await self.questions.review(session)

    async def explain(self, target: str) -> dict[str, Any]:
        """Why `target` was as it was, by what was on record at the place."""
        moment, past = self._moment, self._past
        if moment is None or past is None:
            return {}
        now = agents_now(moment.sit).get(target, {}) if past.background.settings_known else {}
        return await self.questions.explain(self.session, target, now, moment.place.seq)

    # ---- what a person does ----------------------------------------------------------------------

    def toggle(self) -> None:
        """Play or pause; at the end, play from the beginning."""
        past, here = self._past, self._wanted
        if self.playing or past is None or here is None:
            self.pause()
            return
        if here == past.course.last:
            self._go(past.course.first)
        self.playing = True
        self._pacer = asyncio.create_task(self._play(past), name="playing")

    def pause(self) -> None:
        self.playing = False
        if self._pacer is not None:
            self._pacer.cancel()
            self._pacer = None

    def step_bars(self, count: int) -> None:
        """`count` bars on, or back where it is below 0; paused from then on."""
        self.pause()
        if self._past is not None and self._wanted is not None:
            self._go(self._past.course.bars_on(self._wanted, count))

    def step_entries(self, count: int) -> None:
        """`count` entries on or back, likewise."""
        self.pause()
        if self._past is not None and self._wanted is not None:
            self._go(self._past.course.entries_on(self._wanted, count))

    def change_speed(self, *, up: bool) -> None:
        """The next faster or slower speed that there is."""
        beyond = [speed for speed in SPEEDS if (speed > self.bars_per_s if up else speed < self.bars_per_s)]
        if beyond:
            self.bars_per_s = beyond[0] if up else beyond[-1]

    def seek(self, where: str) -> None:
        """Go to the place that `where` names, and stay there. Raises UsageInvalid where there is none."""
        if self._past is None:
            raise UsageInvalid("the record is still being read", fix="wait a moment")
        place = self._past.course.find(where, self._wanted)
        self.pause()
        self._go(place, where.strip())

    # ---- the way there ---------------------------------------------------------------------------

    def _go(self, place: Place, where: str = "") -> None:
        """Reach `place`: at once where that takes a few milliseconds, else beside the loop."""
        past, moment = self._past, self._moment
        self._wanted, self._where = place, where
        if past is None or self._mover is not None:
            return
        if moment is None or not past.near(moment, place):
            self._mover = asyncio.create_task(self._move(past), name="seeking")
            return
        try:
            self._moment = past.move(moment, place)
            self._problem = ""
        except Exception as error:
            self._lost(error)

    async def _open(self) -> None:
        """Read everything, and go where the playback begins."""
        problem = ""
        try:
            past = self._past = await self.aside(lambda: self.open_past(self._note))
            try:
                self._wanted = past.course.find(self.begin, None)
            except UsageInvalid as error:
                self._wanted, problem = past.course.first, str(error)
            await self._move(past)
            self._problem = self._problem or problem
        except _Abandoned:
            return
        except Exception as error:
            self._lost(error)
        finally:
            self._mover = None

    async def _move(self, past: Past) -> None:
        """Reach the place that is wanted, and the one that was asked for meanwhile."""
        try:
            while (place := self._wanted) is not None and not self._is_at(place):
                self._moment = await self.aside(partial(past.at, place))
                self._problem = ""
        except Exception as error:
            self._lost(error)
        finally:
            self._mover = None

    def _is_at(self, place: Place) -> bool:
        return self._moment is not None and self._moment.place == place

    def _lost(self, error: Exception) -> None:
        """The record does not give a place, whatever the reason: nothing is shown that may be half of one."""
        self.pause()
        words = words_of(error)
        self._moment = None
        self._problem = words if isinstance(error, YtcError) else f"{type(error).__name__}: {words}"

    def _note(self, share: float) -> None:
        """Told by the reading thread."""
        self._share = share
        if not self.watching.watched:
            raise _Abandoned

    async def _play(self, past: Past) -> None:
        """Take the next bars in time, until the end."""
        loop = asyncio.get_running_loop()
        due_s, owed = loop.time(), 0.0
        while self._wanted is not None and self._wanted != past.course.last:
            pause_s = max(1 / self.bars_per_s, _LEAST_PAUSE_S)
            owed += pause_s * self.bars_per_s
            due_s = max(due_s + pause_s, loop.time())
            await asyncio.sleep(due_s - loop.time())
            if self._mover is None:
                bars, owed = int(owed), owed % 1
                self._go(past.course.bars_on(self._wanted, bars))
        self.playing, self._pacer = False, None

    # ---- what a frame shows ----------------------------------------------------------------------

    def _views(self, names: Collection[str]) -> tuple[int, dict[str, Any]]:
        """Every view of `names` at the place; built anew only when that has changed."""
        moment, past = self._moment, self._past
        if moment is None or past is None:
            return 0, {**dict.fromkeys(names), _NAME: self._standing()}
        shown = (frozenset(names), moment.place)
        if shown != self._shown:
            try:
                self._shown, self._built = shown, past.views(moment, names)
            except Exception as error:
                # Within one step of the engine nobody ever looked; other places are shown all the same.
                self._built = dict.fromkeys(names)
                self._problem = f"entry {moment.place.seq} cannot be shown: {words_of(error)}"
        return moment.place.at_ns, {**self._built, _NAME: self._standing()}

    def _standing(self) -> PlaybackView:
        past, moment = self._past, self._moment
        return PlaybackView(
            session_id=self.session,
            seq=moment.place.seq if moment is not None else 0,
            entries=past.record.entries if past is not None else 0,
            at_ns=moment.place.at_ns if moment is not None else 0,
            bars_per_s=self.bars_per_s,
            playing=self.playing,
            busy=self._busy(),
            problem=self._problem,
            missing=past.background.missing if past is not None else (),
            cut=past.record.cut if past is not None else "",
        )

    def _busy(self) -> str:
        if self._past is None:
            return f"reading the record, {self._share:.0%}" if self._mover is not None else ""
        if self._mover is None or self._wanted is None:
            return ""
        return f"going to {self._where or f'entry {self._wanted.seq}'}"


class _Abandoned(Exception):
    """Nobody looks any more at what is being read."""
