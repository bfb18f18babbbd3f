"""One session over a bars feed: minutes in, path points to venue and kernel, closes to analysis.

Decides the order within a minute: marks, venue reports, risk, then at the close analysis, agents and
the clock (semantics.md 3, 8). Imports the kernel and the ports. Invariants: the venue and the kernel
move in step; after a restart the feed is re-driven and what was already journalled is not decided again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from ytc_tui.engine import chain_check, inputs as inp
from ytc_tui.engine.chain_check import ChainCheck
from ytc_tui.engine.decide.halt import portions
from ytc_tui.engine.decide.recovery import CYCLE_NS
from ytc_tui.engine.effects import pending_effects, raises_risk
from ytc_tui.engine.kernel import Kernel
from ytc_tui.engine.pnl_trace import PnlTrace
from ytc_tui.engine.ports import Journal, MatchedPoint, MatchingVenue, Minute
from ytc_tui.engine.venue_answers import told
from ytc_tui.errors import VenueRetryable
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, PATH_OFFSETS_NS

Between = Callable[[], Awaitable[None]]

_RETRY_S = 0.25
_LISTEN_EVERY_NS = NS_PER_S


@dataclass(slots=True)
class SessionRun:
    """Drives one session. `pace` waits for an instant of feed time and `between` is
    awaited between steps: in both, operator commands come in. While the feed is `paced`, somebody may
    look or act at any instant: then an idle venue walks the minute too, so that prices and time move.

    `resumed_ns` is the instant of the last journalled entry when the session was recovered, else 0;
    `now_ns` is feed time, at which a command that comes in between is taken.
    """

    kernel: Kernel
    venue: MatchingVenue
    journal: Journal
    pace: Callable[[int], Awaitable[None]]
    opened: inp.SessionOpened
    between: Between
    breathe: Between  # lets others run, without taking commands
    stopping: Callable[[], bool]
    paced: Callable[[], bool]
    feed_can_wait: bool = True
    resumed_ns: int = 0
    restarted: inp.Restarted | None = None
    acted: tuple[str, ...] = ()  # what the emergency path sent before the restart
    checking: ChainCheck | None = None  # the verification of a recovered session's whole chain
    halt: inp.HaltFound | inp.HaltLifted | None = None  # what is known of a guard's as the run begins
    begun: bool = False
    minutes: int = 0
    now_ns: int = 0
    reconcile_after_ns: int = 0
    compared_ns: int = 0  # when our books and the venue's were last compared
    trace: PnlTrace = field(default_factory=PnlTrace)  # kept while somebody may look

    @property
    def ended(self) -> bool:
        return self.kernel.sit.state.ended

    async def minute(self, minute: Minute) -> None:
        """One minute of the session, in real order."""
        close_ns = minute.open_ns + NS_PER_MIN
        if close_ns <= self.resumed_ns:
            self._catch_up(minute)
            return
        if not self.begun:
            await self._begin()
            if self.stopping():
                return
        market, kernel = self.kernel.sit.market, self.kernel
        market.own_levels = kernel.sit.state.all_levels()
        market.begin_minute(minute)
        self.minutes += 1
        watched = self.paced() or kernel.sit.state.venue_silent_ns
        if self.restarted is None and self.venue.idle() and not watched:
            self.venue.skip_minute(minute)
        elif not await self._path(minute):
            await self._wait_for_journal()
            return
        await self._listen(close_ns)
        await self.pace(close_ns)
        market.close_minute(minute)
        self.journal.record_bars(minute.bars)
        self.now_ns = close_ns
        await self.breathe()
        await kernel.take(close_ns, (*await self._evidence(close_ns), inp.MinuteClosed()))
        if self.paced():
            with suppress(LookupError):  # a price is missing: the P&L is not known
                self.trace.add(close_ns, float(kernel.sit.pnl_pct()))
        if kernel.stalled:
            await self._wait_for_journal()
        # Feed time stands still while something waits for a person (semantics.md 8).
        await self.between()

    async def _path(self, minute: Minute) -> bool:
        """The four points of the minute's path; those already journalled only give their prices.

        False when the session or the process ended on the way.
        """
        kernel = self.kernel
        for point, offset_ns in enumerate(PATH_OFFSETS_NS):
            at_ns = minute.open_ns + offset_ns
            if self.resumed_ns < at_ns:
                await self._take_up()
                if self.ended:
                    return False
            await self._listen(at_ns)
            await self.pace(at_ns)
            matched = await self._matched(minute, point)
            if matched is None:
                return False
            await self.breathe()
            kernel.sit.market.on_point(matched.prices)
            if matched.at_ns <= self.resumed_ns:
                continue
            self.now_ns = matched.at_ns
            state = kernel.sit.state
            if not (matched.reports or state.positions or state.flattening or state.venue_silent_ns):
                await self._compare(matched.at_ns)
                await self.between()
                continue
            # Where the venue told something, a flatten in doubt asks beside what follows from that.
            items = told(matched.reports) or await self._heartbeat()
            items.append(inp.PointMet(first=point == 0))
            await kernel.take(matched.at_ns, items)
            await self._compare(matched.at_ns)
            if self.ended:
                return False
            await self.between()
        await self._take_up()
        return not self.ended

    async def _evidence(self, at_ns: int) -> list[inp.Input]:
        """What the venue says of what is open; the first time after a restart, of everything."""
        # A re-driven venue knows what lies ahead of the feed; it is no evidence before its place.
        if at_ns < self.venue.place_ns():
            return []
        self.compared_ns = at_ns
        start_up = 0 < self.reconcile_after_ns <= at_ns
        found = await self.kernel.evidence(start_up, not self.venue.idle())
        if start_up and found:  # else it was given up for something urgent, and is made at the next close
            self.reconcile_after_ns = 0
        return found

    async def _compare(self, at_ns: int) -> None:
        """A cycle of reconciliation within the minute, while anything is open and the venue answers. That
        changes at path points alone, and a flatten under way has the next of them first."""
        state = self.kernel.sit.state
        stands = state.positions or state.working or state.discrepancies or not self.venue.idle()
        due = at_ns - self.compared_ns >= CYCLE_NS and not self.reconcile_after_ns
        waits = state.venue_silent_ns or self.kernel.stalled or self.kernel.flattening
        if stands and due and not (self.ended or waits):
            await self.kernel.take(at_ns, await self._evidence(at_ns))

    async def _heartbeat(self) -> list[inp.Input]:
        """What the venue's silence, or its voice after one, is worth telling; asked for while something is
        open or it was silent, at every point. A flatten that is in doubt asks for evidence as well."""
        if self.kernel.in_doubt:
            return await self.kernel.evidence()
        answers = await self.kernel.outward.reach()
        silent = self.kernel.sit.state.venue_silent_ns
        return [one for one in answers if silent or not isinstance(one, inp.VenueReached)]

    async def _listen(self, until_ns: int) -> None:
        """While the venue is silent it is asked every second of the feed, and at the very instant at which
        its time is up."""
        kernel = self.kernel
        while (silent_ns := kernel.sit.state.venue_silent_ns) and self.restarted is None:
            limit_ns = silent_ns + kernel.sit.policy.connection_timeout_ns
            next_ns = self.now_ns + _LISTEN_EVERY_NS
            if self.now_ns < limit_ns:
                next_ns = min(next_ns, limit_ns)
            if next_ns >= until_ns or self.stopping():
                return
            await self.pace(next_ns)
            self.now_ns = next_ns
            await kernel.take(next_ns, await self._heartbeat())
            await self.between()

    async def _matched(self, minute: Minute, point: int) -> MatchedPoint | None:
        """The venue's next point. While the venue cannot keep its record (a full disk), time stands
        still; None when the process is asked to stop meanwhile."""
        said = False
        while not self.stopping():
            try:
                return self.venue.match(minute, point)
            except VenueRetryable as error:
                if not said:
                    await self.kernel.take(self.now_ns, (inp.VenueUnreadable(str(error)),))
                said = True
                await asyncio.sleep(_RETRY_S)
                await self.press()
                await self.between()
        return None

    async def _wait_for_journal(self) -> None:
        """While the journal cannot accept writes, a feed that can stand still does: what happened is kept and
        tried again, operators are heard, and the record ends as if the store had never been away. Where time
        goes on, the kernel manages what is open and lets nothing new in."""
        while self.feed_can_wait and self.kernel.stalled and not self.stopping():
            await asyncio.sleep(_RETRY_S)
            if not self.ended:
                await self.between()
                await self.press()
            await self.kernel.take(self.now_ns, ())

    async def press(self) -> None:
        """Take up again a flatten that is in doubt, at the instant at which the feed stands."""
        if self.kernel.in_doubt and not self.ended:
            await self.kernel.press(self.now_ns)

    async def _begin(self) -> None:
        """The first live minute: open the session, or take up the recovered one at a minute's close."""
        self.begun = True
        self.now_ns = max(self.resumed_ns, self.opened.started.init_ns)
        if self.restarted is None:
            await self.kernel.take(self.now_ns, (self.opened, *self._halts()))
        elif self.resumed_ns % NS_PER_MIN == 0:
            await self._take_up()

    async def _take_up(self) -> None:
        """Carry on after the last entry, once, when the feed is there again: unanswered intents first, then
        read the venue."""
        restarted, self.restarted = self.restarted, None
        if restarted is None:
            return
        effects = list(pending_effects(self.kernel.sit.state))
        items: list[inp.Input] = [restarted, *self._halts()]
        if isinstance(self.halt, inp.HaltFound):
            # Whether they were sent is for the venue to say.
            effects = [effect for effect in effects if not raises_risk(effect)]
        if self.acted:
            items.append(inp.JournalReturned(self.acted))
        if self.checking is None or await self.checking.within(chain_check.QUICK_S):
            await self.kernel.resume(self.resumed_ns, effects, (*items, inp.ChainChecked(True)))
        elif not await chain_check.resume_unchecked(
            self.kernel, self.checking, self.resumed_ns, effects, items, self.between, self.stopping
        ):
            return
        # The venue may be a step ahead of the journal; its books compare once the feed is past it.
        self.reconcile_after_ns = max(self.venue.place_ns(), self.resumed_ns, 1)
        # What waited for a person waits again, before the market moves on.
        if self.kernel.sit.state.timers:
            await self.between()

    def _halts(self) -> tuple[inp.Input, ...]:
        if isinstance(self.halt, inp.HaltFound):
            return portions(self.halt)
        return () if self.halt is None else (self.halt,)

    def _catch_up(self, minute: Minute) -> None:
        """A minute that was journalled before the restart: prices and analysis only."""
        market = self.kernel.sit.market
        market.own_levels = self.kernel.sit.state.all_levels()
        market.begin_minute(minute)
        if self.venue.idle():
            self.venue.skip_minute(minute)
        else:
            for point in range(len(PATH_OFFSETS_NS)):
                self.venue.match(minute, point)
        market.close_minute(minute)

    async def finish(self) -> None:
        """The feed has no more minutes: end what can be ended."""
        if self.ended:
            return
        if not self.begun:
            await self._begin()
        # A venue that cannot be reached is tried without end: nobody else would.
        state = self.kernel.sit.state
        while self.feed_can_wait and state.venue_silent_ns and self.kernel.in_doubt and not self.stopping():
            await asyncio.sleep(_RETRY_S)
            await self.press()
            await self.between()
        if self.stopping():
            return
        self.kernel.sit.feed_over = True
        self.now_ns = max(self.now_ns, state.now_ns)
        await self.kernel.take(self.now_ns, (inp.FeedEnded(),))
        if not self.ended:
            await self.between()
