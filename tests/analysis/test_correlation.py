from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, strategies as st

from tests.analysis.series import START_NS, demo_bars
from ytc_tui.analysis.correlation import (
    correlation,
    correlations,
    is_correlated,
    log_returns,
    pearson,
)
from ytc_tui.analysis.timeframes import TimeframeBuilder
from ytc_tui.model.market import NS_PER_MIN, Side

STEP_NS = 30 * NS_PER_MIN
Closes = list[tuple[int, float]]


def closes(seed: int, count: int) -> Closes:
    rng = random.Random(seed)
    price = 100.0
    result = []
    for i in range(count):
        price *= 1.0 + rng.gauss(0.0, 0.004)
        result.append((START_NS + i * STEP_NS, price))
    return result


def mixed(first: Closes, second: Closes, share: float) -> Closes:
    """A series that follows `first` with weight `share`."""
    return [(ns, a**share * b ** (1 - share)) for (ns, a), (_, b) in zip(first, second, strict=True)]


@given(
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=3, max_size=200),
)
def test_pearson_agrees_with_numpy(pairs: list[tuple[float, float]]) -> None:
    first = [round(a, 3) for a, _ in pairs]
    second = [round(b, 3) for _, b in pairs]
    rho = pearson(first, second)
    if len(set(first)) < 2 or len(set(second)) < 2:
        return
    assert rho is not None
    assert rho == pytest.approx(float(np.corrcoef(first, second)[0, 1]), abs=1e-6)


def test_pearson_of_a_series_that_does_not_vary_is_none() -> None:
    assert pearson([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) is None
    assert pearson([1.0], [1.0]) is None
    with pytest.raises(ValueError, match="no pairs"):
        pearson([1.0], [1.0, 2.0])


def test_twenty_days_of_returns_agree_with_numpy() -> None:
    first = closes(1, 961)
    second = mixed(first, closes(2, 961), 0.7)
    measured = correlation(first, second)
    a, b = (np.diff(np.log([c for _, c in series])) for series in (first, second))
    assert not measured.assumed
    assert measured.days == 20
    assert measured.rho == pytest.approx(float(np.corrcoef(a, b)[0, 1]), rel=1e-9)
    assert str(measured) == f"{measured.rho:+.2f}"


def test_only_the_last_twenty_days_count() -> None:
    first, second = closes(1, 2000), closes(2, 2000)
    assert correlation(first, second) == correlation(first[-961:], second[-961:])


def test_fewer_days_assume_one_and_say_so() -> None:
    measured = correlation(closes(1, 5 * 48 + 1), closes(2, 5 * 48 + 1))
    assert (measured.rho, measured.assumed, measured.days) == (1.0, True, 5)
    assert str(measured) == "+1.00 assumed, 5 of 20 days"


def test_no_common_bars_assume_one() -> None:
    later = [(ns + 900 * STEP_NS * 2, c) for ns, c in closes(2, 100)]
    assert correlation(closes(1, 100), later).days == 0
    assert correlation([], []).assumed


def test_a_symbol_that_does_not_move_assumes_one() -> None:
    flat = [(ns, 100.0) for ns, _ in closes(1, 961)]
    measured = correlation(closes(1, 961), flat)
    assert (measured.rho, measured.assumed) == (1.0, True)


def test_returns_do_not_span_a_hole_and_only_common_bars_count() -> None:
    first = closes(1, 1000)
    second = mixed(first, closes(2, 1000), 0.7)
    holed = second[:300] + second[310:]
    assert len(log_returns(holed)) == len(holed) - 2
    expected = [ns for ns in log_returns(first) if ns in log_returns(holed)][-(960 - 11) :]
    measured = correlation(first, holed)
    one, two = log_returns(first), log_returns(holed)
    rho = np.corrcoef([one[ns] for ns in expected], [two[ns] for ns in expected])[0, 1]
    assert measured.rho == pytest.approx(float(rho), rel=1e-9)


@pytest.mark.parametrize("days", [3, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 150, 241])
def test_each_pair_of_many_has_the_very_value_of_the_two_alone(days: int, count: int) -> None:
    whole = {f"W{seed}": closes(seed, count) for seed in range(4)}
    still = [(ns, 100.0) for ns, _ in whole["W0"]]
    given = {**whole, "still": still, "holed": whole["W1"][:40] + whole["W1"][41:], "late": whole["W2"][70:]}
    pairs = list(correlations(given, days=days))
    assert len(pairs) == 21
    for first, second, measured in pairs:
        assert measured == correlation(given[first], given[second], days=days), (first, second)


def test_a_day_mostly_missing_does_not_count() -> None:
    first = closes(1, 961)
    gappy = first[:480] + first[480 + 30 :]
    assert correlation(first, gappy).days == 19


def test_same_side_adds_up_and_opposite_sides_do_not() -> None:
    assert is_correlated(Side.BUY, Side.BUY, 0.8)
    assert not is_correlated(Side.BUY, Side.SELL, 0.8)
    assert is_correlated(Side.BUY, Side.SELL, -0.8)
    assert not is_correlated(Side.SELL, Side.SELL, -0.8)
    assert is_correlated(Side.SELL, Side.SELL, 0.7)
    assert not is_correlated(Side.BUY, Side.BUY, 0.69)


def test_bitcoin_and_ether_move_together() -> None:
    def half_hours(symbol: str) -> Closes:
        builder = TimeframeBuilder(30)
        return [(b.open_ns, b.close) for minute in demo_bars(symbol) for b in builder.add(minute)]

    first, second = half_hours("BTCUSDT"), half_hours("ETHUSDT")
    assert correlation(first, second).assumed
    measured = correlation(first, second, days=9)
    assert not measured.assumed
    assert 0.7 < measured.rho < 1.0
