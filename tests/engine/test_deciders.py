"""Single deciders in odd situations, booked and followed to the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.situations import ENTRY_ID, SYMBOL, D, book, fill, kinds, long_entry, settle, trading
from tests.sim.proposers import Idea
from tests.sim.tape import Tape
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.correlated import decide_correlated
from ytc_tui.engine.decide.entries import plan_of, risk_request
from ytc_tui.engine.decide.loss import decide_loss
from ytc_tui.engine.decide.management import decide_actions
from ytc_tui.engine.decide.setups import decide_scan
from ytc_tui.engine.decide.trades import decide_hole
from ytc_tui.engine.decide.volatility import decide_volatility
from ytc_tui.engine.document import metrics
from ytc_tui.engine.ports import Minute
from ytc_tui.engine.projections import rows_of
from ytc_tui.engine.risk.gate import assess
from ytc_tui.model import events as ev
from ytc_tui.model.codec import to_json
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_DAY, NS_PER_MIN, Bar, Side
from ytc_tui.model.orders import Canceled, OrderRole
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.session import Gate, Severity
from ytc_tui.model.tasks import Priority, ResponseMessage, ResponseStatus, TaskMessage, TaskType
from ytc_tui.model.trades import TradeState


def canceled(sit_ns: int) -> inp.VenueReported:
    return inp.VenueReported(Canceled(ENTRY_ID, "operator", sit_ns))


def targets(events: list[ev.Event]) -> list[tuple[str, str]]:
    return [
        (event.note, str(event.order.quantity))
        for event in events
        if isinstance(event, ev.OrderIntended) and event.order.role is OrderRole.TARGET
    ]


def test_a_fill_after_the_cancel_opens_the_trade_with_its_targets(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    long_entry(sit)
    settle(sit, canceled(sit.at_ns))
    assert sit.state.trades["T0001"].state is TradeState.NOT_ENTERED
    found = settle(sit, fill("0.5"))
    assert sit.state.trades["T0001"].state in (TradeState.IN_POSITION, TradeState.UNPROTECTED)
    assert targets(found) == [("T1", "0.25"), ("T2", "0.25")]
    assert sit.covered_quantity(SYMBOL, sit.state.trades["T0001"].side.opposite) == D("0.5")


def test_an_entry_that_fills_in_parts_has_its_targets_when_it_is_whole(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    long_entry(sit)
    assert targets(settle(sit, fill("0.5"))) == []
    assert targets(settle(sit, fill("0.5", number=2))) == [("T1", "0.5"), ("T2", "0.5")]


@pytest.mark.parametrize("price", ["9.99999999999999999999999999999e999999", "1e-999999", "-1", "0", "1e9"])
def test_a_stop_that_is_no_price_of_the_symbol_is_dropped(tmp_path: Path, price: str) -> None:
    sit = trading(tmp_path)
    long_entry(sit)
    settle(sit, fill("1"))
    action = {"trade_id": "T0001", "action": "tighten_stop", "price": price, "basis": "trailing_stop"}
    response = ResponseMessage("t", "trade_management", ResponseStatus.SUCCESS, {"actions": [action]})
    assert kinds(decide_actions(sit, response)) == ["AlertRaised"]


def test_a_hole_during_a_flatten_sends_no_second_close(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    long_entry(sit)
    settle(sit, fill("1"))
    analysis = sit.market.analysis[SYMBOL]
    analysis.on_minute(Bar(SYMBOL, sit.at_ns - 60 * NS_PER_MIN, 1.0, 1.0, 1.0, 1.0, 1.0))
    sit.market.minute_ns, sit.market.minute_closed = sit.at_ns, False
    sit.market._present = (Bar(SYMBOL, sit.at_ns, 1.0, 1.0, 1.0, 1.0, 1.0),)
    [close] = decide_hole(sit)
    assert isinstance(close, ev.OrderIntended) and close.order.role is OrderRole.EXIT
    found = settle(sit, inp.Commanded(Command("c", Verb.FLATTEN, "me")))
    assert "FlattenStarted" in kinds(found)
    assert list(decide_hole(sit)) == []


def test_a_fill_of_an_unknown_symbol_is_a_discrepancy_and_no_crash(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    found = settle(sit, fill("1", symbol="DOGEUSDT", client_id="zzz"))
    assert kinds(found) == ["DiscrepancyFound", "AlertRaised"]
    assert not sit.state.positions
    assert settle(sit, fill("1", symbol="DOGEUSDT", client_id="zzz")) == []


def test_more_orders_a_minute_than_allowed_close_the_gate(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    plan = TradePlan(SYMBOL, Side.BUY, D(1), D(20_060), D(19_950), D(20_260), None, D(1))
    bar = sit.market.bar_ref(SYMBOL)
    decided = ev.DecisionMade("D0001", "PB-1", plan, (), D(1), D(0), "order_rate", "order 31", bar)
    found = settle(sit, inp.Happened(decided, 1))
    assert sit.state.gate is Gate.REDUCING
    assert [event.code for event in found if isinstance(event, ev.AlertRaised)] == ["order_rate"]


@pytest.mark.parametrize(("band", "streak"), [("0.1", 1), ("0.9", 0)])
def test_the_breakeven_band_decides_whether_a_loss_adds_to_the_streak(
    tmp_path: Path, band: str, streak: int
) -> None:
    sit = trading(tmp_path, risk__breakeven_band_r=band)
    long_entry(sit)
    settle(sit, fill("1"))
    stop = next(iter(sit.state.working_orders(SYMBOL, OrderRole.PROTECTIVE_STOP))).request.client_id
    # 100 lost of the 130 that were at risk.
    found = settle(sit, fill("1", "19950", number=2, client_id=stop, side=Side.SELL))
    assert [event.r_multiple for event in found if isinstance(event, ev.TradeClosed)] == [D("-0.7692")]
    assert sit.state.consecutive_losses == streak
    assert sit.state.losses + sit.state.breakevens == 1


@pytest.mark.parametrize(
    ("wallet", "codes"),
    [
        ("9850.01", []),
        ("9850", ["loss_medium"]),
        ("9760.01", ["loss_medium"]),
        ("9760", ["loss_high", "loss_medium"]),
        ("9750", ["entries_off", "loss_high", "loss_medium"]),
        ("9700.01", ["entries_off", "loss_high", "loss_medium"]),
        ("9700", ["session_loss_limit"]),
    ],
)
def test_loss_alerts_begin_at_their_levels(tmp_path: Path, wallet: str, codes: list[str]) -> None:
    sit = trading(tmp_path)
    sit.state.wallet = D(wallet)
    found = list(decide_loss(sit))
    assert sorted(event.code for event in found if isinstance(event, ev.AlertRaised)) == codes


def test_a_task_that_succeeds_when_tried_again_counts_as_a_success(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    asked = TaskMessage("t1", "monitoring", TaskType.REPORT, Priority.HIGH)
    book(sit, ev.TaskRequested(asked))
    settle(sit, inp.AgentAnswered(ResponseMessage("t1", "monitoring", ResponseStatus.FAILURE)))
    settle(sit, inp.AgentAnswered(ResponseMessage("t1", "monitoring", ResponseStatus.SUCCESS)))
    counted = metrics(sit)
    assert (counted["agents_executed"], counted["agent_success_rate"]) == (1, 100.0)
    assert sit.state.agents["monitoring"].failures == 1


def test_an_acknowledgement_keeps_its_time_when_the_alert_comes_again(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    raised = ev.AlertRaised("a1", Severity.WARNING, "late", "late")
    book(sit, raised, ev.AlertAcknowledged("a1", "me"))
    acknowledged_ns, sit.at_ns = sit.at_ns, sit.at_ns + NS_PER_MIN
    book(sit, raised)
    [row] = rows_of(sit.state, raised)
    assert row.values["acknowledged_at"] == acknowledged_ns
    assert row.values["count"] == 2


@pytest.mark.parametrize(("higher", "bars"), [("15min", 96), ("60min", 24)])
def test_the_prior_session_is_a_day_whatever_the_higher_timeframe(
    tmp_path: Path, higher: str, bars: int
) -> None:
    sit = trading(tmp_path, session__timeframes__higher=higher)
    first_ns = sit.at_ns - sit.at_ns % NS_PER_DAY - 2 * NS_PER_DAY
    for minute in range(2 * 24 * 60):
        price = 30_000.0 if minute < 24 * 60 else 20_000.0
        bar = Bar(SYMBOL, first_ns + minute * NS_PER_MIN, price, price, price, price, 1.0)
        whole = Minute(bar.open_ns, (bar,))
        sit.market.begin_minute(whole)
        sit.market.close_minute(whole)
    sit.market.begin_session()
    assert sit.market._prior[SYMBOL].maxlen == bars
    assert sit.market.prior_sessions[SYMBOL] == (20_000.0, 20_000.0, 20_000.0)


def test_a_volatility_spike_alerts_and_leaves_the_decision_to_a_person(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    for status, alerts in (({"volatility_spike": True}, 1), ({"volatility_spike": None}, 0), ("odd", 0)):
        told = {"market_status": {SYMBOL: status, "OTHER": {"volatility_spike": True}}}
        response = ResponseMessage("t", "monitoring", ResponseStatus.SUCCESS, told)
        found = list(decide_volatility(sit, response))
        assert [event.code for event in found if isinstance(event, ev.AlertRaised)] == (
            ["volatility_spike"] * alerts
        )
    spike = ResponseMessage(
        "t", "monitoring", ResponseStatus.SUCCESS, {"market_status": {SYMBOL: {"volatility_spike": True}}}
    )
    book(sit, *decide_volatility(sit, spike))
    sit.at_ns += 59 * NS_PER_MIN
    assert list(decide_volatility(sit, spike)) == []
    sit.at_ns += NS_PER_MIN
    assert len(list(decide_volatility(sit, spike))) == 1
    assert sit.state.gate is Gate.ACTIVE


@pytest.mark.parametrize("lrp", [0.1, 0.2])
def test_costs_of_more_than_the_price_leave_an_entry_of_one_tick(tmp_path: Path, lrp: float) -> None:
    sit = trading(tmp_path)
    idea = Idea(sit.at_ns, Side.BUY, trigger=0.1, limit=0.3, stop=0.1, t1=0.4, t2=None)
    plan = plan_of(sit, replace(idea.setup(), lrp=lrp, lwp=0.3))
    assert plan.entry == sit.market.instruments[SYMBOL].tick
    assert plan.quantity == 0


@pytest.mark.parametrize("kind", ["tighten_stop", "close"])
def test_two_actions_for_one_trade_send_one_order(tmp_path: Path, kind: str) -> None:
    sit = trading(tmp_path)
    long_entry(sit)
    settle(sit, fill("1"))
    for record in sit.state.working_orders(SYMBOL, OrderRole.PROTECTIVE_STOP):
        book(sit, ev.OrderAcknowledged(record.request.client_id, "v2"))
    action = {"trade_id": "T0001", "action": kind, "basis": "breakeven_stop", "exit_reason": "signal"}
    actions = [{**action, "price": price} for price in ("19960", "19970")]
    response = ResponseMessage("t", "trade_management", ResponseStatus.SUCCESS, {"actions": actions})
    found = kinds(decide_actions(sit, response))
    assert found.count("OrderIntended") == 1
    assert found.count("AlertRaised") == 1


@pytest.mark.parametrize(
    ("side", "checked", "together"),
    [(Side.BUY, "true", True), (Side.SELL, "true", False), (Side.BUY, "false", False)],
)
def test_a_trade_that_counts_together_with_an_open_one_is_told(
    tmp_path: Path, side: Side, checked: str, together: bool
) -> None:
    ether = Tape(symbol="ETHUSDT", level=1_500.0)
    sit = trading(tmp_path, (Tape(), ether), trading__enable_correlation_check=checked)
    long_entry(sit)
    settle(sit, fill("0.1"))
    sit.market.marks["ETHUSDT"] = 1_500.0
    sign = side.sign
    stop, target = 1_500 - 15.0 * sign, 1_500 + 40.0 * sign
    idea = Idea(sit.at_ns, side, 1_500.0, 1_501.0, stop, target, None, symbol="ETHUSDT")
    asked = risk_request(sit, plan_of(sit, idea.setup()))
    found = [
        (event.code, event.severity)
        for event in decide_correlated(sit, asked)
        if isinstance(event, ev.AlertRaised)
    ]
    # With too little history the careful assumption is rho = 1: long and long count together.
    assert found == ([("correlated_risk", Severity.WARNING)] if together else [])
    [verdict] = [v for v in assess(asked, sit.policy.limits).verdicts if v.rule == "open_risk"]
    assert ("correlated with BTCUSDT" in verdict.reason) is together


def test_a_setup_that_is_named_twice_in_one_answer_is_found_once(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    data = to_json(Idea(sit.at_ns, Side.BUY, 20_050, 20_060, 19_950, 20_260, None).setup())
    response = ResponseMessage("t", "setup_scanner", ResponseStatus.SUCCESS, {"active_setups": [data, data]})
    assert kinds(decide_scan(sit, response)) == ["SetupDetected"]


@pytest.mark.parametrize(("hours", "bars"), [("2", 240), ("4", 240), ("11.5", 690)])
def test_an_excursion_reaches_back_over_the_longest_session(tmp_path: Path, hours: str, bars: int) -> None:
    changed: dict[str, Any] = {"session__planned_hours": "1", "session__hard_hours": hours}
    sit = trading(tmp_path, **changed)
    assert sit.market.analysis[SYMBOL].ltf_bars.maxlen == bars
