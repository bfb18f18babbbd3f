"""A journal kept in lists: tests of the engine, and measurements that must not include a store.

Decides nothing; checks the same chain as the store. May import the engine's ports and the model.
Invariant: what was appended reads back equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ytc_tui.adapters.stores.plan import START, Plan, Point, check_snapshot, continued
from ytc_tui.engine.ports import Batch, Snapshot
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.market import Bar


class MemoryJournal:
    """Both journal ports over lists. `projections` holds the last values of each (table, key)."""

    def __init__(self) -> None:
        self.projections: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}
        self.recorded_bars: list[Bar] = []
        self.telemetry: list[tuple[int, str, float, str]] = []
        self._entries: dict[str, list[Entry]] = {}
        self._snapshots: dict[str, list[Snapshot]] = {}

    async def append(self, batch: Batch) -> None:
        """Keep `batch`. Raises JournalCorrupt if it does not continue the chain."""
        continued(Plan(), batch.entries, self._point)
        for entry in batch.entries:
            self._entries.setdefault(entry.session, []).append(entry)
        for row in batch.rows:
            self.projections[row.table, row.key] = row.values

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        check_snapshot(Plan(), snapshot, self._point)
        self._snapshots.setdefault(snapshot.session, []).append(snapshot)

    def record_bars(self, bars: Sequence[Bar]) -> None:
        self.recorded_bars.extend(bars)

    def record_telemetry(self, at_ns: int, name: str, value: float, detail: str = "") -> None:
        self.telemetry.append((at_ns, name, value, detail))

    def keep_only(self, session: str) -> None:
        """Forget all but what is kept of `session`: a run over years would outgrow the memory."""
        self._entries = {session: self._entries[session]} if session in self._entries else {}
        self._snapshots = {session: self._snapshots[session]} if session in self._snapshots else {}
        self.projections.clear()
        self.recorded_bars.clear()
        self.telemetry.clear()

    async def close(self) -> None:
        return None

    def sessions(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def head(self, session: str) -> ChainHead:
        point = self._point(session)
        return ChainHead(session, point.seq, point.hash)

    def latest_snapshot(self, session: str) -> Snapshot | None:
        found = self._snapshots.get(session, [])
        return max(found, key=lambda snapshot: snapshot.seq, default=None)

    def entries(self, session: str, after_seq: int = 0) -> Iterator[Entry]:
        return iter(self._entries.get(session, [])[after_seq:])

    def ends(self, session: str) -> tuple[Entry, Entry] | None:
        entries = self._entries.get(session)
        return (entries[0], entries[-1]) if entries else None

    def _point(self, session: str) -> Point:
        entries = self._entries.get(session)
        return Point(entries[-1].seq, entries[-1].hash, entries[-1].at) if entries else START
