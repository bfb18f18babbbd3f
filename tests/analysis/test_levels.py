from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tests.analysis.series import bar
from ytc_tui.analysis import levels
from ytc_tui.model.market import Side

BUY, SELL = Side.BUY, Side.SELL
prices = st.integers(10_000, 300_000).map(lambda n: n / 10)


def test_worked_example_lwp_binds_at_m_one_and_lrp_at_m_one_and_a_half() -> None:
    assert levels.entry_limit(BUY, 2487, levels.lrp(2478, 2500, 1.0), 0.1) == 2487
    assert pytest.approx(1.44, abs=0.005) == (2500 - 2487) / (2487 - 2478)
    assert levels.lrp(2478, 2500, 1.5) == pytest.approx(2486.8)
    assert levels.entry_limit(BUY, 2487, levels.lrp(2478, 2500, 1.5), 0.1) == 2486.8


def test_short_entry_takes_the_higher_of_both() -> None:
    assert levels.entry_limit(SELL, 2487, levels.lrp(2500, 2478), 0.1) == 2489
    assert levels.entry_limit(SELL, 2492, levels.lrp(2500, 2478), 0.1) == 2492


@given(prices, prices, st.floats(0.5, 3.0))
def test_entering_at_lrp_gives_exactly_the_asked_reward_to_risk(stop: float, t1: float, m: float) -> None:
    price = levels.lrp(stop, t1, m)
    assert abs(t1 - price) == pytest.approx(m * abs(price - stop), abs=1e-6)


@given(st.floats(0.01, 200_000, allow_nan=False), st.sampled_from([0.1, 0.01, 0.25, 1.0]))
def test_grid_prices_enclose_the_price_and_lie_on_the_grid(price: float, tick: float) -> None:
    below, above = levels.on_grid_below(price, tick), levels.on_grid_above(price, tick)
    assert below <= price + tick * 2e-6
    assert above >= price - tick * 2e-6
    assert above - below <= tick * 1.001
    for edge in (below, above):
        assert edge / tick == pytest.approx(round(edge / tick), abs=1e-6)


def test_grid_price_is_left_alone() -> None:
    assert levels.on_grid_below(16500.1, 0.1) == 16500.1
    assert levels.on_grid_above(16500.1, 0.1) == 16500.1


def stop(side: Side, extreme: float, entry: float, *, noise: float = 0.0, min_ticks: int = 5) -> float:
    return levels.stop_beyond(
        side,
        extreme,
        entry,
        tick=0.1,
        buffer_ticks=2,
        noise_range=noise,
        noise_factor=1.2,
        min_ticks=min_ticks,
    )


def test_stop_stands_two_ticks_beyond_the_extreme() -> None:
    assert stop(BUY, 100.0, 110.0) == 99.8
    assert stop(SELL, 110.0, 100.0) == 110.2


def test_stop_keeps_off_the_noise_of_the_last_bar_and_the_minimum() -> None:
    assert stop(BUY, 100.0, 101.0, noise=5.0) == 95.0
    assert stop(SELL, 101.0, 100.0, noise=5.0) == 106.0
    assert stop(BUY, 100.0, 100.1, min_ticks=9) == 99.2


@given(prices, st.floats(0, 50), st.floats(0, 50), st.sampled_from([BUY, SELL]))
def test_stop_is_beyond_extreme_and_entry_by_all_that_is_asked(
    extreme: float, away: float, noise: float, side: Side
) -> None:
    entry = extreme + side.sign * away
    placed = stop(side, extreme, entry, noise=noise)
    assert (extreme - placed) * side.sign >= 0.2 - 1e-5
    assert (entry - placed) * side.sign >= max(1.2 * noise, 0.5) - 1e-5


def test_stall_is_three_bars_within_one_and_a_half_atr() -> None:
    wide = bar(0, 100, 110, 90, 100)
    narrow = [bar(i, 100, 101, 99.5, 100) for i in range(1, 4)]
    found = levels.find_stall([wide, *narrow], 1.0)
    assert found == levels.Stall(99.5, 101, 3, narrow[0].open_ns)
    assert levels.find_stall([wide, *narrow[:2]], 1.0) is None
    assert levels.find_stall([wide, *narrow], 0.99) is None


def test_stall_reaches_back_as_far_as_the_range_allows() -> None:
    bars = [bar(i, 100, 101, 100, 100) for i in range(6)]
    found = levels.find_stall(bars, 1.0)
    assert found is not None
    assert found.bars == 6


def test_stall_is_not_carried_over_a_hole() -> None:
    bars = [bar(i, 100, 101, 100, 100) for i in (0, 1, 3, 4)]
    assert levels.find_stall(bars, 1.0) is None


def test_spring_and_upthrust_close_back() -> None:
    assert levels.is_spring(bar(0, 100, 101, 98, 100.5), 99)
    assert not levels.is_spring(bar(0, 100, 101, 98, 98.5), 99)
    assert not levels.is_spring(bar(0, 100, 101, 99, 100.5), 99)
    assert levels.is_upthrust(bar(0, 100, 102, 99, 99.5), 101)
    assert not levels.is_upthrust(bar(0, 100, 102, 99, 101.5), 101)


def test_turn_bar_closes_with_the_side_at_least_at_the_previous_close() -> None:
    before = bar(0, 101, 101, 99, 100)
    assert levels.is_turn(bar(1, 99, 101, 99, 100), before, BUY)
    assert not levels.is_turn(bar(1, 99, 101, 99, 99.9), before, BUY)
    assert not levels.is_turn(bar(1, 101, 102, 99, 100.5), before, BUY)
    assert levels.is_turn(bar(1, 101, 101, 99, 100), before, SELL)
    assert not levels.is_turn(bar(1, 99, 101, 99, 100), before, SELL)


def test_strong_bar() -> None:
    assert levels.is_strong_bar(bar(0, 1.5, 11, 1, 10.5), BUY)
    assert not levels.is_strong_bar(bar(0, 1.5, 11, 1, 7.0), BUY)  # body too small
    assert not levels.is_strong_bar(bar(0, 1.5, 16, 1, 10.6), BUY)  # close too far from the high
    assert not levels.is_strong_bar(bar(0, 4.0, 11, 1, 10.9), BUY)  # opposite wick too long
    assert not levels.is_strong_bar(bar(0, 5, 5, 5, 5), BUY)
    assert levels.is_strong_bar(bar(0, 10.5, 11, 1, 1.5), SELL)


def test_three_bar_rejection() -> None:
    bars = [bar(0, 103, 103, 102, 102), bar(1, 102, 102, 101, 101), bar(2, 101, 103, 101, 102.8)]
    assert levels.is_three_bar_rejection(bars, BUY)
    assert not levels.is_three_bar_rejection(bars, SELL)
    assert not levels.is_three_bar_rejection(bars[1:], BUY)
    weak = bar(2, 101, 105, 101, 102)
    assert not levels.is_three_bar_rejection([*bars[:2], weak], BUY)
