"""One world: everything that a seed decides, a session lived in it, killed and taken up again, and judged."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from typing import cast

from tests.sim.harness import LineList, Simulation, said_at
from tests.sim.laws import check_laws
from tests.world.disk import WorldJournal, away
from tests.world.loop import Killed, WorldLoop
from tests.world.market import MINUTES, START_NS, MemoryFeed, market
from tests.world.people import agents_of, commands, proposals
from tests.world.wire import Faults, Sent, Wire
from ytc_tui.adapters.clock import PacedClock
from ytc_tui.adapters.feeds.bars import BarsFeed
from ytc_tui.adapters.instruments import instrument_for, load_instruments
from ytc_tui.adapters.paths import paths_of
from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule, FaultScript
from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.agents.registry import Registry, discover
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.boot import Parts, RunRequest, _workflow
from ytc_tui.config import LoadedSettings, load_settings
from ytc_tui.engine import ids
from ytc_tui.engine.apply import apply
from ytc_tui.engine.market import MarketView
from ytc_tui.engine.schedule import windows
from ytc_tui.model import events as ev
from ytc_tui.model.events import decode_event
from ytc_tui.model.market import Instrument
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import RESTING_STATES, OrderRole, OrderState
from ytc_tui.model.session import Mode
from ytc_tui.model.state import State
from ytc_tui.model.trades import ENDED_TRADE_STATES, TradeState
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
}
BOLD = {"risk.risk_per_trade_pct": "3", "risk.max_open_risk_pct": "9"}
POLICIES = ("ytc", "percent")


@dataclass(frozen=True)
class Plan:
    """What a seed makes of a world."""

    seed: int
    bold: bool
    policy: str
    faults: Faults
    venue_faults: FaultScript
    kills: tuple[int, ...]
    full_disk: bool
    failing_agents: bool
    verbs: int
    by_hand: int
    sleeps: int  # times at which the machine sleeps for long

    @property
    def provable(self) -> bool:
        """Whether asking the venue tells what became of everything: nothing arrives after it was given up."""
        late = (FaultKind.DELAY, FaultKind.LATE_LANDING)
        return not self.faults.stray and not any(rule.fault in late for rule in self.venue_faults.rules)

    @property
    def calm(self) -> bool:
        """Whether everything that is said comes through, in time and once."""
        return self.faults == Faults(latency_s=self.faults.latency_s) and not self.venue_faults.rules


def plan_of(seed: int) -> Plan:
    """A third of all worlds has no trouble on the line, a third few, a third many kinds."""
    chance = Random(f"plan {seed}")
    trouble = chance.choice((0.0, 0.05, 0.2))
    some = lambda: trouble if chance.random() < 0.5 else 0.0  # noqa: E731
    faults = Faults(
        lost=some(),
        unanswered=some(),
        hung=some() / 3,
        doubled=some() * 2,
        late=some() * 2,
        stray=some() / 2,
        shuffled=chance.random() < 0.3,
        latency_s=chance.choice((0.0, 0.02, 2.0)),
    )
    kinds = (
        FaultKind.PARTIAL,
        FaultKind.DUPLICATE,
        FaultKind.REJECT,
        FaultKind.DELAY,
        FaultKind.LATE_LANDING,
    )
    rules = tuple(
        FaultRule(
            kind,
            CommandKind.SUBMIT
            if kind in (FaultKind.PARTIAL, FaultKind.DUPLICATE)
            else chance.choice(list(CommandKind)),
            nth=chance.choice((0, 1, 2, 3)),
            role=chance.choice((None, *OrderRole)),
            delay_ms=chance.choice((300, 20_000, 75_000)),
        )
        for kind in chance.sample(kinds, chance.choice((0, 0, 1, 2)))
    )
    return Plan(
        seed=seed,
        bold=chance.random() < 0.3,
        policy=chance.choice(POLICIES),
        faults=faults,
        venue_faults=FaultScript(rules),
        kills=tuple(chance.randint(20, 600) for _ in range(chance.choice((0, 0, 1, 2)))),
        full_disk=chance.random() < 0.15,
        failing_agents=chance.random() < 0.3,
        verbs=chance.choice((0, 0, 1, 3)),
        by_hand=chance.choice((0, 0, 4)),
        sleeps=chance.choice((0, 0, 1)),
    )


@cache
def _settings(bold: bool, policy: str) -> LoadedSettings:
    extra = BOLD if bold else {}
    return load_settings(None, {**SETTINGS, **extra, "trading.exit_policy": policy}, environment={})


@cache
def _instruments() -> dict[str, Instrument]:
    table = load_instruments(None)
    return {symbol: instrument_for(symbol, table) for symbol in ("BTCUSDT", "ETHUSDT")}


@dataclass
class World(Simulation):
    """A simulation whose parts are made in memory from a plan; one object a life of the engine."""

    plan: Plan = field(default_factory=lambda: plan_of(0))
    feed: MemoryFeed | None = None
    sent: Sent = field(default_factory=Sent)
    life: int = 0
    wire: Wire | None = None

    def parts(self) -> Parts:
        loaded, feed = _settings(self.plan.bold, self.plan.policy), cast(BarsFeed, self.feed)
        settings = loaded.settings
        registry = Registry.build((*discover(), *self.request.agents))
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
            workflow=_workflow(registry, self.request),
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


class Violation(AssertionError):
    """What must never happen, happened."""


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
    """Drop a loop with everything that still waited in it."""
    for task in asyncio.all_tasks(loop):
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        task.get_coro().close()  # type: ignore[union-attr]
    loop.close()


def judge(world: World) -> State:
    """Every invariant of the world's end (safety.md 8, I1 to I7). Raises Violation."""
    if world.sent.violations:
        raise Violation("; ".join(world.sent.violations[:3]))
    try:
        state = check_laws(world)
    except AssertionError as error:
        raise Violation(f"law: {error}") from error
    if not state.ended:
        raise Violation("the session did not end")
    _risk_is_bounded(world)
    _nothing_forgotten(world, state)
    return state


def _risk_is_bounded(world: World) -> None:
    """I4 at every entry: with everything open, working or unknown at its worst, risk stays in its limit, and
    no entry leaves while an order of its symbol is unknown."""
    limits = _settings(world.plan.bold, world.plan.policy).settings.risk
    session = world.journal.sessions()[-1]
    state = State(session)
    for entry in world.journal.entries(session):
        event = decode_event(entry)
        if isinstance(event, ev.OrderIntended) and event.order.role is OrderRole.ENTRY:
            for record in state.working_orders(event.order.symbol):
                if record.state is OrderState.UNKNOWN:
                    raise Violation(f"I4 entry {entry.seq} beside an unknown order")
            at_risk = [
                trade.risk_money
                for trade in state.trades.values()
                if trade.state not in ENDED_TRADE_STATES and trade.state is not TradeState.NOT_ENTERED
            ]
            base = state.start_balance or state.wallet
            if sum(at_risk, ZERO) > base * limits.max_open_risk_pct / 100:
                raise Violation(f"I4 entry {entry.seq}: {sum(at_risk, ZERO)} at risk of {base}")
        apply(state, event, entry.at)


def _nothing_forgotten(world: World, state: State) -> None:
    """I1 and I6: what stands at the venue in the end, and the money there, is what the record says. Only in
    a world with trouble on the line may the record say instead that it differs."""
    wire = world.wire
    assert wire is not None
    machine = wire.venue._machine
    account = machine.executions.account
    held = {symbol: position.quantity for symbol, position in account.positions.items() if position.quantity}
    known = {symbol: position.quantity for symbol, position in state.positions.items() if position.quantity}
    resting = {order.request.client_id for order in machine.book.all_open()}
    working = {record.request.client_id for record in state.working_orders()}
    wallet = account.view(machine.executions.instruments, machine.marks).wallet_balance
    found = []
    if held != known:
        found.append(f"I1 the venue holds {held}, the record {known}")
    if resting - working:
        found.append(f"I1 orphans at the venue: {sorted(resting - working)}")
    settled = {name for name in working if state.orders[name].state in RESTING_STATES}
    if settled - resting and world.plan.provable:
        found.append(f"I1 gone at the venue: {sorted(settled - resting)}")
    if wallet != state.wallet:
        found.append(f"I6 the venue's wallet is {wallet}, the record's {state.wallet}")
    if state.discrepancies and world.plan.provable:
        found.append(f"I1 differences without a cause: {sorted(state.discrepancies)}")
    if found and (world.plan.provable or not state.discrepancies):
        raise Violation("; ".join(found))
