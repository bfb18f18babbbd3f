"""What is adopted is in our books with a tag; nobody's word ends an order before its time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.differing import ADOPT, CLOSE, THEIRS, entered, later, read, refused, resume, said, theirs
from tests.engine.situations import (
    ENTRY_ID,
    SYMBOL,
    D,
    book,
    fill,
    kinds,
    long_entry,
    lost_entry,
    settle,
    trading,
)
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.entries import _symbol_problem
from ytc_tui.engine.external import difference_rows
from ytc_tui.engine.receipts import effect_lines
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.orders import (
    OrderState,
)
from ytc_tui.model.reconciling import Reconcile, Remedy
from ytc_tui.model.session import SessionStatus
from ytc_tui.model.trades import ExitReason, TradeState


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


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


# ---- an order whose fate is not known ------------------------------------------------------------------


def test_nobodys_word_ends_an_unknown_order_before_its_time(sit: Situation) -> None:
    lost_entry(sit)
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
