from __future__ import annotations

from typing import Any

from tests.agents.builders import SYMBOL, context, market, result
from tests.analysis.series import demo_bars, minutes_of
from ytc_tui.agents.base import Probe
from ytc_tui.agents.next_session_prep import consider
from ytc_tui.model.history import OrderCounts
from ytc_tui.model.session import StepResult

RECOMMENDED = {
    "parameter": "trading.min_score",
    "current_value": "70",
    "suggested_value": "75",
    "reason": "scores below 75 lose",
    "confidence": "low",
    "sample_size": 20,
}


def told(*bars: Any, **changes: Any) -> dict[str, Any]:
    return result(consider, context(market(bars) if bars else None, **changes))


def test_without_reports_there_are_the_standing_goals_alone() -> None:
    found = told()
    goals = found["next_session_config"]["goals"]
    assert goals["process_goals"] == [
        "stop for the day after 3 losses in a row", "judge by twenty trades, not by one",
    ]  # fmt: skip
    assert goals["performance_targets"] == {"grade": "A", "execution_efficiency_at_least": None}
    assert found["settings"] == {}


def test_recommendations_become_suggested_settings() -> None:
    reports = {
        "learning": {"parameter_recommendations": [RECOMMENDED], "improvement_areas": ["hour 04 loses"]},
        "session_review": {
            "grade": "F",
            "improvement_goals": ["a", "b", "c", "d"],
            "execution_efficiency": "0.4",
        },
        "psychology": {"state": "regroup"},
    }
    found = told(reports=reports)
    assert found["settings"] == {"trading.min_score": "75"}
    config = found["next_session_config"]
    assert config["strategy_updates"][0]["reason"] == "scores below 75 lose"
    assert config["goals"]["process_goals"][:3] == ["a", "b", "c"]
    assert config["goals"]["focus_areas"] == ["hour 04 loses"]
    checklist = " / ".join(found["checklist"])
    for words in ("in full before trading", "decide on 1 recommended settings", "regroup"):
        assert words in checklist


def test_what_was_wrong_with_the_platform_is_maintenance() -> None:
    probes = (
        Probe("disk", StepResult.WARN, "little left"),
        Probe("memory", StepResult.WARN, "little left"),
        Probe("venue", StepResult.OK, ""),
    )
    found = told(probes=probes, order_counts=OrderCounts(rejected=2))
    assert found["next_session_config"]["system_maintenance"] == [
        "disk: warn", "2 orders were rejected: read why",
    ]  # fmt: skip


def test_levels_are_those_of_the_session() -> None:
    closes = [1000.0, *[900.0] * 60, *[1000.0 + n for n in range(30)]]
    found = told(*minutes_of(closes), minutes_elapsed=20)["key_levels"][SYMBOL]
    assert found["close"] == 1029.0
    assert found["low"] > 1000.0


def test_scenarios_follow_the_trend() -> None:
    by_trend = {"uptrend": "longs", "downtrend": "shorts", "sideways": "middle", "undetermined": "two swings"}
    seen = set()
    for minutes in range(60, 1500, 90):
        analysis = market(demo_bars()[:minutes])
        found = result(consider, context(analysis))["scenarios"]
        direction = analysis.trend.direction.value
        seen.add(direction)
        assert by_trend[direction] in found[0]
        if direction in ("uptrend", "downtrend"):
            assert analysis.trend.leading is not None
            assert f"{analysis.trend.leading.price:.10g}" in found[1]
    assert seen == set(by_trend)
