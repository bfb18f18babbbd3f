"""Somebody who looks at a playback: takes its frames, and waits for what they show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

from ytc_tui.client import Frame
from ytc_tui.engine.playback.player import Player
from ytc_tui.engine.watching import TICK_S
from ytc_tui.views.playback import PlaybackView

NAMES = {"playback", "top", "exposure"}
LOOKS = 1_000


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(LOOKS):
        if holds():
            return
        await asyncio.sleep(TICK_S / 10)
    raise AssertionError("it did not come about in time")


class Watcher:
    """Takes frames and keeps what they said last."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.views: dict[str, Any] = {}

    def take(self, frame: Frame) -> None:
        self.views.update(frame.views)

    @property
    def standing(self) -> PlaybackView:
        view = self.views["playback"]
        assert isinstance(view, PlaybackView)
        return view

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds` of what was shown last."""
        await until(lambda: bool(self.views) and holds())

    async def settles(self) -> None:
        """Wait until the place that was asked for last is shown."""

        def there() -> bool:
            here, wanted = self.player._moment, self.player._wanted
            return here is not None and here.place == wanted and self.standing.seq == here.place.seq

        await self.until(there)


@asynccontextmanager
async def watched(player: Player, names: set[str] = NAMES) -> AsyncIterator[Watcher]:
    watcher = Watcher(player)

    async def follow() -> None:
        async with aclosing(player.frames(names)) as frames:
            async for frame in frames:
                watcher.take(frame)

    following = asyncio.create_task(follow())
    try:
        yield watcher
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
