"""Whatever is held has a stop that works, a close on its way, or its alarm; whoever bought it, however late
it was told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.differing import ADOPT, read, said
from tests.engine.situations import ENTRY_ID, SYMBOL, D, book, fill, kinds, long_entry, settle, trading
from tests.engine.test_order_answers import STOP, alerts, entered, told
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.emergency_lines import submit_line
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import ClosePart, Command, Verb
from ytc_tui.model.halt import Halt
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Side
from ytc_tui.model.orders import Acked, Canceled, CancelRefused, OrderRole, OrderState, VenueOrder
from ytc_tui.model.session import Gate
from ytc_tui.model.trades import TradeState

SMALL = replace(STOP, quantity=D("0.4"))


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


def half(number: str) -> inp.Input:
    return inp.Commanded(Command(number, Verb.CLOSE, "ada", "half", "T0001", close=ClosePart(D(50))))


def stop_told(stop: Any = STOP) -> inp.Input:
    return inp.VenueReported(Acked("ystop", "v2", 1, stop))


def stopped_in_part(sit: Situation) -> None:
    """0.4 of one are entered, and stopped out."""
    long_entry(sit)
    settle(sit, fill("0.4"), stop_told(SMALL))
    settle(sit, fill("0.4", "19950", 2, client_id="ystop", side=Side.SELL))


def state_of(sit: Situation) -> TradeState:
    return sit.state.trades["T0001"].state


def gate_of(sit: Situation) -> Gate:
    return sit.state.gate


def closes(events: list[ev.Event]) -> list[tuple[OrderRole, Any]]:
    return [(e.order.role, e.order.quantity) for e in events if isinstance(e, ev.OrderIntended)]


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


# ---- fills told late -----------------------------------------------------------------------------------


def test_what_an_entry_filled_after_its_trade_ended_is_closed_with_an_alarm(sit: Situation) -> None:
    stopped_in_part(sit)
    told(sit, Canceled(ENTRY_ID, "on request", 1))
    assert sit.state.trades["T0001"].state is TradeState.STOPPED_OUT
    sit.at_ns += NS_PER_S
    events = settle(sit, fill("0.6", "20050", 3))
    sit.at_ns += NS_PER_MIN
    events += settle(sit, inp.PointMet(), inp.MinuteClosed(), read(sit))
    assert closes(events) == [(OrderRole.EXIT, D("0.6"))]
    assert alerts(events).count("unprotected") == 1


def test_what_is_filled_after_a_final_flatten_is_flattened_again(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, inp.HaltFound(Halt(1, "s", "silent", 1)))
    told(sit, Canceled(ENTRY_ID, "on request", 1))
    assert "FlatVerified" in kinds(settle(sit, read(sit)))
    events = settle(sit, fill("1"), stop_told())
    sit.at_ns += NS_PER_MIN
    events += settle(sit, inp.PointMet())
    [again] = [e for e in events if isinstance(e, ev.FlattenStarted)]
    assert again.final
    assert (OrderRole.FLATTEN, D(1)) in closes(events)


def test_what_no_order_can_close_is_not_flattened_again_and_again(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, inp.HaltFound(Halt(1, "s", "silent", 1)))
    told(sit, Canceled(ENTRY_ID, "on request", 1))
    settle(sit, read(sit))
    events = settle(sit, fill("0.0001"))
    sit.at_ns += NS_PER_MIN
    events += settle(sit, inp.PointMet())
    assert sit.state.position(SYMBOL).quantity == D("0.0001")
    assert "FlattenStarted" not in kinds(events)


def test_what_no_order_can_close_is_not_closed_after_its_trade(sit: Situation) -> None:
    stopped_in_part(sit)
    told(sit, Canceled(ENTRY_ID, "on request", 1))
    assert closes(settle(sit, fill("0.0001", "20050", 3))) == []


def test_what_an_ended_trade_is_filled_with_in_a_flatten_is_closed_once(sit: Situation) -> None:
    stopped_in_part(sit)
    told(sit, Canceled(ENTRY_ID, "on request", 1))
    settle(sit, inp.Commanded(Command("c1", Verb.FLATTEN, "ada", "out")))
    assert closes(settle(sit, fill("0.6", "20050", 3))) == [(OrderRole.FLATTEN, D("0.6"))]


def test_what_is_filled_after_trading_hours_is_flattened(sit: Situation) -> None:
    long_entry(sit)
    sit.at_ns = sit.window.planned_end_ns
    settle(sit, inp.MinuteClosed())
    told(sit, Canceled(ENTRY_ID, "on request", 1))
    settle(sit, inp.MinuteClosed())
    events = settle(sit, fill("1"), stop_told())
    sit.at_ns += NS_PER_MIN
    events += settle(sit, inp.PointMet())
    assert (OrderRole.FLATTEN, D(1)) in closes(events)


def test_a_stop_told_filled_before_it_grew_works_again(sit: Situation) -> None:
    """At the venue: entry 0.4 and 0.6, the stop grew to 1, 0.4 of it filled. The growth is told last."""
    stopped_in_part(sit)
    settle(sit, fill("0.6", "20050", 3), stop_told())
    assert sit.state.orders["ystop"].working
    assert sit.state.orders["ystop"].remaining == D("0.6")


def test_an_attached_stop_that_is_told_after_its_trade_ended_is_canceled(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, fill("1"))
    settle(sit, fill("1", "20100", 2, client_id="by-hand", side=Side.SELL))
    assert not sit.state.open_trades()
    events = settle(sit, stop_told())
    assert kinds(events) == ["StopAttached", "CancelAsked"]


def test_a_trade_whose_stop_was_filled_is_not_called_not_entered(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, stop_told(SMALL), fill("0.4", "19950", 2, client_id="ystop", side=Side.SELL))
    told(sit, Canceled(ENTRY_ID, "on request", 1))
    assert state_of(sit) is TradeState.PENDING_ENTRY
    settle(sit, fill("0.4", "20050", 3))
    assert state_of(sit) is TradeState.STOPPED_OUT


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


# ---- cancels, ids ----------------------------------------------------------------------------------------


def test_a_refused_cancel_of_the_rest_of_a_closed_entry_is_told_and_asked_again(sit: Situation) -> None:
    stopped_in_part(sit)
    events = told(sit, CancelRefused(ENTRY_ID, "busy, try again", 1))
    assert alerts(events) == ["cancel_unconfirmed"]
    sit.at_ns += NS_PER_MIN
    assert "CancelAsked" in kinds(settle(sit, inp.MinuteClosed()))


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
