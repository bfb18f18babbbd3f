"""Ratios of returns: by hand, and equal to empyrical's on any returns."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from ytc_tui.analysis.metrics.returns import max_drawdown, sharpe_ratio, sortino_ratio

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import empyrical

returns = st.lists(st.floats(-0.3, 0.3).map(lambda value: round(value, 6)), min_size=2, max_size=40)


def test_by_hand() -> None:
    assert max_drawdown([0.1, -0.5, 0.2]) == pytest.approx(-0.5)
    assert max_drawdown([-0.1, -0.1]) == pytest.approx(-0.19)
    assert max_drawdown([0.1, 0.1]) == 0.0
    # Mean 0.01, sample deviation 0.01 x sqrt 2.
    assert sharpe_ratio([0.0, 0.02], 1) == pytest.approx(1 / math.sqrt(2))
    # Mean 0.01, downside deviation sqrt(0.0004 / 2).
    assert sortino_ratio([-0.02, 0.04], 1) == pytest.approx(0.01 / math.sqrt(0.0002))


def test_what_does_not_exist_is_none() -> None:
    assert max_drawdown([]) is None
    assert sharpe_ratio([0.1]) is None
    assert sharpe_ratio([0.1, 0.1, 0.1]) is None
    assert sharpe_ratio([0.0, 0.0]) is None
    assert sortino_ratio([0.1, 0.2]) is None
    assert sortino_ratio([-0.1]) is None


@pytest.mark.parametrize("ratio", [sharpe_ratio, sortino_ratio, max_drawdown])
def test_a_number_that_is_none_is_refused(ratio: object) -> None:
    assert callable(ratio)
    with pytest.raises(ValueError, match="finite"):
        ratio([0.1, math.nan])


@given(returns, st.sampled_from((1, 252, 365)))
def test_sharpe_equals_empyricals(values: list[float], periods: int) -> None:
    ours = sharpe_ratio(values, periods)
    assume(ours is not None)
    theirs = empyrical.sharpe_ratio(np.array(values), annualization=periods)
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)


@given(returns, st.sampled_from((1, 252, 365)))
def test_sortino_equals_empyricals(values: list[float], periods: int) -> None:
    ours = sortino_ratio(values, periods)
    theirs = float(empyrical.sortino_ratio(np.array(values), annualization=periods))
    if ours is None:
        assert not math.isfinite(theirs)
    else:
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)


@given(returns)
def test_drawdown_equals_empyricals(values: list[float]) -> None:
    ours = max_drawdown(values)
    assert ours is not None
    assert ours == pytest.approx(float(empyrical.max_drawdown(np.array(values))), rel=1e-9, abs=1e-12)
    assert -1.0 <= ours <= 0.0
