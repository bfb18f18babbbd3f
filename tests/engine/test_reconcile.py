"""Differences with the venue: found, counted, held against the session, and resolved by typed remedies."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.engine.situations import ENTRY_ID, SYMBOL, D, book, fill, kinds, long_entry, settle, trading
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.entries import _symbol_problem
from ytc_tui.engine.decide.recovery import CYCLE_NS
from ytc_tui.engine.effects import CancelOrder, effects_of, pending_effects
from ytc_tui.engine.external import difference_rows
from ytc_tui.engine.receipts import effect_lines, unconfirmed_lines
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.codec import from_json, in_order
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import (
    Acked,
    Canceled,
    Expired,
    OrderKind,
    OrderRequest,
    OrderRole,
    OrderState,
    Rejected,
    VenueAccount,
    VenueOrder,
    VenuePosition,
)
from ytc_tui.model.reconciling import Reconcile, Remedy
from ytc_tui.model.session import Gate, SessionStatus
from ytc_tui.model.state import State
from ytc_tui.model.trades import ExitReason, TradeState
from ytc_tui.views.event_lines import event_text

ADOPT, CLOSE = Reconcile(Remedy.ADOPT), Reconcile(Remedy.CLOSE)
THEIRS = OrderRequest(
    "theirs", SYMBOL, Side.BUY, OrderKind.LIMIT, OrderRole.ENTRY, D(2), limit_price=D(19_000)
)


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


def read(sit: Situation, start_up: bool = False, wallet: str | None = None, **more: object) -> inp.VenueRead:
    """The venue's books: `position` of the symbol (else ours) and `orders` (else those of ours that work)."""
    held = sit.state.position(SYMBOL)
    quantity = Decimal(str(more.get("position", held.quantity)))
    cost = held.cost if quantity == held.quantity else abs(quantity) * 20_000
    orders = more.get("orders")
    if orders is None:
        orders = tuple(
            VenueOrder(record.request, "v", record.filled, True, OrderState.ACKED)
            for record in sit.state.working_orders()
        )
    balance = sit.state.wallet if wallet is None else D(wallet)
    assert isinstance(orders, tuple)
    account = VenueAccount("USDT", balance, balance, D(0))
    positions = (VenuePosition(SYMBOL, quantity, cost),) if quantity else ()
    return inp.VenueRead(positions, orders, account, start_up)


def theirs(request: OrderRequest = THEIRS, filled: str = "0") -> tuple[VenueOrder, ...]:
    return (VenueOrder(request, "v9", D(filled), True, OrderState.ACKED),)


def said(sit: Situation, name: str, what: Reconcile, reason: str = "mine") -> list[ev.Event]:
    number = len(sit.state.commands)
    return settle(
        sit, inp.Commanded(Command(f"c{number}", Verb.RECONCILE, "ada", reason, name, reconcile=what))
    )


def refused(sit: Situation, name: str, what: Reconcile) -> str:
    [event] = said(sit, name, what)
    assert isinstance(event, ev.CommandRefused)
    return event.reason


def resume(sit: Situation) -> list[ev.Event]:
    number = len(sit.state.commands)
    return settle(sit, inp.Commanded(Command(f"c{number}", Verb.RESUME, "ada", "clean")))


def later(sit: Situation, cycles: float = 1) -> None:
    sit.at_ns += int(cycles * CYCLE_NS)


# ---- found, counted, held against the session ---------------------------------------------------------


def test_what_agrees_is_no_news(sit: Situation) -> None:
    long_entry(sit)
    assert settle(sit, read(sit, start_up=True)) == []


def test_a_difference_keeps_its_symbol_off_and_pauses_after_one_cycle(sit: Situation) -> None:
    assert kinds(settle(sit, read(sit, position="0.5"))) == ["DiscrepancyFound", "AlertRaised"]
    assert "open discrepancy" in _symbol_problem(sit, SYMBOL)
    assert not _symbol_problem(sit, "ETHUSDT")
    later(sit, 0.999)
    assert settle(sit, read(sit, position="0.5")) == []
    assert (sit.state.status, sit.state.gate) == (SessionStatus.RUNNING, Gate.ACTIVE)
    later(sit, 0.001)
    settle(sit, read(sit, position="0.5"))
    assert (sit.state.status, sit.state.gate) == (SessionStatus.PAUSED, Gate.REDUCING)
    assert sit.state.gate_reason == f"reconciliation: position-{SYMBOL}"
    # Once: what holds already is not said again.
    later(sit)
    assert settle(sit, read(sit, position="0.5")) == []


def test_a_difference_that_goes_by_itself_is_resolved_and_pauses_nothing(sit: Situation) -> None:
    settle(sit, read(sit, position="0.5"))
    later(sit)
    assert settle(sit, read(sit)) == [ev.DiscrepancyResolved(f"position-{SYMBOL}", "the venue agrees again")]
    assert sit.state.gate is Gate.ACTIVE


def test_a_difference_that_changes_is_told_anew_and_keeps_its_age(sit: Situation) -> None:
    settle(sit, read(sit, position="0.5"))
    later(sit)
    found = settle(sit, read(sit, position="0.7"))
    assert "DiscrepancyFound" in kinds(found) and "StatusChanged" in kinds(found)
    assert sit.state.discrepancies[f"position-{SYMBOL}"].theirs == "0.7"


def test_a_difference_at_the_start_holds_at_once_until_an_operator_resumes(
    sit: Situation,
) -> None:
    settle(sit, read(sit, start_up=True, wallet="9990"))
    assert (sit.state.status, sit.state.gate) == (SessionStatus.PAUSED, Gate.REDUCING)
    [event] = resume(sit)
    assert isinstance(event, ev.CommandRefused)
    assert event.reason == "discrepancy wallet is open: see `ytc reconcile`"
    settle(sit, read(sit, wallet="10000"))
    assert not sit.state.discrepancies
    assert sit.state.gate is Gate.REDUCING
    resume(sit)
    assert (sit.state.status, sit.state.gate) == (SessionStatus.RUNNING, Gate.ACTIVE)


def test_before_hours_the_clock_does_not_lift_what_reconciliation_closed(sit: Situation) -> None:
    book(sit, ev.GateChanged(Gate.ACTIVE, Gate.REDUCING, "session not open"))
    settle(sit, read(sit, start_up=True, wallet="9990"))
    assert sit.state.gate_reason == "reconciliation: wallet"


def test_a_halted_gate_stays_halted(sit: Situation) -> None:
    book(sit, ev.GateChanged(Gate.ACTIVE, Gate.HALTED, "flatten"))
    settle(sit, read(sit, start_up=True, wallet="9990"))
    assert sit.state.gate is Gate.HALTED


def test_others_positions_and_orders_count_whole_in_exposure(sit: Situation) -> None:
    settle(sit, read(sit, position="-0.5", orders=theirs(filled="1.5")))
    risks = sorted((risk.side, risk.notional, risk.risk_money) for risk in sit.open_risks())
    assert risks == [(Side.BUY, D(9_500), D(9_500)), (Side.SELL, D(10_000), D(10_000))]


def test_what_cannot_be_valued_keeps_every_symbol_off(sit: Situation) -> None:
    odd = replace(THEIRS, symbol="DOGEUSDT")
    settle(sit, read(sit, orders=theirs(odd)))
    assert sit.open_risks() == ()
    for symbol in (SYMBOL, "ETHUSDT"):
        assert "open discrepancy" in _symbol_problem(sit, symbol)
    held = inp.VenueRead((VenuePosition("DOGEUSDT", D(3), D(1)),), (), read(sit).account)
    settle(sit, held)
    assert sit.state.discrepancies["position-DOGEUSDT"].price is None
    for what in (ADOPT, CLOSE):
        assert "cannot be valued here" in refused(sit, "position-DOGEUSDT", what)
    until = Reconcile(Remedy.IGNORE, sit.at_ns + NS_PER_S)
    assert "cannot be valued here" in refused(sit, "position-DOGEUSDT", until)


def test_an_attached_stop_found_at_the_venue_is_ours(sit: Situation) -> None:
    long_entry(sit)
    book(sit, ev.FillBooked(fill("1").report, "T0001", D(0), D(1)))  # type: ignore[arg-type]
    stop = OrderRequest(
        "ystop", SYMBOL, Side.SELL, OrderKind.STOP, OrderRole.PROTECTIVE_STOP, D(1), stop_price=D(19_950),
        reduce_only=True,
    )  # fmt: skip
    found = settle(sit, read(sit, orders=theirs(stop)))
    assert kinds(found)[0] == "StopAttached"
    assert not sit.state.discrepancies
    assert settle(sit, read(sit, orders=theirs(stop))) == []


def test_an_order_of_ours_that_is_not_there_is_missing_until_it_is_explained(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, read(sit, orders=()))
    assert f"missing-{ENTRY_ID}" in sit.state.discrepancies
    gone = VenueOrder(sit.state.orders[ENTRY_ID].request, "v1", D(0), False, OrderState.CANCELED)
    later(sit)
    settle(sit, inp.OrderRead(ENTRY_ID, gone, True), read(sit, orders=()))
    assert not sit.state.discrepancies
    assert sit.state.status is SessionStatus.RUNNING


# ---- adopt -------------------------------------------------------------------------------------------


def test_an_adopted_position_is_ours_with_a_tag_and_no_fill(sit: Situation) -> None:
    settle(sit, read(sit, position="0.5", start_up=True))
    events = said(sit, f"position-{SYMBOL}", ADOPT)
    assert kinds(events) == ["CommandTaken", "PositionAdopted", "AlertRaised"]
    held = sit.state.positions[SYMBOL]
    assert (held.quantity, held.cost, sit.state.wallet) == (D("0.5"), D(10_000), D(10_000))
    assert settle(sit, read(sit)) == []
    assert "no open difference" in refused(sit, f"position-{SYMBOL}", ADOPT)
    assert any("EXTERNAL" in line for line in effect_lines(events))
    # A flatten closes it like everything in our books.
    orders = settle(sit, inp.Commanded(Command("f", Verb.FLATTEN, "ada", "")))
    assert "OrderIntended" in kinds(orders)


def entered(sit: Situation) -> None:
    """A long of one with its stop and target at the venue."""
    long_entry(sit)
    stop = OrderRequest(
        "ystop", SYMBOL, Side.SELL, OrderKind.STOP, OrderRole.PROTECTIVE_STOP, D(1), stop_price=D(19_950),
        reduce_only=True,
    )  # fmt: skip
    settle(sit, fill("1"), inp.VenueReported(Acked("ystop", "v2", sit.at_ns, stop)))
    for record in sit.state.working_orders():
        book(sit, ev.OrderAcknowledged(record.request.client_id, "v"))


def test_a_trade_that_the_venue_no_longer_holds_ends_without_a_result(sit: Situation) -> None:
    entered(sit)
    wallet = sit.state.wallet
    settle(sit, read(sit, position="0", start_up=True))
    events = said(sit, f"position-{SYMBOL}", ADOPT)
    trade = sit.state.trades["T0001"]
    assert (trade.exit_reason, trade.open_quantity, trade.realised) == (ExitReason.EXTERNAL, D(0), D(0))
    assert trade.state is TradeState.FULLY_CLOSED
    assert sit.state.wallet == wallet
    assert not sit.state.positions
    asked = {event.client_id for event in events if isinstance(event, ev.CancelAsked)}
    assert asked == {record.request.client_id for record in sit.state.working_orders()}


def test_a_trade_of_which_a_part_is_gone_goes_on_with_the_rest(sit: Situation) -> None:
    entered(sit)
    settle(sit, read(sit, position="0.4", start_up=True))
    said(sit, f"position-{SYMBOL}", ADOPT)
    trade = sit.state.trades["T0001"]
    assert (trade.open_quantity, sit.state.positions[SYMBOL].quantity) == (D("0.4"), D("0.4"))
    assert trade.state is not TradeState.FULLY_CLOSED


def test_missing_money_is_a_loss_and_money_that_came_is_not_ours_to_trade_with(
    sit: Situation,
) -> None:
    settle(sit, read(sit, wallet="10100", start_up=True))
    said(sit, "wallet", ADOPT)
    assert (sit.state.wallet, sit.state.external_money, sit.pnl_pct()) == (D(10_000), D(100), D(0))
    settle(sit, read(sit, wallet="9900"))
    said(sit, "wallet", ADOPT)
    assert (sit.state.wallet, sit.state.external_money, sit.pnl_pct()) == (D(9_900), D(0), D(-1))
    assert "close does not fit wallet" in refused_after(sit, "9800", CLOSE)


def refused_after(sit: Situation, wallet: str, what: Reconcile) -> str:
    settle(sit, read(sit, wallet=wallet))
    return refused(sit, "wallet", what)


def test_an_adopted_order_stays_counts_and_is_never_touched(sit: Situation) -> None:
    settle(sit, read(sit, orders=theirs(), start_up=True))
    events = said(sit, "foreign-theirs", ADOPT)
    assert kinds(events) == ["CommandTaken", "ExternalOrderAdopted"]
    assert settle(sit, read(sit, orders=theirs())) == []
    assert [risk.notional for risk in sit.open_risks()] == [D(38_000)]
    assert "EXTERNAL" in _symbol_problem(sit, SYMBOL)
    resume(sit)
    flattened = settle(sit, inp.Commanded(Command("f", Verb.FLATTEN, "ada", "")))
    assert "CancelAsked" not in kinds(flattened)
    verified = settle(sit, read(sit, orders=theirs()))
    [told] = [event.message for event in verified if isinstance(event, ev.AlertRaised)]
    assert "EXTERNAL stays: foreign-theirs" in told
    assert settle(sit, read(sit, orders=()))[-1] == ev.DiscrepancyResolved(
        "foreign-theirs", "the EXTERNAL order is gone"
    )
    assert not sit.state.external_orders


def test_a_missing_order_is_adopted_as_the_venue_has_it(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, read(sit, orders=(), start_up=True))
    said(sit, f"missing-{ENTRY_ID}", ADOPT)
    assert sit.state.orders[ENTRY_ID].state is OrderState.CANCELED
    assert sit.state.trades["T0001"].state is TradeState.NOT_ENTERED
    assert not sit.state.discrepancies


def test_a_strangers_fill_is_booked_and_adopted(sit: Situation) -> None:
    """Fault 34: a person trades by hand at the venue; and fault 33, the other way round."""
    settle(sit, fill("0.3", client_id="theirs"), fill("0.2", number=2, client_id="theirs"))
    found = sit.state.discrepancies["foreign-theirs"]
    assert (found.kind, found.quantity) == ("foreign_fill", D("0.5"))
    assert sit.state.positions[SYMBOL].quantity == D("0.5")
    later(sit)
    settle(sit, read(sit))
    assert sit.state.status is SessionStatus.PAUSED
    said(sit, "foreign-theirs", ADOPT)
    assert not sit.state.discrepancies
    assert sit.state.positions[SYMBOL].quantity == D("0.5")


def test_a_strangers_fill_of_an_unknown_symbol_is_not_adopted(sit: Situation) -> None:
    settle(sit, fill("1", symbol="DOGEUSDT", client_id="zzz"))
    assert "DOGEUSDT cannot be valued here" in refused(sit, "foreign-zzz", ADOPT)


# ---- close ----------------------------------------------------------------------------------------------


def test_a_strangers_position_is_taken_over_and_closed_through_the_gate(sit: Situation) -> None:
    settle(sit, read(sit, position="-0.5", start_up=True))
    events = said(sit, f"position-{SYMBOL}", CLOSE)
    [order] = [event.order for event in events if isinstance(event, ev.OrderIntended)]
    assert (order.side, order.quantity, order.reduce_only, order.role) == (
        Side.BUY, D("0.5"), True, OrderRole.EXIT,
    )  # fmt: skip
    settle(sit, fill("0.5", client_id=order.client_id))
    assert not sit.state.positions


def test_a_position_is_not_closed_beside_a_trade_or_where_there_is_none(sit: Situation) -> None:
    entered(sit)
    settle(sit, read(sit, position="1.5", start_up=True))
    assert "T0001 holds BTCUSDT: adopt" in refused(sit, f"position-{SYMBOL}", CLOSE)


def test_a_position_that_is_not_there_is_not_closed(sit: Situation) -> None:
    settle(sit, fill("0.5", client_id="theirs"))
    said(sit, "foreign-theirs", ADOPT)
    settle(sit, read(sit, position="0"))
    assert "the venue holds no BTCUSDT" in refused(sit, f"position-{SYMBOL}", CLOSE)


@pytest.mark.parametrize("ended", [Canceled("theirs", "", 1), Expired("theirs", 1)])
def test_a_strangers_order_is_canceled_only_when_asked_and_until_that_is_proven_it_says_so(
    sit: Situation, ended: Canceled | Expired
) -> None:
    settle(sit, read(sit, orders=theirs(), start_up=True))
    events = said(sit, "foreign-theirs", CLOSE)
    assert list(effects_of(sit.state, events[-1])) == [CancelOrder("theirs")]
    assert CancelOrder("theirs") in list(pending_effects(sit.state))
    assert unconfirmed_lines(sit.state, events) == ("EXTERNAL order theirs: cancel asked",)
    [row] = difference_rows(sit.state, sit.at_ns)
    assert row["state"] == "cancel asked"
    assert isinstance(resume(sit)[0], ev.CommandRefused)
    settle(sit, inp.VenueReported(Rejected("theirs", "odd", 1)))
    assert sit.state.discrepancies
    settle(sit, read(sit, orders=theirs()))
    said(sit, "foreign-theirs", CLOSE)
    settle(sit, inp.VenueReported(ended))
    assert not sit.state.discrepancies


def test_an_overfill_freezes_its_symbol_and_its_excess_can_be_closed(sit: Situation) -> None:
    """Fault 22."""
    long_entry(sit)
    events = settle(sit, fill("1.25"))
    [found] = [event for event in events if isinstance(event, ev.DiscrepancyFound)]
    assert (found.ours, found.theirs, found.quantity) == ("ordered 1", "filled 1.25", D("0.25"))
    told = [event.message for event in events if isinstance(event, ev.AlertRaised)]
    assert "BTCUSDT: ours ordered 1, venue filled 1.25" in told
    assert "overfill" in _symbol_problem(sit, SYMBOL)
    events = said(sit, f"overfill-{ENTRY_ID}", CLOSE)
    [order] = [event.order for event in events if isinstance(event, ev.OrderIntended)]
    assert (order.side, order.quantity) == (Side.SELL, D("0.25"))
    assert not sit.state.discrepancies


def test_a_close_waits_for_the_one_under_way_and_closes_nothing_that_is_gone(sit: Situation) -> None:
    settle(sit, fill("0.3", client_id="one"), fill("0.2", number=2, client_id="two"))
    said(sit, "foreign-one", CLOSE)
    assert "under way" in refused(sit, "foreign-two", CLOSE)
    [close] = sit.state.working_orders(role=OrderRole.EXIT)
    rest = fill("0.3", number=3, side=Side.SELL, client_id=close.request.client_id)
    settle(sit, rest, fill("0.2", number=4, side=Side.SELL, client_id="three"))
    assert "did not make larger" in refused(sit, "foreign-two", CLOSE)


def test_an_order_with_other_content_is_pulled_and_ends_when_it_is_gone(sit: Situation) -> None:
    long_entry(sit)
    book(sit, ev.OrderLost(ENTRY_ID, "timed out"))
    record = sit.state.orders[ENTRY_ID]
    other = VenueOrder(replace(record.request, quantity=D(3)), "v1", D(0), True, OrderState.ACKED)
    settle(sit, inp.OrderRead(ENTRY_ID, other, True))
    assert "adopt does not fit order_content" in refused(sit, f"content-{ENTRY_ID}", ADOPT)
    events = said(sit, f"content-{ENTRY_ID}", CLOSE)
    assert "CancelAsked" in kinds(events)
    settle(sit, inp.OrderRead(ENTRY_ID, replace(other, open=False, state=OrderState.CANCELED), True))
    assert record.state is OrderState.CANCELED
    assert not sit.state.discrepancies


def test_a_missing_order_is_canceled_where_that_is_wanted(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, read(sit, orders=(), start_up=True))
    assert "CancelAsked" in kinds(said(sit, f"missing-{ENTRY_ID}", CLOSE))


# ---- ignore ---------------------------------------------------------------------------------------------


def test_what_is_ignored_lets_others_trade_until_its_time_and_counts_on(sit: Situation) -> None:
    settle(sit, read(sit, position="0.5", wallet="9990", start_up=True))
    until_ns = sit.at_ns + 60 * NS_PER_S
    for name in (f"position-{SYMBOL}", "wallet"):
        assert "has passed" in refused(sit, name, Reconcile(Remedy.IGNORE, sit.at_ns))
        said(sit, name, Reconcile(Remedy.IGNORE, until_ns))
    assert {row["state"] for row in difference_rows(sit.state, sit.at_ns)} == {"ignored"}
    resume(sit)
    assert sit.state.gate is Gate.ACTIVE
    assert "position" in _symbol_problem(sit, SYMBOL)
    assert not _symbol_problem(sit, "ETHUSDT")
    assert [risk.notional for risk in sit.open_risks()] == [D(10_000)]
    later(sit, 5)
    assert settle(sit, read(sit, position="0.5", wallet="9990")) == []
    sit.at_ns = until_ns + CYCLE_NS
    settle(sit, read(sit, position="0.5", wallet="9990"))
    assert sit.state.status is SessionStatus.PAUSED


def test_what_is_ignored_does_not_keep_a_flatten_from_its_proof(sit: Situation) -> None:
    settle(sit, read(sit, position="0.5", start_up=True))
    said(sit, f"position-{SYMBOL}", Reconcile(Remedy.IGNORE, sit.at_ns + 600 * NS_PER_S))
    settle(sit, inp.Commanded(Command("f", Verb.FLATTEN, "ada", "")))
    verified = settle(sit, read(sit, position="0.5"))
    assert "FlatVerified" in kinds(verified)


# ---- link -----------------------------------------------------------------------------------------------


@pytest.fixture
def renamed(sit: Situation) -> Situation:
    """The venue holds our lost entry under an id of its own."""
    long_entry(sit)
    book(sit, ev.OrderLost(ENTRY_ID, "timed out"))
    known = sit.state.orders[ENTRY_ID].request
    settle(sit, read(sit, orders=theirs(replace(known, client_id="venue-77")), start_up=True))
    return sit


def test_a_linked_order_is_ours_under_both_names(renamed: Situation) -> None:
    said(renamed, "foreign-venue-77", Reconcile(Remedy.LINK, order=ENTRY_ID))
    record = renamed.state.orders[ENTRY_ID]
    assert (record.state, record.venue_order_id) == (OrderState.ACKED, "venue-77")
    there = theirs(replace(record.request, client_id="venue-77"))
    assert settle(renamed, read(renamed, orders=there)) == []
    [asked] = settle(renamed, inp.Commanded(Command("x", Verb.CANCEL, "ada", "", ENTRY_ID)))[1:]
    assert list(effects_of(renamed.state, asked)) == [CancelOrder("venue-77")]
    assert CancelOrder("venue-77") in list(pending_effects(renamed.state))
    settle(renamed, fill("0.4", client_id="venue-77"))
    assert record.filled == D("0.4")
    settle(renamed, inp.VenueReported(Canceled("venue-77", "asked", 1)))
    assert record.state is OrderState.CANCELED
    assert not renamed.state.discrepancies


def test_a_linked_order_whose_cancel_was_asked_is_canceled_there(renamed: Situation) -> None:
    book(renamed, ev.OrderAcknowledged(ENTRY_ID, ""), ev.CancelAsked(ENTRY_ID, "pulled"))
    events = said(renamed, "foreign-venue-77", Reconcile(Remedy.LINK, order=ENTRY_ID))
    assert kinds(events)[1:] == ["OrderLinked", "CancelAsked"]


def test_only_an_order_that_can_be_the_one_is_linked(renamed: Situation) -> None:
    link = Reconcile(Remedy.LINK, order="ynobody")
    assert "no working order 'ynobody'" in refused(renamed, "foreign-venue-77", link)
    settle(renamed, read(renamed, orders=theirs()))
    link = Reconcile(Remedy.LINK, order=ENTRY_ID)
    assert f"order {ENTRY_ID} is 1 BTCUSDT, the venue's is 2" in refused(renamed, "foreign-theirs", link)
    renamed.state.links["venue-78"] = ENTRY_ID
    assert "linked to another" in refused(renamed, "foreign-theirs", link)


# ---- an order whose fate is not known ------------------------------------------------------------------


def test_nobodys_word_ends_an_unknown_order_before_its_time(sit: Situation) -> None:
    long_entry(sit)
    book(sit, ev.OrderLost(ENTRY_ID, "timed out"))
    [row] = difference_rows(sit.state, sit.at_ns)
    name = f"unknown-{ENTRY_ID}"
    assert (row["id"], row["kind"], row["remedies"]) == (name, "unknown_order", ["adopt", "close"])
    assert "ask again in 60 s" in refused(sit, name, ADOPT)
    for other in (Reconcile(Remedy.IGNORE, sit.at_ns + 1), Reconcile(Remedy.LINK, order="y")):
        assert "does not fit unknown_order: adopt, close do" in refused(sit, name, other)
    sit.at_ns += 60 * NS_PER_S - 1
    assert "ask again in 1 s" in refused(sit, name, ADOPT)
    sit.at_ns += 1
    events = said(sit, name, ADOPT)
    assert sit.state.orders[ENTRY_ID].state is OrderState.REJECTED
    assert events[1] == ev.OrderRejected(ENTRY_ID, "not at the venue: attested by ada: mine")
    # It was there after all: booked, and told.
    settle(sit, fill("1"))
    assert f"rejected-{ENTRY_ID}" in sit.state.discrepancies


def test_an_unknown_order_can_be_pulled_at_any_time(sit: Situation) -> None:
    long_entry(sit)
    book(sit, ev.OrderIntended(replace(THEIRS, client_id="yworks"), "T0001", "D0001", "", None, ""))
    book(sit, ev.OrderLost(ENTRY_ID, "timed out"))
    assert [row["client_id"] for row in difference_rows(sit.state, sit.at_ns)] == [ENTRY_ID]
    assert "CancelAsked" in kinds(said(sit, f"unknown-{ENTRY_ID}", CLOSE))


# ---- records ---------------------------------------------------------------------------------------------


def test_a_remedy_needs_a_difference(sit: Situation) -> None:
    assert refused(sit, "wallet", ADOPT) == "no open difference 'wallet'; there are: none"
    settle(sit, read(sit, wallet="9990"))
    assert refused(sit, "walet", ADOPT).endswith("there are: wallet")


def test_the_same_command_twice_acts_once(sit: Situation) -> None:
    settle(sit, read(sit, wallet="9990"))
    command = Command("c", Verb.RECONCILE, "ada", "", "wallet", reconcile=ADOPT)
    assert kinds(settle(sit, inp.Commanded(command)))[:2] == ["CommandTaken", "WalletAdopted"]
    assert settle(sit, inp.Commanded(command)) == []


def test_every_remedy_has_its_line_and_survives_a_snapshot(sit: Situation) -> None:
    made: list[ev.Event] = [
        ev.DiscrepancyIgnored("n", 5, "ada"),
        ev.PositionAdopted("n", SYMBOL, D(1), D(1), D(1), "T0001", D(1), "ada"),
        ev.WalletAdopted("n", D(-1), D(0), "ada"),
        ev.ExternalOrderAdopted("n", "x", SYMBOL, D(1), None, "ada"),
        ev.ExternalCancelAsked("n", "x", "ada"),
        ev.OrderLinked("n", "x", ENTRY_ID, "ada"),
    ]
    assert all(event_text(event).endswith("(by ada)") for event in made)
    assert event_text(ev.DiscrepancyResolved("n", "gone")) == "RESOLVED n  (gone)"
    settle(sit, read(sit, position="0.5", orders=theirs(), wallet="9990", start_up=True))
    said(sit, "foreign-theirs", ADOPT)
    assert from_json(State, json.loads(in_order(sit.state))) == sit.state
