"""Differences with the venue: found, counted, held against the session, ignored for a time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.differing import ADOPT, CLOSE, THEIRS, entered, later, read, refused, resume, said, theirs
from tests.engine.situations import ENTRY_ID, SYMBOL, D, book, fill, kinds, long_entry, settle, trading
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.entries import _symbol_problem
from ytc_tui.engine.decide.evidence import is_ours
from ytc_tui.engine.decide.recovery import CYCLE_NS
from ytc_tui.engine.external import difference_rows
from ytc_tui.engine.health import _venue
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.codec import from_json, in_order
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import (
    OrderKind,
    OrderRequest,
    OrderRole,
    OrderState,
    VenueOrder,
    VenuePosition,
)
from ytc_tui.model.reconciling import Reconcile, Remedy
from ytc_tui.model.session import Gate, SessionStatus, StepResult
from ytc_tui.model.state import State
from ytc_tui.views.event_lines import event_text


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


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


@pytest.mark.parametrize(
    ("odd", "name", "why"),
    [
        (replace(THEIRS, quantity=D(0)), "theirs", "0 where a number above 0"),
        (replace(THEIRS, quantity=D("NaN")), "theirs", "NaN"),
        (replace(THEIRS, client_id=""), "v9", "an order without an id"),
    ],
)
def test_an_order_of_others_that_cannot_be_is_a_difference_of_its_own(
    sit: Situation, odd: OrderRequest, name: str, why: str
) -> None:
    settle(sit, read(sit, orders=theirs(odd), wallet="9990"))
    assert set(sit.state.discrepancies) == {f"foreign-{name}", "wallet"}
    found = sit.state.discrepancies[f"foreign-{name}"]
    assert why in found.theirs and found.quantity == D(0)
    assert "open discrepancy" in _symbol_problem(sit, SYMBOL)
    assert settle(sit, read(sit, orders=theirs(odd), wallet="9990")) == []
    assert not is_ours(sit, odd.client_id)
    said(sit, f"foreign-{name}", ADOPT)
    assert settle(sit, read(sit, orders=theirs(odd), wallet="9990")) == []
    assert f"foreign-{name}" in sit.state.external_orders


def test_an_order_without_an_id_can_be_canceled_at_the_venue_alone(sit: Situation) -> None:
    settle(sit, read(sit, orders=theirs(replace(THEIRS, client_id=""))))
    assert "cancel it at the venue" in refused(sit, "foreign-v9", CLOSE)


def test_an_order_without_an_id_is_seen_beside_orders_of_ours(sit: Situation) -> None:
    entered(sit)
    nameless = theirs(replace(THEIRS, client_id=""))
    settle(sit, read(sit, orders=nameless, position="1"))
    assert "foreign-v9" in sit.state.discrepancies


def test_what_is_ours_at_the_venue(sit: Situation) -> None:
    long_entry(sit)
    sit.state.links["venue-77"] = ENTRY_ID
    assert all(is_ours(sit, name) for name in (ENTRY_ID, "ystop", "venue-77"))
    assert not any(is_ours(sit, name) for name in ("theirs", ""))


def test_an_order_of_ours_that_is_not_there_is_missing_until_it_is_explained(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, read(sit, orders=()))
    assert f"missing-{ENTRY_ID}" in sit.state.discrepancies
    gone = VenueOrder(sit.state.orders[ENTRY_ID].request, "v1", D(0), False, OrderState.CANCELED)
    later(sit)
    settle(sit, inp.OrderRead(ENTRY_ID, gone, True), read(sit, orders=()))
    assert not sit.state.discrepancies
    assert sit.state.status is SessionStatus.RUNNING


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
    for start_up in (False, True):
        assert settle(sit, read(sit, position="0.5", wallet="9990", start_up=start_up)) == []
    sit.at_ns = until_ns + CYCLE_NS
    settle(sit, read(sit, position="0.5", wallet="9990"))
    assert sit.state.status is SessionStatus.PAUSED


def test_what_is_ignored_does_not_keep_a_flatten_from_its_proof(sit: Situation) -> None:
    settle(sit, read(sit, position="0.5", start_up=True))
    said(sit, f"position-{SYMBOL}", Reconcile(Remedy.IGNORE, sit.at_ns + 600 * NS_PER_S))
    settle(sit, inp.Commanded(Command("f", Verb.FLATTEN, "ada", "")))
    verified = settle(sit, read(sit, position="0.5"))
    assert "FlatVerified" in kinds(verified)


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


def test_health_is_blocked_by_what_nobody_explained_and_warns_of_what_stays(sit: Situation) -> None:
    settle(sit, read(sit, position="0.5", start_up=True))
    assert _venue(sit) == (StepResult.BLOCKED, "1 open discrepancies")
    said(sit, f"position-{SYMBOL}", Reconcile(Remedy.IGNORE, sit.at_ns + 60 * NS_PER_S))
    assert _venue(sit) == (StepResult.WARN, f"EXTERNAL: position-{SYMBOL}")
