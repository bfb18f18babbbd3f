"""A session whose venue, agents and operator say hostile things ends well, and left nothing that acts."""

from __future__ import annotations

import asyncio
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.hostile.answers import bad_answer
from tests.hostile.outputs import printed
from tests.hostile.test_records import assert_harmless, storable
from tests.hostile.texts import hostile_texts
from tests.sim.harness import Simulation, said_at
from tests.sim.proposers import agent_of
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.venues.outage import UnreachableAtTimes
from ytc_tui.agents.base import AgentAnswer, AgentContext
from ytc_tui.boot import Parts
from ytc_tui.engine.ports import Batch, MatchingVenue
from ytc_tui.errors import VenueOutcomeUnknown, VenueRefused, VenueRetryable
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.orders import OrderRequest, VenueReport

AGENTS, SESSION_MINUTES = 7, 85


class RudeVenue(UnreachableAtTimes):
    """A venue whose refusals and errors are hostile texts; it takes every third order all the same."""

    texts: Any
    calls: int

    def _word(self) -> str:
        self.calls += 1
        return str(next(self.texts))

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        text = self._word()
        match self.calls % 3:
            case 0:
                raise VenueRefused(text, where=text, fix=text)
            case 1:
                raise VenueOutcomeUnknown(text)
        return await super().submit(request)

    async def positions(self) -> Any:
        text = self._word()
        if self.calls % 4 == 0:
            raise VenueRetryable(text)
        return await super().positions()


class RudeSimulation(Simulation):
    texts: Any = None

    def venue_of(self, parts: Parts) -> MatchingVenue:
        venue = RudeVenue(super().venue_of(parts), ())
        venue.texts, venue.calls = self.texts, 0
        return venue


def rude_agents(texts: Any, seed: int) -> tuple[Any, ...]:
    def one(number: int) -> Any:
        chance = Random(seed * 1_000 + number)

        async def consider(context: AgentContext) -> AgentAnswer:
            return bad_answer(chance, next(texts))

        return agent_of(f"rude_{number}", consider)

    return tuple(one(number) for number in range(AGENTS))


def operator(texts: list[str], start_ns: int) -> Any:
    verbs = (Verb.PAUSE, Verb.RESUME, Verb.ACK, Verb.APPROVE, Verb.REJECT, Verb.CANCEL, Verb.STOP_ENTRIES)
    lines = []
    for index, text in enumerate(texts[: SESSION_MINUTES - 5]):
        # As long as the door lets them be.
        words = text[:64], text[:1000], text[:200], text[:200]
        command = Command(f"c{index}", verbs[index % len(verbs)], *words)
        lines.append((start_ns + index * NS_PER_MIN, command))
    return said_at(*lines)


def run_session(folder: Path, texts: list[str], seed: int) -> Simulation:
    """One session in which all of `texts` are said by somebody."""
    supply = cycle(map(storable, texts))
    staged = stage(
        folder,
        Tape().walk("12:40", 20_055.0, 20_070.0, 20_065.0),
        *(long_at(f"12:{minute}") for minute in (38, 44, 50)),
        agents=rude_agents(cycle(texts), seed),
        settings={"orchestrator.retry_attempts": "0"},
    )
    simulation = RudeSimulation(staged.request, staged.overrides)
    simulation.texts = supply
    simulation.operator = operator(list(map(storable, texts)), on_day("12:36"))
    asyncio.run(simulation.run())
    return simulation


def assert_survived(simulation: Simulation, folder: Path) -> None:
    ends = simulation.all(ev.SessionEnded)
    assert len(ends) == 1
    for entry, _ in simulation.events:
        # What ends a session tells of all its alerts.
        assert len(entry.body) < (10 if entry.type == "SessionEnded" else 2) * 64 * 1024, entry.type
    refused = [alert.message for alert in simulation.all(ev.AlertRaised) if "failed" in alert.code]
    assert refused
    assert all(len(message) < 800 for message in refused)
    assert not [made for made in simulation.all(ev.DecisionMade) if "HOSTILE" in made.setup_id]
    database = folder / "ytc.db"

    async def keep() -> None:
        store = LoopJournal(database)
        await store.append(Batch(tuple(entry for entry, _ in simulation.events)))
        await store.close()

    asyncio.run(keep())
    assert_harmless(printed(database))


def test_a_session_survives_them_all(tmp_path: Path) -> None:
    simulation = run_session(tmp_path, hostile_texts(180, seed=3), seed=0)
    assert_survived(simulation, tmp_path)
    asked = simulation.all(ev.TaskRequested)
    assert len([task for task in asked if task.task.agent_target.startswith("rude")]) > 500


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(28))
def test_a_session_survives_them_whole(tmp_path: Path, seed: int) -> None:
    texts = hostile_texts(5_040, seed=4)[seed * 180 : (seed + 1) * 180]
    assert_survived(run_session(tmp_path, texts, seed), tmp_path)
