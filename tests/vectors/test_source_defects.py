"""The twelve defects of the material that this program starts from (domain.md 1.7), each sought in real code.

A test is named by the defect's letter; it fails where the defect is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from traceback import walk_stack
from unittest.mock import patch

import pytest

from tests.analysis.series import demo_bars, fed
from tests.analysis.setups.golden_files import analysis_of, bars_of, setup_of
from tests.engine.risk.builders import FREE_LIMITS, FREE_PERP, LIMITS, REQUEST, asking
from tests.engine.risk.cases import cases_of
from tests.engine.situations import SYMBOL, book, settle, trading
from tests.sim.fault_rules import EXIT, rule, script
from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.proposers import NAME as PROPOSER, Idea
from tests.sim.stage import long_at, short_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_limits import BOLD, crash
from tests.sim.test_review import AFTER, UP
from tests.sim.test_trade_life import mirrored, only_trade, target_orders
from ytc_tui.adapters.clock import PacedClock
from ytc_tui.adapters.venues.faults import FaultKind
from ytc_tui.analysis.params import SetupParams
from ytc_tui.analysis.setups import finders
from ytc_tui.analysis.sizing import size_position
from ytc_tui.analysis.swings import SwingTracker
from ytc_tui.analysis.timeframes import TimeframeBuilder
from ytc_tui.boot import Parts
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.risk.gate import assess
from ytc_tui.engine.risk.registry import RULES
from ytc_tui.model import events as ev
from ytc_tui.model.codec import to_json
from ytc_tui.model.commands import Command
from ytc_tui.model.market import NS_PER_MIN, PATH_OFFSETS_NS, Side
from ytc_tui.model.money import ticks_between
from ytc_tui.model.orders import OrderRole, VenuePosition
from ytc_tui.model.session import Phase, SessionStatus
from ytc_tui.model.signals import SetupKind
from ytc_tui.model.state import State
from ytc_tui.model.structure import ZoneRole
from ytc_tui.model.tasks import Priority, ResponseMessage, ResponseStatus, TaskMessage, TaskType
from ytc_tui.model.trades import ExitReason, TradeState
from ytc_tui.views.journal import recorded

D = Decimal
FAR = {"stop": 18_000.0, "t1": 24_000.0, "t2": 26_000.0}


def test_a_every_check_of_the_gate_can_pass_and_can_refuse() -> None:
    """There: a check that nothing ever set true, so that nothing could be approved."""
    for each in RULES:
        answers = {each.check(case.request, case.limits).ok for case in cases_of(each.name)}
        assert answers == {True, False}, each.name
    assert all(verdict.ok for verdict in assess(REQUEST, LIMITS).verdicts)
    assert assess(REQUEST, LIMITS).granted > 0


async def test_b_the_loss_limit_acts_inside_a_bar_of_active_trading_without_its_agents(
    tmp_path: Path,
) -> None:
    """There: it was evaluated before the session only, by an agent."""
    off = {f"agents.{name}.enabled": "false" for name in ("contingency", "risk_management")}
    tape = crash(Tape().walk("12:41", 20_040, 20_056), "12:45", volume=1_000)
    simulation = stage(tmp_path, tape, long_at("12:41", **FAR), settings={**BOLD, **off})
    await simulation.run()
    state = check_laws(simulation)
    [(fired_ns, fired)] = simulation.timed(ev.FlattenStarted)
    assert fired_ns == on_day("12:45") + PATH_OFFSETS_NS[1]
    assert fired.final
    assert state.status is SessionStatus.EMERGENCY_STOP


async def test_c_contingency_reports_nothing_that_the_venue_has_not_confirmed(tmp_path: Path) -> None:
    """There: orders cancelled, positions flattened, trading halted, and nothing had been done."""
    tape = crash(Tape().walk("12:41", 20_040, 20_056), "12:45", volume=1_000)
    simulation = stage(tmp_path, tape, long_at("12:41", **FAR), settings=BOLD)
    run = simulation.build()
    venue = run.outlets.venue
    honest = venue.positions

    async def still_there() -> tuple[VenuePosition, ...]:
        if simulation.all(ev.FlattenStarted):
            return (VenuePosition(SYMBOL, D("0.5"), D(10_000)),)
        return await honest()

    with patch.object(venue, "positions", still_there):
        await run.run()
    assert not simulation.all(ev.FlatVerified)
    told = simulation.state().agents["contingency"].output["emergency_response"]
    assert "the venue was read again: flat" not in told["actions_taken"]
    assert told["requires_human_intervention"]
    assert "unconfirmed_exposure" in simulation.alerts()


@pytest.mark.parametrize("refused", [1, 2])
async def test_d_a_scratch_whose_close_fails_is_open_until_a_close_fills(
    tmp_path: Path, refused: int
) -> None:
    """There: parts were marked closed before the order was sent, and "everything liquidated" was said."""
    rules = [rule(FaultKind.REJECT, EXIT, number) for number in range(1, refused + 1)]
    tape = Tape().walk("12:41", 20_040, 20_056, *[20_040, 20_045] * 6)
    idle = {"trading.scratch.idle_bars": "5", "trading.scratch.flow_bars": "5"}
    simulation = stage(tmp_path, tape, long_at("12:41"), settings=idle, faults=script(*rules))
    await simulation.run()
    trade = only_trade(simulation)
    moves = [event.after for event in simulation.all(ev.TradeMoved)]
    assert moves.count(TradeState.CLOSE_FAILED) == refused
    assert "close_failed" in simulation.alerts()
    [closed] = simulation.timed(ev.TradeClosed)
    fills = [at_ns for at_ns, event in simulation.timed(ev.FillBooked) if event.fill.side is Side.SELL]
    assert closed[0] == fills[-1]
    assert (trade.state, trade.exit_reason) == (TradeState.SCRATCHED, ExitReason.SCRATCH)
    sent = [event for event in simulation.all(ev.OrderIntended) if event.order.role is OrderRole.EXIT]
    assert len(sent) == refused + 1


def test_e_distances_are_whole_ticks_rounded_up_and_never_over_size() -> None:
    """There: int(0.0025 / 0.0001) on floats, which is 24."""
    truncated = 0
    for count in range(1, 400):
        for tick in (D("0.0001"), D("0.01"), D("0.1"), D("0.25")):
            entry, stop = D("1.25") + count * tick, D("1.25")
            assert ticks_between(entry, stop, tick) == count
            assert ticks_between(entry + tick / 3, stop, tick) == count + 1
            truncated += int((float(entry) - float(stop)) / float(tick)) < count
            sized = size_position(
                base=D(100_000), risk_pct=D(1), entry=entry, stop=stop, tick=tick, tick_value=D(10)
            )
            assert sized.quantity == Fraction(1000, count * 10).__floor__()
            assert sized.risk <= 1000
    assert truncated > 100  # what floats would have done with these very distances


async def test_f_a_small_account_is_refused_and_never_sized_up(tmp_path: Path) -> None:
    """There: a size below the minimum was forced up to it, whatever it risked."""
    small = {"account.initial_balance": "100"}
    idea = long_at("12:41", stop=18_000.0, t1=24_000.0, t2=26_000.0)
    simulation = stage(tmp_path, Tape().walk("12:41", 20_040, 20_056), idea, settings=small)
    await simulation.run()
    [decision] = simulation.all(ev.DecisionMade)
    assert (decision.refused_by, decision.granted) == ("min_size", D(0))
    assert not simulation.all(ev.OrderIntended)
    # One whole unit loses 9 at the stop: an account of 900 may risk 9, one of 899 may not.
    whole = replace(asking(quantity=D(1)), instrument=replace(FREE_PERP, lot=D(1), min_notional=D(0)))
    for balance, granted in ((900, 1), (899, 0)):
        asked = replace(whole, start_balance=D(balance), equity=D(balance))
        assert assess(asked, FREE_LIMITS).granted == granted


@pytest.mark.parametrize("name", ["TST-buy", "TST-sell"])
def test_g_a_test_is_traded_away_from_its_level(name: str) -> None:
    """There: long at resistance and short at support."""
    expected = setup_of(name)
    market = fed(analysis_of(name), bars_of(name))
    [found] = finders()[SetupKind.TST](market, SetupParams()).setups
    assert found.side is expected.side
    turn = (min if found.side is Side.BUY else max)(
        bar.low if found.side is Side.BUY else bar.high for bar in bars_of(name)[-15:]
    )
    near = 0.3 * (market.atr_ltf or 0.0)
    roles = {zone.role for zone in market.zone_map.touching(turn - near, turn + near)}
    assert (ZoneRole.SUPPORT if found.side is Side.BUY else ZoneRole.RESISTANCE) in roles
    assert (found.t1 - found.trigger) * found.side.sign > 0 > (found.stop - turn) * found.side.sign


class NotedClock(PacedClock):
    """A clock that keeps the instants it was asked to wait for."""

    def __init__(self) -> None:
        super().__init__(None)
        self.waited: list[int] = []

    async def sleep_until(self, at_ns: int) -> None:
        self.waited.append(at_ns)
        await super().sleep_until(at_ns)


@dataclass
class NotedSimulation(Simulation):
    clock: NotedClock = field(default_factory=NotedClock)

    def parts(self) -> Parts:
        parts = super().parts()
        parts.clock = self.clock
        return parts


async def test_h_a_whole_session_is_paced_by_its_clock_and_never_recurses(tmp_path: Path) -> None:
    """There: no pacing, and a limit of 500 recursive steps that a session of hours cannot live with."""
    depths: list[int] = []

    def watch(state: State, now_ns: int) -> list[Command]:
        depths.append(sum(1 for _ in walk_stack(None)))
        return []

    staged = stage(tmp_path, Tape(end="16:30"), until="16:30")
    simulation = NotedSimulation(staged.request, staged.overrides, operator=watch)
    await simulation.run()
    assert simulation.state().ended
    assert len(simulation.all(ev.TaskReported)) > 500
    assert max(depths) == max(depths[:20])
    began, ended = on_day("12:35"), on_day("15:20")
    waited = set(simulation.clock.waited)
    assert set(range(began, ended, NS_PER_MIN)) <= waited
    assert simulation.clock.waited == sorted(simulation.clock.waited)


@pytest.mark.parametrize("side", list(Side))
async def test_i_the_stop_counts_first_even_where_the_target_is_nearer_to_the_open(
    tmp_path: Path, side: Side
) -> None:
    """There: targets were looked at before stops."""
    long = side is Side.BUY
    tape = Tape().walk("12:41", *((20_040, 20_056) if long else mirrored(20_040, 20_056)))
    low, high, opens = 19_900.0, 20_300.0, 20_250.0
    prices = (low, high, opens) if long else (40_000 - high, 40_000 - low, 40_000 - opens)
    tape.bar("12:43", *prices[:2], opens=prices[2], closes=prices[2])
    simulation = stage(tmp_path, tape, long_at("12:41") if long else short_at("12:41"))
    await simulation.run()
    trade = only_trade(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.STOPPED_OUT, ExitReason.STOP)
    assert not any(target.filled for target in target_orders(simulation))


def test_j_without_a_price_there_is_no_size_and_no_order(tmp_path: Path) -> None:
    """There: constants such as 1.25 or 3000 stood in for a price that was not there."""
    sit = trading(tmp_path)
    sit.market.marks.clear()
    idea = Idea(sit.at_ns, Side.BUY, 20_050.0, 20_060.0, 19_950.0, 20_260.0, 20_400.0)
    answer = {"proposals": [to_json(idea.setup())]}
    book(sit, ev.TaskRequested(TaskMessage("t1", PROPOSER, TaskType.ANALYZE, Priority.HIGH)))
    response = ResponseMessage("t1", PROPOSER, ResponseStatus.SUCCESS, answer)
    found = settle(sit, inp.AgentAnswered(response))
    [decision] = [event for event in found if isinstance(event, ev.DecisionMade)]
    assert decision.granted == 0
    assert not [event for event in found if isinstance(event, ev.OrderIntended)]
    missing = assess(replace(REQUEST, last_price=None), LIMITS)
    assert (missing.granted, missing.refused_by) == (D(0), "market_data")


async def test_k_the_session_ends_only_once_every_agent_after_the_close_has_answered(tmp_path: Path) -> None:
    """There: it was over when agent 12 had run, and 13 to 15 could be lost."""
    simulation = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41"))
    await simulation.run()
    ended = [event.after for event in simulation.all(ev.PhaseChanged)][-1]
    assert ended is Phase.SHUTDOWN
    order = [
        event.response.agent_name if isinstance(event, ev.TaskReported) else event.after.value
        for _, event in recorded(entry for entry, _ in simulation.events)
        if isinstance(event, ev.TaskReported | ev.PhaseChanged)
    ]
    after = order[order.index(Phase.POST_MARKET.value) : order.index(Phase.SHUTDOWN.value)]
    assert set(AFTER) <= set(after)


def test_l_a_swing_is_there_with_the_bar_that_confirms_it_and_not_before() -> None:
    """There: windows centred on a bar, which know the bars after it."""
    builder, n = TimeframeBuilder(3), 2
    bars = [built for minute in demo_bars()[:4_000] for built in builder.add(minute)]
    tracker = SwingTracker(n, tick=0.1, equal_ticks=0, width_ns=builder.width_ns)
    known = 0
    for number, bar in enumerate(bars):
        for change in tracker.add(bar):
            known += 1
            swing = change.swing
            assert swing.known_ns == bar.open_ns + builder.width_ns
            assert swing.bar_no <= number - n
            before = bars[swing.bar_no - n : swing.bar_no]
            after = bars[swing.bar_no + 1 : number + 1]
            assert len(after) >= n
            pivot = bars[swing.bar_no]
            if swing.kind == "high":
                assert all(other.high <= pivot.high for other in (*before, *after))
            else:
                assert all(other.low >= pivot.low for other in (*before, *after))
    assert known > 200
