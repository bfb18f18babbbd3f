"""Agent 04: the session's news and what it forbids, in the field names of its specification."""

from __future__ import annotations

from typing import Any

from tests.agents.builders import context, result
from ytc_tui.agents.economic_calendar import consider
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.news import Calendar, Impact, News, NewsEvent, NewsRules

NOW_NS = context().now_ns


def event(minute: int, impact: Impact = Impact.HIGH, title: str = "CPI m/m") -> NewsEvent:
    return NewsEvent(NOW_NS + minute * NS_PER_MIN, "USD", impact, title, "0.6%", "0.4%")


def told(*events: NewsEvent, acts: bool = True, source: str = "mine.csv") -> dict[str, Any]:
    calendar = Calendar(tuple(sorted(events, key=lambda e: e.at_ns)), source, "d" * 64)
    return result(consider, context(news=News(calendar, NewsRules(acts=acts))))


def test_without_a_calendar_it_says_that_nothing_is_known() -> None:
    found = result(consider, context())
    assert found["calendar"]["problem"].startswith("no calendar is given (feed.calendar_path)")
    assert found["trading_restrictions"]["reason"] == found["calendar"]["problem"]
    assert found["trading_restrictions"]["trading_allowed"] is True
    assert found["news_events"] == []


def test_a_calendar_of_another_time_is_no_quiet_one() -> None:
    found = told(event(-60 * 24 * 30))
    assert found["calendar"]["covers_session"] is False
    assert "mine.csv holds nothing of this time" in found["trading_restrictions"]["reason"]


def test_events_carry_their_windows() -> None:
    found = told(event(60), event(70, Impact.LOW, "Auction"))
    high, low = found["news_events"]
    assert {key: high[key] for key in ("currency", "event", "impact", "forecast", "previous")} == {
        "currency": "USD", "event": "CPI m/m", "impact": "high", "forecast": "0.6%", "previous": "0.4%",
    }  # fmt: skip
    assert high["blackout_window"]["state"] == "blackout"
    assert low["blackout_window"] is None
    restrictions = found["trading_restrictions"]
    assert restrictions["current_status"] == "normal"
    assert restrictions["next_event"] == "USD CPI m/m"
    assert [period["event"] for period in restrictions["blackout_periods"]] == ["USD CPI m/m"]


def test_a_blackout_forbids_and_says_until_when() -> None:
    restrictions = told(event(10))["trading_restrictions"]
    assert restrictions["current_status"] == "blackout"
    assert restrictions["trading_allowed"] is False
    assert restrictions["reason"] == "USD CPI m/m"
    assert restrictions["resume_time"] > restrictions["next_event_time"]


def test_a_restriction_halves() -> None:
    restrictions = told(event(5, Impact.MEDIUM, "Claims"))["trading_restrictions"]
    assert (restrictions["current_status"], restrictions["position_size_modifier"]) == ("restricted", "0.5")
    assert restrictions["trading_allowed"] is True


def test_with_the_filter_off_it_only_tells() -> None:
    found = told(event(10), acts=False)
    assert found["calendar"]["filter"] == "off"
    assert found["trading_restrictions"]["current_status"] == "blackout"
    assert found["trading_restrictions"]["trading_allowed"] is True


def test_a_full_calendar_is_bounded() -> None:
    found = told(*(event(1 + n % 600, title=f"event {n}") for n in range(500)))
    assert len(found["news_events"]) == 50
    assert found["news_events_left_out"] == 450
    assert len(found["trading_restrictions"]["blackout_periods"]) == 50
