"""Rows that no one waits for: bars and telemetry on their way to the next commit.

Decides how many may wait and what is dropped when more come. May import the model.
Invariant: bounded; every dropped row is counted; bars leave in the order they came. One thread adds
while another takes: only single, atomic operations of deque are used.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from ytc_tui.adapters.stores.values import Stored
from ytc_tui.model.market import Bar

BARS_LIMIT = 50_000
TELEMETRY_LIMIT = 4_096
FLUSH_ROWS = 256  # this many waiting rows are written without an entry to ride with
TAKE_ROWS = 2_048  # and at most so many in one commit


class Load(NamedTuple):
    """Rows taken out for one commit."""

    bars: tuple[Bar, ...] = ()
    telemetry: tuple[tuple[Stored, ...], ...] = ()


EMPTY = Load()


class Backlog:
    """Two bounded queues, and what was lost at their ends."""

    def __init__(self) -> None:
        self._bars: deque[Bar] = deque()
        self._telemetry: deque[tuple[Stored, ...]] = deque()
        self.bars_dropped = 0
        self.bars_conflicting = 0
        self.telemetry_dropped = 0

    def __len__(self) -> int:
        return len(self._bars) + len(self._telemetry)

    def add_bars(self, bars: Sequence[Bar]) -> None:
        room = BARS_LIMIT - len(self._bars)
        self._bars.extend(bars[:room])
        self.bars_dropped += max(0, len(bars) - room)

    def add_telemetry(self, at_ns: int, name: str, value: float, detail: str) -> None:
        if len(self._telemetry) >= TELEMETRY_LIMIT:
            self.telemetry_dropped += 1
            return
        number = float(value)
        self._telemetry.append((None, at_ns, name, number if math.isfinite(number) else None, detail))

    def take(self) -> Load:
        """The oldest rows, at most `TAKE_ROWS` of each."""
        if not self:
            return EMPTY
        bars = tuple(self._bars.popleft() for _ in range(min(TAKE_ROWS, len(self._bars))))
        lines = tuple(self._telemetry.popleft() for _ in range(min(TAKE_ROWS, len(self._telemetry))))
        return Load(bars, lines)

    def give_back(self, load: Load) -> None:
        """Put rows that could not be written now at the front again."""
        self._bars.extendleft(reversed(load.bars))
        self._telemetry.extendleft(reversed(load.telemetry))

    def lose(self, load: Load) -> None:
        """Count rows that the store refused for what they hold."""
        self.bars_dropped += len(load.bars)
        self.telemetry_dropped += len(load.telemetry)
