from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tests.analysis.series import START_NS, bar, demo_bars, random_walk
from ytc_tui.analysis.timeframes import TimeframeBuilder
from ytc_tui.errors import DataInvalid
from ytc_tui.model.market import NS_PER_MIN, Bar


def built(bars: list[Bar], minutes: int) -> list[Bar]:
    builder = TimeframeBuilder(minutes)
    return [closed for b in bars for closed in builder.add(b)]


def grouped(bars: list[Bar], minutes: int) -> list[Bar]:
    """The plain way: collect each bucket's bars, then reduce them."""
    width = minutes * NS_PER_MIN
    buckets: dict[int, list[Bar]] = {}
    for b in bars:
        buckets.setdefault(b.open_ns // width * width, []).append(b)
    result = []
    for open_ns, group in buckets.items():
        volume = 0.0
        for b in group:
            volume += b.volume
        result.append(
            Bar(
                group[0].symbol,
                open_ns,
                group[0].open,
                max(b.high for b in group),
                min(b.low for b in group),
                group[-1].close,
                volume,
            )
        )
    last = bars[-1].open_ns
    if result and last // width * width == result[-1].open_ns and last % width != width - NS_PER_MIN:
        result.pop()
    return result


@given(st.integers(0, 10_000), st.sampled_from([1, 2, 3, 5, 30]), st.sampled_from([0.0, 0.05, 0.5]))
def test_equals_plain_grouping_with_and_without_holes(seed: int, minutes: int, holes: float) -> None:
    bars = random_walk(seed, 200, hole_chance=holes)
    assert built(bars, minutes) == grouped(bars, minutes)


def test_three_minute_bar_closes_with_its_last_minute() -> None:
    builder = TimeframeBuilder(3)
    assert builder.add(bar(0, 10, 11, 9, 10.5)) == ()
    assert builder.add(bar(1, 10.5, 12, 10, 11)) == ()
    (closed,) = builder.add(bar(2, 11, 11.5, 8, 9))
    assert closed == Bar("BTCUSDT", START_NS, 10, 12, 8, 9, 3.0)


def test_a_later_bucket_closes_an_unfinished_one() -> None:
    builder = TimeframeBuilder(3)
    builder.add(bar(0, 10, 11, 9, 10.5))
    (closed,) = builder.add(bar(7, 20, 21, 19, 20))
    assert closed == Bar("BTCUSDT", START_NS, 10, 11, 9, 10.5, 1.0)


def test_a_hole_up_to_a_last_minute_closes_two_bars_and_invents_none() -> None:
    builder = TimeframeBuilder(3)
    builder.add(bar(0, 10, 11, 9, 10.5))
    closed = builder.add(bar(8, 20, 21, 19, 20))
    assert [c.open_ns for c in closed] == [START_NS, START_NS + 6 * NS_PER_MIN]


def test_older_bar_is_refused() -> None:
    builder = TimeframeBuilder(3)
    builder.add(bar(7, 10, 11, 9, 10))
    with pytest.raises(DataInvalid, match="time order"):
        builder.add(bar(2, 10, 11, 9, 10))


def test_zero_minutes_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        TimeframeBuilder(0)


def test_a_day_of_market_data_gives_48_half_hours() -> None:
    day = list(demo_bars()[:1440])
    half_hours = built(day, 30)
    assert len(half_hours) == 48
    assert half_hours[0].open_ns == day[0].open_ns
    assert max(b.high for b in half_hours) == max(b.high for b in day)
