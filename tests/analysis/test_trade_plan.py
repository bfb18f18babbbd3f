from __future__ import annotations

import pytest

from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.trade_plan import (
    blended_reward_risk,
    grade_of,
    opposing_target,
    reward_risk,
    zone_beyond,
)
from ytc_tui.analysis.zones import ZoneMap
from ytc_tui.model.market import Side

TICK = 0.5


def zones() -> ZoneMap:
    found = ZoneMap(TICK, AnalysisParams(zone_min_ticks=1))
    found.set_prior_session(high=1050.0, low=950.0, close=1020.0)
    return found


def test_next_zone_beyond_a_price_is_given_by_its_near_edge_rounded_toward_the_price() -> None:
    # Levels 1050, 1020 and 950 are zones of a quarter each way, off the grid of halves.
    assert zone_beyond(zones(), Side.BUY, 1000.0, TICK) == 1019.5
    assert zone_beyond(zones(), Side.BUY, 1030.0, TICK) == 1049.5
    assert zone_beyond(zones(), Side.SELL, 1000.0, TICK) == 950.5
    assert zone_beyond(zones(), Side.BUY, 1060.0, TICK) is None
    assert zone_beyond(zones(), Side.SELL, 940.0, TICK) is None


def test_first_target_is_the_nearer_of_swing_and_zone() -> None:
    assert opposing_target(zones(), Side.BUY, 1000.0, 1015.0, TICK) == 1015.0
    assert opposing_target(zones(), Side.BUY, 1000.0, 1030.0, TICK) == 1019.5
    assert opposing_target(zones(), Side.SELL, 1000.0, 960.0, TICK) == 960.0
    assert opposing_target(zones(), Side.SELL, 1000.0, 940.0, TICK) == 950.5
    assert opposing_target(zones(), Side.BUY, 1060.0, 1070.0, TICK) == 1070.0


def test_reward_to_risk() -> None:
    assert reward_risk(2487, 2478, 2500) == pytest.approx(13 / 9)
    assert reward_risk(100, 100, 110) == 0.0
    assert blended_reward_risk(100, 90, 110, 130) == 2.0
    assert blended_reward_risk(100, 90, 110, None) == 1.0


@pytest.mark.parametrize(
    ("score", "factors", "ratio", "grade"),
    [
        (80, 3, 2.5, "A"),
        (79.9, 3, 2.5, "B"),
        (80, 2, 2.5, "B"),
        (80, 3, 2.4, "B"),
        (70, 2, 1.5, "B"),
        (69.9, 2, 1.5, "C"),
        (70, 1, 1.5, "C"),
        (70, 2, 1.4, "C"),
    ],
)
def test_grades(score: float, factors: int, ratio: float, grade: str) -> None:
    assert grade_of(score, factors, ratio) == grade
