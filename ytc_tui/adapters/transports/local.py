"""An engine in this process, on an event loop of its own, as a client on another loop sees it.

Decides how calls and frames cross from one loop to the other. Imports the client protocol and errors.
Invariants: the engine's loop runs every call; a slow watcher holds up nothing, frames merge until it looks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Coroutine
from typing import Any, TypeVar

from ytc_tui.client import NEWEST, EngineClient, Frame, Page, Receipt, WholeEntry
from ytc_tui.errors import EngineUnreachable
from ytc_tui.model.commands import Command
from ytc_tui.views.journal_query import PageQuery
from ytc_tui.views.review import PastSessions, Review

AnswerT = TypeVar("AnswerT")


class LocalClient:
    """The EngineClient of `door`, which lives on `engine_loop`; use it from any other loop."""

    def __init__(self, door: EngineClient, engine_loop: asyncio.AbstractEventLoop) -> None:
        self._door = door
        self._loop = engine_loop

    async def frames(self, names: Collection[str]) -> AsyncGenerator[Frame, None]:
        crossing = _Crossing(asyncio.get_running_loop())
        pump = self._start(self._pump(names, crossing))
        try:
            while True:
                yield await crossing.take()
        finally:
            pump.cancel()

    async def status(self, component: str | None = None) -> dict[str, Any]:
        return await self._call(lambda: self._door.status(component))

    async def send(self, command: Command) -> Receipt:
        return await self._call(lambda: self._door.send(command))

    async def page(self, query: PageQuery = NEWEST) -> Page:
        return await self._call(lambda: self._door.page(query))

    async def entry(self, seq: int) -> WholeEntry | None:
        return await self._call(lambda: self._door.entry(seq))

    async def explain(self, target: str) -> dict[str, Any]:
        return await self._call(lambda: self._door.explain(target))

    async def sessions(self) -> PastSessions:
        return await self._call(self._door.sessions)

    async def review(self, session: str) -> Review:
        return await self._call(lambda: self._door.review(session))

    async def _pump(self, names: Collection[str], crossing: _Crossing) -> None:
        try:
            async for frame in self._door.frames(names):
                crossing.put(frame)
            crossing.fail(EngineUnreachable("the engine has ended"))
        except asyncio.CancelledError:
            crossing.fail(EngineUnreachable("the engine has ended"))
            raise
        except Exception as error:
            crossing.fail(error)

    async def _call(self, ask: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        async def asked() -> AnswerT:
            return await ask()

        return await asyncio.wrap_future(self._start(asked()))

    def _start(self, work: Coroutine[Any, Any, AnswerT]) -> Any:
        if self._loop.is_closed() or not self._loop.is_running():
            work.close()
            raise EngineUnreachable("the engine has ended", fix="`ytc run` takes the session up again")
        return asyncio.run_coroutine_threadsafe(work, self._loop)


class _Crossing:
    """Frames on their way to `loop`; those that were not taken yet are one frame."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._news = asyncio.Event()
        self._waiting: Frame | None = None
        self._error: Exception | None = None

    def put(self, frame: Frame) -> None:
        """From the engine's loop."""
        self._loop.call_soon_threadsafe(self._arrive, frame)

    def fail(self, error: Exception) -> None:
        """From the engine's loop: no more frames will come."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end, error)

    def _arrive(self, frame: Frame) -> None:
        held = self._waiting
        self._waiting = (
            frame if held is None else Frame(frame.number, frame.at_ns, {**held.views, **frame.views})
        )
        self._news.set()

    def _end(self, error: Exception) -> None:
        self._error = error
        self._news.set()

    async def take(self) -> Frame:
        """On the watcher's loop: the next frame, or the error that ended them."""
        while True:
            await self._news.wait()
            self._news.clear()
            if self._waiting is not None:
                frame, self._waiting = self._waiting, None
                if self._error is not None:
                    self._news.set()
                return frame
            if self._error is not None:
                raise self._error
