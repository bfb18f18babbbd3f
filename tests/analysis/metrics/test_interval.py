"""Confidence intervals against tables and scipy."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from scipy import stats

from tests.analysis.metrics.results import D, rs
from ytc_tui.analysis.metrics.interval import mean_interval, share_interval, t_quantile


@pytest.mark.parametrize(
    ("degrees", "expected"), [(1, 12.706), (2, 4.303), (4, 2.776), (19, 2.093), (30, 2.042), (120, 1.980)]
)
def test_quantiles_of_the_printed_table(degrees: int, expected: float) -> None:
    assert t_quantile(degrees) == pytest.approx(expected, abs=5e-4)


@given(st.integers(1, 400))
def test_quantiles_equal_scipys(degrees: int) -> None:
    assert t_quantile(degrees) == pytest.approx(float(stats.t.ppf(0.975, degrees)), rel=1e-9)


def test_a_mean_by_hand() -> None:
    # Mean 1, sample deviation 1, standard error 0.5, t(3) = 3.1824.
    interval = mean_interval([D(0), D(0), D(2), D(2)])
    assert interval is not None
    assert interval.low == pytest.approx(1 - 3.18245 * (4 / 3) ** 0.5 / 2, abs=1e-4)
    assert interval.high == pytest.approx(1 + 3.18245 * (4 / 3) ** 0.5 / 2, abs=1e-4)
    assert mean_interval([D(1)]) is None


@given(st.lists(rs, min_size=2, max_size=30))
def test_the_interval_of_a_mean_is_around_it(values: list[object]) -> None:
    amounts = [D(str(value)) for value in values]
    interval = mean_interval(amounts)
    assert interval is not None
    mean = float(sum(amounts, D(0)) / len(amounts))
    assert interval.low <= mean <= interval.high


@given(st.integers(0, 200), st.integers(0, 200))
def test_shares_equal_wilsons(hits: int, misses: int) -> None:
    interval = share_interval(hits, hits + misses)
    if not hits + misses:
        assert interval is None
        return
    assert interval is not None
    theirs = stats.binomtest(hits, hits + misses).proportion_ci(0.95, method="wilson")
    assert interval.low == pytest.approx(theirs.low, abs=1e-9)
    assert interval.high == pytest.approx(theirs.high, abs=1e-9)
    assert interval.low <= hits / (hits + misses) <= interval.high


def test_what_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        share_interval(3, 2)
    with pytest.raises(ValueError, match="at least 1"):
        t_quantile(0)
