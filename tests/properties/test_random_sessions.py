"""Random markets, trades, faults, verbs, stalls and kills: the laws of a session hold in all of them."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings, strategies as st

from tests.sim.by_hand import random_command
from tests.sim.harness import Simulation, said_at
from tests.sim.laws import check_laws
from tests.sim.proposers import Idea
from tests.sim.restarts import Fuse, fused, killed_and_resumed
from tests.sim.stage import stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_journal_stall import StallingJournal
from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule, FaultScript, Outage
from ytc_tui.analysis.exits import policies
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Side
from ytc_tui.model.orders import OrderRole

BEGIN, MINUTES = on_day("12:36"), 44
VERBS = (Verb.CANCEL, Verb.PAUSE, Verb.RESUME, Verb.STOP_ENTRIES, Verb.FLATTEN, Verb.SHUTDOWN)
_FAULTS = (
    FaultKind.LOST_ANSWER,
    FaultKind.REJECT,
    FaultKind.DELAY,
    FaultKind.LATE_LANDING,
    FaultKind.PARTIAL,
    FaultKind.DUPLICATE,
)


@dataclass(frozen=True)
class Plan:
    """What one random session is made of; everything follows from the seed."""

    seed: int
    faults: int = 0
    verbs: int = 0
    bold: bool = False
    by_hand: int = 0
    policy: str = "ytc"
    outages: int = 0

    def tapes(self, chance: Random) -> tuple[Tape, ...]:
        return tuple(self._tape(chance, symbol, level) for symbol, level in LEVELS.items())

    def _tape(self, chance: Random, symbol: str, level: float) -> Tape:
        tape = Tape(end="13:25", symbol=symbol, level=level)
        price, reach = level, level * (0.006 if self.bold else 0.003)
        for minute in range(MINUTES):
            clock_ns = BEGIN + minute * NS_PER_MIN
            if chance.random() < 0.3:
                continue
            close = max(level / 2, price + chance.uniform(-reach, reach))
            low = min(price, close) - chance.uniform(0, reach / 2)
            high = max(price, close) + chance.uniform(0, reach / 2)
            volume = chance.choice((0.0, 2.0, 50.0, 1_000.0))
            tape.told[clock_ns] = (price, high, low, close, volume)
            if chance.random() < 0.03:
                tape.holes.update(clock_ns + step * NS_PER_MIN for step in range(chance.choice((1, 3, 8))))
            price = close
        return tape

    def ideas(self, chance: Random, tapes: tuple[Tape, ...]) -> list[Idea]:
        said = []
        for tape in tapes:
            closes = {open_ns + NS_PER_MIN: row[3] for open_ns, row in tape.rows()}
            for _ in range(chance.randint(1, 4)):
                at_ns = BEGIN + chance.randint(1, MINUTES - 5) * NS_PER_MIN
                price = closes.get(at_ns)
                if price is None:
                    continue
                side = chance.choice(list(Side))
                sign, risk = side.sign, price * chance.uniform(0.004, 0.012)
                trigger, limit = price + sign * risk * chance.uniform(-0.1, 0.3), price + sign * risk * 0.4
                said.append(
                    Idea(
                        at_ns=at_ns,
                        side=side,
                        trigger=round(trigger, 2),
                        limit=round(limit, 2),
                        stop=round(price - sign * risk, 2),
                        t1=round(price + sign * risk * chance.uniform(2.2, 3.5), 2),
                        t2=chance.choice((None, round(price + sign * risk * 5, 2))),
                        symbol=tape.symbol,
                        until_ns=at_ns + chance.choice((0, 6, 15)) * NS_PER_MIN,
                    )
                )
        return said

    def script(self, chance: Random) -> FaultScript:
        rules = []
        for _ in range(self.faults):
            fault = chance.choice(_FAULTS)
            fills = fault in (FaultKind.PARTIAL, FaultKind.DUPLICATE)
            command = CommandKind.SUBMIT if fills else chance.choice(list(CommandKind))
            rules.append(
                FaultRule(
                    fault,
                    command,
                    nth=chance.choice((0, 1, 1, 2, 3)),
                    role=chance.choice((None, *OrderRole)),
                    delay_ms=chance.choice((300, 20_000, 75_000, 400_000)),
                )
            )
        outages = []
        for _ in range(self.outages):
            from_ns = BEGIN + chance.randint(0, MINUTES * 60) * NS_PER_S
            outages.append(Outage(from_ns, from_ns + chance.choice((5, 25, 45, 200)) * NS_PER_S))
        honours_validity = chance.random() < 0.5
        return FaultScript(tuple(rules), tuple(outages), honours_validity)

    def operator_lines(self, chance: Random) -> list[tuple[int, Command]]:
        lines = []
        for number in range(self.verbs):
            at_ns = BEGIN + chance.randint(-20, MINUTES) * NS_PER_MIN + chance.choice((0, 1, 21)) * NS_PER_S
            lines.append(
                (at_ns, Command(f"c{number}", chance.choice(VERBS), "me", chance.choice(("", "seen"))))
            )
        return lines

    def hand_lines(self, chance: Random) -> list[tuple[int, Command]]:
        """Closes, stops, targets and tickets, sensible ones and others."""
        lines = []
        for number in range(self.by_hand):
            at_ns = BEGIN + chance.randint(0, MINUTES) * NS_PER_MIN + chance.choice((0, 1, 21)) * NS_PER_S
            symbol, level = chance.choice(list(LEVELS.items()))
            lines.append((at_ns, random_command(chance, f"h{number}", symbol, level)))
        return lines

    def build(self, folder: Path) -> Simulation:
        chance = Random(self.seed)
        tapes = self.tapes(chance)
        said = self.ideas(chance, tapes)
        limits = {"trading.enable_correlation_check": "false", "trading.min_rr_part_one": "0.5"}
        limits |= {"trading.min_rr_blended": "0.5", "risk.price_collar_atr": "50"}
        limits |= {"trading.exit_policy": self.policy, "trading.percent.take_profit_pct": "1.2"}
        if self.bold:
            limits |= {"risk.risk_per_trade_pct": "3", "risk.max_open_risk_pct": "9"}
        simulation = stage(folder, tapes, *said, faults=self.script(chance), settings=limits, until="13:25")
        lines = [*self.operator_lines(chance), *self.hand_lines(chance)]
        if lines:
            simulation.operator = said_at(*lines)
        return simulation


POLICY = st.sampled_from(sorted(policies()))
LEVELS = {"BTCUSDT": 20_000.0, "ETHUSDT": 1_500.0}


def run(plan: Plan, stall: tuple[int, int] | None = None) -> Simulation:
    with tempfile.TemporaryDirectory() as folder:
        simulation = plan.build(Path(folder))
        if stall is not None:
            simulation.journal = journal = StallingJournal("12:00", "12:01")
            journal.from_ns = BEGIN + stall[0] * NS_PER_MIN
            journal.until_ns = journal.from_ns + stall[1] * NS_PER_MIN
            # A session that ends meanwhile waits for its journal: it comes back once time stands still.
            journal.patience_at_once = 8
        asyncio.run(simulation.run())
        return simulation


def plans(faults: int, verbs: int, by_hand: int = 0) -> st.SearchStrategy[Plan]:
    return st.builds(
        Plan,
        seed=st.integers(0, 2**32),
        faults=st.integers(0, faults),
        verbs=st.integers(0, verbs),
        bold=st.booleans(),
        by_hand=st.integers(0, by_hand),
        policy=POLICY,
        outages=st.integers(0, min(2, faults)),
    )


def check(plan: Plan, stall: tuple[int, int] | None = None) -> None:
    simulation = run(plan, stall)
    state = check_laws(simulation)
    assert state.ended, plan
    if not (plan.faults or plan.outages):
        assert not state.discrepancies, (plan, state.discrepancies)
        if not state.positions:
            assert not state.working, plan


QUICK = settings(max_examples=20, deadline=None, derandomize=True)
LONG = settings(max_examples=600, deadline=None)
STALLS = st.tuples(st.integers(0, 40), st.integers(1, 20))


def test_random_sessions_trade() -> None:
    """The sessions that the properties look at are not empty ones."""
    fills = [len(run(Plan(seed, bold=seed % 2 == 0)).all(ev.FillBooked)) for seed in range(8)]
    assert sum(fills) > 20


@QUICK
@given(plans(faults=3, verbs=3))
def test_the_laws_hold(plan: Plan) -> None:
    check(plan)


@QUICK
@given(plans(faults=2, verbs=2), STALLS)
def test_the_laws_hold_while_the_journal_comes_and_goes(plan: Plan, stall: tuple[int, int]) -> None:
    check(plan, stall)


@QUICK
@given(plans(faults=2, verbs=1, by_hand=20))
def test_the_laws_hold_under_a_busy_hand(plan: Plan) -> None:
    check(plan)


@pytest.mark.parametrize("policy", sorted(policies()))
def test_under_each_policy_trades_are_managed(policy: str) -> None:
    """The sessions of the properties have stops that tighten and several ways out."""
    tightened, reasons = 0, set()
    for seed in range(10):
        simulation = run(Plan(seed, bold=seed % 2 == 0, policy=policy))
        tightened += len(simulation.all(ev.StopTightened))
        reasons |= {event.exit_reason for event in simulation.all(ev.TradeClosed)}
    assert tightened > 3
    assert len(reasons) >= 3, reasons


def test_a_busy_hand_moves_something() -> None:
    """The sessions of the property above take many of those commands, and carry them out."""
    taken: Counter[Verb] = Counter()
    for seed in range(12):
        for event in run(Plan(seed, bold=seed % 2 == 0, by_hand=20)).all(ev.CommandTaken):
            taken[event.command.verb] += 1
    assert all(taken[verb] > 1 for verb in (Verb.CLOSE, Verb.STOP, Verb.TARGET, Verb.TICKET)), taken


@pytest.mark.slow
@LONG
@given(plans(faults=4, verbs=2, by_hand=30))
def test_the_laws_hold_under_a_busy_hand_at_length(plan: Plan) -> None:
    check(plan)


@pytest.mark.slow
@LONG
@given(plans(faults=4, verbs=4))
def test_the_laws_hold_at_length(plan: Plan) -> None:
    check(plan)


@pytest.mark.slow
@LONG
@given(plans(faults=4, verbs=4), STALLS)
def test_the_laws_hold_while_the_journal_comes_and_goes_at_length(plan: Plan, stall: tuple[int, int]) -> None:
    check(plan, stall)


def killed_equals_whole(seed: int, bold: bool, kill: tuple[int, bool], policy: str, outages: int) -> None:
    """No faults, no operator: the killed run comes to the same fills, trades and money."""
    plan = Plan(seed, bold=bold, policy=policy, outages=outages)
    with tempfile.TemporaryDirectory() as folder:
        whole = fused(lambda: plan.build(Path(folder)), Fuse())
        asyncio.run(whole.run())
        killed = asyncio.run(killed_and_resumed(lambda: plan.build(Path(folder)), kill))
    expected, found = whole.state(), killed.state()
    assert found.trades == expected.trades
    assert found.wallet == expected.wallet
    assert found.fill_ids == expected.fill_ids
    check_laws(killed)


KILL = st.tuples(st.integers(1, 150), st.booleans())


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.booleans(), KILL, POLICY, st.integers(0, 1))
def test_a_random_session_survives_a_kill(
    seed: int, bold: bool, kill: tuple[int, bool], policy: str, outages: int
) -> None:
    killed_equals_whole(seed, bold, kill, policy, outages)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.booleans(), KILL, POLICY, st.integers(0, 2))
def test_random_sessions_survive_kills_at_length(
    seed: int, bold: bool, kill: tuple[int, bool], policy: str, outages: int
) -> None:
    killed_equals_whole(seed, bold, kill, policy, outages)
