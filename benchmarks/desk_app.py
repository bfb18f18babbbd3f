"""The desk over an engine that stands still, for T1: its frames change nothing, or the feed's clock alone.

`still` and `moving` make the app. The scene is the one that the desk's own tests show: a session in a trade
with every pane filled. The engine speaks once a second, as a real one does at least.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass, replace
from time import monotonic

from tests.screens.desk_scenes import in_trade
from tests.screens.desk_stage import StagedDesk, StillEngine, staged
from tests.screens.desk_views import NOW_NS
from ytc_tui.client import Frame
from ytc_tui.model.market import NS_PER_S

SPEAKS_EVERY_S = 1.0


@dataclass
class SpeakingEngine(StillEngine):
    """Says once a second that it lives; `moving` adds a second to the time of the feed."""

    moving: bool = False

    async def frames(self, names: Collection[str]) -> AsyncGenerator[Frame, None]:
        yield Frame(1, NOW_NS, {name: self.scene[name] for name in names if name in self.scene})
        top, number = self.scene["top"], 1
        while True:
            await asyncio.sleep(SPEAKS_EVERY_S)
            number += 1
            top = replace(top, at_ns=top.at_ns + NS_PER_S)
            yield Frame(number, NOW_NS, {"top": top} if self.moving else {})


def _desk(moving: bool) -> StagedDesk:
    made = staged(in_trade())
    engine = SpeakingEngine(made.engine.scene, moving=moving)
    return StagedDesk(engine, made.clock, replace(made.desk, now_s=monotonic))


def still() -> StagedDesk:
    return _desk(moving=False)


def moving() -> StagedDesk:
    return _desk(moving=True)
