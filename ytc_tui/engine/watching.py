"""Frames: what clients see, built once a tick for all of them, and only while somebody watches.

Decides when a view is built and what each watcher is sent. Imports the client protocol and the views'
names. Invariants: subscribing and the first frame are one step; a slow watcher gets the latest, never a
queue; without watchers nothing is built.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from typing import Any

from ytc_tui.client import Frame
from ytc_tui.errors import UsageInvalid
from ytc_tui.views.catalog import VIEW_TYPES, view_type

TICK_S = 0.1
# An engine that has nothing to say says so: a watcher that hears nothing for longer calls it silent.
HEARTBEAT_S = 1.0
MAX_VIEWS = 32

# (names) -> (feed time, views by name)
Build = Callable[[Collection[str]], tuple[int, dict[str, Any]]]


class _Watcher:
    """One subscription: what it was sent, and what waits to be sent."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.waiting: dict[str, Any] = {}
        self.at_ns = 0
        self.sent: dict[str, Any] = {}
        self.news = asyncio.Event()

    def offer(self, at_ns: int, views: dict[str, Any], beat: bool) -> None:
        """Note what is new for this watcher; `beat` makes a frame of it even if nothing is."""
        for name in self.names:
            view = views[name]
            if name not in self.sent or self.sent[name] != view:
                self.sent[name] = self.waiting[name] = view
        self.at_ns = at_ns
        if self.waiting or beat:
            self.news.set()


class Watching:
    """Serves frames of what `build` gives; belongs to the engine's event loop."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._watchers: set[_Watcher] = set()
        self._ticking: asyncio.Task[None] | None = None
        self._broken: Exception | None = None

    @property
    def watched(self) -> int:
        """How many subscriptions there are."""
        return len(self._watchers)

    async def frames(self, names: Collection[str]) -> AsyncGenerator[Frame, None]:
        """Frames for one watcher, until it stops asking. Raises UsageInvalid for an unknown view."""
        wanted = _checked(names)
        watcher = _Watcher(wanted)
        # No await between the snapshot and the subscription: nothing can fall between them.
        watcher.offer(*self._build(wanted), beat=True)
        self._watchers.add(watcher)
        if self._ticking is None:
            self._broken = None
            self._ticking = asyncio.create_task(self._tick(), name="frames")
        number = 0
        try:
            while True:
                await watcher.news.wait()
                watcher.news.clear()
                if self._broken is not None:
                    raise self._broken
                number += 1
                views, watcher.waiting = watcher.waiting, {}
                yield Frame(number, watcher.at_ns, views)
        finally:
            self._watchers.discard(watcher)
            if not self._watchers and self._ticking is not None:
                self._ticking.cancel()
                self._ticking = None

    async def _tick(self) -> None:
        """Build for everybody at once, ten times a second."""
        loop = asyncio.get_running_loop()
        next_beat_s = loop.time() + HEARTBEAT_S
        while True:
            await asyncio.sleep(TICK_S)
            beat = loop.time() >= next_beat_s
            if beat:
                next_beat_s = loop.time() + HEARTBEAT_S
            try:
                at_ns, views = self._build(frozenset().union(*(w.names for w in self._watchers)))
            except Exception as error:
                # A view that cannot be built ends what is watched, loudly; trading goes on.
                self._broken = error
                for watcher in self._watchers:
                    watcher.news.set()
                self._ticking = None
                return
            for watcher in self._watchers:
                watcher.offer(at_ns, views, beat)


def _checked(names: Collection[str]) -> frozenset[str]:
    unknown = sorted(name for name in names if view_type(name) is None)
    if unknown:
        raise UsageInvalid(
            f"no view {', '.join(unknown)[:200]!r}",
            where="frames",
            fix=f"views: {', '.join(VIEW_TYPES)}, chart/SYMBOL/MINUTES, past/SYMBOL/MINUTES",
        )
    if not names or len(names) > MAX_VIEWS:
        raise UsageInvalid(f"{len(names)} views asked for", where="frames", fix=f"ask for 1 to {MAX_VIEWS}")
    return frozenset(names)
