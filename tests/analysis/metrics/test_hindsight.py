from __future__ import annotations

from dataclasses import replace

import pytest

from tests.analysis.series import START_NS
from tests.sim.proposers import Idea
from ytc_tui.analysis.metrics.hindsight import Course, Hindsight, in_hindsight
from ytc_tui.model.market import NS_PER_MIN, Bar, Side
from ytc_tui.model.signals import Setup

# Found at minute 0, entered above 101 at 102 at worst, 2 to the stop, T1 at 106.
LONG = Idea(START_NS, Side.BUY, 101.0, 102.0, 100.0, 106.0, None).setup()


def bars(*ranges: tuple[float, float, float]) -> list[Bar]:
    """Minutes from the setup on, each (low, high, close)."""
    return [
        Bar("BTCUSDT", START_NS + minute * NS_PER_MIN, close, high, low, close, 1.0)
        for minute, (low, high, close) in enumerate(ranges)
    ]


IN = (100.5, 101.5, 101.2)


@pytest.mark.parametrize(
    ("course", "after"),
    [
        (Hindsight(Course.NEITHER, 1.0), [IN, (101, 104, 103)]),
        (Hindsight(Course.TARGET, 2.0), [IN, (101, 106, 105)]),
        (Hindsight(Course.TARGET, 3.0), [IN, (101, 107, 105), (101, 108, 105), (99, 112, 100)]),
        (Hindsight(Course.STOP, 0.5), [IN, (101, 103, 102), (99.9, 101, 100)]),
        # Both in one bar: the stop; in the bar of the entry too, whatever its high.
        (Hindsight(Course.STOP, 0.0), [IN, (100, 110, 109)]),
        (Hindsight(Course.STOP, 0.0), [(99, 110, 109)]),
        (Hindsight(Course.TARGET, 3.5), [(100.5, 120, 109)]),
        # Never above the trigger in its four minutes, or only above the worst price allowed.
        (Hindsight(Course.NOT_TRIGGERED, 0.0), [(100, 100.9, 100.5)] * 4 + [IN, (101, 107, 106)]),
        (Hindsight(Course.NOT_TRIGGERED, 0.0), [(103, 110, 109)] * 6),
        (Hindsight(Course.NOT_TRIGGERED, 0.0), []),
    ],
)
def test_what_comes_first(course: Hindsight, after: list[tuple[float, float, float]]) -> None:
    assert in_hindsight(LONG, bars(*after)) == course


def mirror(setup: Setup) -> Setup:
    names = ("trigger", "limit", "stop", "t1")
    return replace(setup, side=Side.SELL, **{name: 200 - getattr(setup, name) for name in names})


def test_a_short_is_the_mirror() -> None:
    after = [(200 - high, 200 - low, 200 - close) for low, high, close in (IN, (101, 106, 105))]
    assert in_hindsight(mirror(LONG), bars(*after)) == Hindsight(Course.TARGET, 2.0)


def test_minutes_before_it_was_found_do_not_count() -> None:
    later = replace(LONG, found_ns=START_NS + 2 * NS_PER_MIN, expires_ns=START_NS + 6 * NS_PER_MIN)
    assert in_hindsight(later, bars((99, 110, 105), (99, 110, 105), IN)).course is Course.NEITHER
