"""Sessions under each exit policy, and what every policy shares: failed closes, growth, hand commands."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sim.by_hand import HALF, close, stop, ticket
from tests.sim.fault_rules import EXIT, rule, script
from tests.sim.harness import Simulation, said_at
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, short_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.adapters.venues.faults import FaultKind
from ytc_tui.model import events as ev
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.trades import ExitReason, Trade, TradeState

D = Decimal
PERCENT = {
    "trading.exit_policy": "percent",
    "trading.percent.stop_loss_pct": "0.5",
    "trading.percent.take_profit_pct": "1.2",
    "trading.percent.trailing_pct": "0.4",
}


def under_percent(
    folder: Path, tape: Tape, side: Side = Side.BUY, settings: dict[str, str] | None = None, **more: Any
) -> Simulation:
    said = long_at("12:41") if side is Side.BUY else short_at("12:41")
    return stage(folder, tape, said, settings={**PERCENT, **(settings or {})}, **more)


def only(simulation: Simulation) -> Trade:
    [trade] = check_laws(simulation).trades.values()
    return trade


def walked(side: Side, *closes: float) -> Tape:
    return Tape().walk("12:41", *(closes if side is Side.BUY else (40_000 - close for close in closes)))


@pytest.mark.parametrize("side", list(Side))
async def test_all_of_it_leaves_at_the_take_profit(tmp_path: Path, side: Side) -> None:
    tape = walked(side, 20_040, 20_056, 20_100, 20_180, 20_240, 20_280, 20_310)
    simulation = under_percent(tmp_path, tape, side)
    await simulation.run()
    trade = only(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.FULLY_CLOSED, ExitReason.TARGET)
    [planned] = simulation.all(ev.TradePlanned)
    worst = planned.trade.entry_limit
    tick = D("0.1")
    assert abs(planned.trade.t1 - worst * (1 + side.sign * D("0.012"))) < tick
    assert abs(planned.trade.initial_stop - worst * (1 - side.sign * D("0.005"))) < tick
    assert planned.trade.t2 is None
    [target] = [e for e in simulation.all(ev.OrderIntended) if e.order.role is OrderRole.TARGET]
    assert target.order.quantity == trade.entered_quantity
    # The size follows from the stop that is traded: 1 % of 10,000 with costs.
    assert D(99) < planned.trade.risk_money <= D(100)


@pytest.mark.parametrize("side", list(Side))
async def test_the_stop_loss_costs_about_one_r(tmp_path: Path, side: Side) -> None:
    simulation = under_percent(tmp_path, walked(side, 20_040, 20_056, 20_010, 19_970, 19_955), side)
    await simulation.run()
    trade = only(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.STOPPED_OUT, ExitReason.STOP)
    assert D("-1.1") < (trade.r_multiple or D(0)) <= D("-0.9")


@pytest.mark.parametrize("side", list(Side))
async def test_the_trailing_stop_follows_the_price_and_never_goes_back(tmp_path: Path, side: Side) -> None:
    tape = walked(side, 20_040, 20_056, 20_110, 20_160, 20_200, 20_170, 20_150, 20_100, 20_060)
    simulation = under_percent(tmp_path, tape, side)
    await simulation.run()
    trade = only(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.FULLY_CLOSED, ExitReason.TRAILING_STOP)
    moved = [event.after for event in simulation.all(ev.StopTightened)]
    assert len(moved) >= 3
    assert moved == sorted(moved, reverse=side is Side.SELL)
    best = D(20_200) if side is Side.BUY else D(19_800)
    assert abs(trade.stop - best * (1 - side.sign * D("0.004"))) < D("0.1")
    assert trade.net_pnl > 0


async def test_a_trend_that_turns_against_the_trade_closes_it(tmp_path: Path) -> None:
    """The turn comes from the market; without it the wide stop would have held."""
    down = [20_056.0, 20_060.0]
    price = 20_060.0
    for target in (20_020, 20_040, 19_990, 20_010, 19_960, 19_980, 19_930, 19_950, 19_900):
        down += [round(price + (target - price) * step / 12, 1) for step in range(1, 13)]
        price = target
    wide = {"trading.percent.stop_loss_pct": "3", "trading.percent.take_profit_pct": "9"}
    wide |= {"trading.exits.time_exit_hours": "4", "trading.percent.trailing_pct": "0"}
    for signal_exit, reason in (("true", ExitReason.SIGNAL), ("false", ExitReason.SESSION_END)):
        (folder := tmp_path / signal_exit).mkdir()
        tape = Tape(end="14:40").walk("12:41", 20_040, *down)
        settings = {**wide, "trading.percent.signal_exit": signal_exit}
        simulation = under_percent(folder, tape, settings=settings, until="14:40")
        await simulation.run()
        trade = only(simulation)
        assert trade.exit_reason is reason
        if reason is ExitReason.SIGNAL:
            [told] = [e for e in simulation.all(ev.OrderIntended) if e.order.role is OrderRole.EXIT]
            assert "downtrend since the entry" in told.note


async def test_a_plan_that_does_not_pay_its_costs_is_refused(tmp_path: Path) -> None:
    poor = {"trading.percent.take_profit_pct": "0.5"}
    simulation = under_percent(tmp_path, Tape(), settings=poor)
    await simulation.run()
    assert check_laws(simulation).refused == {"reward_risk": 1}


async def test_a_trade_by_hand_keeps_its_target_and_gets_the_stop_loss(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), settings=PERCENT, until="13:00")
    simulation.operator = said_at(ticket("12:41"))
    await simulation.run()
    trade = only(simulation)
    assert trade.t1 == D(20_400)
    entry = trade.entry_price
    assert entry is not None
    # Asked for at 19,900; the session's policy allows half a percent.
    first = simulation.all(ev.StopTightened)[0] if simulation.all(ev.StopTightened) else None
    wanted = entry * D("0.995")
    assert (first is not None) is (wanted - D(19_900) >= D("0.1"))


@pytest.mark.parametrize("policy", ["ytc", "percent"])
async def test_hand_commands_keep_everything_covered(tmp_path: Path, policy: str) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056, 20_090, 20_120, 20_130, 20_125, 20_135, 20_130)
    settings = {**PERCENT, "trading.exit_policy": policy}
    simulation = stage(tmp_path, tape, long_at("12:41"), settings=settings, until="13:10")
    simulation.operator = said_at(close("12:45", HALF), stop("12:47", "20080"))
    await simulation.run()
    trade = only(simulation)
    assert all(receipt.accepted for receipt in simulation.host.receipts.values())
    assert trade.stop >= D(20_080)
    assert "unprotected" not in simulation.alerts()


# ---- what every policy shares -----------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["ytc", "percent"])
async def test_a_close_that_fails_is_said_and_sent_again_for_the_same_reason(
    tmp_path: Path, policy: str
) -> None:
    settings = {**PERCENT, "trading.exit_policy": policy, "trading.exits.time_exit_hours": "0.1"}
    simulation = stage(
        tmp_path,
        Tape().walk("12:41", 20_040, 20_056),
        long_at("12:41"),
        settings=settings,
        faults=script(rule(FaultKind.REJECT, EXIT, 1)),
    )
    await simulation.run()
    trade = only(simulation)
    states = [event.after for event in simulation.all(ev.TradeMoved)]
    assert states[-3:] == [TradeState.CLOSING, TradeState.CLOSE_FAILED, TradeState.CLOSING]
    assert trade.exit_reason is ExitReason.TIME
    assert "close_failed" in simulation.alerts()
    sent = [at_ns for at_ns, e in simulation.timed(ev.OrderIntended) if e.order.role is OrderRole.EXIT]
    assert len(sent) == 2
    assert sent[1] - sent[0] == 60_000_000_000


async def test_an_entry_that_fills_on_after_its_stop_was_tightened_is_covered_at_once(tmp_path: Path) -> None:
    tape = Tape().bar("12:41", 20_000, 20_058, opens=20_010, closes=20_056, volume=3.0)
    tape.bar("12:42", 20_070, 20_110, opens=20_070, closes=20_105, volume=0.0)
    tape.bar("12:43", 20_052, 20_105, opens=20_105, closes=20_058, volume=4.0)
    simulation = under_percent(tmp_path, tape.walk("12:44", 20_060, 20_070))
    await simulation.run()
    entries = [
        event
        for event in simulation.all(ev.FillBooked)
        if simulation.state().orders[event.fill.client_id].request.role is OrderRole.ENTRY
    ]
    assert len(entries) > 1
    assert any(
        at_ns < on_day("12:44") and event.basis is ExitReason.TRAILING_STOP
        for at_ns, event in simulation.timed(ev.StopTightened)
    )
    check_laws(simulation)


async def test_without_order_flow_past_the_last_wholesale_price_a_trade_is_scratched(tmp_path: Path) -> None:
    # It enters at 20,050 and never trades past 20,060.
    tape = Tape().walk("12:41", 20_030, 20_052, 20_050, 20_053, 20_050, 20_052, 20_049, 20_052)
    simulation = stage(tmp_path, tape, long_at("12:41"), settings={"trading.scratch.flow_bars": "4"})
    await simulation.run()
    trade = only(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.SCRATCHED, ExitReason.SCRATCH)
    assert trade.lwp == D("20060.0")
    [order] = [event for event in simulation.all(ev.OrderIntended) if event.order.role is OrderRole.EXIT]
    assert "no order flow past the last wholesale price 20060 after 4 bars" in order.note


async def test_a_final_flatten_is_reported_by_contingency_as_the_books_show_it(tmp_path: Path) -> None:
    bold = {
        "risk.risk_per_trade_pct": "6",
        "risk.max_open_risk_pct": "6",
        "trading.enable_correlation_check": "false",
    }
    tape = Tape().walk("12:41", 20_040, 20_056).bar("12:44", 19_300, 20_060, opens=20_056, closes=19_400)
    idea = long_at("12:41", stop=19_000.0, t1=21_600.0, t2=23_000.0)
    simulation = stage(tmp_path, tape, idea, settings=bold)
    await simulation.run()
    state = check_laws(simulation)
    told = state.agents["contingency"].output["emergency_response"]
    assert told["cause"] == "session_loss"
    assert told["positions_closed"] == 1
    assert told["orders_cancelled"] >= 2
    assert (told["system_status"], told["requires_human_intervention"]) == ("halted", False)
    assert "the venue was read again: flat" in told["actions_taken"]
