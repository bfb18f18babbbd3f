"""The operator's hand: what is refused with which numbers, and what is decided where it is not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from tests.engine.hands import (
    MARK,
    D,
    answered,
    close,
    flat,
    held,
    intended,
    refused,
    stop,
    target,
    ticket,
)
from ytc_tui.engine.apply import apply
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole, OrderState
from ytc_tui.model.session import Gate
from ytc_tui.model.state import OrderRecord
from ytc_tui.model.trades import MANUAL, ExitReason, TradeState


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (close(about="T0009"), "no trade 'T0009'; open trades: T0001 BTCUSDT"),
        (close(about="ETHUSDT"), "no trade 'ETHUSDT'"),
        (close("0.01"), "0.01 % of 1.923 BTCUSDT is less than one lot of 0.001: nothing to close"),
        (close("99.9"), "99.9 % of 1.923 BTCUSDT leaves 0.002, worth 40.21: less than the minimum of 100"),
        (stop("19950"), "price 19950 does not tighten the stop 19950: it only moves up"),
        (stop("19000"), "price 19000 does not tighten the stop 19950: it only moves up"),
        (stop("20105"), "price 20105 is not below the last price 20105: to leave now, close"),
        (stop("20010.05"), "price 20010.05 is between two ticks of BTCUSDT: 20010 or 20010.1"),
        (target("20300"), "part is not given, and T0001 has T1 at 20260, T2 at 20400: part 1 or 2"),
        (target("20105", 1), "price 20105 is not above the last price 20105: to leave now, close"),
        (target("20400.1", 1), "T2 20400 would be nearer than T1 20400.1"),
        (target("20259.9", 2), "T2 20259.9 would be nearer than T1 20260"),
        (target("20300.01", 1), "price 20300.01 is between two ticks of BTCUSDT: 20300 or 20300.1"),
        (ticket(symbol="DOGEUSDT"), "no symbol 'DOGEUSDT' in this session: BTCUSDT"),
        (ticket("19900.01"), "stop 19900.01 is between two ticks of BTCUSDT: 19900 or 19900.1"),
        (ticket(limit="20000.01"), "limit 20000.01 is between two ticks of BTCUSDT: 20000 or 20000.1"),
        (Command("c", Verb.CANCEL, "ada", target="y0"), "no order 'y0'"),
    ],
)
def test_what_is_refused_and_why(command: Command, words: str) -> None:
    sit = held()
    [trade] = sit.state.trades.values()
    sit.state.trades["T0001"] = replace(trade, entered_quantity=D("1.923"), exited_quantity=ZERO)
    assert refused(sit, command).startswith(words)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (stop("20050"), "price 20050 does not tighten the stop 20050: it only moves down"),
        (stop("19895"), "price 19895 is not above the last price 19895: to leave now, close"),
        (target("19895", 1), "price 19895 is not below the last price 19895: to leave now, close"),
        (target("19599.9", 1), "T2 19600 would be nearer than T1 19599.9"),
    ],
)
def test_a_short_is_the_mirror_of_it(command: Command, words: str) -> None:
    assert refused(held(Side.SELL), command) == words


def test_each_state_of_a_trade_that_is_not_open_is_named() -> None:
    sit = held()
    [trade] = sit.state.trades.values()
    sit.state.trades["T0001"] = replace(trade, state=TradeState.FULLY_CLOSED)
    assert refused(sit, close()) == "T0001 is not open: fully_closed"
    sit.state.trades["T0001"] = replace(trade, state=TradeState.PENDING_ENTRY)
    assert refused(sit, close()).startswith("T0001 is not entered yet: to call it off, cancel its entry")
    sit.state.ended = True
    assert refused(sit, close()) == "the session has ended"


def order(sit: Situation, role: OrderRole, state: OrderState, note: str = "") -> OrderRecord:
    """One more working order of the trade in `sit`."""
    request = OrderRequest(f"y{role}", "BTCUSDT", Side.SELL, OrderKind.MARKET, role, D("0.1"))
    record = OrderRecord(request, state, "T0001", "D0001", None, note, "", 1, 1)
    sit.state.orders[request.client_id] = record
    sit.state.working[request.client_id] = 1
    return record


@pytest.mark.parametrize("command", [close("50"), stop("20000"), target("20300", 1)])
@pytest.mark.parametrize("role", [OrderRole.EXIT, OrderRole.FLATTEN])
def test_nothing_is_done_by_hand_while_a_close_is_on_its_way(command: Command, role: OrderRole) -> None:
    sit = held()
    order(sit, role, OrderState.UNKNOWN)
    assert refused(sit, command) == f"T0001 is being closed already: {role} y{role} unknown"


def test_an_order_without_an_answer_is_waited_for() -> None:
    sit = held()
    order(sit, OrderRole.PROTECTIVE_STOP, OrderState.SENT)
    assert "has no answer yet (sent): wait for it" in refused(sit, stop("20000"))
    order(sit, OrderRole.TARGET, OrderState.UNKNOWN, "T1")
    assert "has no answer yet (unknown): wait for it" in refused(sit, target("20300", 1))


def test_a_part_that_is_taken_or_has_nothing_left_gets_no_target() -> None:
    sit = held()
    first, second = sit.state.working_orders("BTCUSDT", OrderRole.TARGET)
    first.state = OrderState.FILLED
    sit.state.working.pop(first.request.client_id)
    assert refused(sit, target("20300", 1)) == "part 1 of T0001 is taken already; its part 2 is open"
    second.request = replace(second.request, quantity=sit.state.trades["T0001"].open_quantity)
    first.state, second.note = OrderState.CANCELED, "T1"
    assert "has nothing left" in refused(sit, target("20300", 2))


def test_which_orders_a_cancel_may_name() -> None:
    sit = held()
    for role, words in (
        (OrderRole.PROTECTIVE_STOP, "protects T0001: use stop to tighten it, or close"),
        (OrderRole.EXIT, "closes T0001 and is not called back"),
        (OrderRole.FLATTEN, "closes T0001 and is not called back"),
    ):
        name = order(sit, role, OrderState.ACKED).request.client_id
        assert words in refused(sit, Command("c", Verb.CANCEL, "ada", target=name))
    for role in (OrderRole.ENTRY, OrderRole.TARGET):
        record = order(sit, role, OrderState.ACKED)
        name = record.request.client_id
        taken, asked = answered(sit, Command("c", Verb.CANCEL, "ada", "why", name))
        assert isinstance(taken, ev.CommandTaken)
        assert asked == ev.CancelAsked(name, f"MANUAL cancel {name} by ada: why")
        record.state, record.detail = OrderState.CANCELING, "flatten"
        again = Command("c", Verb.CANCEL, "ada", target=name)
        assert refused(sit, again) == f"{role} {name} is being canceled already: flatten"
        record.state = OrderState.FILLED
        assert refused(sit, again) == f"{role} {name} does not work any more: filled"


@pytest.mark.parametrize("gate", list(Gate))
def test_what_each_gate_lets_through(gate: Gate) -> None:
    sit = held()
    sit.state.gate = gate
    for command in (close(), close("50"), stop("20000"), stop()):
        [first, *rest] = answered(sit, command)
        assert isinstance(first, ev.CommandTaken)
        assert intended(rest)
    if gate is Gate.HALTED:
        assert refused(sit, target("20300", 1)) == "gate is HALTED: no target orders"
    else:
        assert isinstance(answered(sit, target("20300", 1))[0], ev.CommandTaken)
    without = flat()
    without.state.gate = gate
    first, decision, *_ = answered(without, ticket())
    assert isinstance(decision, ev.DecisionMade)
    if gate is Gate.ACTIVE:
        assert isinstance(first, ev.CommandTaken), first
        assert not decision.refused_by
    else:
        assert isinstance(first, ev.CommandRefused)
        assert first.reason.startswith(f"{decision.decision_id} refused: gate_open: gate is {gate.upper()}")


def test_breakeven_is_the_entry_and_the_round_trip_on_the_tick_beyond() -> None:
    for side in Side:
        sit = held(side)
        trade = sit.state.trades["T0001"]
        assert trade.entry_price is not None
        [sent] = intended(answered(sit, stop()))
        beyond = ((sent.order.stop_price or ZERO) - trade.entry_price) * side.sign
        costs = trade.entry_price * sit.policy.round_trip_bps / 10_000
        assert costs <= beyond < costs + D("0.1")
        assert sent.order.quantity == trade.open_quantity
        assert sent.reason is ExitReason.BREAKEVEN_STOP
        assert sent.note == "MANUAL stop T0001 breakeven by ada"


@given(st.decimals("0.01", 100, places=2))
def test_a_close_is_in_whole_lots_and_never_more_than_asked(pct: Decimal) -> None:
    sit = held()
    trade = sit.state.trades["T0001"]
    events = answered(sit, close(str(pct)))
    for sent in intended(events):
        quantity = sent.order.quantity
        assert sent.order.reduce_only
        assert sent.order.kind is OrderKind.MARKET
        assert quantity % D("0.001") == 0
        assert ZERO < quantity <= trade.open_quantity * pct / 100
        assert trade.open_quantity * pct / 100 - quantity < D("0.001")
        left = trade.open_quantity - quantity
        assert left == 0 or left * D(MARK) >= 100
        made_way = [event for event in events if isinstance(event, ev.ReplacementAsked)]
        assert len(made_way) == (0 if left == 0 else 2)
    assert intended(events) or isinstance(events[0], ev.CommandRefused)


@given(st.decimals(19_000, 21_000, places=1), st.sampled_from(Side))
def test_a_stop_only_tightens_and_always_protects(price: Decimal, side: Side) -> None:
    sit = held(side)
    trade, mark = sit.state.trades["T0001"], sit.mark_of("BTCUSDT")
    events = answered(sit, stop(str(price)))
    good = (price - trade.stop) * side.sign > 0 and (mark - price) * side.sign > 0
    assert bool(intended(events)) is good
    for sent in intended(events):
        assert sent.order.stop_price == price
        # The working stop stays until the venue works the new one.
        assert not [event for event in events if isinstance(event, ev.CancelAsked)]


def test_a_moved_target_changes_the_plan_and_waits_for_the_old_order() -> None:
    sit = held()
    [taken, moved, replacing, asked] = answered(sit, target("20350", 1))
    assert isinstance(taken, ev.CommandTaken)
    assert moved == ev.TargetMoved("T0001", 1, D(20_260), D(20_350))
    assert isinstance(replacing, ev.ReplacementAsked)
    assert asked == ev.CancelAsked(replacing.client_id, "MANUAL target T0001 T1 20350 by ada")
    for event in (moved, replacing):
        apply(sit.state, event, sit.at_ns)
    assert sit.state.trades["T0001"].t1 == D(20_350)
    assert sit.state.replacing == {replacing.client_id: "T0001"}


def test_a_ticket_carries_its_mark_and_one_target() -> None:
    sit = flat()
    taken, decision, planned, sent = answered(sit, ticket())
    assert isinstance(taken, ev.CommandTaken)
    assert isinstance(decision, ev.DecisionMade)
    assert isinstance(planned, ev.TradePlanned)
    assert isinstance(sent, ev.OrderIntended)
    trade = planned.trade
    assert (trade.setup_kind, trade.t2) == (MANUAL, None)
    assert trade.part_one_quantity == trade.planned_quantity == decision.granted
    # 20 bps worse than the last price, on the tick below.
    assert sent.order.limit_price == D("20145.2")
    assert (sent.order.kind, sent.order.attached_stop_price) == (OrderKind.LIMIT, D(19_900))
    assert sent.order.expires_ns == sit.at_ns + sit.policy.expiry_ns
    rules = {verdict.rule for verdict in decision.verdicts}
    assert {"risk_per_trade", "reward_risk", "session_time", "blackout", "symbol_clear"} <= rules
    assert "setup_score" not in rules


def test_the_same_command_twice_acts_once() -> None:
    sit = held()
    command = close("50")
    apply(sit.state, ev.CommandTaken(command), sit.at_ns)
    assert answered(sit, command) == []
