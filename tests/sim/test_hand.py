"""The operator's hand on a real trade: half closed, stop and target moved, a ticket, an order canceled."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sim.harness import Simulation, said_at
from tests.sim.laws import check_laws
from tests.sim.restarts import killed_and_resumed
from tests.sim.stage import long_at, short_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_trade_life import UP, mirrored, only_trade, orders
from ytc_tui.model import events as ev
from ytc_tui.model.commands import ClosePart, Command, MoveStop, MoveTarget, Ticket, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.state import State
from ytc_tui.model.trades import MANUAL, ExitReason, TradeState
from ytc_tui.views.event_lines import event_line
from ytc_tui.views.explain import explain
from ytc_tui.views.journal import recorded
from ytc_tui.views.ledger import check_ledger

D = Decimal
HALF = ClosePart(D(50))
# A quiet market after the entry, below the first target.
REST = (20_040, 20_056, 20_100, 20_110, 20_105, 20_110, 20_105, 20_110)


Line = tuple[int, Command]


def close(clock: str, part: ClosePart = HALF, name: str = "close", about: str = "T0001") -> Line:
    return on_day(clock), Command(name, Verb.CLOSE, "me", "enough", about, close=part)


def stop(clock: str, price: str | None = None, name: str = "stop") -> Line:
    moved = MoveStop(None if price is None else D(price))
    return on_day(clock), Command(name, Verb.STOP, "me", "", "BTCUSDT", move_stop=moved)


def target(clock: str, price: str, part: int | None = None, name: str = "target") -> Line:
    moved = MoveTarget(D(price), part)
    return on_day(clock), Command(name, Verb.TARGET, "me", "", "T0001", move_target=moved)


BUY = Ticket(Side.BUY, D(19_900), D(20_400))


def ticket(clock: str, wanted: Ticket = BUY, name: str = "ticket", symbol: str = "BTCUSDT") -> Line:
    return on_day(clock), Command(name, Verb.TICKET, "me", "seen", symbol, ticket=wanted)


def refusal(simulation: Simulation, name: str) -> str:
    receipt = simulation.host.receipts[name]
    assert not receipt.accepted
    return receipt.reason


def ledger_agrees(simulation: Simulation) -> None:
    report = check_ledger(recorded(entry for entry, _ in simulation.events))
    assert report.ok, report.differences


def lines(simulation: Simulation) -> str:
    return "\n".join(event_line(entry, event) for entry, event in simulation.events)


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
    # Close commands go before what waits, so the second of the two is heard first.
    lines = close("12:46", HALF, "again"), close("12:46", ClosePart()), stop("12:46", "20000", "tighter")
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


# ---- ticket -----------------------------------------------------------------------------------------


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
