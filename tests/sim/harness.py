"""A whole session in memory: the product's own parts, a journal and a venue that live in this process."""

from __future__ import annotations

from dataclasses import dataclass, field

from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.agents.base import Probe
from ytc_tui.boot import Parts, RunRequest, open_venue, prepare
from ytc_tui.checklists import initial_lines
from ytc_tui.config import load_settings
from ytc_tui.engine.ports import Notice
from ytc_tui.model.chain import Entry
from ytc_tui.model.events import Event
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.session import StepResult
from ytc_tui.model.state import State
from ytc_tui.paper_run import Outlets, PaperRun

SHUTDOWN_LINES = ("Export session data", "Archive logs", "Clean up resources", "Notify completion")


class NoticeList(list[Notice]):
    """A notifier that keeps what it is told."""

    async def notify(self, notice: Notice) -> None:
        self.append(notice)


class LineList:
    """An emergency file in memory."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        self.lines.append(line)

    def read_back(self) -> tuple[str, ...]:
        return tuple(self.lines)

    def clear(self) -> None:
        self.lines.clear()


def at(text: str) -> int:
    """`2022-11-08T12:00` (UTC) as nanoseconds."""
    from datetime import UTC, datetime

    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * NS_PER_S


@dataclass
class Simulation:
    """One run in memory. `events` are all that was journalled, in order."""

    request: RunRequest
    overrides: dict[str, str] = field(default_factory=dict)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    store: PaperStore | None = None
    events: list[tuple[Entry, Event]] = field(default_factory=list)
    notices: NoticeList = field(default_factory=NoticeList)
    spare: LineList = field(default_factory=LineList)

    def parts(self) -> Parts:
        loaded = load_settings(None, self.overrides, environment={})
        return prepare(loaded, self.request, {})

    def build(self) -> PaperRun:
        parts = self.parts()
        venue = open_venue(parts, self.store or PaperStore.in_memory())

        def checks() -> tuple[list[tuple[str, str, str]], tuple[Probe, ...]]:
            probes = tuple(
                Probe(name, StepResult.OK, "simulated")
                for name in ("feed", "venue", "journal", "log", "emergency", "clock", "disk")
            )
            return initial_lines(parts, probes), probes

        def finish(state: State) -> list[tuple[str, str, str]]:
            return [(step, "ok", "in memory") for step in SHUTDOWN_LINES]

        outlets = Outlets(
            journal=self.journal,
            reader=self.journal,
            venue=venue,
            notifier=self.notices,
            spare=self.spare,
            checks=checks,
            finish=finish,
            observe=lambda entry, event: self.events.append((entry, event)),
        )
        return PaperRun(parts, outlets)

    async def run(self) -> PaperRun:
        run = self.build()
        await run.run()
        return run
