"""The life of a guard: it looks, and when the engine is silent or too much is lost, it acts.

Decides the order of its acts: the lock, the halt, the venue. Imports the guard's decisions and its files.
Invariants: a silent engine's account is touched only under that engine's lock; a halt is written before
anything is sent, and a disk that does not take it stops nothing; an engine that said farewell is left alone,
unless the loss limit was met before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import assert_never

from ytc_tui.adapters.guard.halt_file import HaltFile
from ytc_tui.adapters.guard.heartbeat import read_beat
from ytc_tui.adapters.guard.killing import kill_holder
from ytc_tui.adapters.locks import Lock, acquire
from ytc_tui.commands.guard_voice import Voice
from ytc_tui.engine.guard.flatten import Flattener, Left, Settling, read_left
from ytc_tui.engine.guard.watch import Finding, Watch, begin, finding, look, loss_pct
from ytc_tui.engine.ids import client_order_id
from ytc_tui.engine.ports import Venue
from ytc_tui.errors import AlreadyRunning, ConfigInvalid, VenueError
from ytc_tui.model.halt import Beat, Halt
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.money import ZERO

EXIT_UNCONFIRMED = 9
EXIT_ACTED = 10
LOOK_S = 0.25
ACCOUNT_EVERY_S = 1.0
ACCOUNT_TIMEOUT_S = 5.0
# A process that was killed gives up its lock within this, or it is not dead.
DEATH_S = 5.0
# Between two tries to end an engine that holds its lock.
RETRY_S = 5.0


@dataclass(slots=True)
class GuardRun:
    """One guard of the run whose heartbeat is at `beat_path`. `monotonic_ns` is its clock; `stop` ends it.

    `limit_s` is how long an engine may be silent, `loss_limit_pct` what may be lost of the session's start
    balance by the venue's own account.
    """

    beat_path: Path
    first: Beat
    venue: Venue
    halts: HaltFile
    voice: Voice
    limit_s: float
    loss_limit_pct: Decimal
    monotonic_ns: Callable[[], int]
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    watch: Watch = field(init=False)
    session: str = ""
    base: Decimal = ZERO
    _heard: Finding = Finding.FRESH
    _retry_ns: int = 0

    def __post_init__(self) -> None:
        self.watch = begin(int(self.limit_s * NS_PER_S), self.first, self.monotonic_ns())
        self._learn(self.first)

    async def run(self) -> int:
        """Guard until the run is over, the guard is stopped, or it has acted; the exit code."""
        reading: asyncio.Task[Decimal] | None = None
        next_reading_ns = self.monotonic_ns()
        self.voice.say("watching", self._about())
        while not self.stop.is_set():
            found = self.look()
            await self._hear(found)
            if found is Finding.ENDED:
                return 0
            if found is Finding.SILENT and self.monotonic_ns() >= self._retry_ns:
                self._retry_ns = self.monotonic_ns() + int(RETRY_S * NS_PER_S)
                silent_s = self.watch.silent_ns / NS_PER_S
                code = await self.take_over(f"no heartbeat for {silent_s:.3f} s", alive=False)
                if code is not None:
                    return code
            if reading is None and self.watch.traded and self.monotonic_ns() >= next_reading_ns:
                next_reading_ns = self.monotonic_ns() + int(ACCOUNT_EVERY_S * NS_PER_S)
                reading = asyncio.create_task(self._equity())
            if reading is not None and reading.done():
                code, reading = await self._judge_loss(reading), None
                if code is not None:
                    return code
            await self._pause(LOOK_S)
        self.voice.say("stopped", "the guard was stopped: nobody guards this account now")
        return 0

    def look(self) -> Finding:
        """Read the heartbeat once; what is to be thought of it."""
        beat = read_beat(self.beat_path)
        self.watch = look(self.watch, self.monotonic_ns(), beat)
        self._learn(self.watch.beat)
        return finding(self.watch)

    def _learn(self, beat: Beat) -> None:
        self.session = self.voice.session = beat.session or self.session
        if beat.start_balance is not None:
            self.base = beat.start_balance

    def _about(self) -> str:
        beat = self.watch.beat
        return (
            f"run {beat.run}, engine pid {beat.pid}, {beat.state}, session {self.session or 'none yet'}: "
            f"acts after {self.limit_s:g} s without a heartbeat, or at a loss of {self.loss_limit_pct} %"
        )

    async def _hear(self, found: Finding) -> None:
        """Tell of a finding that is new."""
        if found is self._heard:
            return
        self._heard = found
        silent = f"no heartbeat for {self.watch.silent_ns / NS_PER_S:.1f} s"
        match found:
            case Finding.FRESH:
                for code in ("idle", "engine-stopped", "alarm"):
                    self.voice.forget(code)
                self.voice.say("watching", self._about())
            case Finding.LATE:
                self.voice.say("late", silent)
            case Finding.RECHECK:
                self.voice.say("recheck", f"{silent}, but the guard was away itself: it looks again first")
            case Finding.IDLE:
                await self.voice.warn("idle", f"{silent}; no session was open, so nothing is done")
            case Finding.STOPPED:
                left = self.watch.beat.positions
                text = f"the engine was stopped by its operator with {left} positions open; its stops rest"
                await self.voice.warn("engine-stopped", f"{text}, nothing is done")
            case Finding.ENDED:
                self.voice.say("ended", "every session of the run is over")
            case Finding.SILENT:
                return
            case _:
                assert_never(found)

    async def _pause(self, wait_s: float) -> None:
        try:
            await asyncio.wait_for(self.stop.wait(), wait_s)
        except TimeoutError:
            return

    # ---- the loss limit --------------------------------------------------------------------------

    async def _equity(self) -> Decimal:
        async with asyncio.timeout(ACCOUNT_TIMEOUT_S):
            return (await self.venue.account()).equity

    async def _judge_loss(self, reading: asyncio.Task[Decimal]) -> int | None:
        """What the venue's own account asks for; the exit code of what was done, None for nothing."""
        error = reading.exception()
        if error is not None:
            if not isinstance(error, VenueError | TimeoutError):
                raise error
            await self.voice.warn("venue", f"the venue does not answer the guard: {error or 'timed out'}")
            return None
        self.voice.forget("venue")
        equity = reading.result()
        self.base = self.base or equity
        lost = loss_pct(equity, self.base)
        # The engine may have said farewell since the account was asked.
        if lost < self.loss_limit_pct or not self.watch.traded:
            return None
        return await self._stop_loss(f"{lost:.4f} % of {self.base} are lost (limit {self.loss_limit_pct} %)")

    async def _stop_loss(self, reason: str) -> int | None:
        """The halt asks an engine that lives to flatten; one that has not done so in time is taken over."""
        self.voice.epoch = self.halts.next_epoch()
        await self._raise_halt(reason)
        until_ns = self.monotonic_ns() + int(self.limit_s * NS_PER_S)
        settling, flat = Settling.at(self.venue), False
        while (flat or self.monotonic_ns() < until_ns) and not self.stop.is_set():
            if self.look() is Finding.SILENT:
                break
            asked_s = self.monotonic_ns() / NS_PER_S
            try:
                flat = (await read_left(self.venue)).flat
            except (VenueError, TimeoutError) as error:
                flat = False
                await self.voice.warn("venue", f"the venue does not answer the guard: {error}")
            if settling.over(flat, asked_s):
                return await self._flat(f"{reason}; the engine closed everything at the halt")
            await self._pause(LOOK_S)
        why = f"{reason}; the engine did not flatten within {self.limit_s:g} s of the halt"
        while not self.stop.is_set():
            code = await self.take_over(why, alive=True)
            if code is not None:
                return code
            await self._pause(RETRY_S)
        return EXIT_UNCONFIRMED

    # ---- taking over -----------------------------------------------------------------------------

    async def take_over(self, reason: str, *, alive: bool) -> int | None:
        """Kill the engine, take its lock, halt, flatten; None where the lock cannot be had. An engine that is
        not `alive` is left in peace if it beats or says farewell after all.

        The halt is a new one even where one stands: the engine may have taken that up already, and what is
        done under it from now on would never be told.
        """
        self.voice.epoch = self.halts.next_epoch()
        lock = await self._take_lock(reason, alive=alive)
        if lock is None:
            return None
        with lock:
            self.look()
            # The last that it said before it gave up its lock.
            if not (alive or self.watch.traded):
                return None
            await self._raise_halt(reason)
            flattener = Flattener(
                venue=self.venue,
                note=self.voice.note,
                client_id=self._client_id,
                tell=lambda text: self.voice.say("flatten", text),
                unconfirmed=self._unconfirmed,
                now_s=lambda: self.monotonic_ns() / NS_PER_S,
            )
            flattening = asyncio.create_task(flattener.until_flat())
            stopping = asyncio.create_task(self.stop.wait())
            await asyncio.wait({flattening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if flattening.done():
                flattening.result()
                return await self._flat(f"{reason}; {flattener.sent} requests")
            flattening.cancel()
            await asyncio.wait({flattening})
            await self._unconfirmed("the guard was stopped", flattener.left)
            return EXIT_UNCONFIRMED

    async def _take_lock(self, reason: str, *, alive: bool) -> Lock | None:
        """The engine's lock, which a dead one has given up and a hung one loses with its life."""
        beat = self.watch.beat
        path, what = Path(beat.lock), f"account of run {beat.run}"
        try:
            return acquire(path, what, now_ns=self.voice.now_ns())
        except AlreadyRunning as error:
            held_by = str(error)
        last = read_beat(self.beat_path)
        if not alive and last is not None and (last.engine, last.number) != (beat.engine, beat.number):
            return None
        self.voice.note("kill", {"lock": str(path), "reason": reason})
        try:
            pid = kill_holder(path)
        except OSError as error:
            await self._alarm(f"{reason}; {held_by}; it cannot be ended from here: {error}")
            return None
        self.voice.say("killed", f"pid {pid}, which held the engine's lock: {reason}")
        until_ns = self.monotonic_ns() + int(DEATH_S * NS_PER_S)
        while self.monotonic_ns() < until_ns:
            try:
                return acquire(path, what, now_ns=self.voice.now_ns())
            except AlreadyRunning:
                await asyncio.sleep(0.02)
        await self._alarm(f"{reason}; pid {pid} was killed, but its lock is not free")
        return None

    async def _alarm(self, text: str) -> None:
        await self.voice.warn("alarm", f"ALARM, nothing was done: {text}")

    async def _raise_halt(self, reason: str) -> None:
        """Raise the halt whose epoch the voice carries already."""
        epoch = self.voice.epoch
        self.voice.note("halt", {"reason": reason})
        try:
            self.halts.halt(Halt(epoch, self.session, reason, self.voice.now_ns()))
        except ConfigInvalid as error:
            await self.voice.warn("halt-file", f"the halt is not on disk: {error}")
        self.voice.forget("halt")
        await self.voice.warn("halt", f"HALT {epoch}: {reason}")

    def _client_id(self, symbol: str, number: int) -> str:
        beat = self.watch.beat
        decision, leg = f"guard-{self.voice.epoch}-{symbol}", f"flatten-{number}"
        return client_order_id(beat.install_id, beat.account_id, self.session, decision, leg)

    async def _unconfirmed(self, reason: str, left: Left | None) -> None:
        by_hand = "what is open is not known" if left is None else "; ".join(left.by_hand())
        self.voice.forget("exposure")
        await self.voice.warn(
            "exposure", f"UNCONFIRMED EXPOSURE: {reason}. Close by hand: {by_hand or 'nothing known'}"
        )

    async def _flat(self, how: str) -> int:
        self.voice.note("flat", {"how": how})
        await self.voice.warn("flat", f"verified flat: {how}. Trading is halted until `ytc guard --clear`")
        return EXIT_ACTED
