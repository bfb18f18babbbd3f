"""Ranges, round prices and round times of a chart."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tests.screens.widgets.chart_views import candle, long_view, small_candles
from ytc_tui.screens.widgets.chart_raster_scale import (
    PriceScale,
    clock_text,
    index_at,
    price_ticks,
    round_step,
    scale_of,
    shown_range,
    time_ticks,
)
from ytc_tui.views.chart import ChartLine, LineKind


@pytest.mark.parametrize(
    ("at_least", "decimals", "step"),
    [
        (0.9, 2, 1.0),
        (1.0, 2, 1.0),
        (1.1, 2, 2.0),
        (2.1, 2, 2.5),
        (2.1, 0, 5.0),
        (2.6, 2, 5.0),
        (6.0, 2, 10.0),
        (0.021, 2, 0.05),
        (0.003, 2, 0.01),
    ],
)
def test_steps_are_round_and_whole_ticks(at_least: float, decimals: int, step: float) -> None:
    assert round_step(at_least, decimals) == pytest.approx(step)


@given(st.floats(1e-6, 1e6), st.integers(0, 8))
def test_a_step_is_never_too_small(at_least: float, decimals: int) -> None:
    step = round_step(at_least, decimals)
    assert step >= at_least * (1 - 1e-6)
    assert step <= 5 * max(at_least, 10.0**-decimals)


@given(st.floats(1.0, 1e5), st.floats(0.01, 1e3), st.integers(1, 60), st.integers(0, 4))
def test_ticks_lie_in_the_range_and_apart(low: float, span: float, rows: int, decimals: int) -> None:
    scale = PriceScale(low, low + span, rows)
    ticks = price_ticks(scale, decimals)
    assert ticks == sorted(ticks, reverse=True)
    assert all(scale.holds(price) for price in ticks)
    places = [scale.row(price) for price in ticks]
    assert len(set(places)) == len(places)


@given(st.floats(1.0, 1e5), st.floats(1.0, 1e5), st.integers(1, 60))
def test_higher_prices_are_never_lower_on_the_chart(one: float, other: float, rows: int) -> None:
    lower, higher = sorted((one, other))
    scale = scale_of([candle(0, one, higher, lower, other)], None, (), rows, 2)
    assert scale is not None
    assert scale.holds(lower)
    assert scale.holds(higher)
    assert 0 <= scale.half(higher) <= scale.half(lower) < 2 * rows


def test_a_small_move_keeps_the_range() -> None:
    before = scale_of(small_candles(), 107.0, (), 20, 1)
    after = scale_of([*small_candles()[:-1], candle(5, 108, 108.9, 106, 108.9)], 108.9, (), 20, 1)
    assert before == after


def test_near_lines_join_the_range_the_stop_first() -> None:
    stop, target = ChartLine(LineKind.STOP, 95.0, "stop"), ChartLine(LineKind.TARGET, 114.5, "T1")
    scale = scale_of(small_candles(), 107.0, (target, stop), 20, 1)
    assert scale is not None
    assert scale.holds(95.0)
    assert not scale.holds(114.5)
    alone = scale_of(small_candles(), 107.0, (target,), 20, 1)
    assert alone is not None
    assert alone.holds(114.5)


def test_without_any_price_there_is_no_scale() -> None:
    assert scale_of((), None, (), 10, 2) is None
    assert scale_of((), float("nan"), (), 10, 2) is None


def test_one_price_still_has_a_range() -> None:
    scale = scale_of((), 100.0, (), 10, 2)
    assert scale is not None
    assert scale.low < 100.0 < scale.high


def test_pages() -> None:
    candles = long_view(10).candles
    assert shown_range(candles, 4, None) == (6, 10)
    assert shown_range(candles, 4, candles[5].open_ns) == (2, 6)
    assert shown_range(candles, 4, candles[1].open_ns) == (0, 4)
    assert shown_range(candles, 4, candles[0].open_ns - 1) == (0, 4)
    assert shown_range(candles, 40, candles[5].open_ns) == (0, 10)
    assert shown_range((), 4, None) == (0, 0)
    assert index_at(candles, candles[3].open_ns + 1) == 3


def test_times_are_round_and_apart() -> None:
    candles = long_view(60).candles
    marked = list(time_ticks(candles, 1, 10, 2))
    assert [text for _, text in marked] == [
        "09:00", "09:05", "09:10", "09:15", "09:20", "09:25",
        "09:30", "09:35", "09:40", "09:45", "09:50", "09:55",
    ]  # fmt: skip
    assert [index for index, _ in marked] == list(range(0, 60, 5))


def test_after_a_hole_the_true_time_is_shown() -> None:
    candles = (candle(1, 1, 1, 1, 1), candle(2, 1, 1, 1, 1), candle(33, 1, 1, 1, 1))
    assert list(time_ticks(candles, 1, 10, 2)) == [(2, "09:33")]


def test_the_clock_is_utc() -> None:
    assert clock_text(1_667_882_500_000_000_000) == "04:41"
