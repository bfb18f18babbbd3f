from __future__ import annotations

import pytest

from tests.analysis.series import mirrored
from tests.analysis.setups.test_pb import (
    MIRROR,
    PARAMS,
    TRIGGER,
    TURNING,
    TURNS,
    analysed,
    missing,
    only,
    scenario,
)
from ytc_tui.analysis.setups import cpb
from ytc_tui.model.market import Side
from ytc_tui.model.signals import SetupScan

# The same uptrend as for PB; after its high of 1066 two legs go against it, to 1052 and to 1048.
TWO_LEGS = (*TURNS[:-1], (1052.0, 1.0), (1058.0, 1.0), (1048.0, 0.6))
LONG_LEG = (*TURNS[:-1], (1048.0, 0.3))


def scanned(*after: float, turns: tuple[tuple[float, float], ...] = TWO_LEGS) -> SetupScan:
    return cpb.find(analysed(scenario(*after, turns=turns)), PARAMS)


def test_two_legs_against_an_uptrend_are_bought_after_the_second() -> None:
    setup = only(scanned(*TURNING, TRIGGER))
    assert setup.side is Side.BUY
    assert (setup.trigger, setup.stop, setup.t1) == (1049.6, 1047.6, 1066.2)
    assert {part.name: (part.points, part.of) for part in setup.score_parts} == {
        "fib": (25, 25),
        "legs": (35, 35),
        "trend confidence": (pytest.approx(30), 30),
        "confluence": (10, 10),
    }


def test_the_stop_stands_beyond_the_lower_of_both_legs() -> None:
    higher = (*TURNS[:-1], (1046.0, 1.0), (1058.0, 1.0), (1048.0, 0.6))
    setup = only(scanned(*TURNING, TRIGGER, turns=higher))
    assert setup.stop == 1045.6  # the first leg's low is 1045.8


def test_price_back_above_the_first_leg_has_trapped_who_sold_below_it() -> None:
    near = (*TURNS[:-1], (1049.0, 1.0), (1058.0, 1.0), (1048.0, 0.6))
    assert "counter-trend entries trapped" in only(scanned(*TURNING, TRIGGER, turns=near)).confluence
    assert "counter-trend entries trapped" not in only(scanned(*TURNING, TRIGGER)).confluence


def test_a_leg_that_takes_longer_than_the_trend_leg_is_complex_with_a_third_of_the_points() -> None:
    setup = only(scanned(*TURNING, TRIGGER, turns=LONG_LEG))
    assert {part.name: part.points for part in setup.score_parts}["legs"] == pytest.approx(35 / 3)


def test_downtrend_is_the_mirror() -> None:
    up = only(scanned(*TURNING, TRIGGER))
    bars = mirrored(scenario(*TURNING, TRIGGER, turns=TWO_LEGS), MIRROR)
    down = only(cpb.find(analysed(bars), PARAMS))
    assert down.side is Side.SELL
    for name in ("trigger", "limit", "stop", "t1", "lwp", "lrp"):
        assert getattr(down, name) == pytest.approx(MIRROR - getattr(up, name), abs=1e-6)
    assert down.score == pytest.approx(up.score)


def test_missing_the_second_leg() -> None:
    assert "the pullback is simple" in missing(scanned(*TURNING, TRIGGER, turns=TURNS))


def test_missing_a_trend() -> None:
    assert missing(cpb.find(analysed(scenario()[:70]), PARAMS)).startswith("trend is undetermined")


def test_missing_a_trigger() -> None:
    assert missing(scanned(*TURNING)).startswith("no trigger")


def test_a_third_leg_is_a_range() -> None:
    third = (*TURNS[:-1], (1050.0, 1.0), (1060.0, 1.0), (1052.0, 1.0), (1058.0, 1.0), (1048.0, 0.6))
    reason = missing(scanned(*TURNING, TRIGGER, turns=third))
    assert "sideways" in reason or "that is a range" in reason


def test_missing_when_the_first_leg_is_lost_for_good() -> None:
    assert "closed beyond" in missing(scanned(*TURNING, 1047.5))
