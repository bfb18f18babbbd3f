"""A ticket: sized, filled and closed, or refused by a rule; its entry canceled."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.sim.by_hand import (
    BUY,
    REST,
    D,
    ledger_agrees,
    refusal,
    ticket,
)
from tests.sim.harness import said_at
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_trade_life import only_trade, orders
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Ticket, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.state import State
from ytc_tui.model.trades import MANUAL, ExitReason, TradeState
from ytc_tui.views.explain import explain
from ytc_tui.views.journal import recorded


async def test_a_ticket_is_sized_filled_and_closed(tmp_path: Path) -> None:
    tape = Tape().walk("12:42", 20_050, 20_100, 20_200, 20_300, 20_420)
    simulation = stage(tmp_path, tape, operator=said_at(ticket("12:41")))
    await simulation.run()
    trade = only_trade(simulation)
    ledger_agrees(simulation)
    assert trade.setup_kind == MANUAL
    assert (trade.state, trade.exit_reason) == (TradeState.FULLY_CLOSED, ExitReason.TARGET)
    [decision] = simulation.all(ev.DecisionMade)
    assert decision.setup_id == "MANUAL-BTCUSDT-buy-D0001"
    [entry] = orders(simulation, OrderRole.ENTRY)
    assert entry.note == "MANUAL buy"
    # Never a market order: the last price of the minute, 20 bps worse, on the tick below.
    [(sent_ns, _)] = [line for line in simulation.timed(ev.OrderIntended) if line[1] is entry]
    assert sent_ns == on_day("12:41")
    assert D("20030") < (entry.order.limit_price or D(0)) <= D("20063")
    # 1 % of 100,000 at most, costs included, or less where another limit is tighter.
    assert D(0) < trade.risk_money <= D(1_000)
    assert decision.granted == trade.planned_quantity <= decision.asked
    # One target for all of it.
    [only] = orders(simulation, OrderRole.TARGET)
    assert only.order.quantity == trade.entered_quantity == trade.part_one_quantity
    receipt = simulation.host.receipts["ticket"]
    assert any(f"granted {decision.granted.normalize():f}" in line for line in receipt.effects)
    assert trade.net_pnl > 0
    told = explain(recorded(e for e, _ in simulation.events), entry.order.client_id, safe=str)
    assert told is not None
    assert "MANUAL buy" in told.headline
    assert [part.decision_id for part in told.decisions] == ["D0001"]


@pytest.mark.parametrize(
    ("wanted", "rule", "words"),
    [
        (Ticket(Side.BUY, D(20_100), D(20_400)), "stop_side", "20100"),
        (Ticket(Side.SELL, D(19_900), D(19_400)), "stop_side", "19900"),
        (Ticket(Side.BUY, D(19_900), D(20_060)), "reward_risk", "reward to risk"),
        (Ticket(Side.BUY, D(20_020), D(20_400), D(20_040)), "costs", "stop distance"),
        (Ticket(Side.BUY, D(18_000), D(24_000), D(19_000)), "price_collar", "entry to last price"),
    ],
)
async def test_a_ticket_that_a_rule_refuses(tmp_path: Path, wanted: Ticket, rule: str, words: str) -> None:
    simulation = stage(tmp_path, Tape(), until="12:50", operator=said_at(ticket("12:41", wanted)))
    await simulation.run()
    state = check_laws(simulation)
    ledger_agrees(simulation)
    [decision] = simulation.all(ev.DecisionMade)
    assert decision.refused_by == rule
    assert refusal(simulation, "ticket") == f"D0001 refused: {decision.reason}"
    assert decision.reason.startswith(f"{rule}: ")
    assert words in decision.reason
    assert state.refused == {rule: 1}
    assert not state.orders
    told = explain(recorded(e for e, _ in simulation.events), "D0001", safe=str)
    assert told is not None
    assert rule in told.headline


async def test_a_ticket_outside_the_hours_or_with_a_trade_there(tmp_path: Path) -> None:
    operator = said_at(ticket("12:25", name="early"), ticket("12:45", name="second"))
    simulation = stage(tmp_path, Tape().walk("12:41", *REST), long_at("12:41"), operator=operator)
    await simulation.run()
    check_laws(simulation)
    assert "gate_open: gate is REDUCING" in refusal(simulation, "early")
    assert "symbol_clear" in refusal(simulation, "second")


async def test_a_working_entry_is_canceled_by_its_id(tmp_path: Path) -> None:
    low = dataclasses.replace(BUY, stop=D(19_800), limit=D(19_960))

    def operator(state: State, now_ns: int) -> list[Command]:
        if now_ns == on_day("12:41"):
            return [ticket("12:41", low)[1]]
        found = [record.request.client_id for record in state.working_orders(role=OrderRole.ENTRY)]
        if now_ns == on_day("12:42") and found:
            return [Command(f"{n}", Verb.CANCEL, "me", target=name) for n, name in enumerate([*found, "y0"])]
        return []

    simulation = stage(tmp_path, Tape(), operator=operator, until="12:50")
    await simulation.run()
    trade = only_trade(simulation)
    assert trade.state is TradeState.NOT_ENTERED
    assert simulation.host.receipts["0"].accepted
    assert not simulation.host.receipts["0"].unconfirmed
    assert refusal(simulation, "1") == "no order 'y0'"
    assert {record.state for record in simulation.state().orders.values()} == {OrderState.CANCELED}
