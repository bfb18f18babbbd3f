"""The drawdown ledger: from which balance each span counts."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from ytc_tui.model.drawdown import LedgerSpan, SessionBalance, Span, ledger_spans

D = Decimal
LIMITS = {
    Span.DAY: (D(4), D(5)),
    Span.WEEK: (D(6), D(8)),
    Span.MONTH: (D(8), D(10)),
    Span.TOTAL: (D(15), D(20)),
}


def held(date: str, opening: int, ending: int) -> SessionBalance:
    return SessionBalance(date, D(opening), D(ending))


def bases(today: str, opening: int, *past: SessionBalance) -> dict[str, tuple[str, int]]:
    found = ledger_spans(past, today, D(opening), LIMITS)
    return {span.span.value: (span.since, int(span.base)) for span in found}


def test_a_first_session_counts_from_its_own_balance() -> None:
    assert bases("2022-11-08", 100) == dict.fromkeys(("day", "week", "month", "total"), ("2022-11-08", 100))


@pytest.mark.parametrize(
    ("today", "week", "month"),
    [
        ("2022-11-06", ("2022-10-31", 96), ("2022-11-01", 95)),  # Sunday: its week began on Monday
        ("2022-11-07", ("2022-11-07", 90), ("2022-11-01", 95)),  # Monday: a new week
        ("2022-12-01", ("2022-12-01", 90), ("2022-12-01", 90)),  # a new month
    ],
)
def test_weeks_begin_on_monday_and_months_on_their_first(
    today: str, week: tuple[str, int], month: tuple[str, int]
) -> None:
    past = (held("2022-10-28", 100, 96), held("2022-10-31", 96, 95), held("2022-11-01", 95, 90))
    found = bases(today, 90, *past)
    assert found == {
        "day": (today, 90),
        "week": week,
        "month": month,
        "total": ("2022-10-28", 100),
    }


def test_two_sessions_of_a_day_count_together() -> None:
    assert bases("2022-11-08", 96, held("2022-11-08", 100, 96))["day"] == ("2022-11-08", 100)


def test_the_peak_may_be_an_end_or_today() -> None:
    past = (held("2022-11-01", 100, 120), held("2022-11-02", 120, 110))
    assert bases("2022-11-03", 110, *past)["total"] == ("2022-11-01", 120)
    assert bases("2022-11-03", 130, *past)["total"] == ("2022-11-03", 130)


def test_a_loss_is_of_the_base_and_a_gain_is_none() -> None:
    span = LedgerSpan(Span.WEEK, "2022-11-07", D(200), D(6), D(8))
    assert [span.used_pct(D(worth)) for worth in (184, 200, 220)] == [D(8), D(0), D(0)]
    assert LedgerSpan(Span.WEEK, "2022-11-07", D(0), D(6), D(8)).used_pct(D(-5)) == 0


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=20))
def test_no_span_counts_from_more_than_the_peak(balances: list[int]) -> None:
    past = [
        held(f"2022-11-{day:02d}", before, after)
        for day, (before, after) in enumerate(pairwise(balances), start=1)
    ]
    spans = ledger_spans(past, f"2022-11-{len(past) + 1:02d}", D(balances[-1]), LIMITS)
    total = spans[-1]
    assert total.base == max(balances)
    assert all(span.base <= total.base for span in spans)
