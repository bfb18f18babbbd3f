"""Figures of groups of trades: computed by hand, and laws that hold for any trades."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from tests.analysis.metrics.results import MIDNIGHT_NS, D, ended, results, rs
from ytc_tui.analysis.metrics import summary
from ytc_tui.analysis.metrics.summary import (
    efficiency,
    excursions,
    grouped,
    losing_streaks,
    money_drawdown,
    r_distribution,
    summarise,
)
from ytc_tui.model.history import TradeResult
from ytc_tui.model.market import NS_PER_MIN, Side


def test_five_trades_by_hand() -> None:
    told = summarise([ended(r) for r in ("2", "1", "-1", "-0.5", "0.05")])
    assert (told.trades, told.winners, told.losers, told.breakevens) == (5, 2, 2, 1)
    assert (told.win_rate, told.avg_winner_r, told.avg_loser_r) == (D("0.4"), D("1.5"), D("-0.75"))
    # 0.4 x 1.5 - 0.4 x 0.75: the breakeven trade counts in the rates and adds nothing.
    assert told.expectancy_r == D("0.3")
    assert told.avg_r == D("0.31")
    assert (told.total_r, told.best_r, told.worst_r) == (D("1.55"), D(2), D(-1))
    assert (told.net, told.fees) == (D("15.5"), D(5))
    assert told.profit_factor == D("30.5") / D(15)
    assert told.mean_hold_s == 300


def test_nothing_to_divide_by_is_none() -> None:
    told = summarise([])
    assert (told.trades, told.total_r, told.net) == (0, D(0), D(0))
    assert {told.win_rate, told.avg_r, told.expectancy_r, told.profit_factor, told.mean_hold_s} == {None}
    won = summarise([ended("1")])
    assert (won.profit_factor, won.avg_loser_r, won.win_rate) == (None, None, D(1))


def test_the_band_of_breakeven_excludes_its_edge() -> None:
    told = summarise([ended("0.1"), ended("-0.1"), ended("0.0999"), ended("-0.0999")])
    assert (told.winners, told.losers, told.breakevens) == (1, 1, 2)


@given(results)
def test_expectancy_is_the_weighed_mean_of_winners_and_losers(trades: list[TradeResult]) -> None:
    told = summarise(trades)
    assert told.winners + told.losers + told.breakevens == told.trades == len(trades)
    if not trades:
        return
    assert told.expectancy_r is not None
    won = told.winners * (told.avg_winner_r or D(0))
    lost = told.losers * (told.avg_loser_r or D(0))
    assert abs(told.expectancy_r * told.trades - won - lost) < D("1e-20")
    assert told.worst_r is not None and told.best_r is not None and told.avg_r is not None
    assert told.worst_r <= told.avg_r.quantize(D("1e-20")) <= told.best_r


@given(results, st.sampled_from((summary.setup_of, summary.direction_of, summary.hour_of)))
def test_groups_share_out_every_trade_and_its_money(
    trades: list[TradeResult], key: Callable[[TradeResult], str]
) -> None:
    groups = grouped(trades, key)
    assert list(groups) == sorted(groups)
    assert sorted(t.r for group in groups.values() for t in group) == sorted(t.r for t in trades)
    whole = summarise(trades)
    assert sum((summarise(group).net for group in groups.values()), D(0)) == whole.net


def test_groups_by_setup_direction_and_hour() -> None:
    late = ended("1", side=Side.SELL, setup="TST", opened_ns=MIDNIGHT_NS + 839 * NS_PER_MIN)
    trades = [ended("1"), late]
    assert list(grouped(trades, summary.setup_of)) == ["PB", "TST"]
    assert list(grouped(trades, summary.direction_of)) == ["long", "short"]
    assert list(grouped(trades, summary.hour_of)) == ["00", "13"]


def test_r_in_steps() -> None:
    told = r_distribution([ended(r) for r in ("-1", "-0.99", "-0.0001", "0", "0.4999", "1.5")])
    assert [(str(each.low_r), each.count) for each in told] == [
        ("-1.0", 2), ("-0.5", 1), ("0.0", 2), ("0.5", 0), ("1.0", 0), ("1.5", 1),
    ]  # fmt: skip
    assert r_distribution([]) == ()


@given(st.lists(rs, max_size=30))
def test_every_trade_is_in_the_step_that_holds_it(values: list[object]) -> None:
    told = r_distribution([ended(str(value)) for value in values])
    assert sum(each.count for each in told) == len(values)
    for each in told:
        inside = [value for value in values if each.low_r <= D(str(value)) < each.low_r + D("0.5")]
        assert len(inside) == each.count


def test_efficiency_by_hand() -> None:
    assert efficiency([]) is None
    assert efficiency([ended("1.2", mfe_r=D("1.6"))]) == D("0.75")
    assert efficiency([ended("-1", mfe_r=D(0))]) == 0
    assert efficiency([ended("1", mfe_r=D(2)), ended("-1", mfe_r=D(2))]) == 0


def test_excursions_by_hand() -> None:
    trades = [
        ended("2", mae_r=D("-0.4"), mfe_r=D(3)),
        ended("1", mae_r=D("-0.2"), mfe_r=D(1)),
        ended("-1", mae_r=D(-1), mfe_r=D("0.6")),
        ended("1", mae_r=None, mfe_r=None),
    ]
    told = excursions(trades)
    assert (told.known, told.winners_mae_r, told.losers_mfe_r) == (3, D("-0.3"), D("0.6"))
    assert told.mean_mfe_r == D("4.6") / 3
    assert excursions([]).mean_mae_r is None


def test_drawdown_in_money_by_hand() -> None:
    assert money_drawdown(D(100), [D(10), D(-30), D(5), D(40), D(-20)]) == 30
    assert money_drawdown(D(100), [D(-5), D(-5)]) == 10
    assert money_drawdown(D(100), []) == 0


@given(st.lists(st.decimals(min_value=-50, max_value=50, places=2), max_size=20))
def test_no_fall_is_deeper_than_the_drawdown(changes: list[object]) -> None:
    moves = [D(str(change)) for change in changes]
    balances = [D(100)]
    for move in moves:
        balances.append(balances[-1] + move)
    falls = [high - low for n, high in enumerate(balances) for low in balances[n:]]
    assert money_drawdown(D(100), moves) == max(falls)


@pytest.mark.parametrize(("minute", "hour"), [(0, "00"), (59, "00"), (60, "01"), (1439, "23"), (1440, "00")])
def test_hours_are_utc(minute: int, hour: str) -> None:
    assert summary.hour_of(ended("1", opened_ns=MIDNIGHT_NS + minute * NS_PER_MIN)) == hour


def test_what_lies_far_out_counts_at_the_ends() -> None:
    told = r_distribution([ended("-400"), ended("1000")])
    assert (told[0].low_r, told[0].count) == (D(-10), 1)
    assert (told[-1].low_r, told[-1].count) == (D(25), 1)
    assert len(told) == 71


@pytest.mark.parametrize(
    ("rs_in_order", "streaks"),
    [((), (0, 0)), (("-1", "-1", "1"), (0, 2)), (("-1", "0.05", "-1"), (2, 2)), (("1", "-0.1"), (1, 1))],
)
def test_losing_streaks(rs_in_order: tuple[str, ...], streaks: tuple[int, int]) -> None:
    assert losing_streaks([ended(r) for r in rs_in_order]) == streaks


def test_a_trade_counts_under_every_mark_that_it_has() -> None:
    won, lost, plain = (replace(ended(r), trade_id=name) for name, r in (("A", "2"), ("B", "-1"), ("C", "1")))
    marks = {"A": ("fomo",), "B": ("fomo", "late"), "X": ("other",)}
    groups = summary.marked([won, lost, plain], marks)
    assert groups == {"fomo": (won, lost), "late": (lost,)}
    assert summary.summarise(groups["fomo"]).expectancy_r == D("0.5")
