from __future__ import annotations

import pytest

from tests.analysis.series import bar, zigzag
from ytc_tui.analysis.approach import Approach, measure_approach
from ytc_tui.analysis.swings import SwingTracker
from ytc_tui.model.market import NS_PER_MIN, Bar, Side

WIDTH = 3


def measured(bars: list[Bar], side: Side) -> Approach:
    tracker = SwingTracker(2, tick=0.1, equal_ticks=0, width_ns=WIDTH * NS_PER_MIN)
    for each in bars:
        tracker.add(each)
    return measure_approach(tracker.swings, reversed(bars), side)


def leg(bars: list[Bar], target: float, count: int) -> list[Bar]:
    """`bars` and a straight walk of `count` bars on to `target`."""
    price, more = bars[-1].close, list(bars)
    step = (target - price) / count
    for _ in range(count):
        close = price + step
        more.append(bar(len(more), price, max(price, close), min(price, close), close, width=WIDTH))
        price = close
    return more


# Up to 110 at 2.5 a bar, back to 104 at 1.5, then the move that is measured.
BEFORE = zigzag((104, 100, 110, 104))


@pytest.mark.parametrize(("target", "bars", "strong", "weak"), [(109, 2, True, False), (107, 8, False, True)])
def test_steeper_than_the_legs_before_is_strong_and_flatter_is_weak(
    target: float, bars: int, strong: bool, weak: bool
) -> None:
    up = measured(leg(BEFORE, target, bars), Side.BUY)
    down = measured(
        [
            b._replace(open=-b.open, high=-b.low, low=-b.high, close=-b.close)
            for b in leg(BEFORE, target, bars)
        ],
        Side.SELL,
    )
    assert (up.strong, up.weak) == (strong, weak)
    assert (down.strength, down.weakness) == (up.strength, up.weakness)


def test_alike_is_neither() -> None:
    alike = measured(leg(zigzag((104, 80, 110, 85), leg_bars=15), 108, 15), Side.BUY)
    assert not any("leg" in sign for sign in (*alike.strength, *alike.weakness))
    assert not alike.weak


def test_shrinking_bars_and_a_rejected_last_bar_are_weakness() -> None:
    bars = leg(leg(BEFORE, 107, 2), 108, 4)
    last = bars[-1]
    bars.append(
        bar(len(bars), last.close, last.close + 1.0, last.close - 0.1, last.close - 0.05, width=WIDTH)
    )
    told = measured(bars, Side.BUY)
    assert "rejected last bar" in told.weakness
    shrinking = measured(leg(leg(BEFORE, 108, 2), 108.4, 3), Side.BUY)
    assert "bars shrink" in shrinking.weakness


def test_without_swings_only_the_bars_speak() -> None:
    told = measured(zigzag((100, 104)), Side.BUY)
    assert (told.strength, told.weakness) == (("strong last bar",), ())
    assert measure_approach((), (), Side.BUY) == Approach(Side.BUY, (), ())


def test_balance_decides() -> None:
    assert Approach(Side.BUY, ("a", "b"), ()).strong
    assert not Approach(Side.BUY, ("a", "b"), ("c",)).strong
    assert not Approach(Side.BUY, ("a",), ("c",)).weak
    assert Approach(Side.BUY, (), ("c",)).weak
