"""The life of a trade, from entry order to result, over synthetic bars (domain.md 2.10)."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, short_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.state import OrderRecord
from ytc_tui.model.trades import ExitReason, Trade, TradeState

D = Decimal


def orders(simulation: Simulation, role: OrderRole) -> list[ev.OrderIntended]:
    return [event for event in simulation.all(ev.OrderIntended) if event.order.role is role]


def target_orders(simulation: Simulation) -> list[OrderRecord]:
    """What became of the targets."""
    records = simulation.state().orders.values()
    return [record for record in records if record.request.role is OrderRole.TARGET]


def only_trade(simulation: Simulation) -> Trade:
    [trade] = check_laws(simulation).trades.values()
    return trade


def mirrored(*closes: float) -> tuple[float, ...]:
    return tuple(40_000 - close for close in closes)


UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)


@pytest.mark.parametrize("side", list(Side))
async def test_both_parts_reach_their_targets(tmp_path: Path, side: Side) -> None:
    long = side is Side.BUY
    tape = Tape().walk("12:41", *(UP if long else mirrored(*UP)))
    simulation = stage(tmp_path, tape, long_at("12:41") if long else short_at("12:41"))
    await simulation.run()
    trade = only_trade(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.FULLY_CLOSED, ExitReason.TARGET)
    one, two = orders(simulation, OrderRole.TARGET)
    assert (one.note, two.note) == ("T1", "T2")
    assert one.order.quantity + two.order.quantity == trade.entered_quantity == trade.planned_quantity
    assert one.order.quantity == trade.part_one_quantity
    assert one.order.client_id != two.order.client_id
    entry = trade.entry_price
    assert entry is not None
    gross = side.sign * (
        one.order.quantity * ((one.order.limit_price or D(0)) - entry)
        + two.order.quantity * ((two.order.limit_price or D(0)) - entry)
    )
    assert trade.realised == gross
    assert trade.r_multiple == (trade.net_pnl / trade.risk_money).quantize(D("0.0001"))
    assert D("1.5") < (trade.r_multiple or D(0)) < D("2.5")
    state = simulation.state()
    assert (state.wins, state.losses, state.consecutive_losses) == (1, 0, 0)
    assert not state.positions
    assert not state.working


async def test_the_stop_is_attached_acknowledged_and_covers_all(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape().walk("12:41", 20_040, 20_056), long_at("12:41"))
    await simulation.run()
    [attached] = simulation.all(ev.StopAttached)
    trade = only_trade(simulation)
    assert attached.order.quantity == trade.entered_quantity
    assert attached.order.stop_price == trade.initial_stop
    assert attached.order.side is Side.SELL
    assert attached.order.reduce_only
    assert "unprotected" not in simulation.alerts()


async def test_after_t1_the_stop_stands_at_breakeven_plus_costs(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056, 20_150, 20_275, 20_270, 20_150, 20_050, 19_990)
    simulation = stage(tmp_path, tape, long_at("12:41"))
    await simulation.run()
    trade = only_trade(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.FULLY_CLOSED, ExitReason.BREAKEVEN_STOP)
    entry = trade.entry_price
    assert entry is not None
    assert trade.stop > entry
    moved = [event for event in simulation.all(ev.TradeMoved) if event.after is TradeState.T1_HIT]
    assert len(moved) == 1
    # Part two lost nothing: what part one earned is kept, but for slippage.
    part_one = trade.part_one_quantity * (trade.t1 - entry)
    assert trade.net_pnl > part_one * D("0.8")


async def test_part_two_trails_behind_confirmed_swings(tmp_path: Path) -> None:
    climb = (20_040, 20_056, 20_150, 20_275, 20_300, 20_310)
    # A dip of several trading-timeframe bars, then higher: a confirmed swing low above breakeven.
    dip = (20_290, 20_270, 20_250, 20_230, 20_220, 20_215, 20_230, 20_250, 20_270, 20_285, 20_300, 20_310)
    rise = (20_320, 20_325, 20_330, 20_335, 20_340, 20_345, 20_350, 20_352, 20_354)
    fall = (20_300, 20_250, 20_200, 20_150)
    tape = Tape().walk("12:41", *climb, *dip, *rise, *fall)
    simulation = stage(tmp_path, tape, long_at("12:41", t2=20_800.0))
    await simulation.run()
    trade = only_trade(simulation)
    assert trade.exit_reason is ExitReason.TRAILING_STOP
    assert trade.state is TradeState.FULLY_CLOSED
    tightened = simulation.all(ev.StopTightened)
    assert [event.basis for event in tightened][-1] is ExitReason.TRAILING_STOP
    # Two ticks beyond the swing's low, rounded away from the market.
    low = min(low for at_ns, (_, _, low, _, _) in tape.rows() if on_day("12:47") <= at_ns < on_day("12:59"))
    assert trade.stop == D(str(low)) - 2 * D("0.1")
    assert any(event.after is TradeState.TRAILING_STOP for event in simulation.all(ev.TradeMoved))


@pytest.mark.parametrize("side", list(Side))
async def test_a_stop_out_costs_about_one_r(tmp_path: Path, side: Side) -> None:
    down = (20_040, 20_056, 20_000, 19_960, 19_940)
    tape = Tape().walk("12:41", *(down if side is Side.BUY else mirrored(*down)))
    simulation = stage(tmp_path, tape, long_at("12:41") if side is Side.BUY else short_at("12:41"))
    await simulation.run()
    trade = only_trade(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.STOPPED_OUT, ExitReason.STOP)
    assert D("-1.1") < (trade.r_multiple or D(0)) <= D("-0.9")
    state = simulation.state()
    assert (state.wins, state.losses, state.consecutive_losses) == (0, 1, 1)
    # The targets went with the trade.
    assert {record.state for record in state.orders.values()} <= {OrderState.FILLED, OrderState.CANCELED}


async def test_entry_and_stop_touched_in_one_bar_both_fill(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_030).bar("12:42", 19_900, 20_070, opens=20_030, closes=19_930)
    simulation = stage(tmp_path, tape, long_at("12:41"))
    await simulation.run()
    trade = only_trade(simulation)
    assert trade.state is TradeState.STOPPED_OUT
    assert trade.entered_quantity == trade.exited_quantity == trade.planned_quantity
    times = [event.fill.at_ns for event in simulation.all(ev.FillBooked)]
    assert all(on_day("12:42") <= at_ns < on_day("12:43") for at_ns in times)


async def test_entry_and_stop_touched_at_one_point_both_fill(tmp_path: Path) -> None:
    """The entry rests at its limit after a jump; one fall passes it and its stop."""
    tape = Tape().bar("12:41", 20_020, 20_080, opens=20_030, closes=20_080)
    tape.bar("12:42", 19_900, 20_085, opens=20_080, closes=20_000).walk("12:43", 20_100, 20_200)
    simulation = stage(tmp_path, tape, long_at("12:41"))
    await simulation.run()
    trade = only_trade(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.STOPPED_OUT, ExitReason.STOP)
    assert trade.entered_quantity == trade.exited_quantity == trade.planned_quantity
    times = [event.fill.at_ns for event in simulation.all(ev.FillBooked)]
    assert len(set(times)) == 1
    state = simulation.state()
    assert not state.positions
    assert not state.working


async def test_an_entry_that_expires_is_not_entered_and_tried_three_times(tmp_path: Path) -> None:
    idea = long_at("12:41", until_ns=on_day("13:30"))
    simulation = stage(tmp_path, Tape(), idea)
    await simulation.run()
    state = check_laws(simulation)
    assert [trade.state for trade in state.trades.values()] == [TradeState.NOT_ENTERED] * 3
    assert [trade.attempts for trade in state.trades.values()] == [1, 2, 3]
    assert {record.state for record in state.orders.values()} == {OrderState.EXPIRED}
    sent = [at_ns for at_ns, event in simulation.timed(ev.OrderIntended)]
    assert all(after - before >= 4 * NS_PER_MIN for before, after in pairwise(sent))
    assert state.trades_taken == 0
    assert (state.wins, state.losses, state.breakevens) == (0, 0, 0)


async def test_a_part_filled_by_the_volume_cap_is_managed_as_what_it_is(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_030)
    tape.bar("12:42", 20_030, 20_058, opens=20_030, closes=20_056, volume=3.0)  # a tenth of it may fill
    for minute in range(43, 46):
        tape.bar(f"12:{minute}", 20_055, 20_058, opens=20_056, closes=20_056, volume=0.0)
    tape.walk("12:46", 20_150, 20_275, 20_300, 20_330, 20_410)
    simulation = stage(tmp_path, tape, long_at("12:41"))
    await simulation.run()
    trade = only_trade(simulation)
    assert trade.entered_quantity == D("0.3") < trade.planned_quantity
    moves = [event.after for event in simulation.all(ev.TradeMoved)]
    assert moves[:2] == [TradeState.PARTIALLY_FILLED, TradeState.IN_POSITION]
    one, two = orders(simulation, OrderRole.TARGET)
    assert (one.order.quantity, two.order.quantity) == (D("0.15"), D("0.15"))
    assert trade.state is TradeState.FULLY_CLOSED
    assert trade.exit_reason is ExitReason.TARGET
    [attached] = simulation.all(ev.StopAttached)
    assert attached.order.quantity == D("0.3")


async def test_five_losses_in_a_row_stop_entries(tmp_path: Path) -> None:
    tape = Tape(end="16:00")
    said = []
    for number in range(6):
        hour, minute = divmod(41 + number * 20, 60)
        clock = f"{12 + hour}:{minute:02d}"
        hour, minute = divmod(50 + number * 20, 60)
        tape.walk(clock, 20_040, 20_056, 20_000, 19_960, 19_940)
        tape.walk(f"{12 + hour}:{minute:02d}", 19_970, 20_000)
        said.append(long_at(clock))
    limits = {
        "risk.risk_per_trade_pct": "0.3",
        "risk.alert_consecutive_losses": "3",
        "trading.min_rr_blended": "1",
    }
    simulation = stage(tmp_path, tape, *said, until="16:00", settings=limits)
    await simulation.run()
    state = check_laws(simulation)
    assert state.losses == 5
    assert state.refused == {"losing_streak": 1}
    assert {"losing_streak", "losing_streak_limit"} <= simulation.alerts()


async def test_a_stop_out_takes_the_rest_of_the_entry_with_it(tmp_path: Path) -> None:
    """A part was filled, its stop went to breakeven and was hit while the rest of the entry still worked."""
    tape = Tape().bar("12:41", 20_000, 20_058, opens=20_010, closes=20_056, volume=3.0)
    tape.bar("12:42", 20_061, 20_190, opens=20_061, closes=20_185, volume=0.0)
    tape.bar("12:43", 20_065, 20_185, opens=20_185, closes=20_068, volume=4.0)
    # It would fill again on the way down.
    tape.walk("12:44", 20_040, 20_000, 19_990)
    simulation = stage(tmp_path, tape, long_at("12:41"))
    await simulation.run()
    trade = only_trade(simulation)
    assert trade.entered_quantity == trade.exited_quantity == D("0.3")
    assert trade.exit_reason is ExitReason.BREAKEVEN_STOP
    [entry] = orders(simulation, OrderRole.ENTRY)
    state = simulation.state()
    assert state.orders[entry.order.client_id].state is OrderState.CANCELED
    assert on_day("12:43") < trade.closed_ns < on_day("12:44")
    assert state.wins + state.losses + state.breakevens == 1
