"""A paper run: the parts that boot prepared, put in motion.

Decides how each session is opened or recovered, and what happens at its end. Part of the composition
root. Invariants: the same path starts and recovers; a run that is already on record is run again beside
it, never over it.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from ytc_tui.adapters.clock import stopwatch_ns
from ytc_tui.agents.base import NO_HISTORY, Probe
from ytc_tui.boot import Parts
from ytc_tui.engine import ids, inputs as inp
from ytc_tui.engine.chain_check import ChainCheck
from ytc_tui.engine.document import iso
from ytc_tui.engine.figures import session_figures
from ytc_tui.engine.host import Host
from ytc_tui.engine.kernel import Kernel, Observer
from ytc_tui.engine.outward import Outward
from ytc_tui.engine.past import session_balance
from ytc_tui.engine.policy import Window
from ytc_tui.engine.ports import EmergencyLines, Journal, JournalReader, MatchingVenue, Notifier, Venue
from ytc_tui.engine.recovery import recover_state, verify_record
from ytc_tui.engine.runner import AgentRunner
from ytc_tui.engine.session_run import SessionRun
from ytc_tui.engine.situation import Situation
from ytc_tui.model.chain import ChainHead
from ytc_tui.model.drawdown import SessionBalance, ledger_spans
from ytc_tui.model.events import LedgerFixed, SessionStarted
from ytc_tui.model.history import History
from ytc_tui.model.own import OwnBias, OwnLevel
from ytc_tui.model.state import State
from ytc_tui.wiring import drawdown_limits

VENUE_TIMEOUT_S = 10.0

Lines = list[tuple[str, str, str]]


class Fence(Protocol):
    """What stands between an engine and the venue once a guard has acted.

    `why` says why no order that can raise risk may leave, empty when it may; `met` what the state of its
    session does not know yet of halts.
    """

    def why(self) -> str: ...

    def met(self, state: State) -> inp.HaltFound | inp.HaltLifted | None: ...


class NoFence:
    """Of a run that no guard can reach."""

    def why(self) -> str:
        return ""

    def met(self, state: State) -> inp.HaltFound | inp.HaltLifted | None:
        return None


OwnView = tuple[tuple[OwnLevel, ...], tuple[OwnBias, ...]]
Opening = Callable[[str, Window], OwnView]


def nothing_said(session: str, window: Window) -> OwnView:
    return (), ()


def _nothing_kept(state: State, window: Window) -> None:
    return


def _nothing_to_prepare() -> None:
    return


@dataclass(slots=True)
class Outlets:
    """What a run reaches: its journal and reader, its venue, people, and the emergency file.

    `checks` gives the initialisation checklist and the probes behind it; `finish` carries out the
    outside's lines of the shutdown checklist; `hold` keeps other processes off a session; `seal` signs the
    head of one that has ended; `fence` makes the one of a session as it is opened. `withhold` takes secrets
    out of a text that goes on record. `own_view` gives the operator's levels and biases from before a
    session, `keep_view` what an ending one leaves of them. `urgent` is the venue over a line of its own.
    `check_chain` verifies a whole record beside the engine; None: at once, before anything goes on.
    """

    journal: Journal
    reader: JournalReader
    venue: MatchingVenue
    notifier: Notifier
    spare: EmergencyLines
    checks: Callable[[], Awaitable[tuple[Lines, tuple[Probe, ...]]]]
    finish: Callable[[State], Lines]
    observe: Observer
    hold: Callable[[str], None]
    seal: Callable[[ChainHead], Awaitable[None]]
    withhold: Callable[[str], str] | None = None
    fence: Callable[[], Fence] = NoFence
    own_view: Opening = nothing_said
    keep_view: Callable[[State, Window], None] = _nothing_kept
    urgent: Venue | None = None
    check_chain: Callable[[str], asyncio.Future[None]] | None = None


@dataclass(slots=True)
class PaperRun:
    """Runs every session of `parts`. `documents` holds the session documents, in order, with heads;
    `history` what the sessions that ended came to, which those after them are given. `about_to_open` is
    called when all that a session begins with is loaded."""

    parts: Parts
    outlets: Outlets
    feed_can_wait: bool = True
    about_to_open: Callable[[], None] = _nothing_to_prepare
    documents: list[dict[str, Any]] = field(default_factory=list)
    history: History = NO_HISTORY
    fence: Fence = field(default_factory=NoFence)  # of the session that was opened last
    host: Host = field(init=False)
    _past: dict[str, SessionBalance | None] = field(default_factory=dict)  # by local date, oldest first

    def __post_init__(self) -> None:
        self.host = Host(
            market=self.parts.market,
            windows=self.parts.windows,
            open_session=self.open_session,
            on_ended=self.on_ended,
        )

    async def run(self) -> None:
        """Drive the feed to its end, or until the host is told to stop."""
        feed = self.parts.feed
        # What is loaded by now lives as long as the run: no collection needs to look at it again.
        gc.freeze()
        try:
            await self.host.run(feed.minutes(feed.start_ns))
        finally:
            gc.unfreeze()

    async def open_session(self, window: Window) -> SessionRun | None:
        """The run of `window`: fresh, recovered, or None when the journal holds it to its end."""
        parts, outlets = self.parts, self.outlets
        session = ids.session_id(parts.run_id, window.date)
        outlets.hold(session)
        state, head = State(session), ChainHead(session)
        checking = None
        if outlets.reader.ends(session) is not None:
            checking = self._check(session)
            state, head = recover_state(outlets.reader, session)
        if state.ended and checking is not None:
            await checking
            self._carry_over(state, head)
            await outlets.seal(head)
            return None
        self.fence = outlets.fence()
        checks, probes = await outlets.checks()
        sit = Situation(state, parts.market, parts.policy, window, parts.registry, parts.workflow, probes)
        sit.history = self.history
        kernel = self._kernel(sit, head)
        restarted = inp.Restarted(head.seq) if head.seq else None
        said = ((), ()) if restarted else outlets.own_view(session, window)
        # What is on record already is not played again at the feed's pace.
        parts.clock.advance_to(max(window.init_ns, parts.request.play_from_ns, state.now_ns))
        self.about_to_open()
        return SessionRun(
            kernel=kernel,
            venue=outlets.venue,
            journal=outlets.journal,
            pace=lambda at_ns: self.host.pace(parts.clock, at_ns),
            opened=inp.SessionOpened(self._started(window), tuple(checks), self._ledger(window), *said),
            between=self.host.between,
            breathe=self.host.breathe,
            stopping=lambda: self.host.stopping,
            paced=lambda: parts.clock.paced,
            feed_can_wait=self.feed_can_wait,
            resumed_ns=state.now_ns if head.seq else 0,
            restarted=restarted,
            acted=outlets.spare.read_back() if restarted else (),
            checking=ChainCheck(checking) if checking is not None else None,
            halt=self.fence.met(state),
        )

    def _check(self, session: str) -> asyncio.Future[None]:
        """The verification of the whole record of `session`, under way or done."""
        if self.outlets.check_chain is not None:
            return self.outlets.check_chain(session)
        reader = self.outlets.reader
        verify_record(reader, session, reader.latest_snapshot(session))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def _kernel(self, sit: Situation, head: ChainHead) -> Kernel:
        parts, outlets = self.parts, self.outlets
        journal = outlets.journal

        def took(agent: str, elapsed_ms: float) -> None:
            journal.record_telemetry(sit.at_ns, f"agent.{agent}.ms", elapsed_ms)

        def finish() -> Lines:
            # Before the session's last entry: what it leaves is kept once it is on record as ended.
            outlets.keep_view(sit.state, sit.window)
            return outlets.finish(sit.state)

        return Kernel(
            sit=sit,
            journal=journal,
            outward=Outward(
                outlets.venue,
                outlets.notifier,
                finish,
                outlets.spare,
                VENUE_TIMEOUT_S,
                outlets.urgent,
                halted=self.fence.why,
            ),
            runner=AgentRunner(
                parts.registry,
                max_concurrent=parts.policy.max_concurrent_agents,
                stopwatch=stopwatch_ns,
                observe=took,
            ),
            head=head,
            snapshot_every=parts.loaded.settings.journal.snapshot_every,
            observe=outlets.observe,
            withhold=outlets.withhold,
        )

    def _ledger(self, window: Window) -> LedgerFixed:
        """The drawdown ledger as `window` begins: on a bars feed, of this run's sessions before it."""
        parts = self.parts
        for earlier in parts.windows:
            if earlier.init_ns >= window.init_ns:
                break
            if earlier.date not in self._past:
                self._past[earlier.date] = session_balance(
                    self.outlets.reader,
                    ids.session_id(parts.run_id, earlier.date),
                    earlier.date,
                    parts.policy.account_id,
                    parts.policy.mode,
                )
        past = [held for held in self._past.values() if held is not None]
        limits = drawdown_limits(parts.loaded.settings)
        return LedgerFixed(len(past), ledger_spans(past, window.date, parts.opening_balance, limits))

    def _started(self, window: Window) -> SessionStarted:
        parts, policy = self.parts, self.parts.policy
        return SessionStarted(
            mode=policy.mode,
            account_id=policy.account_id,
            currency=policy.currency,
            symbols=tuple(parts.market.symbols),
            feed="bars",
            feed_digest=parts.feed.digest,
            config_digest=parts.loaded.digest,
            run_id=parts.run_id,
            session_type=policy.session_type,
            market=policy.market_name,
            init_ns=window.init_ns,
            open_ns=window.open_ns,
            planned_end_ns=window.planned_end_ns,
            hard_end_ns=window.hard_end_ns,
            opening_balance=parts.opening_balance,
            software=policy.software,
        )

    async def on_ended(self, run: SessionRun) -> None:
        """Carry over what the next session starts from, and keep this one's document."""
        self._carry_over(run.kernel.sit.state, run.kernel.head)
        await run.kernel.save_snapshot()
        await self.outlets.seal(run.kernel.head)

    def _carry_over(self, state: State, head: ChainHead) -> None:
        self.parts.opening_balance = state.wallet
        self.parts.market.own_levels = state.all_levels()
        self.history = self.history.with_session(
            session_figures(state, self.parts.policy.management.breakeven_band_r)
        )
        self.documents.append(self._document(state, head))

    def _document(self, state: State, head: ChainHead) -> dict[str, Any]:
        return {
            **state.document,
            "journal": {"entries": head.seq, "head": head.hash},
            "written": iso(state.now_ns),
        }
