"""The host: all sessions of one run over one feed, and the door's inbox between their steps.

Decides when a session begins and ends, and what carries over: the analysis and the balance. Imports the
session run and the ports. Invariants: sessions never overlap; bars between them are warm-up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ytc_tui.client import Receipt
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.kernel import Kernel
from ytc_tui.engine.market import MarketView
from ytc_tui.engine.policy import Window
from ytc_tui.engine.ports import Clock, Minute
from ytc_tui.engine.receipts import effect_lines, unconfirmed_lines
from ytc_tui.engine.schedule import begins_in
from ytc_tui.engine.session_run import SessionRun
from ytc_tui.errors import JournalUnavailable, UsageInvalid
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.events import Event
from ytc_tui.model.orders import OrderRole

MAX_WAITING_COMMANDS = 256
# What goes before everything that waits, and is heard even when the inbox is full.
URGENT = frozenset({Verb.FLATTEN, Verb.CLOSE, Verb.CANCEL, Verb.STOP_ENTRIES, Verb.PAUSE})
# In a warm-up the loop gets its turn after so many minutes, so that the door answers.
_MINUTES_PER_BREATH = 256
_BREATH_S = 0.004
# A turn of the loop in less than this had nothing to do.
_MOST_TURNS, _IDLE_TURN_S = 32, 0.000_05
_JOURNAL_RETRY_S = 0.5
# How soon a flatten that is in doubt is taken up again, at first and at the longest.
_PRESS_FIRST_S, _PRESS_LONGEST_S = 0.25, 4.0
_FEED_OVER = "the feed has ended"

OpenSession = Callable[[Window], Awaitable[SessionRun | None]]
Ended = Callable[[SessionRun], Awaitable[None]]


@dataclass(slots=True)
class _Waiting:
    command: Command
    answer: asyncio.Future[Receipt]


@dataclass(slots=True)
class Host:
    """Runs the windows of a feed, one session after the other.

    `open_session` gives the run of a window, or None for one that the journal already holds whole.
    While something waits for a person, the feed stands still; how long it may wait is wall time.
    """

    market: MarketView
    windows: Sequence[Window]
    open_session: OpenSession
    on_ended: Ended
    current: SessionRun | None = None
    latest: SessionRun | None = None  # the current one, or the last that this process ran
    stopping: bool = False
    _feed_over: bool = False
    _breathed_s: float = 0.0  # in the event loop's time
    _press_s: float = _PRESS_FIRST_S
    _press_due_s: float = 0.0  # in the event loop's time; 0 = none is due
    _told: deque[inp.Input] = field(default_factory=deque)
    _urgent: deque[_Waiting] = field(default_factory=deque)
    _inbox: deque[_Waiting] = field(default_factory=deque)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, minutes: Iterator[Minute]) -> None:
        """Drive every window over `minutes`; returns when the feed or the windows are used up."""
        remaining = deque(self.windows)
        skipped: Window | None = None
        for minute in minutes:
            if self.stopping:
                await self._withdraw_entries()
                self._refuse_waiting("the engine is stopping")
                if self.current is not None:
                    await self._written(self.current)
                return
            if skipped is not None and minute.open_ns >= skipped.hard_end_ns:
                skipped = None
            if self.current is None and remaining and begins_in(remaining[0], minute.open_ns):
                window = remaining.popleft()
                self.market.begin_session()
                self.current = await self.open_session(window)
                self.latest = self.current or self.latest
                skipped = window if self.current is None else None
            run = self.current
            if run is None:
                self.market.begin_minute(minute)
                self.market.close_minute(minute)
                if not self.market.minutes % _MINUTES_PER_BREATH:
                    await asyncio.sleep(0)
                if not remaining and skipped is None:
                    return
                continue
            await run.minute(minute)
            await self._settle(run)
            if not remaining and self.current is None:
                return
        if self.current is not None:
            run = self.current
            await run.finish()
            await self._settle(run)
            # What the end of the feed could not end stays as it is, and takes no commands.
            self._feed_over = True
            await self._written(run)
            self._refuse_waiting(_FEED_OVER)

    async def pace(self, clock: Clock, at_ns: int) -> None:
        """Wait on `clock` until `at_ns`; commands that arrive meanwhile are carried out at once."""
        while clock.paced and clock.now_ns() < at_ns and not self.stopping:
            sleeping = asyncio.ensure_future(clock.sleep_until(at_ns))
            arriving = asyncio.ensure_future(self._arrived.wait())
            await asyncio.wait(
                (sleeping, arriving), timeout=self._press_in_s(), return_when=asyncio.FIRST_COMPLETED
            )
            for waiting in (sleeping, arriving):
                waiting.cancel()
            await asyncio.gather(sleeping, arriving, return_exceptions=True)
            await self._take_commands()
            await self._press()
        await clock.sleep_until(at_ns)

    def _press_in_s(self) -> float | None:
        """Seconds until a flatten that is in doubt is taken up again; None while none is."""
        run = self.current
        if run is None or run.ended or not run.kernel.in_doubt:
            self._press_s, self._press_due_s = _PRESS_FIRST_S, 0.0
            return None
        now_s = asyncio.get_running_loop().time()
        if not self._press_due_s:
            self._press_due_s = now_s + self._press_s
        return max(0.0, self._press_due_s - now_s)

    async def _press(self) -> None:
        """Take up the flatten that is in doubt, without end and less often with each time."""
        if self._press_in_s() == 0.0 and self.current is not None:
            await self.current.press()
            self._press_s = min(2 * self._press_s, _PRESS_LONGEST_S)
            self._press_due_s = 0.0

    async def _settle(self, run: SessionRun) -> None:
        if run.ended:
            await self._written(run)
            self.current = None
            await self.on_ended(run)
            self._refuse_waiting("the session has ended")

    async def _written(self, run: SessionRun) -> None:
        """Wait until the last entry of `run` is durable; while the journal is away, time stands still.

        Raises JournalUnavailable when the process is asked to stop before that.
        """
        while run.kernel.waiting:
            await run.kernel.take(run.now_ns, ())
            if run.kernel.waiting:
                if self.stopping:
                    raise JournalUnavailable(
                        f"its last entries are not on record: {run.kernel.stalled}",
                        where=f"session {run.kernel.head.session}",
                        fix="free the disk and run the same command again: it goes on from the record",
                    )
                await asyncio.sleep(_JOURNAL_RETRY_S)

    # ---- the inbox ------------------------------------------------------------------------------

    async def send(self, command: Command) -> Receipt:
        """Queue `command` for the next step of the running session and wait for its receipt."""
        if len(self._inbox) >= MAX_WAITING_COMMANDS and command.verb not in URGENT:
            raise UsageInvalid("too many commands are waiting", fix="try again in a moment")
        waiting = _Waiting(command, asyncio.get_running_loop().create_future())
        if self.current is None or self.stopping or self._feed_over:
            why = "the engine is stopping" if self.stopping else "no session is running now"
            if self._feed_over:
                why = _FEED_OVER
            return Receipt(command.command_id, False, why, "", 0)
        if command.verb in URGENT:
            self._urgent.append(waiting)
            self.current.kernel.outward.hurry()
        else:
            self._inbox.append(waiting)
        self._arrived.set()
        return await waiting.answer

    def tell(self, item: inp.Input) -> None:
        """Let the running session take `item` before any command that waits."""
        self._told.append(item)
        self._arrived.set()

    async def between(self) -> None:
        """Between two steps: let others run, take commands, and wait while something waits for a person.

        The others get their turn every few milliseconds: a turn of the event loop costs as much as a minute
        of the feed in which nothing happens.
        """
        await self.breathe()
        await self._take_commands()
        while (run := self.current) and run.kernel.sit.state.timers and not (run.ended or self.stopping):
            timers = run.kernel.outward.timers
            with suppress(TimeoutError):
                async with asyncio.timeout_at(timers.next_due()):
                    await self._arrived.wait()
            # An answer that came at the last instant counts.
            await self._take_commands()
            fired = timers.due(asyncio.get_running_loop().time())
            if fired:
                await run.kernel.take(run.now_ns, fired)

    async def breathe(self) -> None:
        """Let others run, as long as they have something to do: a request needs many turns of the loop until
        it is a command, and each step of ours that comes in between delays it."""
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        if now_s - self._breathed_s < _BREATH_S:
            return
        for _ in range(_MOST_TURNS):
            await asyncio.sleep(0)
            before_s, now_s = now_s, loop.time()
            if now_s - before_s < _IDLE_TURN_S:
                break
        self._breathed_s = now_s

    async def _take_commands(self) -> None:
        self._arrived.clear()
        while self.current is not None and self._told:
            await self.current.kernel.take(self.current.now_ns, (self._told.popleft(),))
        while self.current is not None and (waiting := self._next_waiting()):
            for one, receipt in zip(waiting, await self._carry_out(self.current, waiting), strict=True):
                if not one.answer.done():
                    one.answer.set_result(receipt)

    def _next_waiting(self) -> list[_Waiting]:
        """The commands whose turn it is: all urgent ones, which are one step and one commit, then the others
        one by one; empty when none waits."""
        if self._urgent:
            urgent = list(self._urgent)
            self._urgent.clear()
            return urgent
        return [self._inbox.popleft()] if self._inbox else []

    async def _carry_out(self, run: SessionRun, waiting: Sequence[_Waiting]) -> list[Receipt]:
        kernel = run.kernel
        kernel.outward.unhurried()
        before = kernel.head.seq
        told: list[Event] = []
        kernel.told = told
        await kernel.take(run.now_ns, [inp.Commanded(one.command) for one in waiting])
        kernel.told = None
        state = kernel.sit.state
        effects = (
            f"gate {state.gate}",
            f"status {state.status}",
            f"phase {state.phase}",
            *effect_lines(told),
        )
        unconfirmed, receipts = unconfirmed_lines(state, told), []
        for command_id in (one.command.command_id for one in waiting):
            refusal = state.commands.get(command_id)
            reason = refusal or _kept(kernel, before + 1)
            receipts.append(
                Receipt(command_id, not refusal, reason, state.session_id, run.now_ns, effects, unconfirmed)
            )
        return receipts

    def stop(self) -> None:
        """End the process, not the session: the feed stops after this step."""
        self.stopping = True
        self._arrived.set()

    async def _withdraw_entries(self) -> None:
        """Nobody will watch: entry orders are pulled, protective stops stay."""
        run = self.current
        if run is not None and run.begun and run.kernel.sit.state.working_orders(role=OrderRole.ENTRY):
            number = run.kernel.head.seq
            command = Command(f"stop-{number}", Verb.CANCEL, "process", "the process is stopping")
            await run.kernel.take(run.now_ns, (inp.Commanded(command),))

    def _refuse_waiting(self, reason: str) -> None:
        while waiting := self._next_waiting():
            for one in waiting:
                if not one.answer.done():
                    one.answer.set_result(Receipt(one.command.command_id, False, reason, "", 0))


def _kept(kernel: Kernel, first: int) -> str:
    """Where the entries from `first` on are: in the journal, or in memory while it is away."""
    last = kernel.head.seq
    entries = f"entries {first} to {last}" if first < last else f"entry {last}"
    if kernel.waiting:
        return f"{entries} wait in memory for the journal: {kernel.stalled}"
    return f"journalled as {entries}"
