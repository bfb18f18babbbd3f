"""The session clock: local opens, DST, weekdays, ranges, and data that ends early (semantics.md 2)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from tests.sim.clock_text import at
from ytc_tui.engine.policy import Window
from ytc_tui.engine.schedule import FEED_END_MARGIN_NS, Hours, local_day_end_ns, windows
from ytc_tui.model.market import NS_PER_DAY, NS_PER_MIN

EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUR = 60 * NS_PER_MIN
FAR = at("2100-01-01T00:00")


def hours(opens_at: str = "09:30", zone: str = "UTC", days: tuple[str, ...] = EVERY_DAY) -> Hours:
    hour, minute = map(int, opens_at.split(":"))
    return Hours(time(hour, minute), days, zone, 20 * NS_PER_MIN, 15 * NS_PER_MIN, 3 * HOUR, 4 * HOUR)


def opens(found: tuple[Window, ...] | list[Window]) -> list[str]:
    return [datetime.fromtimestamp(window.open_ns // 10**9, UTC).strftime("%m-%dT%H:%M") for window in found]


@pytest.mark.parametrize(
    ("zone", "first", "last", "expected"),
    [
        # Germany went to summer time on 26 March 2023 and back on 29 October 2023.
        ("Europe/Berlin", "2023-03-24T00:00", "2023-03-28T00:00", ["08:30", "08:30", "07:30", "07:30"]),
        ("Europe/Berlin", "2023-10-27T00:00", "2023-10-31T00:00", ["07:30", "07:30", "08:30", "08:30"]),
        # New York: 12 March and 5 November 2023.
        ("America/New_York", "2023-03-10T00:00", "2023-03-14T00:00", ["14:30", "14:30", "13:30", "13:30"]),
        ("America/New_York", "2023-11-03T00:00", "2023-11-07T00:00", ["13:30", "13:30", "14:30", "14:30"]),
    ],
)
def test_the_open_keeps_its_local_time(zone: str, first: str, last: str, expected: list[str]) -> None:
    found = windows(hours(zone=zone), at(first), at(last), FAR)
    assert [text[6:] for text in opens(list(found))] == expected
    for window in found:
        local = datetime.fromtimestamp(window.open_ns // 10**9, UTC).astimezone(ZoneInfo(zone))
        assert (local.hour, local.minute) == (9, 30)
        assert window.date == local.date().isoformat()
        assert window.open_ns - window.init_ns == 20 * NS_PER_MIN
        assert window.hard_end_ns - window.open_ns == 4 * HOUR


def test_an_open_in_the_hour_that_does_not_exist_is_still_one_session() -> None:
    found = windows(hours("02:30", "Europe/Berlin"), at("2023-03-25T00:00"), at("2023-03-28T00:00"), FAR)
    assert [window.date for window in found] == ["2023-03-25", "2023-03-26", "2023-03-27"]
    assert opens(list(found))[1] == "03-26T01:30"  # 03:30 local, the clock having jumped


def test_an_open_in_the_hour_that_comes_twice_is_one_session() -> None:
    found = windows(hours("02:30", "Europe/Berlin"), at("2023-10-28T00:00"), at("2023-10-31T00:00"), FAR)
    assert [window.date for window in found] == ["2023-10-28", "2023-10-29", "2023-10-30"]


def test_only_the_configured_weekdays() -> None:
    days = ("mon", "tue", "wed", "thu", "fri")
    found = windows(hours(days=days), at("2023-03-24T00:00"), at("2023-03-29T00:00"), FAR)
    assert [window.date for window in found] == ["2023-03-24", "2023-03-27", "2023-03-28"]


@pytest.mark.parametrize("length", [HOUR, NS_PER_DAY])
def test_a_range_of_at_most_a_day_is_one_session_from_its_start(length: int) -> None:
    begin = at("2023-03-25T11:07")  # a Saturday, at no hour of the plan
    [window] = windows(hours(days=("mon",)), begin, begin + length, FAR)
    assert window.init_ns == begin
    assert window.date == "2023-03-25"
    assert window.planned_end_ns <= begin + length


def test_the_range_decides_by_the_open() -> None:
    """[from, to): an open at the range's end is of the next range."""
    found = windows(hours(), at("2023-03-20T00:00"), at("2023-03-22T09:30"), FAR)
    assert [window.date for window in found] == ["2023-03-20", "2023-03-21"]


@pytest.mark.parametrize(
    ("minutes", "early", "trades_min"),
    [(600, False, 180), (240, False, 180), (200, False, 180), (100, True, 95), (4, True, 0)],
)
def test_data_that_ends_early_ends_the_session(minutes: int, early: bool, trades_min: int) -> None:
    """`minutes` of data after the open; five of them are kept to close at real prices."""
    begin = at("2023-03-20T12:00")
    end = begin + (20 + minutes) * NS_PER_MIN
    [window] = windows(hours(), begin, begin + NS_PER_DAY, end)
    assert window.feed_ends_early is early
    assert window.planned_end_ns - window.open_ns == trades_min * NS_PER_MIN
    assert window.planned_end_ns <= window.hard_end_ns
    if minutes < 240 and minutes > 5:
        assert window.hard_end_ns == end - FEED_END_MARGIN_NS


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"])


@given(
    zone=ZONES,
    start=st.integers(0, 3_000),
    length=st.integers(2, 40),
    opens_at=st.times(),
    days=st.sets(st.sampled_from(EVERY_DAY), min_size=1),
)
def test_one_session_for_each_local_date_and_none_overlaps(
    zone: str, start: int, length: int, opens_at: time, days: set[str]
) -> None:
    begin = at("2018-01-01T00:00") + start * NS_PER_DAY
    end = begin + length * NS_PER_DAY
    plan = hours(f"{opens_at.hour}:{opens_at.minute}", zone, tuple(days))
    found = windows(plan, begin, end, FAR)
    dates = [window.date for window in found]
    assert dates == sorted(set(dates))
    for window in found:
        assert begin <= window.init_ns < window.open_ns < end
        assert window.open_ns <= window.planned_end_ns <= window.hard_end_ns <= window.open_ns + 4 * HOUR
        whole = window.open_ns + 4 * HOUR <= end
        assert (window.planned_end_ns < window.hard_end_ns) or not whole
        assert EVERY_DAY[datetime.fromisoformat(window.date).weekday()] in days
    for one, two in pairwise(found):
        assert one.hard_end_ns <= two.init_ns
    # Every local date that lies wholly inside the range and is a session day has its session.
    first = datetime.fromtimestamp(begin // 10**9, UTC).astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    last = datetime.fromtimestamp(end // 10**9, UTC).astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    # INIT of a day may lie on the day before; such a first day is outside.
    inside = [first + timedelta(days=number + 1) for number in range((last - first).days)]
    wanted = {day.isoformat() for day in inside if EVERY_DAY[day.weekday()] in days}
    assert wanted <= set(dates)


@pytest.mark.parametrize(
    ("now", "zone", "ends"),
    [
        ("2022-11-08T12:00", "UTC", "2022-11-09T00:00"),
        ("2022-11-08T23:59", "UTC", "2022-11-09T00:00"),
        ("2022-11-08T12:00", "America/New_York", "2022-11-09T05:00"),
        ("2022-11-06T12:00", "America/New_York", "2022-11-07T05:00"),  # the clocks went back that morning
        ("2022-11-05T12:00", "America/New_York", "2022-11-06T04:00"),
    ],
)
def test_a_local_day_ends_at_its_midnight(now: str, zone: str, ends: str) -> None:
    assert local_day_end_ns(at(now), zone) == at(ends)
