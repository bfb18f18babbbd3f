"""The disk of a world: what survives a kill, and when it is full."""

from __future__ import annotations

import asyncio
import json
from random import Random

from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.engine.ports import Batch
from ytc_tui.errors import JournalUnavailable
from ytc_tui.model.market import NS_PER_MIN


class WorldJournal(MemoryJournal):
    """A journal that takes a moment before and after a batch is on disk, and is away at times.

    `away` are spans of feed time; while it is away, patience at one instant is bounded, so that a
    session that ends meanwhile comes to its end.
    """

    def __init__(self, chance: Random, away: tuple[tuple[int, int], ...] = ()) -> None:
        super().__init__()
        self.intents: set[str] = set()
        self.final_flatten = False
        self.refused = 0
        self._chance = chance
        self._away = away
        self._at_once = (0, 0)

    async def append(self, batch: Batch) -> None:
        await asyncio.sleep(self._chance.choice((0.0, 0.0, 0.001, 0.03)))
        last_ns = batch.entries[-1].at if batch.entries else 0
        if any(from_ns <= last_ns < until_ns for from_ns, until_ns in self._away) and self._refuses(last_ns):
            self.refused += 1
            raise JournalUnavailable("no space left on device")
        await super().append(batch)
        for entry in batch.entries:
            if entry.type == "OrderIntended":
                self.intents.add(json.loads(entry.body)["order"]["client_id"])
            elif entry.type == "FlattenStarted":
                self.final_flatten = self.final_flatten or json.loads(entry.body)["final"]
        await asyncio.sleep(0)

    def _refuses(self, at_ns: int) -> bool:
        count = self._at_once[1] + 1 if self._at_once[0] == at_ns else 1
        self._at_once = (at_ns, count)
        return count <= 6


def away(chance: Random, start_ns: int, minutes: int) -> tuple[tuple[int, int], ...]:
    """One span within the session."""
    from_ns = start_ns + chance.randint(2, minutes - 8) * NS_PER_MIN
    return ((from_ns, from_ns + chance.randint(1, 8) * NS_PER_MIN),)
