"""What is closed goes through the gate, what is linked is ours under both names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.differing import ADOPT, CLOSE, entered, read, refused, resume, said, theirs
from tests.engine.situations import ENTRY_ID, SYMBOL, D, book, fill, kinds, long_entry, settle, trading
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.entries import _symbol_problem
from ytc_tui.engine.effects import CancelOrder, effects_of, pending_effects
from ytc_tui.engine.external import difference_rows
from ytc_tui.engine.receipts import unconfirmed_lines
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.orders import (
    Canceled,
    Expired,
    OrderRole,
    OrderState,
    Rejected,
    VenueOrder,
)
from ytc_tui.model.reconciling import Reconcile, Remedy


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


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


def test_a_difference_about_an_order_that_has_ended_is_closed_without_it(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, fill("1", side=Side.SELL))
    assert not sit.state.orders[ENTRY_ID].working
    assert kinds(said(sit, f"misfill-{ENTRY_ID}", CLOSE))[1:] == ["DiscrepancyResolved"]
    assert f"misfill-{ENTRY_ID}" not in sit.state.discrepancies


def test_a_missing_order_is_canceled_where_that_is_wanted(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, read(sit, orders=(), start_up=True))
    assert "CancelAsked" in kinds(said(sit, f"missing-{ENTRY_ID}", CLOSE))


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
