"""One session of a drill: the real engine over the sandbox's journal and a paper venue, in virtual time.

Decides what a scene is made of and what of it is looked at afterwards. Imports the composition root.
Invariants: the engine is the one that a run has, put together by the same code; a scene touches its
situation only where it says what the engine is to find there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from ytc_tui.adapters.venues.faults import NO_FAULTS, FaultScript
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.agents.base import Agent, AgentAnswer, AgentContext, AgentSpec, Probe
from ytc_tui.checklists import initial_lines
from ytc_tui.client import Receipt
from ytc_tui.drill import tape
from ytc_tui.drill.sandbox import Sandbox, request_of
from ytc_tui.drill.virtual_time import VirtualLoop
from ytc_tui.drill.watched import WatchedVenue
from ytc_tui.engine.host import Host
from ytc_tui.engine.ports import Minute, Notice
from ytc_tui.engine.recovery import recover_state
from ytc_tui.engine.situation import Situation
from ytc_tui.halting import fence_of
from ytc_tui.model import events as ev
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.codec import to_json
from ytc_tui.model.commands import ClosePart, Command, Verb
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import Phase, StepResult
from ytc_tui.model.signals import Setup
from ytc_tui.model.state import State
from ytc_tui.model.workflow import Step, Trigger
from ytc_tui.outlets import EmergencyMemory
from ytc_tui.paper_run import Outlets, PaperRun
from ytc_tui.venues import open_venue

PROPOSER = "drill"
# The minutes at whose beginning a trade is proposed, and something is done about it.
ASK_MINUTE, ACT_MINUTE = 6, 9
ACTOR = "drill"
# What a pause of the feed takes, in virtual seconds: everybody who waits for less gets a turn.
_PAUSE_S = 1.0
_PROBED = ("feed", "venue", "journal", "log", "emergency", "clock", "disk")

EventT = TypeVar("EventT")
Propose = Callable[[Situation], Iterable[Setup]]
Act = Callable[["Scene"], Awaitable[None]]


class _Over(Exception):
    """The scene saw what it was for."""


def _nothing(sit: Situation) -> Iterable[Setup]:
    return ()


async def idle(scene: Scene) -> None:
    """Nobody does anything."""


class _Told(list[Notice]):
    async def notify(self, notice: Notice) -> None:
        self.append(notice)


@dataclass(slots=True)
class _SceneHost(Host):
    """A host whose every pause belongs to the scene first."""

    pause: Callable[[], Awaitable[None]] | None = None

    async def between(self) -> None:
        if self.pause is not None:
            await self.pause()
        # A slots dataclass is made anew by its decorator, so a bare super() would not find it.
        await Host.between(self)


@dataclass
class Scene:
    """A session under the label `name`.

    `propose` is asked for setups at the close of each minute of trading, `act` at each pause of the feed.
    `bars` replaces minutes of the quiet market; `until` is the number of the first minute that is not played.
    `default_limits` says that it is about something else than the limits that are drilled;
    `feed_can_wait` False lets time pass while the journal is away, as it does live.
    """

    name: str
    propose: Propose = _nothing
    act: Act = idle
    bars: tape.Changed = field(default_factory=dict)
    faults: FaultScript = NO_FAULTS
    hangs: OrderRole | None = None
    slips_bps: Decimal | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    default_limits: bool = False
    agents: tuple[tuple[Agent, tuple[Phase, Step]], ...] = ()
    until: int = tape.MINUTES
    feed_can_wait: bool = True
    blocked_probe: str = ""
    beside: Callable[[PaperRun], Awaitable[None]] | None = None  # runs while the session does
    events: list[tuple[Entry, ev.Event]] = field(default_factory=list)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    run: PaperRun = field(init=False)
    venue: WatchedVenue = field(init=False)
    host: Host = field(init=False)
    _sending: list[asyncio.Task[None]] = field(default_factory=list)
    _did: set[str] = field(default_factory=set)

    def play(self, sandbox: Sandbox) -> None:
        """Play the scene to its end, in virtual time."""
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(self._play(sandbox))

    # ---- what a script uses ---------------------------------------------------------------------------

    @property
    def now_ns(self) -> int:
        """Feed time, UTC ns; 0 before the session."""
        run = self.host.current
        return run.now_ns if run is not None else 0

    @property
    def minute(self) -> float:
        """Feed time in minutes since INIT."""
        return (self.now_ns - tape.INIT_NS) / NS_PER_MIN

    @property
    def sit(self) -> Situation:
        run = self.host.latest
        assert run is not None
        return run.kernel.sit

    def lose(self, money: Decimal) -> None:
        """The account, in our books and in the venue's, holds `money` less."""
        self.state.wallet -= money
        self.venue.more_money -= money

    def over(self) -> None:
        """Nothing more is to be played."""
        self.until = 0

    def once(self, what: str, minute: float) -> bool:
        """Whether it is time, at `minute` or later, for `what`, which is done once."""
        if what in self._did or self.host.current is None or self.minute < minute:
            return False
        self._did.add(what)
        return True

    def say(
        self, verb: Verb, target: str = "", content_hash: str = "", close: ClosePart | None = None
    ) -> None:
        """Send an operator's command through the host's inbox."""
        name = f"{self.name}-{verb}"
        command = Command(name, verb, ACTOR, f"drill: {self.name}", target, content_hash, close=close)
        self._sending.append(asyncio.ensure_future(self._deliver(command)))

    async def _deliver(self, command: Command) -> None:
        self.receipts[command.verb] = await self.host.send(command)

    # ---- what is looked at ----------------------------------------------------------------------------

    def all(self, kind: type[EventT]) -> list[tuple[int, EventT]]:
        """Every journalled event of a type with its feed time, in order."""
        return [(entry.at, event) for entry, event in self.events if isinstance(event, kind)]

    def alerted(self, code: str) -> list[int]:
        """When the alert `code` was raised."""
        return [at_ns for at_ns, event in self.all(ev.AlertRaised) if event.code == code]

    @property
    def state(self) -> State:
        return self.sit.state

    def recovered(self, sandbox: Sandbox) -> State:
        """The state as its journal gives it."""
        return recover_state(sandbox.journal.reader(), self.state.session_id)[0]

    # ---- how it is put together -----------------------------------------------------------------------

    async def _play(self, sandbox: Sandbox) -> None:
        self._build(sandbox)
        minutes = self.run.parts.feed.minutes(self.run.parts.feed.start_ns)
        beside = asyncio.ensure_future(self.beside(self.run)) if self.beside is not None else None
        try:
            await self.host.run(tape.staged(self._cut(minutes), self.bars))
        except _Over:
            pass
        finally:
            if beside is not None:
                beside.cancel()
        await asyncio.gather(*self._sending)

    def _cut(self, minutes: Iterator[Minute]) -> Iterator[Minute]:
        for minute in minutes:
            if minute.open_ns >= tape.open_ns(self.until):
                raise _Over
            yield minute

    def _build(self, sandbox: Sandbox) -> None:
        request = request_of(self.name, sandbox.data)
        brought = ((self._proposer(), _STEP), *self.agents)
        request = replace(
            request,
            agents=tuple(agent for agent, _ in brought),
            steps=tuple(step for _, step in brought),
            faults=self.faults,
        )
        parts = sandbox.parts(request, self.settings, default_limits=self.default_limits)
        paper = open_venue(parts, PaperStore.in_memory())
        self.venue = WatchedVenue(paper, lambda: self.now_ns, self.hangs, self.slips_bps)
        blocked = self.blocked_probe

        async def checks() -> tuple[list[tuple[str, str, str]], tuple[Probe, ...]]:
            results = {name: StepResult.BLOCKED if name == blocked else StepResult.OK for name in _PROBED}
            probes = tuple(Probe(name, result, "drill") for name, result in results.items())
            return initial_lines(parts, probes), probes

        async def unsigned(head: ChainHead) -> None:
            return

        outlets = Outlets(
            journal=sandbox.journal,
            reader=sandbox.journal.reader(),
            venue=self.venue,
            notifier=_Told(),
            spare=EmergencyMemory(),
            checks=checks,
            finish=lambda state: [],
            observe=lambda entry, event: self.events.append((entry, event)),
            hold=lambda session: None,
            seal=unsigned,
            fence=lambda: fence_of(parts.paths, parts.run_id),
        )
        self.run = PaperRun(parts, outlets, feed_can_wait=self.feed_can_wait)
        plain = self.run.host
        self.host = self.run.host = _SceneHost(
            plain.market, plain.windows, plain.open_session, plain.on_ended, pause=self._pause
        )

    async def _pause(self) -> None:
        await asyncio.sleep(_PAUSE_S)
        await self.act(self)
        # What was just sent is in the inbox before the pause ends.
        await asyncio.sleep(0)

    def _proposer(self) -> Agent:
        async def consider(context: AgentContext) -> AgentAnswer:
            setups = [to_json(setup) for setup in self.propose(self.sit)]
            return AgentAnswer({"proposals": setups} if setups else {})

        return Agent(spec_of(PROPOSER), consider)


def spec_of(name: str, *, critical: bool = False) -> AgentSpec:
    """The spec of an agent that a scene brings along and that runs at each minute of trading."""
    return AgentSpec(
        name=name,
        number="90",
        title="drill",
        phases=tuple(Phase),
        needs=(),
        triggers=tuple(Trigger),
        critical=critical,
    )


_STEP = (Phase.ACTIVE_TRADING, Step(PROPOSER, Trigger.LOWER_CLOSE))
