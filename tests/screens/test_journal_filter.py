"""The line that is typed on the Journal: what it asks for, and what is said of one that cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from ytc_tui.model.market import NS_PER_S
from ytc_tui.screens.journal_filter import EVERYTHING, FilterProblem, JournalFilter, instant_in, read_filter
from ytc_tui.views.journal_query import Condition, ConditionKind

TYPE, AGENT, ORDER, TRADE, WORDS, EXPRESSION = ConditionKind
Asked = tuple[ConditionKind, str, bool]


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * NS_PER_S


START_NS, NOW_NS = ns("2022-11-08T09:00"), ns("2022-11-08T12:30")
UTC_CLOCK = instant_in(ZoneInfo("UTC"), START_NS, NOW_NS)


def read(text: str) -> JournalFilter:
    return read_filter(text, UTC_CLOCK)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", []),
        ("  ", []),
        ("slippage", [(WORDS, "slippage", False)]),
        ("stop  moved", [(WORDS, "stop", False), (WORDS, "moved", False)]),
        ('"stop moved" x', [(WORDS, "stop moved", False), (WORDS, "x", False)]),
        ("-stop", [(WORDS, "stop", True)]),
        ("!stop", [(WORDS, "stop", True)]),
        ('-"not this" -/nor\\d/', [(WORDS, "not this", True), (EXPRESSION, "nor\\d", True)]),
        (r"\-1.02", [(WORDS, "-1.02", False)]),
        ('"-1.02"', [(WORDS, "-1.02", False)]),
        ("type:order_* -type:fill*", [(TYPE, "order_*", False), (TYPE, "fill*", True)]),
        ("TYPE:GateChanged", [(TYPE, "GateChanged", False)]),
        (
            "agent:monitoring order:y12 trade:T0001",
            [(AGENT, "monitoring", False), (ORDER, "y12", False), (TRADE, "T0001", False)],
        ),
        ('agent:"a b" -order:y1', [(AGENT, "a b", False), (ORDER, "y1", True)]),
        ("/a b: (c|d)/", [(EXPRESSION, "a b: (c|d)", False)]),
        (r"/a\/b/ and/or", [(EXPRESSION, "a/b", False), (WORDS, "and/or", False)]),
        ("12:31 1473.18", [(WORDS, "12:31", False), (WORDS, "1473.18", False)]),
        ("überraschung 日本", [(WORDS, "überraschung", False), (WORDS, "日本", False)]),
    ],
)
def test_what_a_line_asks_for(text: str, asked: list[Asked]) -> None:
    assert read(text) == JournalFilter(text.strip(), tuple(Condition(*each) for each in asked))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x tpye:order", "there is no tpye:, column 3 (type:, agent:, order:, trade:, from:, to:, at:"),
        ("type:", "type: is empty, column 1"),
        ("x type:ordr_*", "type: no event type is like 'ordr_*', column 3 (there is Order"),
        ("type:a.b", "type: 'a.b' names no event type, column 1"),
        (
            "a /b(c/",
            "expression: no regular expression: missing ), unterminated subpattern at position 1, column 3",
        ),
        ("a /bc", "the expression has no closing slash, column 3"),
        ('a "bc', "a quote is not closed, column 3"),
        ("->", "words: '>' has no word, column 1 (put it between slashes)"),
        ("-", "words: is empty, column 1"),
        ("//", "expression: is empty, column 1"),
        ("from:9", "from: '9' is not a time (write it like 13:45 or 2022-11-08T13:45), column 1"),
        ("from:25:00", "from: '25:00' is not a time of day"),
        ("-from:10:00", "from: cannot be negated, column 1"),
        ("at:10:00 at:7", "at: is there twice, column 10"),
        ("from:10:00 to:09:30", "to: is not after from:"),
        ("agent:" + "x" * 201, "agent: has more than 200 characters, column 1"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(FilterProblem) as caught:
        read(text)
    assert said in str(caught.value)


@given(st.text(max_size=60) | st.text('type:agent ordfm/\\"-!*()[]{}+?.0123456789', max_size=60))
def test_any_line_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        found = read(text)
    except FilterProblem as problem:
        assert str(problem)
    else:
        assert (found == EVERYTHING) is not bool(text.strip())


# ---- times -------------------------------------------------------------------------------------------


def test_times_and_places() -> None:
    found = read("from:09:30 to:10:00:30 at:2022-11-08T09:45Z")
    assert (found.from_ns, found.to_ns) == (ns("2022-11-08T09:30"), ns("2022-11-08T10:00:30"))
    assert (found.at_ns, found.at_seq, found.begins_at_newest) == (ns("2022-11-08T09:45"), None, False)
    assert (read("at:1234").at_seq, read("at:1234").at_ns) == (1234, None)
    assert read("x").begins_at_newest


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("09:30", "UTC", "2022-11-08T09:30"),
        ("09:30", "America/New_York", "2022-11-08T14:30"),  # not come yet: today's
        ("06:15", "America/New_York", "2022-11-08T11:15"),
        ("06:15Z", "America/New_York", "2022-11-08T06:15"),
        ("18:00", "UTC", "2022-11-08T18:00"),
        ("2022-11-08T06:00", "America/New_York", "2022-11-08T11:00"),
        ("2022-11-08T12:00+02:00", "UTC", "2022-11-08T10:00"),
        ("2022-11-07", "UTC", "2022-11-07T00:00"),
    ],
)
def test_a_time_is_of_the_desks_zone(text: str, zone: str, at: str) -> None:
    assert instant_in(ZoneInfo(zone), START_NS, NOW_NS)(text) == ns(at)


def test_a_session_over_midnight_has_two_days() -> None:
    clock = instant_in(ZoneInfo("UTC"), ns("2022-11-07T22:00"), ns("2022-11-08T01:30"))
    assert clock("23:00") == ns("2022-11-07T23:00")
    assert clock("01:00") == ns("2022-11-08T01:00")
    assert clock("03:00") == ns("2022-11-08T03:00")


def test_before_the_day_is_known_a_time_needs_its_date() -> None:
    clock = instant_in(ZoneInfo("UTC"), 0, 0)
    with pytest.raises(ValueError, match="the day is not known yet"):
        clock("09:30")
    assert clock("2022-11-08T09:30") == ns("2022-11-08T09:30")
