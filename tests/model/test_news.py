"""News windows: their edges, what stands at an instant, and what comes next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.model.news import (
    Calendar,
    Impact,
    News,
    NewsEvent,
    NewsRules,
    NewsState,
    window_of,
)

NOON = 1_667_995_200 * NS_PER_S
RULES = NewsRules()


def event(
    minute: float, impact: Impact = Impact.HIGH, title: str = "CPI", currency: str = "USD"
) -> NewsEvent:
    return NewsEvent(NOON + int(minute * NS_PER_MIN), currency, impact, title)


def news(*events: NewsEvent, rules: NewsRules = RULES) -> News:
    return News(Calendar(tuple(sorted(events, key=lambda e: e.at_ns)), "test", "d"), rules)


@pytest.mark.parametrize(
    ("minute", "state"),
    [
        (-15.001, NewsState.NORMAL),
        (-15, NewsState.BLACKOUT),
        (0, NewsState.BLACKOUT),
        (14.999, NewsState.BLACKOUT),
        (15, NewsState.NORMAL),
    ],
)
def test_a_blackout_holds_its_first_instant_and_not_its_last(minute: float, state: NewsState) -> None:
    stands = news(event(0)).at(NOON + int(minute * NS_PER_MIN))
    assert stands.state is state
    assert stands.until_ns == (NOON + 15 * NS_PER_MIN if state is NewsState.BLACKOUT else 0)


@pytest.mark.parametrize(
    ("impact", "title", "each_side"),
    [
        (Impact.HIGH, "Housing Starts", 15),
        (Impact.MEDIUM, "Initial Jobless Claims", 10),
        (Impact.MEDIUM, "Housing Starts", 5),
        (Impact.MEDIUM, "Existing Home Sales", 5),
        (Impact.MEDIUM, "Building Permits", 5),
        (Impact.MEDIUM, "Pending home sales m/m", 5),
        (Impact.MEDIUM, "Homebase Index", 10),
        (Impact.LOW, "Housing Starts", 0),
    ],
)
def test_the_length_follows_impact_and_housing(impact: Impact, title: str, each_side: int) -> None:
    window = window_of(event(0, impact, title), RULES)
    length = (window.until_ns - window.from_ns) // NS_PER_MIN if window else 0
    assert length == 2 * each_side


def test_edges_are_whole_minutes_rounded_outward() -> None:
    window = window_of(event(0.5), RULES)
    assert window is not None
    assert (window.from_ns, window.until_ns) == (NOON - 15 * NS_PER_MIN, NOON + 16 * NS_PER_MIN)


def test_lengths_are_settings_and_zero_is_none() -> None:
    rules = NewsRules(before_ns=0, after_ns=0, restricted_ns=0)
    assert not news(event(0), event(1, Impact.MEDIUM), rules=rules).windows
    before = window_of(event(0), replace(rules, before_ns=5 * NS_PER_MIN))
    assert before is not None
    assert (before.from_ns, before.until_ns) == (NOON - 5 * NS_PER_MIN, NOON)


def test_other_currencies_do_not_count_and_all_always_does() -> None:
    euro, everyone = event(0, currency="EUR"), event(1, currency="ALL", title="OPEC")
    assert news(euro, everyone).events == (everyone,)
    assert news(euro, everyone, rules=NewsRules(currencies=("EUR",))).events == (euro, everyone)
    assert everyone.label == "ALL OPEC"
    assert event(0, title="USD index").label == "USD index"
    assert event(0, title="US CPI").label == "US CPI"
    assert event(0, title="Used Car Prices").label == "USD Used Car Prices"


def test_a_blackout_stands_over_a_restriction() -> None:
    held = news(event(0, Impact.MEDIUM, "Claims"), event(20))
    assert held.at(NOON).state is NewsState.RESTRICTED
    both = held.at(NOON + 6 * NS_PER_MIN)
    assert both.state is NewsState.BLACKOUT
    assert [window.event.title for window in both.windows] == ["CPI", "Claims"]
    assert both.until_ns == NOON + 35 * NS_PER_MIN


def test_overlapping_blackouts_last_until_the_last() -> None:
    held = news(event(0), event(20))
    assert held.at(NOON + 10 * NS_PER_MIN).until_ns == NOON + 35 * NS_PER_MIN


def test_the_next_event_is_the_highest_of_its_instant_and_never_low() -> None:
    low, claims, cpi = event(5, Impact.LOW, "x"), event(10, Impact.MEDIUM, "Claims"), event(10)
    held = news(low, claims, cpi)
    assert held.next_event(NOON) == cpi
    assert held.next_event(NOON + 10 * NS_PER_MIN) is None
    assert news(low).next_event(NOON) is None
    assert news().next_event(NOON) is None


def test_a_calendar_covers_what_it_reaches_over() -> None:
    held = news(event(0), event(100))
    assert held.covers(NOON + NS_PER_MIN, NOON + 2 * NS_PER_MIN)
    assert not held.covers(NOON + 101 * NS_PER_MIN, NOON + 200 * NS_PER_MIN)
    assert not news().covers(NOON, NOON + NS_PER_MIN)


EVENTS = st.lists(
    st.builds(
        event,
        st.floats(-300, 300, allow_nan=False),
        st.sampled_from(Impact),
        st.sampled_from(("CPI", "Housing Starts")),
        st.sampled_from(("USD", "EUR", "ALL")),
    ),
    max_size=12,
)


@given(EVENTS, st.integers(-400, 400))
def test_what_stands_is_what_every_window_says(events: list[NewsEvent], minute: int) -> None:
    held, now_ns = news(*events), NOON + minute * NS_PER_MIN
    open_now = [w for w in held.windows if w.from_ns <= now_ns < w.until_ns]
    stands = held.at(now_ns)
    assert sorted(stands.windows, key=repr) == sorted(open_now, key=repr)
    states = {window.state for window in open_now}
    expected = next((s for s in (NewsState.BLACKOUT, NewsState.RESTRICTED) if s in states), NewsState.NORMAL)
    assert stands.state is expected


@given(EVENTS, st.integers(-400, 400), st.integers(0, 200))
def test_nothing_changes_without_having_moved(events: list[NewsEvent], minute: int, later: int) -> None:
    held, then_ns = news(*events), NOON + minute * NS_PER_MIN
    now_ns = then_ns + later * NS_PER_MIN
    if not held.moved(then_ns, now_ns):
        assert held.at(then_ns) == held.at(now_ns)
        assert held.next_event(then_ns) == held.next_event(now_ns)
