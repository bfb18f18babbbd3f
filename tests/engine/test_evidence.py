"""What ends an order whose fate is not known, and what does not (safety.md 2.2, 4 and 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.differing import ADOPT, read, said
from tests.engine.situations import ENTRY_ID, SYMBOL, D, book, fill, kinds, lost_entry, settle, trading
from tests.engine.test_order_answers import STOP
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.evidence import NEVER_ARRIVED, uncertain_orders
from ytc_tui.engine.decide.flatten import wants_venue_read
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import Acked, OrderKind, OrderRole, OrderState, VenueOrder

AFTER_NS = 5 * NS_PER_S


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    """The entry's answer was lost at 12:40."""
    made = trading(tmp_path)
    lost_entry(made)
    return made


def absent(**more: Any) -> inp.OrderRead:
    return replace(inp.OrderRead(ENTRY_ID, None, True, AFTER_NS, D(0)), **more)


def found(sit: Situation, state: OrderState = OrderState.ACKED, **changes: Any) -> inp.OrderRead:
    record = sit.state.orders[ENTRY_ID]
    request = replace(record.request, **changes)
    is_open = state in (OrderState.ACKED, OrderState.PARTIAL)
    return inp.OrderRead(ENTRY_ID, VenueOrder(request, "v9", D(0), is_open, state), True)


def test_absence_ends_an_order_at_the_end_of_its_validity_and_not_before(sit: Situation) -> None:
    sit.at_ns += AFTER_NS - 1
    assert settle(sit, absent()) == []
    assert sit.state.orders[ENTRY_ID].state is OrderState.UNKNOWN
    sit.at_ns += 1
    rejected = settle(sit, absent())[0]
    assert rejected == ev.OrderRejected(ENTRY_ID, NEVER_ARRIVED)


@pytest.mark.parametrize(
    "weak",
    [{"absence_is_proof": False}, {"held": D(1)}],
    ids=["the venue proves nothing", "something is held"],
)
def test_absence_proves_nothing_without_its_conditions(sit: Situation, weak: dict[str, object]) -> None:
    sit.at_ns += 10 * AFTER_NS
    assert settle(sit, absent(**weak)) == []
    assert uncertain_orders(sit)


def test_absence_of_an_order_that_was_acknowledged_ends_nothing(sit: Situation) -> None:
    book(sit, ev.OrderAcknowledged(ENTRY_ID, "v1"))
    book(sit, ev.DiscrepancyFound(f"missing-{ENTRY_ID}", "missing_order", SYMBOL, "acked", "not open"))
    sit.at_ns += 10 * AFTER_NS
    settle(sit, absent())
    assert sit.state.discrepancies[f"missing-{ENTRY_ID}"].theirs == "not found"
    assert settle(sit, absent()) == []
    assert sit.state.orders[ENTRY_ID].state is OrderState.ACKED


def _acknowledged(sit: Situation) -> None:
    book(sit, ev.OrderAcknowledged(ENTRY_ID, "v1"), ev.CancelAsked(ENTRY_ID, "pulled"))


def _filled(sit: Situation) -> None:
    stop = replace(STOP, quantity=D("0.4"))
    settle(sit, fill("0.4"), inp.VenueReported(Acked("ystop", "v2", sit.at_ns, stop)))
    book(sit, ev.OrderLost(ENTRY_ID, "timed out"))


def _linked(sit: Situation) -> None:
    book(sit, ev.CancelAsked(ENTRY_ID, "pulled"))
    sit.state.links["theirs"] = ENTRY_ID


@pytest.mark.parametrize("there", [_acknowledged, _filled, _linked])
def test_an_order_that_was_there_never_ends_as_never_arrived(
    sit: Situation, there: Callable[[Situation], None]
) -> None:
    there(sit)
    sit.at_ns += AFTER_NS
    gone = absent(held=sit.state.position(SYMBOL).quantity)
    assert kinds(settle(sit, gone)) == ["DiscrepancyFound", "AlertRaised"]
    assert settle(sit, gone) == []
    books = read(sit, orders=())
    assert f"missing-{ENTRY_ID}" not in [getattr(e, "discrepancy_id", "") for e in settle(sit, books)]
    assert sit.state.orders[ENTRY_ID].working
    said(sit, f"missing-{ENTRY_ID}", ADOPT)
    assert sit.state.orders[ENTRY_ID].state is OrderState.CANCELED
    assert f"missing-{ENTRY_ID}" not in sit.state.discrepancies


def test_an_order_that_was_there_is_found_again(sit: Situation) -> None:
    _acknowledged(sit)
    sit.at_ns += AFTER_NS
    settle(sit, absent(), found(sit, OrderState.CANCELED), read(sit, orders=()))
    assert sit.state.orders[ENTRY_ID].state is OrderState.CANCELED
    assert not sit.state.discrepancies


def test_a_persons_word_ends_an_order_that_was_there_as_canceled(sit: Situation) -> None:
    _filled(sit)
    sit.at_ns += 60 * NS_PER_S
    said(sit, f"unknown-{ENTRY_ID}", ADOPT)
    assert sit.state.orders[ENTRY_ID].state is OrderState.CANCELED


def test_of_an_order_under_another_id_what_is_left_must_be_the_same(sit: Situation) -> None:
    _filled(sit)
    sit.state.links["theirs"] = ENTRY_ID
    there = VenueOrder(
        replace(sit.state.orders[ENTRY_ID].request, client_id="theirs", quantity=D("0.8")),
        "v9", D("0.2"), True, OrderState.PARTIAL,
    )  # fmt: skip
    seen = inp.OrderRead(ENTRY_ID, there, True)
    assert kinds(settle(sit, seen)) == ["OrderAcknowledged"]
    book(sit, ev.OrderLost(ENTRY_ID, "again"))
    other = replace(seen, order=replace(there, filled=D("0.3")))
    assert "DiscrepancyFound" in kinds(settle(sit, other))


def test_a_flatten_ends_though_the_venue_forgot_an_order_of_ours(sit: Situation) -> None:
    book(sit, ev.OrderAcknowledged(ENTRY_ID, "v1"))
    settle(sit, inp.Commanded(Command("c1", Verb.FLATTEN, "ada", "")))
    assert not wants_venue_read(sit)
    sit.at_ns += AFTER_NS
    settle(sit, absent())
    assert wants_venue_read(sit)
    still = VenueOrder(sit.state.orders[ENTRY_ID].request, "v1", D(0), True, OrderState.ACKED)
    assert "ExposureRemains" in kinds(settle(sit, read(sit, orders=(still,))))
    settle(sit, absent())
    assert "FlatVerified" in kinds(settle(sit, read(sit, orders=())))
    assert sit.state.orders[ENTRY_ID].working


def test_a_flatten_closes_anew_for_a_close_that_the_venue_forgot(sit: Situation) -> None:
    _filled(sit)
    settle(sit, inp.Commanded(Command("c1", Verb.FLATTEN, "ada", "")))
    [close] = sit.state.working_orders(SYMBOL, OrderRole.FLATTEN)
    name = close.request.client_id
    settle(sit, fill("0.1", number=2, client_id=name, side=Side.SELL))
    settle(sit, inp.VenueFailed(name, False, False, "timed out"))
    sit.at_ns += AFTER_NS
    assert not [event for event in settle(sit, inp.PointMet()) if isinstance(event, ev.OrderIntended)]
    events = settle(sit, absent(client_id=name, held=D("0.3")), inp.PointMet())
    [anew] = [event.order for event in events if isinstance(event, ev.OrderIntended)]
    assert (anew.role, anew.quantity, anew.reduce_only) == (OrderRole.FLATTEN, D("0.3"), True)


def test_an_answer_about_an_order_that_is_settled_or_not_ours_is_passed_over(sit: Situation) -> None:
    book(sit, ev.OrderAcknowledged(ENTRY_ID, "v1"))
    assert settle(sit, found(sit)) == []
    assert settle(sit, replace(absent(), client_id="ynobody")) == []


def test_an_order_found_open_is_acknowledged_and_its_cancel_sent_again(sit: Situation) -> None:
    assert settle(sit, found(sit)) == [ev.OrderAcknowledged(ENTRY_ID, "v9")]
    book(sit, ev.OrderLost(ENTRY_ID, "again"), ev.CancelAsked(ENTRY_ID, "pulled"))
    assert kinds(settle(sit, found(sit)))[:2] == ["OrderAcknowledged", "CancelAsked"]


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (OrderState.CANCELED, "OrderCanceled"),
        (OrderState.EXPIRED, "OrderExpired"),
        (OrderState.REJECTED, "OrderRejected"),
        (OrderState.FILLED, "OrderCanceled"),
    ],
)
def test_an_order_found_closed_ends_as_it_ended_there(sit: Situation, state: OrderState, kind: str) -> None:
    assert kinds(settle(sit, found(sit, state)))[:2] == ["OrderAcknowledged", kind]


def test_an_order_found_filled_after_its_fills_were_booked_needs_no_more(sit: Situation) -> None:
    record = sit.state.orders[ENTRY_ID]
    record.filled = record.request.quantity
    assert settle(sit, found(sit, OrderState.FILLED)) == [ev.OrderAcknowledged(ENTRY_ID, "v9")]


@pytest.mark.parametrize("state", [OrderState.FILLED, OrderState.CANCELED])
def test_an_order_found_closed_whose_fills_are_not_shown_yet_is_asked_about_again(
    sit: Situation, state: OrderState
) -> None:
    there = found(sit, state)
    assert there.order is not None
    there = replace(there, order=replace(there.order, filled=D("0.4")))
    assert settle(sit, there) == []
    assert sit.state.orders[ENTRY_ID] in uncertain_orders(sit)
    settle(sit, fill("0.4"), read(sit, orders=()))
    assert "OrderCanceled" in kinds(settle(sit, there))


def test_a_canceled_order_is_canceled_however_the_venue_calls_its_end(sit: Situation) -> None:
    book(sit, ev.OrderAcknowledged(ENTRY_ID, "v1"), ev.CancelAsked(ENTRY_ID, "pulled"))
    assert settle(sit, found(sit, OrderState.REJECTED))[0] == ev.OrderCanceled(ENTRY_ID, "found at the venue")


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": D(2)},
        {"symbol": "ETHUSDT"},
        {"limit_price": D(25_000)},
        {"stop_price": D(20_040)},
        {"attached_stop_price": D(1_000)},
        {"kind": OrderKind.LIMIT},
        {"reduce_only": True},
        {"expires_ns": 1},
    ],
)
def test_an_order_found_with_other_content_freezes_its_symbol_once(
    sit: Situation, changes: dict[str, Any]
) -> None:
    events = settle(sit, found(sit, **changes))
    assert kinds(events) == ["DiscrepancyFound", "AlertRaised"]
    assert settle(sit, found(sit, **changes)) == []
    assert sit.state.orders[ENTRY_ID].state is OrderState.UNKNOWN


def test_what_a_venue_does_not_tell_of_an_order_is_no_difference(sit: Situation) -> None:
    record = sit.state.orders[ENTRY_ID]
    record.request = replace(record.request, expires_ns=5)
    there = found(sit, limit_price=None, attached_stop_price=None, expires_ns=0)
    assert settle(sit, there) == [ev.OrderAcknowledged(ENTRY_ID, "v9")]
