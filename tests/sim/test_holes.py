"""Holes in the data: what they stop, what they say, and what they close (semantics.md 3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.laws import check_laws
from tests.sim.stage import long_at, short_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.trades import ExitReason

ETHER = {"trigger": 1_504.0, "limit": 1_505.0, "stop": 1_490.0, "t1": 1_530.0, "t2": 1_550.0}
UNLINKED = {"trading.enable_correlation_check": "false"}


async def test_entries_wait_for_atr_after_a_hole(tmp_path: Path) -> None:
    """ATR does not span it, so fifteen bars must follow it (more than the five that analysis rests)."""
    tape = Tape().hole("12:41", 10)
    clocks = [f"12:{minute}" for minute in range(52, 60)] + [f"13:{minute:02d}" for minute in range(8)]
    simulation = stage(tmp_path, tape, *(long_at(clock) for clock in clocks), until="13:20")
    await simulation.run()
    state = check_laws(simulation)
    decided = simulation.timed(ev.DecisionMade)
    blocked = [at_ns for at_ns, event in decided if event.refused_by == "market_data"]
    sent = [at_ns for at_ns, event in simulation.timed(ev.OrderIntended)]
    assert sent[0] == on_day("13:06")
    assert blocked == [on_day(clock) for clock in clocks if on_day(clock) < sent[0]]
    assert state.ended


@pytest.mark.parametrize("side", list(Side))
async def test_a_position_across_a_long_hole_is_closed_at_the_first_price(tmp_path: Path, side: Side) -> None:
    closes = (20_040, 20_056) if side is Side.BUY else (19_960, 19_944)
    tape = Tape().walk("12:41", *closes).hole("12:50", 31)
    idea = long_at("12:41") if side is Side.BUY else short_at("12:41")
    simulation = stage(tmp_path, tape, idea)
    await simulation.run()
    [trade] = check_laws(simulation).trades.values()
    assert trade.exit_reason is ExitReason.DATA_GAP
    assert on_day("13:21") < trade.closed_ns <= on_day("13:22")


async def test_a_position_across_a_shorter_hole_stays(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056).hole("12:50", 30)
    simulation = stage(tmp_path, tape, long_at("12:41"))
    await simulation.run()
    [trade] = check_laws(simulation).trades.values()
    assert trade.exit_reason is ExitReason.SESSION_END


async def test_a_stop_inside_a_hole_fills_at_the_first_price_after_it(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056).hole("12:50", 31)
    tape.bar("13:21", 19_790, 19_810, opens=19_800, closes=19_800)
    simulation = stage(tmp_path, tape, long_at("12:41"))
    await simulation.run()
    [trade] = check_laws(simulation).trades.values()
    assert trade.exit_reason is ExitReason.STOP
    last = simulation.all(ev.FillBooked)[-1].fill
    assert last.price <= 19_800
    assert last.at_ns < on_day("13:21") + 2_000_000_000


async def test_a_hole_of_one_symbol_closes_its_position_though_others_go_on(tmp_path: Path) -> None:
    bitcoin = Tape().walk("12:41", 20_040, 20_056).hole("12:50", 31)
    ether = Tape(symbol="ETHUSDT", level=1_500.0)
    simulation = stage(tmp_path, (bitcoin, ether), long_at("12:41"), settings=UNLINKED)
    await simulation.run()
    [trade] = check_laws(simulation).trades.values()
    assert trade.exit_reason is ExitReason.DATA_GAP
    assert on_day("13:21") < trade.closed_ns <= on_day("13:22")


async def test_one_bar_late_warns_and_two_are_a_gap(tmp_path: Path) -> None:
    bitcoin = Tape().hole("12:40", 1).hole("12:45", 3)
    ether = Tape(symbol="ETHUSDT", level=1_500.0)
    said = (long_at("12:41"), long_at("12:46"))
    simulation = stage(tmp_path, (bitcoin, ether), *said, settings=UNLINKED, until="13:10")
    await simulation.run()
    check_laws(simulation)
    alerts = [(at_ns, e.code) for at_ns, e in simulation.timed(ev.AlertRaised) if e.code.startswith("data_")]
    assert alerts == [
        (on_day("12:41"), "data_late"),
        (on_day("12:46"), "data_late"),
        (on_day("12:47"), "data_gap"),
        (on_day("12:48"), "data_gap"),
    ]
    refused = [(at_ns, e.refused_by) for at_ns, e in simulation.timed(ev.DecisionMade)]
    assert refused == [(on_day("12:41"), "market_data"), (on_day("12:46"), "market_data")]


async def test_a_hole_of_the_whole_feed_is_said(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape().hole("12:40", 1).hole("12:50", 7), until="13:10")
    await simulation.run()
    check_laws(simulation)
    alerts = [(at_ns, e.code) for at_ns, e in simulation.timed(ev.AlertRaised) if e.code.startswith("data_")]
    assert alerts == [(on_day("12:42"), "data_late"), (on_day("12:58"), "data_gap")]


async def test_a_feed_that_ends_in_the_middle_of_a_trade(tmp_path: Path) -> None:
    """The margin before the data's end is used to close at real prices."""
    tape = Tape(end="12:58").walk("12:41", 20_040, 20_056)
    simulation = stage(tmp_path, tape, long_at("12:41"))
    await simulation.run()
    state = check_laws(simulation)
    [trade] = state.trades.values()
    assert trade.exit_reason is ExitReason.SESSION_END
    assert trade.closed_ns >= on_day("12:58") - 5 * NS_PER_MIN
    assert state.end_reason == "feed ended"


async def test_a_feed_that_ends_with_a_position_that_nothing_can_close(tmp_path: Path) -> None:
    tape = Tape(end="12:58").walk("12:41", 20_040, 20_056)
    for minute in range(43, 58):
        tape.bar(f"12:{minute}", 20_050, 20_060, opens=20_056, closes=20_056, volume=0.0)
    simulation = stage(tmp_path, tape, long_at("12:41"))
    await simulation.run()
    state = check_laws(simulation)
    assert state.positions
    assert "unconfirmed_exposure" in simulation.alerts()
    assert state.ended
    assert state.end_reason == "feed ended"
    lines = {line.step: line.result for line in state.checklists["shutdown"]}
    assert lines["Close all open positions (if configured)"] == "warn"
    closes = [e for e in simulation.all(ev.OrderIntended) if e.order.role is OrderRole.FLATTEN]
    assert len(closes) == 1
