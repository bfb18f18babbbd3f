"""Whatever is held has a stop that works, a close on its way, or its alarm; whoever bought it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine import hands
from tests.engine.differing import ADOPT, read, said
from tests.engine.situations import (
    SYMBOL,
    D,
    book,
    closes,
    fill,
    kinds,
    long_entry,
    settle,
    trading,
)
from tests.engine.test_order_answers import STOP, alerts, entered, stop_told, told
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.operator import refusal
from ytc_tui.engine.decide.targets import part_of, working_targets
from ytc_tui.engine.emergency_lines import submit_line
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import ClosePart, Command, Verb
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import Acked, Canceled, OrderRole, OrderState, VenueOrder
from ytc_tui.model.session import Gate
from ytc_tui.model.trades import TradeState


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


def half(number: str) -> inp.Input:
    return inp.Commanded(Command(number, Verb.CLOSE, "ada", "half", "T0001", close=ClosePart(D(50))))


def gate_of(sit: Situation) -> Gate:
    return sit.state.gate


# ---- somebody else's fills ---------------------------------------------------------------------------


def test_somebody_elses_buy_is_none_of_our_long(sit: Situation) -> None:
    entered(sit)
    settle(sit, fill("1", "20060", 2, client_id="by-hand"))
    assert sit.state.position(SYMBOL).quantity == D(2)
    assert sit.state.trades["T0001"].open_quantity == D(1)
    assert sit.state.orders["ystop"].state is OrderState.ACKED


def test_somebody_elses_sale_of_a_part_takes_it_from_our_long(sit: Situation) -> None:
    entered(sit)
    settle(sit, fill("0.4", "20060", 2, client_id="by-hand", side=Side.SELL))
    assert sit.state.trades["T0001"].open_quantity == D("0.6")


def test_a_stop_covers_a_position_of_its_own_side_alone(sit: Situation) -> None:
    entered(sit)
    events = settle(sit, fill("2", "20060", 2, client_id="by-hand", side=Side.SELL))
    assert sit.state.position(SYMBOL).quantity == D(-1)
    sit.at_ns += NS_PER_S
    events += settle(sit, inp.PointMet(), inp.PointMet())
    assert alerts(events).count("unprotected") == 1


def test_an_opposite_position_that_is_adopted_ends_our_trade(sit: Situation) -> None:
    entered(sit)
    settle(sit, read(sit, position=D(-2)))
    said(sit, f"position-{SYMBOL}", ADOPT)
    assert sit.state.trades["T0001"].state is TradeState.FULLY_CLOSED


# ---- what covers ---------------------------------------------------------------------------------------


def test_a_stop_that_the_venue_does_not_hold_covers_nothing(sit: Situation) -> None:
    entered(sit)
    book(sit, ev.OrderAcknowledged("ystop", "v"))
    resting = tuple(
        VenueOrder(record.request, "v", record.filled, True, OrderState.ACKED)
        for record in sit.state.working_orders()
        if record.request.client_id != "ystop"
    )
    sit.at_ns += 10 * NS_PER_S
    events = settle(sit, read(sit, orders=resting), inp.PointMet())
    assert "unprotected" in alerts(events)
    assert (OrderRole.PROTECTIVE_STOP, D(1)) in closes(events)


def test_a_stop_that_is_another_at_the_venue_is_a_difference_and_covers_nothing(sit: Situation) -> None:
    entered(sit)
    book(sit, ev.OrderAcknowledged("ystop", "v"))
    there = [
        VenueOrder(record.request, "v", record.filled, True, OrderState.ACKED)
        for record in sit.state.working_orders()
    ]
    wrong = [
        replace(each, request=replace(each.request, stop_price=D(10_000)))
        if each.request.client_id == "ystop"
        else each
        for each in there
    ]
    sit.at_ns += 10 * NS_PER_S
    events = settle(sit, read(sit, orders=tuple(wrong)), inp.PointMet())
    assert "content-ystop" in sit.state.discrepancies
    assert "unprotected" in alerts(events)
    assert "DiscrepancyFound" not in kinds(settle(sit, read(sit, orders=tuple(wrong))))
    settle(sit, read(sit, orders=tuple(there)))
    assert "content-ystop" not in sit.state.discrepancies


def test_a_stop_that_came_to_life_at_another_price_stays_a_difference_however_often_it_is_read(
    sit: Situation,
) -> None:
    long_entry(sit)
    wrong = replace(STOP, stop_price=D(10_000))
    settle(sit, fill("1"), stop_told(wrong))
    assert "content-ystop" in sit.state.discrepancies
    settle(sit, read(sit, orders=(VenueOrder(wrong, "v", D(0), True, OrderState.ACKED),)))
    assert "content-ystop" in sit.state.discrepancies
    settle(sit, read(sit, orders=(VenueOrder(STOP, "v", D(0), True, OrderState.ACKED),)))
    assert "content-ystop" not in sit.state.discrepancies


def test_a_fill_of_another_side_stays_a_difference_though_its_order_rests_as_asked(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, fill("0.4", side=Side.SELL))
    assert "misfill-yentry" in sit.state.discrepancies
    settle(sit, read(sit))
    assert "misfill-yentry" in sit.state.discrepancies


def test_an_attached_stop_that_is_smaller_at_the_venue_is_as_large_as_there(sit: Situation) -> None:
    entered(sit)
    small = replace(STOP, quantity=D("0.1"))
    events = settle(sit, read(sit, orders=(VenueOrder(small, "v", D(0), True, OrderState.ACKED),)))
    assert sit.state.orders["ystop"].request.quantity == D("0.1")
    assert "unprotected" in alerts(events)


def test_an_attached_stop_of_another_size_and_price_is_a_difference(sit: Situation) -> None:
    entered(sit)
    other = replace(STOP, quantity=D("0.1"), stop_price=D(10_000))
    settle(sit, read(sit, orders=(VenueOrder(other, "v", D(0), True, OrderState.ACKED),)))
    assert sit.state.orders["ystop"].request.quantity == D(1)
    assert "content-ystop" in sit.state.discrepancies


def test_a_close_in_doubt_covers_nothing(sit: Situation) -> None:
    entered(sit)
    settle(sit, half("c1"))
    [close] = sit.state.working_orders(SYMBOL, OrderRole.EXIT)
    settle(sit, inp.VenueFailed(close.request.client_id, False, False, "timed out"))
    assert "unprotected" in alerts(told(sit, Canceled("ystop", "by the venue", 1)))


def test_a_close_of_a_part_covers_that_part(sit: Situation) -> None:
    entered(sit)
    settle(sit, half("c1"))
    assert "unprotected" in alerts(told(sit, Canceled("ystop", "by the venue", 1)))


def test_an_answer_about_an_order_that_ended_meanwhile_changes_nothing(sit: Situation) -> None:
    """It was missing in a reading, was asked about, and ended before that was answered."""
    entered(sit)
    sit.at_ns += 10 * NS_PER_S
    settle(sit, read(sit, orders=()))
    assert "missing-ystop" in sit.state.discrepancies
    told(sit, Canceled("ystop", "by the venue", 1))
    there = VenueOrder(STOP, "v", D(0), True, OrderState.ACKED)
    assert settle(sit, inp.OrderRead("ystop", there, True)) == []


# ---- ids ----------------------------------------------------------------------------------------


def test_what_left_while_the_journal_was_away_is_taken_up_and_its_id_not_used_again(sit: Situation) -> None:
    entered(sit)
    settle(sit, half("c1"))
    [sent] = sit.state.working_orders(SYMBOL, OrderRole.EXIT)
    name = sent.request.client_id
    # The process died before that was on record.
    del sit.state.orders[name], sit.state.working[name]
    settle(sit, inp.JournalReturned((submit_line(sent.request), "cancel ystop")))
    taken = sit.state.orders[name]
    assert (taken.request, taken.state, taken.trade_id) == (sent.request, OrderState.UNKNOWN, "T0001")
    settle(sit, fill("0.5", "20100", 7, client_id=name, side=Side.SELL))
    assert not sit.state.discrepancies
    settle(sit, half("c2"))
    [again] = sit.state.working_orders(SYMBOL, OrderRole.EXIT)
    assert again.request.client_id != name


def test_targets_that_left_while_the_journal_was_away_are_taken_up_as_the_parts_that_they_are(
    sit: Situation,
) -> None:
    trade = entered(sit)
    targets = working_targets(sit, trade)
    for record in targets:
        del sit.state.orders[record.request.client_id], sit.state.working[record.request.client_id]
    settle(sit, inp.JournalReturned(tuple(submit_line(record.request) for record in targets)))
    assert [part_of(record) for record in working_targets(sit, trade)] == ["T1", "T2"]
    for record in targets:
        told(sit, Acked(record.request.client_id, "v", 1))
    assert "has T1 at 20260, T2 at 20400: part 1 or 2" in refusal(sit, hands.target("20300"))
    settle(sit, fill("0.5", "20260", 7, client_id=targets[0].request.client_id, side=Side.SELL))
    assert sit.state.trades["T0001"].state is TradeState.T1_HIT


# ---- the gate ----------------------------------------------------------------------------------------------


def test_no_reason_of_an_operator_reads_as_the_engines_own(sit: Situation) -> None:
    settle(sit, inp.Commanded(Command("c1", Verb.STOP_ENTRIES, "ada", "journal: I want to read it first")))
    settle(sit, inp.Restarted(10), inp.ChainChecked(True))
    assert gate_of(sit) is Gate.REDUCING


def test_a_journal_that_returns_lifts_its_own_latch_and_no_other(sit: Situation) -> None:
    settle(sit, inp.JournalStalled("no space left on device"))
    settle(sit, inp.JournalReturned(()))
    assert gate_of(sit) is Gate.ACTIVE
    settle(sit, inp.JournalStalled("no space left on device"))
    entered(sit)
    settle(sit, inp.Commanded(Command("c2", Verb.SHUTDOWN, "ada", "enough")))
    settle(sit, inp.JournalReturned(()))
    assert gate_of(sit) is Gate.REDUCING
