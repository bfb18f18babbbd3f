"""One world: everything that a seed decides, a session lived in it, killed and taken up again, and judged."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from typing import Any, cast

from tests.sim.harness import LineList, Simulation, said_at
from tests.world.disk import WorldJournal, away
from tests.world.loop import Killed, WorldLoop
from tests.world.market import MINUTES, START_NS, MemoryFeed, market
from tests.world.people import agents_of, commands, proposals, strangers
from tests.world.plan import Plan, plan_of
from tests.world.wire import Sent, Wire
from ytc_tui.adapters.clock import PacedClock
from ytc_tui.adapters.feeds.bars import BarsFeed
from ytc_tui.adapters.instruments import instrument_for, load_instruments
from ytc_tui.adapters.paths import paths_of
from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.agents.base import Agent
from ytc_tui.agents.registry import Registry, discover
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.boot import Parts, RunRequest, workflow_of
from ytc_tui.config import LoadedSettings, load_settings
from ytc_tui.engine import ids
from ytc_tui.engine.market import MarketView
from ytc_tui.engine.schedule import windows
from ytc_tui.model.market import Instrument
from ytc_tui.model.session import Mode, Phase
from ytc_tui.model.workflow import Step, Workflow
from ytc_tui.wiring import analysis_params, hours_of, paper_settings, policy_of

SETTINGS = {
    "trading.setups": "[]",
    "session.warmup_days": "1",
    "session.pre_market_min": "1",
    "session.session_open_min": "1",
    "trading.enable_correlation_check": "false",
    "trading.min_rr_part_one": "0.5",
    "trading.min_rr_blended": "0.5",
    "risk.price_collar_atr": "50",
    # Little more than one whole trade, so that the second one meets the limit.
    "risk.max_open_risk_pct": "1.3",
}
BOLD = {"risk.risk_per_trade_pct": "3", "risk.max_open_risk_pct": "3.9"}
POLICIES = ("ytc", "percent")


@cache
def settings_of(bold: bool, policy: str) -> LoadedSettings:
    extra = BOLD if bold else {}
    return load_settings(None, {**SETTINGS, **extra, "trading.exit_policy": policy}, environment={})


@cache
def _instruments() -> dict[str, Instrument]:
    table = load_instruments(None)
    return {symbol: instrument_for(symbol, table) for symbol in ("BTCUSDT", "ETHUSDT")}


@cache
def _own_agents() -> tuple[Agent, ...]:
    return discover()


@cache
def _workflow_with(steps: tuple[tuple[Phase, Step], ...]) -> Workflow:
    """The session's own workflow with `steps`."""
    return workflow_of(Registry.build(_own_agents()), RunRequest(steps=steps))


@dataclass
class World(Simulation):
    """A simulation whose parts are made in memory from a plan; one object a life of the engine."""

    plan: Plan = field(default_factory=lambda: plan_of(0))
    feed: MemoryFeed | None = None
    sent: Sent = field(default_factory=Sent)
    life: int = 0
    wire: Wire | None = None

    def parts(self) -> Parts:
        loaded, feed = settings_of(self.plan.bold, self.plan.policy), cast(BarsFeed, self.feed)
        settings = loaded.settings
        registry = Registry.build((*_own_agents(), *self.request.agents))
        known = dict.fromkeys(feed.symbols, True)
        policy = policy_of(settings, frozenset(registry.agents), _instruments(), "world", known)
        params = analysis_params(settings)
        analysis = {s: SymbolAnalysis(s, float(_instruments()[s].tick), params) for s in feed.symbols}
        found = windows(hours_of(settings), feed.from_ns, feed.to_ns, feed.to_ns)
        return Parts(
            loaded=loaded,
            request=self.request,
            feed=feed,
            instruments=_instruments(),
            registry=registry,
            workflow=_workflow_with(self.request.steps),
            policy=policy,
            market=MarketView(_instruments(), analysis),
            windows=tuple(found),
            run_id=ids.run_id(feed.digest, loaded.digest, feed.from_ns, feed.to_ns, self.plan.seed, ""),
            paths=paths_of(Mode.PAPER, {}),
            clock=PacedClock(None),
            opening_balance=settings.account.initial_balance,
        )

    def venue_of(self, parts: Parts) -> Wire:
        journal, spare = cast(WorldJournal, self.journal), self.spare
        assert self.store is not None
        volume_known = dict.fromkeys(parts.feed.symbols, True)
        settings = paper_settings(parts.loaded.settings, parts.opening_balance, volume_known)
        venue = PaperVenue(parts.instruments, settings, self.store, self.plan.venue_faults)
        self.wire = Wire(
            venue=venue,
            faults=self.plan.faults,
            chance=Random(f"wire {self.plan.seed} {self.life}"),
            sent=self.sent,
            life=self.life,
            is_durable=lambda name: name in journal.intents,
            is_told=lambda name: any(name in line for line in spare.lines),
            is_stopped=lambda: journal.final_flatten,
            written=lambda: journal.head(journal.sessions()[-1]).seq,
            strangers=strangers(Random(f"strangers {self.plan.seed}"), self.plan.strangers),
        )
        return self.wire


@dataclass
class Lived:
    """How a world ended."""

    plan: Plan
    world: World
    lives: int
    steps: int
    drawn: Counter[str]


def live(plan: Plan) -> Lived:
    """Live the world of `plan` to its end."""
    chance = Random(f"world {plan.seed}")
    feed = market(chance, wild=plan.bold)
    agents, steps = agents_of(chance, proposals(chance, feed), failing=plan.failing_agents)
    lines = commands(chance, plan.verbs, plan.by_hand)
    spans = away(chance, START_NS, MINUTES) if plan.full_disk else ()
    journal = WorldJournal(Random(f"disk {plan.seed}"), spans)
    first = World(
        RunRequest(agents=agents, steps=steps),
        journal=journal,
        store=PaperStore.in_memory(),
        spare=LineList(),
        operator=said_at(*lines) if lines else None,
        plan=plan,
        feed=feed,
    )
    world, steps_done, now_s = first, 0, 1_000.0
    for life, kill_at in enumerate((*plan.kills, 0)):
        world.life = life
        loop = WorldLoop(plan.seed * 8 + life, now_s, kill_at)
        if plan.sleeps:
            loop.call_later(Random(f"sleep {plan.seed} {life}").uniform(0.0, 20.0), loop.jump, 2_400.0)
        try:
            loop.run_until_complete(world.run())
        except Killed:
            if world.wire is not None:
                world.wire.cut()
            world = replace(first, store=first.store, events=[], notices=type(first.notices)())
        else:
            break
        finally:
            steps_done += loop.steps
            now_s = loop.now_s + 60.0
            _end(loop)
    return Lived(plan, world, life + 1, steps_done, world.sent.drawn)


def _end(loop: WorldLoop) -> None:
    """Drop a loop with everything that still waited in it, and what nobody waits for any more."""
    loop.set_exception_handler(lambda loop, context: None)
    for task in asyncio.all_tasks(loop):
        dropped: Any = task
        dropped._log_destroy_pending = False
        dropped.get_coro().close()
    loop.close()
