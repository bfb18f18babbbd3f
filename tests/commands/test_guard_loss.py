"""The guard's own halt at the loss limit: what an engine that lives and the next one hear of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.adapters.venues.paper_bench import FREE, INSTRUMENTS, order
from tests.commands.test_guard import Stage
from ytc_tui.adapters.guard.heartbeat import HeartbeatFile
from ytc_tui.adapters.guard.record import read_record
from ytc_tui.adapters.locks import acquire
from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.commands.guard_run import EXIT_ACTED, GuardRun
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.apply import apply
from ytc_tui.engine.guard.watch import Finding
from ytc_tui.halting import HaltFence
from ytc_tui.model import events as ev
from ytc_tui.model.halt import NO_CLEARANCE, Beat, BeatState, Halt
from ytc_tui.model.market import Side
from ytc_tui.model.orders import VenuePosition
from ytc_tui.model.state import State
from ytc_tui.model.venue_rules import VENUE_RULES

REASON = "4.1 % are lost"


async def test_what_a_guard_did_after_its_halt_was_on_record_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine lives, journals the halt, and hangs."""
    stage = Stage(tmp_path)
    await stage.long()
    run = stage.guard(limit_s=5.0)
    state, write = State("session"), run.halts.halt

    def met() -> Halt:
        found = HaltFence(run.halts, stage.record, NO_CLEARANCE).met(state)
        assert isinstance(found, inp.HaltFound)
        return found.halt

    def halt(raised: Halt) -> None:
        write(raised)
        if raised.epoch == 1:
            assert met().orders == ()
            apply(state, ev.GuardHalted(1, met().session, met().reason, met().acts), 1)

    monkeypatch.setattr(run.halts, "halt", halt)
    assert await run._stop_loss(REASON) == EXIT_ACTED
    assert stage.kinds() == ["halt", "halt", "submit", "flat"]
    assert met().orders == tuple(line.order for line in read_record(stage.record)[0] if line.order)
    assert len(met().acts) == 3
    assert [notice.title for notice in stage.told] == ["guard halt", "guard halt", "guard flat"]


class Beside(PaperVenue):
    """What happens beside a guard with each of its readings: the engine beats, and at `lands`, if it is one
    of them, an entry lands that had passed the fence before the halt."""

    readings = 0
    lands = 0
    heart: HeartbeatFile
    beat: Beat

    async def positions(self) -> tuple[VenuePosition, ...]:
        self.readings += 1
        self.heart.write(replace(self.beat, number=self.readings + 1))
        if self.readings == self.lands:
            await self.submit(order("entry", Side.BUY, "2"))
        return await super().positions()


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[tuple[Stage, GuardRun, Beside]]:
    """A guard of an account that is flat, whose engine lives, at a limit shorter than the account settles."""
    stage = Stage(tmp_path)
    stage.bench.venue = venue = Beside(INSTRUMENTS, FREE, PaperStore.in_memory())
    stage.bench.flat(100.0)
    run = stage.guard(limit_s=4.0)
    venue.heart, venue.beat = HeartbeatFile(run.beat_path), stage.beat
    yield stage, run, venue
    venue.heart.close()


async def test_flat_is_what_the_venue_said_for_a_while(beside: tuple[Stage, GuardRun, Beside]) -> None:
    stage, run, venue = beside
    venue.lands = 2
    assert await run._stop_loss(REASON) == EXIT_ACTED
    assert await venue.positions() == ()
    assert stage.kinds()[:2] == ["halt", "halt"]
    assert "the engine did not flatten within 4 s" in stage.lines[-1]


async def test_an_engine_that_closed_everything_in_time_is_left_alone(
    beside: tuple[Stage, GuardRun, Beside],
) -> None:
    stage, run, _ = beside
    begun_ns = stage.now_ns
    with acquire(Path(stage.beat.lock), "the engine", now_ns=1):
        assert await run._stop_loss(REASON) == EXIT_ACTED
    assert stage.now_ns - begun_ns > VENUE_RULES["paper"].request_life_ns
    assert stage.kinds() == ["halt", "flat"]


async def test_a_farewell_is_heard_while_the_account_is_read(beside: tuple[Stage, GuardRun, Beside]) -> None:
    stage, run, venue = beside
    run.base = Decimal(20_000)
    reading = asyncio.ensure_future(run._equity())
    await asyncio.wait({reading})
    venue.heart.write(replace(stage.beat, number=2, state=BeatState.STOPPED))
    assert run.look() is Finding.STOPPED
    assert await run._judge_loss(reading) is None
    assert run.halts.standing() is None
