"""Runs side by side: the sums, the pairs, and when a sample may speak."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from tests.analysis.metrics.runs import BOOK, FEE, RISK, run
from ytc_tui.analysis.metrics.comparison import (
    LEAST_TRADES,
    Says,
    difference,
    run_figures,
)
from ytc_tui.model.money import ZERO


def test_the_figures_add_up() -> None:
    figures = run_figures(run([["1", "-1"], [], ["2", "0.05"]]))
    assert (figures.sessions, figures.detected, figures.refused_by) == (3, {"PB": 7}, {"reward_risk": 3})
    assert figures.summary.trades == 4
    assert figures.net == Decimal("205.00")
    assert figures.before_costs == figures.net + 4 * (FEE + BOOK)
    assert figures.drawdown == Decimal(100)
    assert figures.drawdown_pct == Decimal(1)
    assert figures.summary.expectancy_r == Decimal("0.5")
    assert figures.expectancy_before_costs_r == (Decimal("2.05") * RISK + 4 * (FEE + BOOK)) / RISK / 4
    assert figures.win_rate_interval is not None
    assert figures.win_rate_interval.low < 0.5 < figures.win_rate_interval.high


def test_a_run_without_a_trade_has_no_rate() -> None:
    figures = run_figures(run([[], []]))
    assert (figures.summary.win_rate, figures.expectancy_interval, figures.net) == (None, None, ZERO)
    assert run_figures([]).drawdown_pct is None


RS = st.lists(st.lists(st.integers(-30, 30).map(lambda n: str(Decimal(n) / 10)), max_size=4), max_size=8)


@given(RS)
def test_the_interval_is_that_of_the_expectancy(sessions: list[list[str]]) -> None:
    figures = run_figures(run(sessions))
    if figures.expectancy_interval is not None:
        low, high = figures.expectancy_interval
        assert figures.summary.expectancy_r is not None
        assert low <= float(figures.summary.expectancy_r) + 1e-9
        assert high >= float(figures.summary.expectancy_r) - 1e-9


@given(RS, RS)
def test_the_difference_turned_round_has_the_other_sign(one: list[list[str]], two: list[list[str]]) -> None:
    there, back = difference(run(one), run(two)), difference(run(two), run(one))
    assert there.pairs == back.pairs == min(len(one), len(two))
    assert (there.differing, there.same_trades) == (back.differing, back.same_trades)
    assert (there.only_first, there.only_second) == (back.only_second, back.only_first)
    assert there.mean_r == (None if back.mean_r is None else -back.mean_r)
    turned = {Says.HIGHER: Says.LOWER, Says.LOWER: Says.HIGHER}
    assert there.says is turned.get(back.says, back.says)


TWENTY = [["0.1"]] * LEAST_TRADES


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (TWENTY, TWENTY, Says.NOTHING_DIFFERS),
        (TWENTY, [["2"]] * (LEAST_TRADES - 1) + [[]], Says.TOO_SMALL),
        (TWENTY[1:], [["2"]] * (LEAST_TRADES - 1), Says.TOO_SMALL),
        ([["1"] * LEAST_TRADES], [["2"] * LEAST_TRADES], Says.TOO_SMALL),
        (TWENTY, [["2"], ["-2"]] * (LEAST_TRADES // 2), Says.NOT_TOLD_APART),
        (TWENTY, [["2"], ["1.5"]] * (LEAST_TRADES // 2), Says.HIGHER),
        (TWENTY, [["-1"], ["-0.5"]] * (LEAST_TRADES // 2), Says.LOWER),
    ],
)
def test_what_a_sample_says(first: list[list[str]], second: list[list[str]], says: Says) -> None:
    assert difference(run(first), run(second)).says is says


def test_sessions_are_paired_by_date_and_trades_by_their_entry() -> None:
    first, second = run([["1"], ["1"], ["1"]]), run([["1"], ["2"], ["1"]])[1:]
    found = difference(first, second)
    assert (found.pairs, found.differing) == (2, 1)
    assert (found.same_trades, found.only_first, found.only_second) == (2, 1, 0)
    assert found.mean_r == Decimal("0.5")


def test_other_entries_with_the_same_result_are_no_sameness() -> None:
    assert difference(run([["1"]]), run([["1"]], begin=7)).says is Says.TOO_SMALL
