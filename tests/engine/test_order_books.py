"""Naked time, the way out of risk-reducing orders, and the books' own rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.situations import SYMBOL, D, book, fill, kinds, long_entry, settle, trading
from tests.engine.test_order_answers import alerts, entered, told
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.outgoing import intend_close, intend_stop, intend_target
from ytc_tui.engine.decide.recovery import decide_restarted
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import (
    Acked,
    Canceled,
    Expired,
    Fill,
    OrderRole,
    OrderState,
)
from ytc_tui.model.session import Gate, Mode, SessionStatus
from ytc_tui.model.tables import IllegalTransition
from ytc_tui.model.trades import ExitReason, TradeOutcome, TradeState


@pytest.fixture
def sit(tmp_path: Path) -> Situation:
    return trading(tmp_path)


# ---- naked time (safety.md 8, I5) ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lost",
    [
        inp.VenueFailed("ystop", False, False, "timed out"),
        inp.VenueReported(Canceled("ystop", "by the venue", 1)),
        inp.VenueReported(Expired("ystop", 1)),
    ],
    ids=["unknown", "canceled", "expired"],
)
def test_a_stop_that_is_lost_is_an_alarm_at_the_same_instant(sit: Situation, lost: inp.Input) -> None:
    assert entered(sit).state is TradeState.IN_POSITION
    assert "unprotected" in alerts(settle(sit, lost))
    assert sit.state.trades["T0001"].state is TradeState.UNPROTECTED


def test_a_stop_without_an_answer_covers_for_its_own_instant_alone(sit: Situation) -> None:
    """The alarm is 0 s late where the loss is heard, and at the first instant after where nothing is."""
    entered(sit)
    sit.at_ns += NS_PER_S
    told(sit, Canceled("ystop", "by the venue", 1))
    [stop] = sit.state.working_orders(role=OrderRole.PROTECTIVE_STOP)
    assert stop.state is OrderState.INTENT
    told(sit, Acked(stop.request.client_id, "v9", sit.at_ns))
    settle(sit, inp.PointMet())
    assert sit.state.trades["T0001"].state is TradeState.IN_POSITION
    stop.state, stop.created_ns = OrderState.INTENT, sit.at_ns
    assert alerts(settle(sit, inp.PointMet())) == []
    sit.at_ns += 1
    assert alerts(settle(sit, inp.PointMet())) == ["unprotected"]


# ---- the way out -----------------------------------------------------------------------------------------


def test_what_the_gate_refuses_is_told_and_not_sent(sit: Situation) -> None:
    trade = entered(sit)
    book(sit, ev.GateChanged(Gate.ACTIVE, Gate.HALTED, "stop"))
    wider = list(intend_stop(sit, trade, D(19_000), ExitReason.STOP, ""))
    target = list(intend_target(sit, trade, D(20_500), D("0.5"), "T1"))
    more = list(intend_close(sit, SYMBOL, OrderRole.EXIT, ExitReason.MANUAL, "", D(2)))
    for events, word in ((wider, "never moves down"), (target, "HALTED"), (more, "not within the position")):
        [refused] = events
        assert isinstance(refused, ev.AlertRaised)
        assert refused.code == "reducing_refused" and word in refused.message


def test_stops_and_targets_of_a_short_are_rounded_toward_the_market(sit: Situation) -> None:
    book(sit, ev.GateChanged(Gate.ACTIVE, Gate.ACTIVE, ""))
    trade = replace(entered(sit), side=Side.SELL)
    held = sit.state.positions[SYMBOL]
    sit.state.positions[SYMBOL] = replace(held, quantity=-held.quantity)
    tick = sit.market.instruments[SYMBOL].tick
    [stop] = intend_stop(sit, trade, D(19_940) + tick / 2, ExitReason.STOP, "")
    [target] = intend_target(sit, trade, D(19_000) - tick / 2, D("0.5"), "T1", "moved")
    assert isinstance(stop, ev.OrderIntended) and isinstance(target, ev.OrderIntended)
    assert (stop.order.stop_price, target.order.limit_price) == (D(19_940), D(19_000))
    assert target.note == "T1 moved"


# ---- the books' own rules ----------------------------------------------------------------------------------


def test_a_fill_whose_result_is_not_what_it_makes_is_not_booked(sit: Situation) -> None:
    wrong = fill("1").report
    assert isinstance(wrong, Fill)
    with pytest.raises(ValueError, match="realised 5 was journalled, is 0"):
        book(sit, ev.FillBooked(wrong, "", D(5), D(1)))


def test_a_trade_moves_only_as_its_table_allows(sit: Situation) -> None:
    trade = long_entry(sit)
    with pytest.raises(IllegalTransition, match="pending_entry does not become t1_hit"):
        book(sit, ev.TradeMoved(trade.trade_id, trade.state, TradeState.T1_HIT, ""))


@pytest.mark.parametrize("outcome", list(TradeOutcome))
def test_each_outcome_counts_where_it_belongs(sit: Situation, outcome: TradeOutcome) -> None:
    trade = entered(sit)
    sit.state.consecutive_losses = 1
    book(
        sit,
        ev.TradeClosed(
            trade.trade_id, TradeState.FULLY_CLOSED, ExitReason.TARGET, D(1), D(1), D(0), D(1), outcome
        ),
    )
    counts = (sit.state.breakevens, sit.state.wins, sit.state.losses, sit.state.consecutive_losses)
    expected: dict[TradeOutcome, Any] = {
        TradeOutcome.BREAKEVEN: (1, 0, 0, 1),
        TradeOutcome.WIN: (0, 1, 0, 0),
        TradeOutcome.LOSS: (0, 0, 1, 2),
    }
    assert counts == expected[outcome]


def test_targets_that_made_way_wait_for_their_successors(sit: Situation) -> None:
    trade = entered(sit)
    first, other = sit.state.working_orders(role=OrderRole.TARGET)
    name = first.request.client_id
    book(
        sit, ev.ReplacementAsked(trade.trade_id, name), ev.ReplacementAsked("T0002", other.request.client_id)
    )
    book(
        sit,
        ev.TargetMoved(trade.trade_id, 1, trade.t1, D(20_300)),
        ev.TargetMoved("T0001", 2, None, D(20_500)),
    )
    moved = sit.state.trades[trade.trade_id]
    assert (moved.t1, moved.t2) == (D(20_300), D(20_500))
    successor = replace(first.request, client_id="ysuccessor")
    book(sit, ev.OrderIntended(successor, trade.trade_id, trade.decision_id, "", None, "T1"))
    assert name in sit.state.replacing
    book(sit, ev.OrderAcknowledged(name, "v"), ev.OrderCanceled(name, "replaced"))
    book(
        sit,
        ev.OrderIntended(
            replace(successor, client_id="ythird"), trade.trade_id, trade.decision_id, "", None, "T1"
        ),
    )
    assert list(sit.state.replacing) == [other.request.client_id]


# ---- a restart --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", list(Mode))
def test_only_paper_goes_on_by_itself_after_a_restart(sit: Situation, mode: Mode) -> None:
    sit.policy = replace(sit.policy, mode=mode)
    book(sit, *decide_restarted(sit, 7))
    on = mode is Mode.PAPER
    assert (sit.state.gate is Gate.ACTIVE) is on
    assert (sit.state.status is SessionStatus.RUNNING) is on
    assert kinds(decide_restarted(sit, 8)) == ["EngineRecovered"]


def test_a_trade_that_is_adopted_away_under_a_flatten_is_left_to_it(sit: Situation) -> None:
    entered(sit)
    settle(sit, inp.Happened(ev.FlattenStarted("operator", "", None, None, False), 1))
    book(sit, ev.FlattenStarted("operator", "", None, None, False))
    book(
        sit, ev.DiscrepancyFound("position-BTCUSDT", "position", SYMBOL, "1", "0.5", "", D("0.5"), D(20_000))
    )
    adopted = ev.PositionAdopted(
        "position-BTCUSDT", SYMBOL, D("0.5"), D(10_000), D(1), "T0001", D("0.5"), "ada"
    )
    book(sit, adopted)
    sit.at_ns += NS_PER_S
    assert "unprotected" not in alerts(settle(sit, inp.Happened(adopted, 1)))
