"""The operator's hand on a real trade: half closed, and its stop moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.by_hand import (
    HALF,
    REST,
    D,
    close,
    ledger_agrees,
    lines,
    refusal,
    stop,
    target,
    ticket,
)
from tests.sim.harness import said_at
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, short_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_trade_life import UP, mirrored, only_trade, orders
from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule, FaultScript
from ytc_tui.model import events as ev
from ytc_tui.model.commands import ClosePart, Command, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.trades import MANUAL, ExitReason, TradeState
from ytc_tui.views.explain import explain
from ytc_tui.views.journal import recorded

# ---- close ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", list(Side))
async def test_half_is_closed_by_hand_and_the_rest_reaches_its_targets(tmp_path: Path, side: Side) -> None:
    walk = (*REST, *UP[3:])
    long = side is Side.BUY
    tape = Tape().walk("12:41", *(walk if long else mirrored(*walk)))
    idea = long_at("12:41") if long else short_at("12:41")
    simulation = stage(tmp_path, tape, idea, operator=said_at(close("12:46")))
    await simulation.run()
    trade = only_trade(simulation)
    ledger_agrees(simulation)
    [by_hand] = orders(simulation, OrderRole.EXIT)
    assert by_hand.reason is ExitReason.MANUAL
    assert by_hand.note == "MANUAL close T0001 50 % by me: enough"
    half = trade.entered_quantity / 2
    assert half - D("0.001") < by_hand.order.quantity <= half
    assert (trade.state, trade.exit_reason) == (TradeState.FULLY_CLOSED, ExitReason.TARGET)
    # The first two targets made way; what came after them takes exactly what was left.
    old, new = orders(simulation, OrderRole.TARGET)[:2], orders(simulation, OrderRole.TARGET)[2:]
    state = simulation.state()
    assert {state.orders[event.order.client_id].state for event in old} == {OrderState.CANCELED}
    assert [event.note for event in new] == ["T1 MANUAL", "T2 MANUAL"]
    left = trade.entered_quantity - by_hand.order.quantity
    assert sum(event.order.quantity for event in new) == left
    assert new[0].order.quantity - new[1].order.quantity in (D(0), D("0.001"))
    assert {state.orders[event.order.client_id].state for event in new} == {OrderState.FILLED}
    assert not state.replacing
    [exit_line] = [line for line in lines(simulation).splitlines() if "ORDER    exit" in line]
    assert MANUAL in exit_line
    told = explain(recorded(e for e, _ in simulation.events), by_hand.order.client_id, safe=str)
    assert told is not None
    assert "manual (MANUAL close T0001 50 % by me: enough)" in told.headline
    story = explain(recorded(e for e, _ in simulation.events), "T0001", safe=str)
    assert story is not None
    assert any("OPERATOR close T0001 50 % by me" in moment.text for moment in story.moments)


async def test_a_whole_close_ends_the_trade_as_manual(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", *REST)
    operator = said_at(close("12:46", ClosePart(), about="btcusdt"))
    simulation = stage(tmp_path, tape, long_at("12:41"), operator=operator)
    await simulation.run()
    trade = only_trade(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.FULLY_CLOSED, ExitReason.MANUAL)
    assert on_day("12:46") <= trade.closed_ns < on_day("12:47")
    [receipt] = simulation.host.receipts.values()
    assert receipt.accepted
    assert any("exit sell" in line and MANUAL in line for line in receipt.effects)
    assert [line for line in receipt.unconfirmed if line.startswith("exit BTCUSDT")]
    assert not simulation.state().working


async def test_a_close_on_its_way_is_not_doubled(tmp_path: Path) -> None:
    # Close commands go before what waits, in their order.
    lines = stop("12:46", "20000", "tighter"), close("12:46", ClosePart()), close("12:46", HALF, "again")
    operator = said_at(*lines)
    simulation = stage(tmp_path, Tape().walk("12:41", *REST), long_at("12:41"), operator=operator)
    await simulation.run()
    check_laws(simulation)
    assert "being closed already: exit y" in refusal(simulation, "again")
    assert "being closed already" in refusal(simulation, "tighter")
    assert len(orders(simulation, OrderRole.EXIT)) == 1


async def test_closing_by_hand_works_while_paused_and_a_ticket_does_not(tmp_path: Path) -> None:
    pause = (on_day("12:45"), Command("p", Verb.PAUSE, "me"))
    operator = said_at(
        pause, close("12:46"), stop("12:47", "20010"), target("12:48", "20300", 2), ticket("12:49")
    )
    simulation = stage(tmp_path, Tape().walk("12:41", *REST), long_at("12:41"), operator=operator)
    await simulation.run()
    check_laws(simulation)
    answers = {name: receipt.accepted for name, receipt in simulation.host.receipts.items()}
    assert answers == {
        "p": True,
        "close": True,
        "stop": True,
        "target": True,
        "ticket": False,
    }
    assert "gate is REDUCING" in refusal(simulation, "ticket")


async def test_targets_come_back_only_when_all_that_made_way_are_gone(tmp_path: Path) -> None:
    """The cancel of the second target, and those that repeat it, are on their way for more than a minute."""
    late = tuple(
        FaultRule(FaultKind.DELAY, CommandKind.CANCEL, nth=nth, delay_ms=75_000) for nth in range(2, 8)
    )
    tape = Tape().walk("12:41", *REST, 20_110, 20_110, *UP[3:])
    simulation = stage(
        tmp_path,
        tape,
        long_at("12:41"),
        faults=FaultScript(late),
        operator=said_at(close("12:46", ClosePart(D(25)))),
    )
    await simulation.run()
    trade = only_trade(simulation)
    old, new = orders(simulation, OrderRole.TARGET)[:2], orders(simulation, OrderRole.TARGET)[2:]
    gone_ns = max(
        at_ns
        for at_ns, event in simulation.timed(ev.OrderCanceled)
        if event.client_id in [sent.order.client_id for sent in old]
    )
    assert gone_ns >= on_day("12:47")
    assert {at_ns for at_ns, event in simulation.timed(ev.OrderIntended) if event in new} == {gone_ns}
    [by_hand] = orders(simulation, OrderRole.EXIT)
    assert sum(event.order.quantity for event in new) == trade.entered_quantity - by_hand.order.quantity
    assert [event.note for event in new] == ["T1 MANUAL", "T2 MANUAL"]


async def test_closing_a_part_of_what_is_still_being_entered(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_030)
    tape.bar("12:42", 20_030, 20_058, opens=20_030, closes=20_056, volume=3.0)  # a tenth of it may fill
    tape.walk("12:43", 20_100, 20_110, 20_105, 20_110, 20_275, 20_410)
    simulation = stage(tmp_path, tape, long_at("12:41"), operator=said_at(close("12:43")))
    await simulation.run()
    trade = only_trade(simulation)
    assert trade.entered_quantity == D("0.3")
    [by_hand] = orders(simulation, OrderRole.EXIT)
    assert by_hand.order.quantity == D("0.15")
    [entry] = orders(simulation, OrderRole.ENTRY)
    assert simulation.state().orders[entry.order.client_id].state is OrderState.CANCELED
    assert sum(event.order.quantity for event in orders(simulation, OrderRole.TARGET)) == D("0.15")
    assert trade.exit_reason is ExitReason.TARGET


# ---- stop -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", list(Side))
async def test_a_stop_at_breakeven_ends_at_about_nothing(tmp_path: Path, side: Side) -> None:
    walk = (20_040, 20_056, 20_130, 20_140, 20_150, 20_120, 20_090, 20_076, 20_070, 20_066, 20_060)
    long = side is Side.BUY
    tape = Tape().walk("12:41", *(walk if long else mirrored(*walk)))
    simulation = stage(
        tmp_path, tape, long_at("12:41") if long else short_at("12:41"), operator=said_at(stop("12:46"))
    )
    await simulation.run()
    trade = only_trade(simulation)
    ledger_agrees(simulation)
    assert trade.exit_reason is ExitReason.BREAKEVEN_STOP
    assert abs(trade.r_multiple or D(1)) < D("0.1")
    [tightened] = simulation.all(ev.StopTightened)
    assert tightened.before == trade.initial_stop
    [by_hand] = orders(simulation, OrderRole.PROTECTIVE_STOP)
    assert by_hand.note == "MANUAL stop BTCUSDT breakeven by me"
    assert "unprotected" not in simulation.alerts()


async def test_a_stop_by_hand_that_is_hit_is_named_so(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056, 20_130, 20_140, 20_150, 20_140, 20_000, 19_990)
    operator = said_at(
        stop("12:46", "20010"), stop("12:46", "20005", "wider"), stop("12:46", "20300", "over")
    )
    simulation = stage(tmp_path, tape, long_at("12:41"), operator=operator)
    await simulation.run()
    trade = only_trade(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.FULLY_CLOSED, ExitReason.MANUAL)
    assert trade.stop == D(20_010)
    assert refusal(simulation, "wider") == "price 20005 does not tighten the stop 20010: it only moves up"
    assert refusal(simulation, "over") == (
        "price 20300 is not below the last price 20150: to leave now, close"
    )
