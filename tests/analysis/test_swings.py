from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from tests.analysis.series import START_NS, bar, bars_of_highs, demo_bars, random_walk
from ytc_tui.analysis.swings import SwingChange, SwingTracker
from ytc_tui.analysis.timeframes import TimeframeBuilder
from ytc_tui.model.market import NS_PER_MIN, Bar
from ytc_tui.model.structure import Swing, SwingKind


def tracker(n: int = 2, *, tick: float = 1.0, equal_ticks: int = 0, kept: int = 64) -> SwingTracker:
    return SwingTracker(n, tick=tick, equal_ticks=equal_ticks, width_ns=NS_PER_MIN, kept=kept)


def feed(swings: SwingTracker, bars: Sequence[Bar]) -> list[SwingChange]:
    return [change for b in bars for change in swings.add(b)]


def peaks(values: Sequence[float], n: int) -> list[tuple[int, int]]:
    """(pivot index, confirming index) of each peak, by looking at the whole series at once."""
    found = []
    for first, value in enumerate(values):
        if first < n or any(v >= value for v in values[first - n : first]):
            continue
        last = first
        for i in range(first + 1, len(values)):
            if values[i] > value:
                break
            if values[i] == value:
                last = i
            elif i - last == n:
                found.append((last, i))
                break
    return found


def test_swing_knows_when_it_happened_and_when_it_became_known() -> None:
    (change,) = feed(tracker(), bars_of_highs([1, 2, 5, 3, 2]))
    assert change.swing.at_ns == START_NS + 2 * NS_PER_MIN
    assert change.swing.known_ns == START_NS + 5 * NS_PER_MIN
    assert change.swing.bar_no == 2
    assert change.swing.body == 4.5


def test_lower_bar_between_equal_highs_is_one_swing() -> None:
    changes = feed(tracker(), bars_of_highs([1, 2, 5, 4, 5, 3, 2]))
    assert [(c.swing.price, c.swing.bar_no) for c in changes] == [(5, 4)]


def test_higher_bar_after_equal_highs_makes_no_swing_of_them() -> None:
    assert feed(tracker(), bars_of_highs([1, 2, 5, 5, 6, 7])) == []


def test_left_side_needs_two_lower_bars() -> None:
    assert feed(tracker(), bars_of_highs([2, 3, 1, 3, 2, 1])) == []


def test_tolerance_joins_nearly_equal_highs() -> None:
    joined = feed(tracker(equal_ticks=1), bars_of_highs([1, 2, 9, 10, 9, 5, 4]))
    exact = feed(tracker(equal_ticks=0), bars_of_highs([1, 2, 9, 10, 9, 5, 4]))
    assert [(c.swing.price, c.swing.bar_no) for c in joined] == [(10, 4)]
    assert [(c.swing.price, c.swing.bar_no) for c in exact] == [(10, 3)]


def test_float_noise_does_not_split_equal_highs() -> None:
    highs = [0.1, 0.2, 0.1 + 0.2, 0.3, 0.2, 0.1]
    changes = feed(tracker(tick=0.1), bars_of_highs(highs))
    assert [c.swing.bar_no for c in changes] == [3]


def test_two_highs_in_a_row_keep_the_more_extreme() -> None:
    swings = tracker()
    changes = feed(swings, bars_of_highs([1, 2, 5, 3, 2, 3, 7, 4, 3, 4, 6, 4, 3]))
    assert [(c.swing.price, c.replaced.price if c.replaced else None) for c in changes] == [(5, None), (7, 5)]
    assert [s.price for s in swings.swings] == [7]


def test_a_bar_that_is_both_gives_two_alternating_swings() -> None:
    bars = [bar(0, 10, 12, 8, 10), bar(1, 10, 13, 7, 10), bar(2, 10, 20, 1, 10)]
    bars += [bar(3, 10, 13, 7, 10), bar(4, 10, 12, 8, 10)]
    assert [c.swing.kind for c in feed(tracker(), bars)] == [SwingKind.HIGH, SwingKind.LOW]


@given(st.lists(st.integers(1, 6), min_size=5, max_size=60), st.sampled_from([1, 2, 3]))
def test_peaks_agree_with_looking_at_the_whole_series(values: list[int], n: int) -> None:
    bars = bars_of_highs(values)
    swings = tracker(n)
    confirmed = []
    for index, b in enumerate(bars):
        for change in swings.add(b):
            confirmed.append((change.swing.bar_no, index))
        swings.swings.clear()  # without a last swing the alternation drops nothing
    assert confirmed == peaks(values, n)


@given(st.integers(0, 10_000), st.sampled_from([1, 2, 3]))
def test_swings_alternate_ascend_and_are_never_known_early(seed: int, n: int) -> None:
    swings = SwingTracker(n, tick=0.1, equal_ticks=1, width_ns=NS_PER_MIN)
    for b in random_walk(seed, 150):
        now_ns = b.open_ns + NS_PER_MIN
        for change in swings.add(b):
            assert change.swing.known_ns == now_ns
            assert change.swing.at_ns + n * NS_PER_MIN < now_ns
        for earlier, later in zip(list(swings.swings), list(swings.swings)[1:], strict=False):
            assert earlier.kind is not later.kind
            assert earlier.bar_no <= later.bar_no


def test_lows_are_the_mirror_of_highs() -> None:
    up, down = tracker(tick=0.125), tracker(tick=0.125)
    for b in random_walk(5, 400):
        open_, high, low, close = (round(price * 8) / 8 for price in b[2:6])
        rounded = Bar(b.symbol, b.open_ns, open_, high, low, close, b.volume)
        flipped = rounded._replace(
            open=-rounded.open, high=-rounded.low, low=-rounded.high, close=-rounded.close
        )
        up.add(rounded)
        down.add(flipped)

    def seen(swing: Swing, sign: int) -> tuple[bool, float, int, float]:
        return (
            (swing.kind is SwingKind.HIGH) == (sign > 0),
            sign * swing.price,
            swing.at_ns,
            sign * swing.body,
        )

    # Which of two swings of one bar comes first differs; everything else is mirrored.
    assert {seen(s, 1) for s in up.swings} == {seen(s, -1) for s in down.swings}
    assert len(up.swings) > 20


def test_restart_forgets_swings_and_pending_pivots() -> None:
    swings = tracker()
    feed(swings, bars_of_highs([1, 2, 5, 3]))
    swings.restart()
    assert feed(swings, bars_of_highs([2, 1, 0])) == []
    assert not swings.swings
    assert swings.bars == 7


def test_memory_is_bounded() -> None:
    swings = SwingTracker(1, tick=0.1, equal_ticks=0, width_ns=NS_PER_MIN, kept=16)
    feed(swings, random_walk(1, 2000))
    assert len(swings.swings) == 16


def test_market_data_turns_every_few_bars() -> None:
    builder = TimeframeBuilder(3)
    swings = SwingTracker(2, tick=0.1, equal_ticks=0, width_ns=3 * NS_PER_MIN, kept=5000)
    bars = [c for b in demo_bars()[: 2 * 1440] for c in builder.add(b)]
    feed(swings, bars)
    assert len(bars) / 20 < len(swings.swings) < len(bars) / 3
    by_open = {b.open_ns: b for b in bars}
    for swing in swings.swings:
        pivot = by_open[swing.at_ns]
        assert swing.price == (pivot.high if swing.kind is SwingKind.HIGH else pivot.low)


def test_n_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        tracker(0)
