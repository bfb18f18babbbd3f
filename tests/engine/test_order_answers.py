"""Each answer that a venue can give about an order, and what it does to the order, its trade and the gate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.situations import ENTRY_ID, SYMBOL, D, book, fill, kinds, long_entry, settle, trading
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.orders import (
    Acked,
    Canceled,
    CancelRefused,
    Expired,
    Funding,
    Liquidated,
    OrderKind,
    OrderRequest,
    OrderRole,
    OrderState,
    Rejected,
    VenueOrder,
    VenueReport,
)
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.session import Gate
from ytc_tui.model.trades import ExitReason, Trade, TradeState

STOP = OrderRequest(
    "ystop", SYMBOL, Side.SELL, OrderKind.STOP, OrderRole.PROTECTIVE_STOP, D(1), stop_price=D(19_950),
    reduce_only=True,
)  # fmt: skip


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


def told(sit: Situation, *reports: VenueReport) -> list[ev.Event]:
    return settle(sit, *map(inp.VenueReported, reports))


def alerts(events: list[ev.Event]) -> list[str]:
    return [event.code for event in events if isinstance(event, ev.AlertRaised)]


def stop_told(stop: OrderRequest = STOP) -> inp.Input:
    return inp.VenueReported(Acked("ystop", "v2", 1, stop))


def entered(sit: Situation) -> Trade:
    """A long of one under its attached stop."""
    long_entry(sit)
    settle(sit, fill("1"), stop_told())
    return sit.state.trades["T0001"]


# ---- what is not about an order ------------------------------------------------------------------------


def test_funding_and_liquidation_are_booked_and_told(sit: Situation) -> None:
    told(sit, Funding(SYMBOL, D("-1.5"), 1))
    assert (sit.state.wallet, sit.state.funding) == (D("9998.5"), D("-1.5"))
    assert alerts(told(sit, Liquidated(SYMBOL, 1))) == ["liquidation"]


def test_a_liquidation_ends_its_trade_by_its_fill(sit: Situation) -> None:
    entered(sit)
    settle(sit, fill("1", "19000", 2, client_id="liquidation-1", side=Side.SELL))
    trade = sit.state.trades["T0001"]
    assert (trade.exit_reason, trade.open_quantity) == (ExitReason.LIQUIDATION, D(0))
    assert not sit.state.discrepancies


# ---- orders that we do not know ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "report",
    [
        Acked("theirs", "v", 1),
        Acked("theirs", "v", 1, replace(STOP, client_id="theirs")),
        Rejected("theirs", "no", 1),
        Canceled("theirs", "", 1),
    ],
)
def test_an_answer_about_an_order_of_others_is_a_difference(sit: Situation, report: VenueReport) -> None:
    assert kinds(told(sit, report)) == ["DiscrepancyFound", "AlertRaised"]
    assert "foreign-theirs" in sit.state.discrepancies


def test_a_refused_attached_stop_is_an_alarm(sit: Situation) -> None:
    long_entry(sit)
    assert alerts(told(sit, Rejected("ystop", "no stops", 1))) == ["stop_rejected"]
    assert alerts(told(sit, Expired("ystop", 1))) == ["stop_rejected"]


def test_a_stop_that_fills_before_it_was_told_of_is_taken_up(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, fill("1"))
    events = settle(sit, fill("1", "19950", 2, client_id="ystop", side=Side.SELL))
    assert kinds(events)[:2] == ["StopAttached", "FillBooked"]
    assert sit.state.trades["T0001"].state is TradeState.STOPPED_OUT
    assert not sit.state.discrepancies


def test_a_stop_that_fills_with_more_than_was_told_of_its_entry_has_grown(sit: Situation) -> None:
    long_entry(sit)
    settle(
        sit, fill("0.5"), inp.VenueReported(Acked("ystop", "v2", sit.at_ns, replace(STOP, quantity=D("0.5"))))
    )
    events = settle(sit, fill("0.75", "19950", 2, client_id="ystop", side=Side.SELL))
    assert kinds(events)[:2] == ["StopAttached", "FillBooked"]
    assert sit.state.orders["ystop"].request.quantity == D("0.75")
    assert not sit.state.discrepancies


def test_a_stop_that_fills_with_more_than_its_entry_asked_for_is_a_difference(sit: Situation) -> None:
    entered(sit)
    settle(sit, fill("1.5", "19950", 2, client_id="ystop", side=Side.SELL))
    assert "overfill-ystop" in sit.state.discrepancies


def test_a_stop_told_twice_with_another_size_has_the_last_one(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, fill("1"))
    for quantity in ("0.5", "1"):
        told(sit, Acked("ystop", "v2", sit.at_ns, replace(STOP, quantity=D(quantity))))
    assert sit.state.orders["ystop"].request.quantity == D(1)
    assert told(sit, Acked("ystop", "v2", sit.at_ns, STOP)) == []


def test_a_stop_read_with_another_size_has_that(sit: Situation) -> None:
    entered(sit)
    book(sit, ev.OrderLost("ystop", "?"))
    there = VenueOrder(replace(STOP, quantity=D(2)), "v2", D(0), True, OrderState.ACKED)
    assert kinds(settle(sit, inp.OrderRead("ystop", there, True)))[0] == "StopAttached"
    assert not sit.state.discrepancies


def test_a_stop_that_came_to_life_at_another_price_is_a_difference(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, fill("1"))
    events = told(sit, Acked("ystop", "v2", sit.at_ns, replace(STOP, stop_price=D(10_000))))
    found = sit.state.discrepancies["content-ystop"]
    assert (found.ours, found.theirs) == (
        "sell 1 BTCUSDT, stop_price 19950", "sell 1 BTCUSDT, stop_price 10000"
    )  # fmt: skip
    assert "StopAttached" in kinds(events)


def test_a_stop_told_again_at_another_price_is_a_difference_once(sit: Situation) -> None:
    entered(sit)
    lower = Acked("ystop", "v2", sit.at_ns, replace(STOP, stop_price=D(10_000)))
    assert kinds(told(sit, lower))[:1] == ["DiscrepancyFound"]
    assert sit.state.orders["ystop"].request.stop_price == D(19_950)
    assert told(sit, lower) == []


# ---- orders of ours --------------------------------------------------------------------------------------


def test_an_end_that_comes_before_the_acknowledgement_implies_it(sit: Situation) -> None:
    long_entry(sit)
    order = replace(sit.state.orders[ENTRY_ID].request, client_id="ynext", attached_stop_id="ynextstop")
    for name, report in (("y1", Canceled("y1", "", 1)), ("y2", Expired("y2", 1))):
        book(sit, ev.OrderIntended(replace(order, client_id=name), "T0001", "D0001", "", None, ""))
        events = told(sit, report)
        assert kinds(events)[0] == "OrderAcknowledged"
        assert not sit.state.orders[name].working


def test_what_comes_after_the_end_changes_nothing(sit: Situation) -> None:
    long_entry(sit)
    told(sit, Canceled(ENTRY_ID, "", 1))
    for report in (Canceled(ENTRY_ID, "", 2), Acked(ENTRY_ID, "v1", 2), Rejected(ENTRY_ID, "", 2)):
        assert told(sit, report) == []
    lost = settle(sit, inp.VenueFailed(ENTRY_ID, False, False, "late", heard=False), inp.VenueReached())
    assert kinds(lost) == ["ConnectionLost", "ConnectionRestored"]


def test_a_cancel_that_is_refused_leaves_an_acknowledged_order_working(sit: Situation) -> None:
    long_entry(sit)
    book(sit, ev.CancelAsked(ENTRY_ID, "pulled"))
    events = told(sit, CancelRefused(ENTRY_ID, "unknown order", 1))
    assert (kinds(events)[0], alerts(events)) == ("CancelRefused", ["cancel_unconfirmed"])
    assert sit.state.orders[ENTRY_ID].state is OrderState.ACKED


def test_a_cancel_that_overtook_its_order_is_asked_again_and_no_refusal_of_it_counts(sit: Situation) -> None:
    trade = long_entry(sit)
    order = replace(sit.state.orders[ENTRY_ID].request, client_id="ynew")
    book(
        sit, ev.OrderIntended(order, trade.trade_id, "D0001", "", None, ""), ev.CancelAsked("ynew", "pulled")
    )
    assert told(sit, CancelRefused("ynew", "unknown order", 1)) == []
    assert kinds(told(sit, Acked("ynew", "v7", 1))) == ["OrderAcknowledged", "CancelAsked"]


def test_a_cancel_without_an_answer_is_told_and_changes_nothing(sit: Situation) -> None:
    long_entry(sit)
    events = settle(sit, inp.VenueFailed(ENTRY_ID, True, False, "timed out"))
    assert "cancel_unconfirmed" in alerts(events)
    assert sit.state.orders[ENTRY_ID].state is OrderState.ACKED


def test_a_lost_cancel_of_an_order_under_another_id_is_told_of_ours(sit: Situation) -> None:
    long_entry(sit)
    sit.state.links["theirs"] = ENTRY_ID
    settle(sit, inp.Commanded(Command("c1", Verb.CANCEL, "ada", "", ENTRY_ID)))
    lost = settle(sit, inp.VenueFailed("theirs", True, False, "timed out"))
    assert alerts(lost) == ["cancel_unconfirmed"]
    assert f"cancel-{ENTRY_ID}" in sit.state.alerts


@pytest.mark.parametrize(("cancel", "code"), [(True, "cancel_unconfirmed"), (False, "order_unknown")])
def test_a_failed_request_about_an_order_of_others_is_told(sit: Situation, cancel: bool, code: str) -> None:
    assert alerts(settle(sit, inp.VenueFailed("theirs", cancel, False, "timed out"))) == [code]
    assert not sit.state.orders


def test_a_refusal_of_what_was_canceled_is_the_end_that_was_wanted(sit: Situation) -> None:
    long_entry(sit)
    book(sit, ev.CancelAsked(ENTRY_ID, "pulled"))
    told(sit, Rejected(ENTRY_ID, "too late", 1))
    assert sit.state.orders[ENTRY_ID].state is OrderState.CANCELED
    assert sit.state.rejects_in_row == 0


def test_a_refusal_of_the_rest_ends_the_rest(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, fill("0.4"))
    told(sit, Rejected(ENTRY_ID, "no", 1))
    record = sit.state.orders[ENTRY_ID]
    assert (record.state, record.filled) == (OrderState.CANCELED, D("0.4"))
    found = VenueOrder(record.request, "v1", D("0.4"), False, OrderState.REJECTED)
    record.state = OrderState.UNKNOWN
    sit.state.working[ENTRY_ID] = 1
    assert "OrderCanceled" in kinds(settle(sit, inp.OrderRead(ENTRY_ID, found, True)))


def test_rejects_in_a_row_close_the_gate(sit: Situation) -> None:
    order = replace(STOP, role=OrderRole.ENTRY, kind=OrderKind.LIMIT, reduce_only=False, limit_price=D(1))
    for number in range(sit.policy.limits.max_rejects_in_row):
        assert sit.state.gate is Gate.ACTIVE
        book(sit, ev.OrderIntended(replace(order, client_id=f"y{number}"), "", "D1", "", None, ""))
        told(sit, Rejected(f"y{number}", "no", 1))
    assert sit.state.gate is Gate.REDUCING


def test_a_fill_of_another_side_than_was_asked_is_booked_and_freezes_the_symbol(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, fill("1", side=Side.SELL))
    assert sit.state.positions[SYMBOL].quantity == D(-1)
    found = sit.state.discrepancies[f"misfill-{ENTRY_ID}"]
    assert (found.ours, found.theirs) == ("buy BTCUSDT", "filled sell 1 BTCUSDT")


def test_a_fill_after_a_rejection_is_booked_and_told(sit: Situation) -> None:
    long_entry(sit)
    told(sit, Rejected(ENTRY_ID, "no", 1))
    settle(sit, fill("1"))
    assert sit.state.discrepancies[f"rejected-{ENTRY_ID}"].quantity == D(1)
    assert sit.state.orders[ENTRY_ID].state is OrderState.REJECTED


@pytest.mark.parametrize(
    ("price", "reference", "closes"),
    [("20050", None, False), ("20052", "20050", False), ("20200", "20050", True)],
)
def test_slippage_past_its_limit_closes_the_gate(
    sit: Situation, price: str, reference: str | None, closes: bool
) -> None:
    long_entry(sit)
    settle(sit, fill("1", price, reference_price=None if reference is None else D(reference)))
    assert (sit.state.gate is Gate.REDUCING) is closes


def test_a_decision_without_the_order_rate_in_it_closes_nothing(sit: Situation) -> None:
    plan = TradePlan(SYMBOL, Side.BUY, D(1), D(20_060), D(19_950), D(20_260), None, D(1))
    decided = ev.DecisionMade("D0001", "", plan, (), D(1), D(0), "costs", "dear", sit.market.bar_ref(SYMBOL))
    assert settle(sit, inp.Happened(decided, 1)) == []
