"""What the flags of times and speeds accept, and that everything else is named and refused."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from ytc_tui.commands.instants import parse_instant, parse_moment, parse_speed
from ytc_tui.errors import UsageInvalid


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2022-11-08T12:00Z", 1_667_908_800),
        ("2022-11-08T13:00+01:00", 1_667_908_800),
        ("2022-11-08T12:00", 1_667_908_800),
        (" 2022-11-08 ", 1_667_865_600),
    ],
)
def test_an_instant_is_utc_unless_it_says_otherwise(text: str, seconds: int) -> None:
    assert parse_instant(text, "--from") == seconds * 10**9


@pytest.mark.parametrize(
    "text", ["bla", "", "9999-12-31T23:59-23:00", "0001-01-01T00:00+23:00", "1969-01-01"]
)
def test_what_is_no_time_of_a_market_is_refused_under_its_flag(text: str) -> None:
    with pytest.raises(UsageInvalid, match=r"^--from: ") as refusal:
        parse_instant(text, "--from")
    assert refusal.value.fix


def test_speeds() -> None:
    assert (parse_speed("1"), parse_speed("600"), parse_speed("max")) == (1, 600, None)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "²", "٣", "9" * 5_000, ""])
def test_what_is_no_speed_is_refused(text: str) -> None:
    with pytest.raises(UsageInvalid, match="--speed"):
        parse_speed(text)


@given(st.text(max_size=20))
def test_no_text_does_anything_else(text: str) -> None:
    for parse in (parse_speed, lambda given: parse_instant(given, "--to")):
        try:
            parse(text)
        except UsageInvalid as refusal:
            assert refusal.where in ("--speed", "--to")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12:30", 1_667_910_600),
        ("12:30:05Z", 1_667_910_605),
        ("11:59", 1_667_908_740 + 86_400),  # after midnight
        ("2022-11-08T12:00Z", 1_667_908_800),
    ],
)
def test_a_clock_time_is_the_first_after_the_beginning(text: str, seconds: int) -> None:
    assert parse_moment(text, 1_667_908_800 * 10**9, "--at") == seconds * 10**9


@pytest.mark.parametrize("text", ["24:00", "12:60", "noon"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(UsageInvalid, match=r"^--at: "):
        parse_moment(text, 0, "--at")
