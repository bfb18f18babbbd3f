"""A whole session in memory: the product's own parts, a journal and a venue that live in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tests.sim.clock_text import at
from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.agents.base import Probe
from ytc_tui.boot import Parts, RunRequest, prepare
from ytc_tui.checklists import initial_lines
from ytc_tui.client import Receipt
from ytc_tui.config import load_settings
from ytc_tui.engine.host import Host
from ytc_tui.engine.ports import MatchingVenue, Notice
from ytc_tui.engine.recovery import recover_state
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.commands import Command
from ytc_tui.model.events import AlertRaised, Event, TaskReported, TaskRequested
from ytc_tui.model.session import StepResult
from ytc_tui.model.state import State
from ytc_tui.paper_run import Fence, NoFence, Outlets, OwnView, PaperRun
from ytc_tui.venues import open_venue
from ytc_tui.views.journal import Recorded, recorded

__all__ = ["AttendedHost", "LineList", "Operator", "Simulation", "at", "said_at"]

EventT = TypeVar("EventT")

SHUTDOWN_LINES = ("Export session data", "Archive logs", "Clean up resources", "Notify completion")
PREPARE_LINE = "Prepare next session config"


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


async def _unsigned(head: ChainHead) -> None:
    return


# While the feed waits for a person, the operator looks again so often.
_GLANCE_S = 0.002

Operator = Callable[[State, int], Iterable[Command]]


@dataclass(slots=True)
class AttendedHost(Host):
    """A host with an operator at hand, who is asked at every pause of the feed for commands to send."""

    operator: Operator | None = None
    feed_waits: bool = True  # False: the market goes on while something waits for a person
    receipts: dict[str, Receipt] = field(default_factory=dict)
    _sending: list[asyncio.Task[None]] = field(default_factory=list)

    async def between(self) -> None:
        # A slots dataclass is made anew by its decorator, so a bare super() would not find it.
        if self.operator is None:
            await Host.between(self)
            return
        self._consult(self.operator)
        if not self.feed_waits:
            await asyncio.sleep(0)
            await self._take_commands()
            return
        pausing = asyncio.ensure_future(Host.between(self))
        while not (await asyncio.wait({pausing}, timeout=_GLANCE_S))[0]:
            self._consult(self.operator)
        pausing.result()

    def _consult(self, operator: Operator) -> None:
        run = self.current
        if run is not None:
            for command in operator(run.kernel.sit.state, run.now_ns):
                self._sending.append(asyncio.create_task(self._deliver(command)))

    async def _deliver(self, command: Command) -> None:
        self.receipts[command.command_id] = await self.send(command)

    async def drain(self) -> None:
        """Let what was sent last be answered."""
        await asyncio.gather(*self._sending)


def said_at(*lines: tuple[int, Command]) -> Operator:
    """An operator who sends each command once, at the first pause at or after its instant."""
    waiting = list(lines)

    def operator(state: State, now_ns: int) -> list[Command]:
        due = [command for at_ns, command in waiting if at_ns <= now_ns]
        waiting[:] = [line for line in waiting if line[0] > now_ns]
        return due

    return operator


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
    operator: Operator | None = None
    handoff_expiry_s: float | None = None  # None = as set
    approval_life_s: float | None = None  # the same
    feed_waits: bool = True
    said_before: OwnView = ((), ())  # what the operator keeps for a session that begins
    fence: Callable[[], Fence] = NoFence
    kept: list[State] = field(default_factory=list)  # what ended sessions left to keep
    host: AttendedHost = field(init=False)

    def parts(self) -> Parts:
        loaded = load_settings(None, self.overrides, environment={})
        parts = prepare(loaded, self.request, {})
        if self.handoff_expiry_s is not None:
            parts.policy = replace(parts.policy, handoff_expiry_s=self.handoff_expiry_s)
        if self.approval_life_s is not None:
            parts.policy = replace(parts.policy, approval_life_s=self.approval_life_s)
        return parts

    def venue_of(self, parts: Parts) -> MatchingVenue:
        return open_venue(parts, self.store or PaperStore.in_memory())

    def build(self) -> PaperRun:
        parts = self.parts()
        venue = self.venue_of(parts)

        async def checks() -> tuple[list[tuple[str, str, str]], tuple[Probe, ...]]:
            probes = tuple(
                Probe(name, StepResult.OK, "simulated")
                for name in ("feed", "venue", "journal", "log", "emergency", "clock", "disk")
            )
            return initial_lines(parts, probes), probes

        def finish(state: State) -> list[tuple[str, str, str]]:
            return [(step, "ok", "in memory") for step in (PREPARE_LINE, *SHUTDOWN_LINES)]

        outlets = Outlets(
            journal=self.journal,
            reader=self.journal,
            venue=venue,
            notifier=self.notices,
            spare=self.spare,
            checks=checks,
            finish=finish,
            observe=lambda entry, event: self.events.append((entry, event)),
            hold=lambda session: None,
            seal=_unsigned,
            fence=self.fence,
            own_view=lambda session, window: self.said_before,
            keep_view=lambda state, window: self.kept.append(state),
        )
        run = PaperRun(parts, outlets, feed_can_wait=False)
        plain = run.host
        self.host = run.host = AttendedHost(
            plain.market,
            plain.windows,
            plain.open_session,
            plain.on_ended,
            operator=self.operator,
            feed_waits=self.feed_waits,
        )
        return run

    async def run(self) -> PaperRun:
        run = self.build()
        await run.run()
        await self.host.drain()
        return run

    # ---- what was found -------------------------------------------------------------------------

    def all(self, kind: type[EventT]) -> list[EventT]:
        """Every journalled event of a type, in order; of tasks, as readers of a journal have them."""
        return [event for _, event in self.timed(kind)]

    def timed(self, kind: type[EventT]) -> list[tuple[int, EventT]]:
        """The same with the feed time of each."""
        if kind in (TaskRequested, TaskReported):
            records: Iterable[Recorded] = recorded(entry for entry, _ in self.events)
        else:
            records = (Recorded(entry, event) for entry, event in self.events)
        return [(record.at_ns, record.event) for record in records if isinstance(record.event, kind)]

    def state(self) -> State:
        """The state as its journal gives it, of the last session."""
        return recover_state(self.journal, self.journal.sessions()[-1])[0]

    def alerts(self) -> set[str]:
        """The codes of all alerts."""
        return {alert.code for alert in self.all(AlertRaised)}
