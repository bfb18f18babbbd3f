"""What is filled after its trade, its session or its hours have ended is closed, and once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine import hands
from tests.engine.differing import read
from tests.engine.situations import ENTRY_ID, SYMBOL, D, closes, fill, kinds, long_entry, settle, trading
from tests.engine.test_order_answers import STOP, alerts, stop_told, told
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.halt import Halt
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Side
from ytc_tui.model.orders import Canceled, CancelRefused, OrderRole
from ytc_tui.model.trades import TradeState

SMALL = replace(STOP, quantity=D("0.4"))


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


def stopped_in_part(sit: Situation) -> None:
    """0.4 of one are entered, and stopped out."""
    long_entry(sit)
    settle(sit, fill("0.4"), stop_told(SMALL))
    settle(sit, fill("0.4", "19950", 2, client_id="ystop", side=Side.SELL))


def state_of(sit: Situation) -> TradeState:
    return sit.state.trades["T0001"].state


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


def test_the_rest_of_an_entry_is_asked_to_go_once(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, fill("0.4"), stop_told(SMALL))
    events = settle(sit, inp.Commanded(hands.close()))
    [close] = sit.state.working_orders(SYMBOL, OrderRole.EXIT)
    name = close.request.client_id
    events += settle(sit, fill("0.4", "20060", 3, client_id=name, side=Side.SELL))
    assert [e.client_id for e in events if isinstance(e, ev.CancelAsked)] == [ENTRY_ID]


def test_what_closes_it_asks_other_closes_of_it_to_go(sit: Situation) -> None:
    stopped_in_part(sit)
    told(sit, Canceled(ENTRY_ID, "on request", 1))
    settle(sit, fill("0.6", "20050", 3))
    [lost] = sit.state.working_orders(SYMBOL, OrderRole.EXIT)
    settle(sit, inp.VenueFailed(lost.request.client_id, False, False, "timed out"))
    sit.at_ns += NS_PER_S
    settle(sit, inp.PointMet())
    _, second = sit.state.working_orders(SYMBOL, OrderRole.EXIT)
    events = settle(sit, fill("0.6", "20040", 4, client_id=lost.request.client_id, side=Side.SELL))
    assert [e.client_id for e in events if isinstance(e, ev.CancelAsked)] == [second.request.client_id]


def test_what_is_entered_while_its_close_is_on_its_way_is_closed_too(sit: Situation) -> None:
    long_entry(sit)
    settle(sit, fill("0.4"), stop_told(SMALL))
    events = settle(sit, inp.Commanded(hands.close()))
    assert kinds(events).count("CancelAsked") == 1
    settle(sit, fill("0.6", "20055", 2), stop_told())
    [close] = sit.state.working_orders(SYMBOL, OrderRole.EXIT)
    name = close.request.client_id
    again = settle(sit, fill("0.4", "20060", 3, client_id=name, side=Side.SELL))
    assert closes(again) == [(OrderRole.EXIT, D("0.6"))]


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


def test_a_refused_cancel_of_the_rest_of_a_closed_entry_is_told_and_asked_again(sit: Situation) -> None:
    stopped_in_part(sit)
    events = told(sit, CancelRefused(ENTRY_ID, "busy, try again", 1))
    assert alerts(events) == ["cancel_unconfirmed"]
    sit.at_ns += NS_PER_MIN
    assert "CancelAsked" in kinds(settle(sit, inp.MinuteClosed()))
