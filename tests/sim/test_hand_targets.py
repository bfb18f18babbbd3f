"""Targets moved and canceled by hand, and a session by hand that is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.by_hand import (
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
from tests.sim.harness import Simulation, said_at
from tests.sim.laws import check_laws
from tests.sim.restarts import killed_and_resumed
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_trade_life import only_trade, orders
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.state import State
from ytc_tui.model.trades import ExitReason, TradeState

# ---- target -----------------------------------------------------------------------------------------


async def test_a_target_is_moved_and_hit(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", *REST, 20_150, 20_185, 20_190, 20_200, 20_420)
    operator = said_at(
        target("12:45", "20180", None, "which"),
        target("12:45", "20180", 1),
        target("12:46", "20170", 2, "crossed"),
        target("12:46", "20105", 1, "passed"),
        target("12:47", "20390", 2, "second"),
    )
    simulation = stage(tmp_path, tape, long_at("12:41"), operator=operator)
    await simulation.run()
    trade = only_trade(simulation)
    ledger_agrees(simulation)
    assert refusal(simulation, "which") == (
        "part is not given, and T0001 has T1 at 20260, T2 at 20400: part 1 or 2"
    )
    assert refusal(simulation, "crossed") == "T2 20170 would be nearer than T1 20180"
    assert refusal(simulation, "passed").startswith("price 20105 is not above the last price")
    assert (trade.t1, trade.t2, trade.exit_reason) == (D(20_180), D(20_390), ExitReason.TARGET)
    moved = [(event.part, event.before, event.after) for event in simulation.all(ev.TargetMoved)]
    assert moved == [(1, D(20_260), D(20_180)), (2, D(20_400), D(20_390))]
    hit = {event.fill.price for event in simulation.all(ev.FillBooked) if event.fill.side is Side.SELL}
    assert hit == {D(20_180), D(20_390)}
    # The first part at its new price is T1 all the same: what follows from T1 followed.
    assert TradeState.T1_HIT in {event.after for event in simulation.all(ev.TradeMoved)}
    assert "TARGET   T0001 T1 20260" in lines(simulation)


async def test_a_target_that_was_canceled_stays_away_until_it_is_asked_for_again(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", *REST, 20_150, 20_200, 20_270, 20_300, 20_310, 20_360)
    lines_said = [target("12:50", "20350", 2)]

    def operator(state: State, now_ns: int) -> list[Command]:
        found = [
            record.request.client_id
            for record in state.working_orders("BTCUSDT", OrderRole.TARGET)
            if record.note == "T2" and now_ns == on_day("12:45")
        ]
        stops = [record.request.client_id for record in state.working_orders(role=OrderRole.PROTECTIVE_STOP)]
        said = [Command("gone", Verb.CANCEL, "me", target=client_id) for client_id in found]
        if found:
            said.append(Command("stop", Verb.CANCEL, "me", target=stops[0]))
        return said + [command for at_ns, command in lines_said if at_ns == now_ns]

    simulation = stage(tmp_path, tape, long_at("12:41"), operator=operator)
    await simulation.run()
    trade = only_trade(simulation)
    assert simulation.host.receipts["gone"].accepted
    assert "protects T0001: use stop to tighten it, or close" in refusal(simulation, "stop")
    first, second, again = orders(simulation, OrderRole.TARGET)
    assert again.note.startswith("T2 MANUAL target T0001 T2 20350 by me")
    assert again.order.quantity == second.order.quantity
    assert trade.exit_reason is ExitReason.TARGET
    assert first.order.quantity + again.order.quantity == trade.entered_quantity


# ---- killed and taken up again ------------------------------------------------------------------------


def commands_of(simulation: Simulation) -> list[tuple[int, str]]:
    entries = simulation.journal.entries(simulation.journal.sessions()[-1])
    taken = ((entry.at, ev.decode_event(entry)) for entry in entries if entry.type == "CommandTaken")
    return [(at_ns, event.command.command_id) for at_ns, event in taken if isinstance(event, ev.CommandTaken)]


# The durable writes of that session from the ticket to the end of its trade.
FIRST_ORDER, LAST_ORDER = 14, 60


@pytest.mark.parametrize(
    ("after", "every"),
    [
        (False, 8),
        (True, 9),
        pytest.param(False, 1, marks=pytest.mark.slow),
        pytest.param(True, 1, marks=pytest.mark.slow),
    ],
)
async def test_a_session_by_hand_survives_kills(tmp_path: Path, after: bool, every: int) -> None:
    tape = Tape().walk("12:42", 20_050, 20_100, 20_150, 20_140, 20_160, 20_150, 20_200, 20_320)

    def build() -> Simulation:
        operator = said_at(
            ticket("12:41"), close("12:45"), target("12:46", "20300", 1), stop("12:47", "20060")
        )
        return stage(tmp_path, tape, until="12:55", operator=operator)

    whole = build()
    await whole.run()
    expected = check_laws(whole)
    assert [trade.exit_reason for trade in expected.trades.values()] == [ExitReason.TARGET]
    compared = 0
    steps = range(FIRST_ORDER, LAST_ORDER, every)
    for step in steps:
        killed = await killed_and_resumed(build, (step, after))
        found = check_laws(killed)
        # A command that died with the process is said again by this operator, at the next pause: later.
        if commands_of(killed) == commands_of(whole):
            compared += 1
            assert found.trades == expected.trades, step
            assert found.wallet == expected.wallet, step
            assert found.fill_ids == expected.fill_ids, step
    assert compared > len(steps) // 2
