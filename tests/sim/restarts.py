"""Killing a run at a chosen step: the journal and the venue's store survive, nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.sim.harness import Simulation
from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.adapters.venues.paper_store import Change, PaperStore
from ytc_tui.engine.ports import Batch
from ytc_tui.model.chain import first_fault
from ytc_tui.model.events import EngineRecovered, Event, FillBooked, decode_event
from ytc_tui.model.state import State


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Fuse:
    """Counts the durable writes of a run and kills it at one: `after` it is on disk, or before."""

    kill_at: int = 0
    after: bool = True
    steps: int = 0
    journal_only: bool = False

    def passes(self, write: Callable[[], None]) -> None:
        self.steps += 1
        struck = self.steps == self.kill_at
        if struck and not self.after:
            raise Killed
        write()
        if struck:
            raise Killed


class FusedJournal(MemoryJournal):
    """A journal whose process may die at a commit."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self.fuse = fuse
        self.commits: list[int] = []

    async def append(self, batch: Batch) -> None:
        if self.fuse.kill_at and self.fuse.steps + 1 == self.fuse.kill_at and not self.fuse.after:
            self.fuse.passes(lambda: None)
        await super().append(batch)
        self.commits.append(len(batch.entries))
        self.fuse.passes(lambda: None)


class FusedStore(PaperStore):
    """A venue's store whose process may die at a write."""

    fuse: Fuse

    def write(self, change: Change) -> None:
        self.fuse.passes(lambda: super(FusedStore, self).write(change))


@dataclass
class Outcome:
    """What a run came to, as its journal tells it."""

    state: State
    fills: list[tuple[object, ...]]
    head: str
    events: list[Event]
    recoveries: int
    fault: object


def fused(build: Callable[[], Simulation], fuse: Fuse) -> Simulation:
    """A fresh simulation on a journal and a store that `fuse` watches."""
    simulation = build()
    simulation.journal = FusedJournal(fuse)
    store = FusedStore.in_memory()
    assert isinstance(store, FusedStore)
    store.fuse = fuse
    simulation.store = store
    return simulation


async def killed_and_resumed(build: Callable[[], Simulation], *kills: tuple[int, bool]) -> Simulation:
    """A run that is killed at each step of `kills` in turn (step, after it) and then finished."""
    fuse = Fuse()
    simulation = fused(build, fuse)
    for step, after in kills:
        fuse.kill_at, fuse.after, fuse.steps = step, after, 0
        try:
            await simulation.run()
        except Killed:
            simulation = resumed(build, simulation)
        else:
            return simulation
    fuse.kill_at = 0
    await simulation.run()
    return simulation


def resumed(build: Callable[[], Simulation], before: Simulation) -> Simulation:
    """A new process on what the killed one left behind."""
    after = build()
    after.journal, after.store, after.spare = before.journal, before.store, before.spare
    return after


def outcome(simulation: Simulation) -> Outcome:
    """The journal's account of the (last) session."""
    session = simulation.journal.sessions()[-1]
    entries = list(simulation.journal.entries(session))
    events = [decode_event(entry) for entry in entries]
    fills: list[tuple[object, ...]] = []
    for event in events:
        if isinstance(event, FillBooked):
            fill = event.fill
            fills.append((fill.venue_fill_id, fill.client_id, fill.quantity, fill.price, fill.at_ns))
    return Outcome(
        state=simulation.state(),
        fills=fills,
        head=entries[-1].hash,
        events=events,
        recoveries=sum(isinstance(event, EngineRecovered) for event in events),
        fault=first_fault(entries),
    )
