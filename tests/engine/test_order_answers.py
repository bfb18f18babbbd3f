"""Each answer that a venue can give about an order, and what it does to the order, its trade and the gate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.situations import ENTRY_ID, SYMBOL, D, book, fill, kinds, long_entry, settle, trading
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.outgoing import intend_close, intend_stop, intend_target
from ytc_tui.engine.decide.recovery import decide_restarted
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import (
    Acked,
    Canceled,
    CancelRefused,
    Expired,
    Fill,
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
from ytc_tui.model.session import Gate, Mode, SessionStatus
from ytc_tui.model.tables import IllegalTransition
from ytc_tui.model.trades import ExitReason, Trade, TradeOutcome, TradeState

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


def entered(sit: Situation) -> Trade:
    """A long of one under its attached stop."""
    long_entry(sit)
    settle(sit, fill("1"), inp.VenueReported(Acked("ystop", "v2", sit.at_ns, STOP)))
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
    lost = settle(sit, inp.VenueFailed(ENTRY_ID, False, False, "late"), inp.VenueReached())
    assert kinds(lost) == ["ConnectionLost", "ConnectionRestored"]


def test_a_cancel_that_is_refused_leaves_an_acknowledged_order_working(sit: Situation) -> None:
    long_entry(sit)
    book(sit, ev.CancelAsked(ENTRY_ID, "pulled"))
    assert kinds(told(sit, CancelRefused(ENTRY_ID, "unknown order", 1))) == ["CancelRefused"]
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
    found = sit.state.discrepancies[f"content-{ENTRY_ID}"]
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
