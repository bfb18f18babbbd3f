from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from tests.agents.builders import SCAN, closed, context, minute_ns, result
from tests.agents.histories import known
from tests.analysis.metrics.results import ended, results
from ytc_tui.agents.learning import SERIES, consider
from ytc_tui.model.history import TradeResult
from ytc_tui.model.trades import ExitReason

LOSING = [ended(r) for r in ("-1", "-0.9", "-1.1", "-0.8")] * 5


def told(*trades: Any, **changes: Any) -> dict[str, Any]:
    return result(consider, context(trades=trades, **changes))


def keys(found: dict[str, Any]) -> list[str]:
    return [each["parameter"] for each in found["parameter_recommendations"]]


def test_twenty_losing_trades_are_recommended_against_and_nothing_is_applied() -> None:
    found = told(history=known(*LOSING))
    assert keys(found) == ["trading.setups", "risk.risk_per_trade_pct"]
    first, second = found["parameter_recommendations"]
    assert (first["current_value"], first["suggested_value"]) == (["PB"], [])
    assert (second["current_value"], second["suggested_value"]) == ("1.0000", "0.5000")
    assert (first["sample_size"], first["confidence"], first["mean_r"]) == (20, "low", "-0.9500")
    # Mean -0.95, sample deviation 0.1147, t(19) 2.093.
    assert (first["ci95_low_r"], first["ci95_high_r"]) == ("-1.0037", "-0.8963")
    assert "20 trades" in first["reason"]
    assert found["applied"] is False


def test_nineteen_are_too_few_whatever_they_came_to() -> None:
    found = told(history=known(*LOSING[:19]))
    assert found["parameter_recommendations"] == found["improvement_areas"] == []
    assert found["samples"]["setup"]["PB"]["enough"] is False
    assert (found["trades_known"], found["series_needed"]) == (19, SERIES)


def test_an_interval_around_zero_is_no_reason() -> None:
    mixed = [ended(r) for r in ("-1", "1", "-1", "0.9")] * 10
    assert keys(told(history=known(*mixed))) == []


def test_a_score_that_parts_losers_from_winners_is_recommended() -> None:
    weak = [ended(r, score=72.0) for r in ("-1", "-0.9")] * 10
    good = [ended(r, score=85.0) for r in ("1", "1.5")] * 25
    found = told(history=known(*weak, *good))
    (only,) = found["parameter_recommendations"]
    assert (only["parameter"], only["current_value"], only["suggested_value"]) == (
        "trading.min_score", "70", "75",
    )  # fmt: skip
    assert only["confidence"] == "low"
    by_hand = [ended(r, score=0.0, setup="MANUAL") for r in ("-1", "-0.9")] * 10
    assert keys(told(history=known(*by_hand, *good))) == []


def test_a_losing_hour_is_an_area_not_a_setting() -> None:
    good = [ended(r, opened_ns=3_600_000_000_000) for r in ("1", "1.5")] * 50
    found = told(history=known(*LOSING, *good))
    assert found["improvement_areas"] == [
        "hour (UTC) 00 loses: 20 trades, mean -0.9500 R, 95 % -1.0037 to -0.8963"
    ]


def test_edge_cases_and_practice_come_from_this_session() -> None:
    trades = (
        closed("-1.3", "0.4", trade_id="T1", exit_reason=ExitReason.STOP),
        closed("0.4", "2", trade_id="T2", opened_ns=minute_ns(82)),
        closed("1.9", "2", trade_id="T3", exit_reason=ExitReason.DATA_GAP),
    )
    found = told(*trades, reports={"session_review": {"improvement_goals": ["trail more closely after T1"]}})
    assert found["edge_cases_documented"] == [
        "T1 BTCUSDT: -1.3000 R by stop", "T3 BTCUSDT: 1.9000 R by data_gap",
    ]  # fmt: skip
    assert [line.split()[0] for line in found["practice_scenarios"]] == ["T1", "T2"]
    assert found["improvement_areas"] == ["trail more closely after T1"]


@given(results)
@settings(max_examples=40, deadline=None)
def test_every_recommendation_rests_on_a_series(trades: list[TradeResult]) -> None:
    found = told(history=known(*trades, *trades), scan=SCAN)
    for each in found["parameter_recommendations"]:
        assert each["sample_size"] >= SERIES
        assert float(each["ci95_low_r"]) <= float(each["mean_r"]) <= float(each["ci95_high_r"]) < 0
